package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
)

const (
	sqlFiling = `SELECT f.id, f.version, f.seq, f.tried, f.doubted ` + sqlOwn + `
		JOIN filings f ON f.call = c.number AND f.of = '' WHERE k.key = $1`
	sqlDoubted = `SELECT c.key, f.of, f.id, f.version, f.seq, f.tried, f.doubted FROM filings f JOIN calls c ON c.number = f.call
		JOIN log_events e ON e.seq = f.seq WHERE f.doubted AND e.kept > $1 ORDER BY c.number, f.of`
)

// Filing is where the call stands in the health record; see store.Filings.
func (s *Store) Filing(ctx context.Context, call string) (careline.Filing, error) {
	f := careline.Filing{Call: call}
	err := s.readRow(ctx, "read a filing", []any{&f.ID, &f.Version, &f.Seq, &f.Tried, &f.Doubted}, sqlFiling, call)
	return f, err
}

// filingOf reads in the order of sqlDoubted.
func filingOf(row pgx.CollectableRow) (f careline.Filing, err error) {
	err = row.Scan(&f.Call, &f.Of, &f.ID, &f.Version, &f.Seq, &f.Tried, &f.Doubted)
	return f, err
}

// SaveFiling replaces the call's filing; see store.Filings.
func (s *Store) SaveFiling(ctx context.Context, f careline.Filing) error {
	if f.Call != "" && s.claims.lost(ctx, "", f.Call) {
		return errClaimLost("save a filing")
	}
	return s.Writer.SaveFiling(ctx, f)
}

// Doubted are the filings in doubt; see store.Filings.
func (s *Store) Doubted(ctx context.Context, since time.Time) (filings []careline.Filing, err error) {
	err = s.read(ctx, "read filings in doubt", func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, sqlDoubted, since.UnixMicro())
		if err != nil {
			return err
		}
		filings, err = pgx.CollectRows(rows, filingOf)
		return err
	})
	return filings, err
}
