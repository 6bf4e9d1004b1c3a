package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

//go:embed schema/*.sql
var scripts embed.FS

const (
	// schemaNow is the schema of this program; a new database begins with it.
	schemaNow = 7
	// oldestReleased is the first schema of which databases are in use.
	oldestReleased = 3
	// schemaTable holds the number of the schema. Its form, and the lock under which
	// it is changed, are those of the releases before, which exclude each other so.
	schemaTable = "careline_schema"
	schemaLock  = 9628173550095224
)

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

// A migrator brings a database to a schema. What it does is given, so that a test can
// be the program after this one.
type migrator struct {
	know  int
	fresh func(context.Context, *migration) error
	steps map[int]func(context.Context, *migration) error // by the schema that they start from
}

// ours is this program's migrator.
func ours() migrator {
	return migrator{
		know:  schemaNow,
		fresh: func(ctx context.Context, m *migration) error { return m.script(ctx, "fresh.sql", schemaNow) },
		steps: map[int]func(context.Context, *migration) error{
			3: func(ctx context.Context, m *migration) error { return m.script(ctx, "0004_event_facts.sql", 4) },
			4: toCursors,
			5: toAsked,
			6: func(ctx context.Context, m *migration) error { return m.script(ctx, "0007_rooms.sql", 7) },
		},
	}
}

// run brings the database to the newest schema, under a lock: of instances that start
// together one migrates, and the others wait for it. A newer schema is left alone if
// it says that it serves this program too. Programs that write meanwhile are kept
// waiting for seconds at most, whoever else reads.
func (r migrator) run(ctx context.Context, c *pgx.ConnConfig) error {
	for try := 1; ; try++ {
		err := r.once(ctx, c)
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

// migrating are the settings of a connection that migrates: it asks for whole tables,
// and for locks that others have. What it copies is durable with its last step.
func migrating(c *pgx.ConnConfig) *pgx.ConnConfig {
	c = c.Copy()
	for name, value := range map[string]string{
		"statement_timeout":                   "0",
		"idle_in_transaction_session_timeout": milliseconds(answerFor),
		"lock_timeout":                        milliseconds(lockFor),
		"synchronous_commit":                  "off",
		"plan_cache_mode":                     "auto",
		"enable_seqscan":                      "on",
		"enable_hashjoin":                     "on",
		"enable_mergejoin":                    "on",
	} {
		c.RuntimeParams[name] = value
	}
	return c
}

func (r migrator) once(ctx context.Context, c *pgx.ConnConfig) (err error) {
	conn, err := connect(ctx, migrating(c))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }() // which gives back the lock
	if err := checkOurs(ctx, conn, c); err != nil {
		return err
	}

	m := &migration{conn: conn}
	have, err := m.begin(ctx)
	if err != nil {
		return fmt.Errorf("look at the schema of the database at %s: %w", address(c), err)
	}
	if have > r.know {
		return mayServe(ctx, conn, have, r.know)
	}
	if 0 < have && have < oldestReleased {
		return fmt.Errorf("the database at %s has schema %d, which no release of careline made: this one begins with %d", address(c), have, oldestReleased)
	}

	for have < r.know {
		step := r.steps[have]
		if have == 0 {
			step = r.fresh
		}
		if err := step(ctx, m); err != nil {
			return fmt.Errorf("migrate the database at %s: %w", address(c), err)
		}
		if have, err = m.version(ctx); err != nil {
			return fmt.Errorf("look at the schema of the database at %s: %w", address(c), err)
		}
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
	names := []string{"careline_serves", "log_end", "calls", "keys", "events", "log_events", "filings", "deliveries", "cursors", "dead_letters", "strays", "presence"}
	var schema *string
	var ours bool
	var taken []string
	err := conn.QueryRow(ctx, `SELECT current_schema(),
		EXISTS (SELECT FROM pg_class WHERE relname = $1 AND relkind = 'r' AND pg_table_is_visible(oid)),
		ARRAY(SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY ($2) ORDER BY relname)`,
		schemaTable, names).Scan(&schema, &ours, &taken)
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
