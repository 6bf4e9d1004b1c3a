package postgres

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline/store"
)

// Hold keeps the writer busy until release is called, so that a batch gathers.
func (s *Store) Hold(ctx context.Context) (release func()) {
	return s.hold(ctx, func(context.Context, *tx) error { return nil })
}

// Freeze is Hold with the log's lock: the program stands still in the middle of a
// transaction.
func (s *Store) Freeze(ctx context.Context) (thaw func()) {
	return s.hold(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, "SELECT 1")
		return err
	})
}

func (s *Store) hold(ctx context.Context, first func(context.Context, *tx) error) (release func()) {
	holding, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.Do(ctx, "hold the writer", false, func(ctx context.Context, t store.Tx) error {
			err := first(ctx, t.(*tx))
			close(holding)
			<-free
			return err
		})
	}()
	<-holding
	return func() { close(free) }
}

// Setting is a setting of the connection that writes.
func (s *Store) Setting(ctx context.Context, name string) (value string) {
	_ = s.Do(ctx, "read a setting", false, func(ctx context.Context, _ store.Tx) error {
		return s.engine.conn.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&value)
	})
	return value
}

// ClaimSetting is a setting of the connection that holds the claims.
func (s *Store) ClaimSetting(name string) string { return s.claims.config.RuntimeParams[name] }

// Silence has the session of the claims asked nothing for so long, as if this program
// had stood still.
func (s *Store) Silence(d time.Duration) {
	then := time.Now().Add(-d)
	s.claims.session.last.Store(&then)
}

// Alone has do done by the writer.
func (s *Store) Alone(ctx context.Context, do func() error) error {
	return s.Do(ctx, "do something alone", false, func(context.Context, store.Tx) error { return do() })
}

// CallsKeptBy is CallsKept, with so many events looked through at once.
func (s *Store) CallsKeptBy(ctx context.Context, from, to time.Time, atOnce int64) ([]string, error) {
	return s.callsKept(ctx, from, to, atOnce)
}

// SchemaNow is the schema of this program.
const SchemaNow = schemaNow

// Scripts are those that make and change the schema.
func Scripts() fs.FS { return scripts }

// MigrateNext migrates a database as the program after this one would, with a step
// that it has more.
func MigrateNext(ctx context.Context, url, sql string) error {
	c, err := connectionConfig(url)
	if err != nil {
		return err
	}

	next := ours()
	next.know++
	next.steps[schemaNow] = func(ctx context.Context, m *migration) error {
		return m.transact(ctx, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
			return reached(ctx, tx, next.know)
		})
	}
	return next.run(ctx, c)
}

// MigrateHalf copies what there is of a log of schema 4, and ends before that is the
// log: the migration was interrupted there.
func MigrateHalf(ctx context.Context, url string) error {
	c, err := connectionConfig(url)
	if err != nil {
		return err
	}

	half := ours()
	half.know = 4
	if err := half.run(ctx, c); err != nil {
		return err
	}
	conn, err := connect(ctx, migrating(c))
	if err != nil {
		return err
	}
	return errors.Join((&migration{conn: conn}).copyBeside(ctx), conn.Close(ctx))
}
