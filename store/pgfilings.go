package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
)

const (
	pgFiling  = `SELECT f.id, f.version, f.seq, f.tried, f.doubted ` + pgOwn + ` JOIN filings f ON f.call = c.number WHERE k.key = $1`
	pgDoubted = `SELECT c.key, f.id, f.version, f.seq, f.tried, f.doubted FROM filings f JOIN calls c ON c.number = f.call
		JOIN events e ON e.seq = f.seq WHERE f.doubted AND e.kept > $1 ORDER BY c.number`
)

// Filing is where the call stands in the health record; see Filings.
func (s *postgresStore) Filing(ctx context.Context, call string) (careline.Filing, error) {
	f := careline.Filing{Call: call}
	err := s.readRow(ctx, "read a filing", []any{&f.ID, &f.Version, &f.Seq, &f.Tried, &f.Doubted}, pgFiling, call)
	return f, err
}

// SaveFiling replaces the call's filing; see Filings.
func (s *postgresStore) SaveFiling(ctx context.Context, f careline.Filing) error {
	if f.Call == "" {
		return invalid("a filing names no call")
	}
	if s.claims.lost(ctx, claim{call: f.Call}) {
		return errClaimLost("save a filing")
	}
	file := &pgFile{filing: f}
	err := s.write(ctx, "save a filing", &pgWork{file: file, epoch: epochOf(ctx)})
	if err == nil && file.moved {
		return careline.NewError(careline.CodeConflict, "This call has become part of another.", nil)
	}
	return err
}

// Doubted are the filings in doubt; see Filings.
func (s *postgresStore) Doubted(ctx context.Context, since time.Time) (filings []careline.Filing, err error) {
	err = s.read(ctx, "read filings in doubt", func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, pgDoubted, since.UnixMicro())
		if err != nil {
			return err
		}
		filings, err = pgx.CollectRows(rows, pgx.RowToStructByPos[careline.Filing])
		return err
	})
	return filings, err
}

// Refile has a consumer given a call again; see Filings.
func (s *postgresStore) Refile(ctx context.Context, consumer, call string, whole bool) error {
	found := false
	err := s.alone(ctx, "file a call again", true, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
		err := conn.QueryRow(ctx, "SELECT refile_1($1, $2, $3, $4)", s.teller, consumer, call, whole).Scan(&found)
		if !found {
			return nil, err
		}
		return []string{call}, err
	})
	if err == nil && !found {
		return noCall(call)
	}
	return err
}
