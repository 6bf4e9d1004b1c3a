package store

import (
	"context"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres is a Store in a Postgres database.
type Postgres = postgresStore

// Hold keeps the writer busy until release is called, so that a batch gathers.
func (s *postgresStore) Hold(ctx context.Context) (release func()) {
	holding, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.alone(ctx, "hold the writer", false, func(context.Context, *pgx.Conn) ([]string, error) {
			close(holding)
			<-free
			return nil, nil
		})
	}()
	<-holding
	return func() { close(free) }
}

// Waiting is how many requests wait for the writer.
func (s *postgresStore) Waiting() int { return s.writer.queue.len() }

// Setting is a setting of the connection that writes.
func (s *postgresStore) Setting(ctx context.Context, name string) (value string) {
	_ = s.alone(ctx, "read a setting", false, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
		return nil, conn.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&value)
	})
	return value
}

// ClaimSetting is a setting of the connection that holds the claims.
func (s *postgresStore) ClaimSetting(name string) string { return s.claims.config.RuntimeParams[name] }

// Silence has the session of the claims asked nothing for so long, as if this program
// had stood still.
func (s *postgresStore) Silence(d time.Duration) {
	then := time.Now().Add(-d)
	s.claims.session.last.Store(&then)
}

// IdleFor is c with claims that the server frees when their session was idle so long.
func IdleFor(c Config, d time.Duration) Config {
	c.idleFor = d
	return c
}

// Alone has do done by the writer.
func (s *postgresStore) Alone(ctx context.Context, do func() error) error {
	return s.alone(ctx, "do something alone", false, func(context.Context, *pgx.Conn) ([]string, error) { return nil, do() })
}

// PostgresMigrations are the program's own.
func PostgresMigrations() (fs.FS, error) { return fs.Sub(postgresMigrations, "migrations/postgres") }

// MigratePostgres migrates a database as a program with other migrations would.
func MigratePostgres(ctx context.Context, url string, scripts fs.FS) error {
	c, err := connectionConfig(url)
	if err != nil {
		return err
	}
	return migrateBy(ctx, c, scripts)
}

// CallsKeptBy is CallsKept, with so many events looked through at once.
func (s *postgresStore) CallsKeptBy(ctx context.Context, from, to time.Time, atOnce int64) ([]string, error) {
	return s.callsKept(ctx, from, to, atOnce)
}
