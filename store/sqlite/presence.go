package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline/store"
)

const (
	sqlSayPresent = `INSERT INTO presence (clinician, device, ready, said) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (clinician, device) DO UPDATE SET ready = excluded.ready, said = excluded.said WHERE presence.said <= excluded.said`
	sqlForgetPresent = `DELETE FROM presence WHERE clinician = ?1 AND said < ?2`
	sqlPresent       = `SELECT DISTINCT clinician FROM presence WHERE ready = 1 AND said >= ?1 ORDER BY clinician`
)

// SayPresent keeps what a device said; see store.Presence.
func (s *Log) SayPresent(ctx context.Context, clinician, device string, ready bool, at time.Time) error {
	clinician, device = store.Storable(clinician), store.Storable(device)
	return s.do(ctx, "keep who is present", func(t *tx) error {
		if err := t.query(sqlSayPresent).key(clinician).key(device).bool(ready).time(at).exec(); err != nil {
			return err
		}
		return t.query(sqlForgetPresent).key(clinician).time(at.Add(-store.PresenceFor)).exec()
	})
}

// Present are those whose devices are ready; see store.Presence.
func (s *Log) Present(ctx context.Context, since time.Time) (clinicians []string, err error) {
	err = s.read(ctx, "find who is present", func(c conn) error {
		return c.query(sqlPresent).time(since).each(func(row *sqlite.Stmt) bool {
			clinicians = append(clinicians, row.ColumnText(0))
			return true
		})
	})
	return clinicians, err
}
