package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"zombiezen.com/go/sqlite"
)

// Moved is what Move has moved.
type Moved struct {
	Calls, Events, Deliveries, DeadLetters, Filings, Strays int
}

// Move copies everything of a SQLite log, from, into an empty Postgres log, to:
// both are DATABASE_URLs. Events keep their places. The file is locked meanwhile,
// brought to the newest schema and otherwise left as it is; the target is made if
// it has no log yet, and refused when there is anything in it. All is written in
// one transaction and read back before it is committed: the rows of every table are
// counted, and every call's events compared by a checksum. After an error, which
// says what to do, the target is as empty as before.
func Move(ctx context.Context, from, to string) (moved Moved, err error) {
	path, err := FileOf(from)
	if err != nil {
		return Moved{}, fmt.Errorf("the log to be moved must be a SQLite file, written as file:careline.db: %w", err)
	}
	if _, err := os.Stat(path); err != nil { // opening would make an empty one, and move that
		return Moved{}, fmt.Errorf("the log to be moved cannot be found, check its path: %w", err)
	}
	target, err := connectionConfig(to)
	if err != nil {
		return Moved{}, err
	}
	lock, err := takeLock(path)
	if err != nil {
		return Moved{}, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	source, err := openChecked(path, "FULL")
	if err != nil {
		return Moved{}, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if _, err := migrate(source, path); err != nil {
		return Moved{}, err
	}
	if err := migratePostgres(ctx, target); err != nil {
		return Moved{}, err
	}
	return moveInto(ctx, source, target)
}

func moveInto(ctx context.Context, source conn, target *pgx.ConnConfig) (moved Moved, err error) {
	target = with(target, "statement_timeout", "0")
	target.RuntimeParams["synchronous_commit"] = "on"
	target.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	conn, err := connect(ctx, target)
	if err != nil {
		return Moved{}, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	m := &move{source: source, counts: map[string]int{}, sums: map[int64][sha256.Size]byte{}}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		m.tx = tx
		return m.run(ctx)
	})
	if err != nil {
		return Moved{}, fmt.Errorf("move the log to the database at %s: %w", address(target), err)
	}
	c := m.counts
	return Moved{Calls: c["calls"], Events: c["events"], Deliveries: c["deliveries"], DeadLetters: c["dead_letters"],
		Filings: c["filings"], Strays: c["strays"]}, nil
}

// moving is a table that is copied. Each column has its kind before its name: i a
// number, t a text, b a truth value, x bytes; in capitals when NULL stays NULL, for
// an empty text is NULL in SQLite and empty in Postgres.
type moving struct {
	table, columns, source string
}

// tablesMoved stand in the order in which they are copied.
func tablesMoved() []moving {
	return []moving{
		{"calls", "i number, t key, T clinician, t patient, I begun, b heard, b over, I look, I joined",
			"SELECT number, key, clinician, patient, begun, heard, over, look, joined FROM calls ORDER BY number"},
		{"keys", "t key, i call", "SELECT key, call FROM keys"},
		{"events", "i seq, i call, t id, t leg, t kind, I at, i kept, i place, t status, t word, t direction, t member_leg, t appointment, " +
			"I seconds, t answered_by, t recording, t request, X report, t trace, T facts",
			`SELECT seq, call, id, leg, kind, at, kept, place, status, word, direction, member_leg, appointment,
				seconds, answered_by, recording, request, report, trace, facts FROM events ORDER BY seq`},
		{"filings", "i call, t id, t version, i seq, b tried, b doubted", "SELECT call, id, version, seq, tried, doubted FROM filings"},
		{"deliveries", "i call, t consumer, i seq, i attempts, I due, t cause",
			`SELECT e.call, d.consumer, d.seq, d.attempts, d.due, d.cause FROM deliveries d CROSS JOIN events e WHERE e.seq = d.seq`},
		{"dead_letters", "t consumer, i seq, i attempts, i buried, t cause", "SELECT consumer, seq, attempts, buried, cause FROM dead_letters"},
		{"strays", "i seq, t id, t attributes, X data, t why, i kept", "SELECT seq, id, attributes, data, why, kept FROM strays ORDER BY seq"},
	}
}

// fields are the columns' kinds and names.
func (m moving) fields() (kinds string, names []string) {
	for column := range strings.SplitSeq(m.columns, ", ") {
		kind, name, _ := strings.Cut(column, " ")
		kinds, names = kinds+kind, append(names, name)
	}
	return kinds, names
}

type move struct {
	source conn
	tx     pgx.Tx
	counts map[string]int
	sums   map[int64][sha256.Size]byte // of each call's events
}

func (m *move) run(ctx context.Context) error {
	if _, err := m.tx.Exec(ctx, "SELECT lock_log_1()"); err != nil {
		return err
	}
	for _, table := range tablesMoved() {
		if n, err := m.count(ctx, table.table); err != nil || n > 0 {
			return errors.Join(err, fmt.Errorf("it is not empty (its table %s has %d rows): move into a new database", table.table, n))
		}
	}
	for _, table := range tablesMoved() {
		if err := m.copy(ctx, table); err != nil {
			return fmt.Errorf("copy the table %s: %w", table.table, err)
		}
	}
	var end int64
	if _, err := m.source.query(sqlNewestSeq).one(func(row *sqlite.Stmt) { end = row.ColumnInt64(0) }); err != nil {
		return err
	}
	if _, err := m.tx.Exec(ctx, "UPDATE log_end SET seq = $1", end); err != nil {
		return err
	}
	_, err := m.tx.Exec(ctx, `SELECT setval('calls_number', (SELECT coalesce(max(number), 0) + 1 FROM calls), false),
		setval('strays_seq', (SELECT coalesce(max(seq), 0) + 1 FROM strays), false)`)
	if err != nil {
		return err
	}
	return m.verify(ctx)
}

func (m *move) count(ctx context.Context, table string) (n int, err error) {
	err = m.tx.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	return n, err
}

// copy streams a table's rows.
func (m *move) copy(ctx context.Context, table moving) error {
	kinds, names := table.fields()
	q := m.source.query(table.source)
	if q.err != nil {
		return q.err
	}
	rows := pgx.CopyFromFunc(func() ([]any, error) {
		more, err := q.stmt.Step()
		if err != nil || !more {
			return nil, err
		}
		row := make([]any, len(kinds))
		for i, kind := range kinds {
			row[i] = valueAt(q.stmt, i, kind)
		}
		m.counts[table.table]++
		if table.table == "events" {
			m.sum(m.sums, row)
		}
		return row, nil
	})
	_, err := m.tx.CopyFrom(ctx, pgx.Identifier{table.table}, names, rows)
	return errors.Join(err, q.stmt.Reset())
}

func valueAt(row *sqlite.Stmt, column int, kind rune) any {
	if strings.ContainsRune("ITX", kind) && row.ColumnIsNull(column) {
		return nil
	}
	switch kind {
	case 'i', 'I':
		return row.ColumnInt64(column)
	case 'b':
		return row.ColumnBool(column)
	case 'X':
		return bytesAt(row, column)
	}
	return storable(row.ColumnText(column))
}

// sum adds an event, whose call is its second column, to the checksum of its call.
func (m *move) sum(sums map[int64][sha256.Size]byte, row []any) {
	call, _ := row[1].(int64)
	h := sha256.New()
	before := sums[call]
	h.Write(before[:])
	for _, value := range row {
		text := fmt.Sprintf("%T %v", value, value)
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
	sums[call] = [sha256.Size]byte(h.Sum(nil))
}

// verify reads back what was written.
func (m *move) verify(ctx context.Context) error {
	for _, table := range tablesMoved() {
		n, err := m.count(ctx, table.table)
		if err != nil {
			return err
		}
		if n != m.counts[table.table] {
			return fmt.Errorf("its table %s has %d rows of %d: nothing was moved", table.table, n, m.counts[table.table])
		}
	}
	_, names := tablesMoved()[2].fields()
	rows, err := m.tx.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM events ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	sums := map[int64][sha256.Size]byte{}
	for rows.Next() {
		row, err := rows.Values()
		if err != nil {
			return err
		}
		m.sum(sums, row)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for call, sum := range m.sums {
		if sums[call] != sum {
			return fmt.Errorf("the events of call %d are not what they were: nothing was moved", call)
		}
	}
	return nil
}
