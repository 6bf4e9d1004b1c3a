package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	tern "github.com/jackc/tern/v2/migrate"
)

//go:embed migrations/postgres/*.sql
var postgresMigrations embed.FS

// schemaTable holds the number of the last migration; tern keeps it.
const schemaTable = "careline_schema"

const (
	// lockFor is how long a migration waits for a lock. Whoever writes waits behind
	// it, so it is far below commitFor; yet it is longer than the second after which
	// the server's own vacuuming makes way (deadlock_timeout).
	lockFor = 2 * time.Second
	// makeWayFor is how long those who waited behind a migration have the tables
	// before it is tried again.
	makeWayFor = 3 * time.Second
	// migrateTries make about three minutes: longer than any reading of careline's,
	// and short enough that a start which Cloud Run gives four minutes can say why
	// it failed.
	migrateTries = 36
)

// migratePostgres brings the database to the newest schema, under tern's lock: of
// instances that start together one migrates, and the others wait for it. A newer
// schema is left alone if it says that it serves this program too. Programs that
// write meanwhile are kept waiting for seconds at most, whoever else reads.
func migratePostgres(ctx context.Context, c *pgx.ConnConfig) error {
	scripts, err := fs.Sub(postgresMigrations, "migrations/postgres")
	if err != nil {
		return fmt.Errorf("list the migrations: %w", err)
	}
	return migrateBy(ctx, c, scripts)
}

// migrateBy is migratePostgres with the migrations given.
func migrateBy(ctx context.Context, c *pgx.ConnConfig, scripts fs.FS) error {
	for try := 1; ; try++ {
		err := migrateOnce(ctx, c, scripts)
		if !lockedOut(err) {
			return err
		}
		if try == migrateTries {
			return fmt.Errorf("somebody holds a lock in the database, such as a backup that reads a table (pg_stat_activity tells who), or another instance migrates still: %w", err)
		}
		select {
		case <-time.After(makeWayFor):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}

// lockedOut reports whether a migration was given up, and undone, for a lock that
// somebody else has.
func lockedOut(err error) bool {
	server, said := errors.AsType[*pgconn.PgError](err)
	return said && (server.Code == "55P03" || server.Code == "40P01")
}

func migrateOnce(ctx context.Context, c *pgx.ConnConfig, scripts fs.FS) (err error) {
	conn, err := connect(ctx, with(with(c, "statement_timeout", "0"), "lock_timeout", milliseconds(lockFor)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if err := checkOurs(ctx, conn, c); err != nil {
		return err
	}
	m, err := tern.NewMigrator(ctx, conn, schemaTable)
	if err != nil {
		return fmt.Errorf("look at the schema of the database at %s: %w", address(c), err)
	}
	if err := m.LoadMigrations(scripts); err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, err := m.GetCurrentVersion(ctx)
	if err != nil {
		return fmt.Errorf("look at the schema of the database at %s: %w", address(c), err)
	}
	if know := len(m.Migrations); int(have) > know {
		return mayServe(ctx, conn, int(have), know)
	}
	if err := m.Migrate(ctx); err != nil {
		// Somebody newer may have come first.
		if again, readErr := m.GetCurrentVersion(ctx); readErr == nil && int(again) > len(m.Migrations) {
			return mayServe(ctx, conn, int(again), len(m.Migrations))
		}
		return fmt.Errorf("migrate the database at %s: %w", address(c), err)
	}
	return nil
}

// mayServe refuses a newer schema that cannot serve this program.
func mayServe(ctx context.Context, conn *pgx.Conn, have, know int) error {
	var oldest int
	if err := conn.QueryRow(ctx, "SELECT oldest FROM careline_serves").Scan(&oldest); err != nil {
		return fmt.Errorf("the database has schema %d, made by a newer careline, and does not say whom it serves: %w", have, err)
	}
	if oldest <= know {
		return nil
	}
	return fmt.Errorf("the database has schema %d, made by a newer careline, which serves programs of schema %d and later; this one knows %d: run the newer one, or restore the backup made before it", have, oldest, know)
}

// checkOurs refuses a schema where some other program has tables of our names.
func checkOurs(ctx context.Context, conn *pgx.Conn, c *pgx.ConnConfig) error {
	var schema *string
	var ours bool
	var taken []string
	err := conn.QueryRow(ctx, `SELECT current_schema(),
		EXISTS (SELECT FROM pg_class WHERE relname = $1 AND relkind = 'r' AND pg_table_is_visible(oid)),
		ARRAY(SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY ($2) ORDER BY relname)`,
		schemaTable, []string{"careline_serves", "log_end", "calls", "keys", "events", "filings", "deliveries", "dead_letters", "strays"}).
		Scan(&schema, &ours, &taken)
	if err != nil {
		return fmt.Errorf("look at the database at %s: %w", address(c), err)
	}
	if schema == nil {
		return fmt.Errorf("the database at %s has no schema of the name in DATABASE_URL (search_path): create it, or change DATABASE_URL", address(c))
	}
	if !ours && len(taken) > 0 {
		return fmt.Errorf("the database at %s belongs to another program: its schema %s has a table %s. Give careline a database of its own, or a schema (search_path in DATABASE_URL)", address(c), *schema, taken[0])
	}
	return nil
}
