package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// migration is a connection that has the lock of the schema.
type migration struct{ conn *pgx.Conn }

// begin takes the lock, and answers what schema there is; 0: none.
func (m *migration) begin(ctx context.Context) (have int, err error) {
	if _, err := m.conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(schemaLock)); err != nil {
		return 0, err
	}

	var made bool // whoever may only use the tables has nothing to make
	if err := m.conn.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", schemaTable).Scan(&made); err != nil {
		return 0, err
	}
	if !made {
		sql := "CREATE TABLE " + schemaTable + " (version int4 NOT NULL); INSERT INTO " + schemaTable + " (version) VALUES (0)"
		if _, err := m.conn.Exec(ctx, sql); err != nil {
			return 0, err
		}
	}
	return m.version(ctx)
}

func (m *migration) version(ctx context.Context) (have int, err error) {
	err = m.conn.QueryRow(ctx, "SELECT version FROM "+schemaTable).Scan(&have)
	return have, err
}

// script runs a script in a transaction, after which the schema is version.
func (m *migration) script(ctx context.Context, name string, version int) error {
	return m.transact(ctx, func(tx pgx.Tx) error {
		if err := run(ctx, tx, name); err != nil {
			return err
		}
		return reached(ctx, tx, version)
	})
}

func (m *migration) transact(ctx context.Context, do func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, m.conn, do)
}

func run(ctx context.Context, tx pgx.Tx, name string) error {
	script, err := scripts.ReadFile("schema/" + name)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	_, err = tx.Exec(ctx, string(script))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// reached notes that the schema is version, durably with the transaction.
func reached(ctx context.Context, tx pgx.Tx, version int) error {
	_, err := tx.Exec(ctx, "SET LOCAL synchronous_commit = on")
	if err == nil {
		_, err = tx.Exec(ctx, "UPDATE "+schemaTable+" SET version = $1", version)
	}
	return err
}

// copiedAtOnce is how many events are copied in one transaction, for which whoever
// writes waits: some fifty milliseconds.
const copiedAtOnce = 2000

const sqlCopy = `INSERT INTO log_events (seq, call, id, kept, besides, body)
	SELECT e.seq, e.call, e.id, e.kept, '', body_of_1(e) FROM events e
	WHERE e.seq > coalesce((SELECT max(l.seq) FROM log_events l), 0) ORDER BY e.seq LIMIT $1`

// toCursors makes the log of schema 5 beside that of schema 4, whose programs go on
// writing, and then in one moment the log. It can be interrupted at any point, and
// goes on from there when it is run again.
func toCursors(ctx context.Context, m *migration) error {
	if err := m.copyBeside(ctx); err != nil {
		return err
	}
	if err := m.allCopied(ctx); err != nil {
		return err
	}
	return m.transact(ctx, func(tx pgx.Tx) error { return toSwitch(ctx, tx) })
}

// copyBeside copies all events that there are into the table that is to be the log.
func (m *migration) copyBeside(ctx context.Context) error {
	var begun bool
	if err := m.conn.QueryRow(ctx, "SELECT to_regclass('log_events') IS NOT NULL").Scan(&begun); err != nil {
		return err
	}
	if !begun {
		if err := m.transact(ctx, func(tx pgx.Tx) error { return run(ctx, tx, "0005_beside.sql") }); err != nil {
			return err
		}
	}
	if _, err := m.conn.Exec(ctx, "ALTER TABLE calls ADD COLUMN IF NOT EXISTS first bigint"); err != nil {
		return err
	}

	for copied := int64(copiedAtOnce); copied == copiedAtOnce; {
		err := m.transact(ctx, func(tx pgx.Tx) (err error) {
			copied, err = copySome(ctx, tx, copiedAtOnce)
			return err
		})
		if err != nil {
			return fmt.Errorf("copy the events: %w", err)
		}
	}
	return nil
}

// allCopied counts, as of one moment, while others write.
func (m *migration) allCopied(ctx context.Context) error {
	var were, are int64
	err := m.conn.QueryRow(ctx, `SELECT (SELECT count(*) FROM events e WHERE e.seq <= (SELECT max(l.seq) FROM log_events l)),
		(SELECT count(*) FROM log_events)`).Scan(&were, &are)
	if err == nil && were != are {
		err = fmt.Errorf("%d events were copied of %d: the log is as it was", are, were)
	}
	if err == nil {
		_, err = m.conn.Exec(ctx, "ANALYZE log_events")
	}
	return err
}

// copySome copies the events that are next, with the log's lock: nothing of them can
// change between being read and being written.
func copySome(ctx context.Context, tx pgx.Tx, limit int) (copied int64, err error) {
	if _, err := tx.Exec(ctx, sqlLock); err != nil {
		return 0, err
	}
	done, err := tx.Exec(ctx, sqlCopy, limit)
	return done.RowsAffected(), err
}

// shortLock is how long the tables are waited for of which others may have one while
// they wait for another that this one has: far below the second after which the server
// would end one of the two (deadlock_timeout).
const shortLock = "SET LOCAL lock_timeout = '50ms'"

func toSwitch(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, sqlLock); err != nil {
		return err
	}
	for _, sql := range []string{"LOCK TABLE events", shortLock, "LOCK TABLE deliveries", "LOCK TABLE filings"} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	for copied := int64(copiedAtOnce); copied == copiedAtOnce; {
		var err error
		if copied, err = copySome(ctx, tx, copiedAtOnce); err != nil {
			return fmt.Errorf("copy the last events: %w", err)
		}
	}

	for _, name := range []string{"0005_switch.sql", "0005_before.sql"} {
		if err := run(ctx, tx, name); err != nil {
			return err
		}
	}
	return reached(ctx, tx, 5)
}
