package postgres

import (
	"context"
	"time"

	"perci.health/careline/store"
)

const (
	sqlSayPresent = `WITH forgotten AS (DELETE FROM presence WHERE clinician = $1 AND said < $5 AND device <> $2)
		INSERT INTO presence AS p (clinician, device, ready, said) VALUES ($1, $2, $3, $4)
		ON CONFLICT (clinician, device) DO UPDATE SET ready = excluded.ready, said = excluded.said WHERE p.said <= excluded.said`
	sqlPresent = `SELECT DISTINCT p.clinician COLLATE "C" FROM presence p WHERE p.ready AND p.said >= $1 ORDER BY 1`
)

// SayPresent keeps what a device said; see store.Presence.
func (s *Store) SayPresent(ctx context.Context, clinician, device string, ready bool, at time.Time) error {
	_, err := s.exec(ctx, "keep who is present", true, sqlSayPresent,
		store.Storable(clinician), store.Storable(device), ready, at.UnixMicro(), at.Add(-store.PresenceFor).UnixMicro())
	return err
}

// Present are those whose devices are ready; see store.Presence.
func (s *Store) Present(ctx context.Context, since time.Time) ([]string, error) {
	return readAll[string](ctx, s, "find who is present", sqlPresent, since.UnixMicro())
}
