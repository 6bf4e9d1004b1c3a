package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"perci.health/careline"
	"perci.health/careline/store"
)

// Log is everything of a log, row by row. An error in place of a row ends the loading.
type Log struct {
	End     int64 // the last place given out
	Calls   iter.Seq2[*store.Row, error]
	Keys    iter.Seq2[store.KeyRow, error]
	Events  iter.Seq2[store.EventRow, error] // in the log's order
	Cursors iter.Seq2[store.CursorRow, error]
	Filings iter.Seq2[store.FilingRow, error]
	Dead    iter.Seq2[store.DeadRow, error]
	Strays  iter.Seq2[careline.Stray, error]
}

// Loaded counts the rows that were loaded. Cursors are those for which something
// waits.
type Loaded struct {
	Calls, Keys, Events, Cursors, Filings, Dead, Strays int
}

// Load writes a log into the database of a URL, which is made a log if it is none yet,
// and refused when there is anything in it. All is written in one transaction and read
// back before it is committed: the rows of every table are counted, and every call's
// events compared by a checksum. After an error the database is as empty as before.
func Load(ctx context.Context, url string, from Log) (loaded Loaded, err error) {
	config, err := connectionConfig(url)
	if err != nil {
		return Loaded{}, err
	}
	if err := ours().run(ctx, config); err != nil {
		return Loaded{}, err
	}
	config = with(config, "statement_timeout", "0")
	config.RuntimeParams["synchronous_commit"] = "on"
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	conn, err := connect(ctx, config)
	if err != nil {
		return Loaded{}, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()

	l := &loading{sums: map[int64][sha256.Size]byte{}}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		l.tx = tx
		return l.run(ctx, from)
	})
	if err != nil {
		return Loaded{}, fmt.Errorf("move the log to the database at %s: %w", address(config), plain(err))
	}
	return l.loaded, nil
}

// loading is a log that is being written.
type loading struct {
	tx     pgx.Tx
	loaded Loaded
	sums   map[int64][sha256.Size]byte // of each call's events
}

// loadedTable is a table that is filled.
type loadedTable struct {
	name  string
	count *int
	fill  func(context.Context) (int64, error)
}

func (l *loading) tables(from Log) []loadedTable {
	return []loadedTable{
		{"calls", &l.loaded.Calls, filling(l, "calls", callColumns, from.Calls, callValues)},
		{"keys", &l.loaded.Keys, filling(l, "keys", []string{"key", "call"}, from.Keys, keyValues)},
		{"log_events", &l.loaded.Events, filling(l, "log_events", eventColumns, from.Events, l.eventValues)},
		{"cursors", &l.loaded.Cursors, filling(l, "cursors", cursorColumns, from.Cursors, cursorValues)},
		{"filings", &l.loaded.Filings, filling(l, "filings", filingColumns, from.Filings, filingValues)},
		{"dead_letters", &l.loaded.Dead, filling(l, "dead_letters", deadColumns, from.Dead, deadValues)},
		{"strays", &l.loaded.Strays, filling(l, "strays", strayColumns, from.Strays, strayValues)},
	}
}

func (l *loading) run(ctx context.Context, from Log) error {
	if _, err := l.tx.Exec(ctx, sqlLock); err != nil {
		return err
	}
	tables := l.tables(from)
	for _, table := range tables {
		if n, err := l.rows(ctx, table.name); err != nil || n > 0 {
			return errors.Join(err, fmt.Errorf("it is not empty (its table %s has %d rows): move into a new database", table.name, n))
		}
	}

	for _, table := range tables {
		n, err := table.fill(ctx)
		if err != nil {
			return fmt.Errorf("copy the table %s: %w", table.name, err)
		}
		*table.count = int(n)
	}
	if _, err := l.tx.Exec(ctx, sqlSetEnd, from.End); err != nil {
		return err
	}
	_, err := l.tx.Exec(ctx, `SELECT setval('calls_number', (SELECT coalesce(max(number), 0) + 1 FROM calls), false),
		setval('strays_seq', (SELECT coalesce(max(seq), 0) + 1 FROM strays), false)`)
	if err != nil {
		return err
	}

	for _, table := range tables {
		n, err := l.rows(ctx, table.name)
		if err != nil {
			return err
		}
		if n != *table.count {
			return fmt.Errorf("its table %s has %d rows of %d: nothing was moved", table.name, n, *table.count)
		}
	}
	if err := l.verify(ctx); err != nil {
		return err
	}
	_, err = l.tx.Exec(ctx, sqlMayBeFiled)
	return err
}

// sqlMayBeFiled marks the calls that wait, untried and never filed. A process that was
// alone with its log files a new call without a mark, and may have died over it: what it
// left is looked for by the next process of the same log, but not where several write.
const sqlMayBeFiled = `INSERT INTO filings (call, of, id, version, seq, tried, doubted)
	SELECT DISTINCT r.call, '', '', '', 0, true, false FROM cursors r WHERE r.attempts = 0 ON CONFLICT DO NOTHING`

func (l *loading) rows(ctx context.Context, table string) (n int, err error) {
	err = l.tx.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	return n, err
}

// verify reads the events back.
func (l *loading) verify(ctx context.Context) error {
	rows, err := l.tx.Query(ctx, "SELECT "+sqlEvent+" FROM log_events e ORDER BY e.seq")
	if err != nil {
		return err
	}
	sums := map[int64][sha256.Size]byte{}
	var e eventScan
	_, err = pgx.ForEachRow(rows, e.dest(), func() error {
		sum(sums, e.row())
		return nil
	})
	if err != nil {
		return err
	}

	for call, want := range l.sums {
		if sums[call] != want {
			return fmt.Errorf("the events of call %d are not what they were: nothing was moved", call)
		}
	}
	return nil
}

// sum adds an event to the checksum of its call.
func sum(sums map[int64][sha256.Size]byte, e store.EventRow) {
	h := sha256.New()
	before := sums[e.Call]
	h.Write(before[:])
	for _, n := range []int64{e.Seq, e.Kept.UnixMicro()} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	for _, text := range [][]byte{[]byte(e.ID), []byte(e.Besides), e.Body} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		h.Write(text)
	}
	sums[e.Call] = [sha256.Size]byte(h.Sum(nil))
}

// filling streams rows into a table. A row without values is left out.
func filling[T any](l *loading, table string, columns []string, rows iter.Seq2[T, error], values func(T) ([]any, error)) func(context.Context) (int64, error) {
	return func(ctx context.Context) (int64, error) {
		if rows == nil {
			return 0, nil
		}
		next, stop := iter.Pull2(rows)
		defer stop()

		return l.tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
			for {
				row, err, more := next()
				if err != nil || !more {
					return nil, err
				}
				if v, err := values(row); err != nil || v != nil {
					return v, err
				}
			}
		}))
	}
}

var (
	callColumns   = []string{"number", "key", "first", "clinician", "patient", "begun", "heard", "over", "look", "joined", "aside", "room"}
	eventColumns  = []string{"seq", "call", "id", "kept", "besides", "body"}
	cursorColumns = []string{"call", "consumer", "done", "due", "attempts", "cause", "again"}
	filingColumns = []string{"call", "of", "id", "version", "seq", "tried", "doubted"}
	deadColumns   = []string{"consumer", "seq", "attempts", "buried", "cause"}
	strayColumns  = []string{"seq", "id", "attributes", "data", "why", "kept"}
)

func callValues(c *store.Row) ([]any, error) {
	clinician := pgtype.Text{String: store.Storable(c.Clinician), Valid: c.Requested}
	joined := pgtype.Int8{Int64: c.Joined, Valid: c.Joined != 0}
	return []any{c.Number, store.Storable(c.Key), microsOf(c.First), clinician, store.Storable(string(c.Patient)),
		microsOf(c.Begun), c.Heard, c.Over, lookOf(c.Standing), joined, !c.Listed, c.Room}, nil
}

func keyValues(k store.KeyRow) ([]any, error) { return []any{store.Storable(k.Key), k.Call}, nil }

func (l *loading) eventValues(e store.EventRow) ([]any, error) {
	e.ID = store.Storable(e.ID)
	sum(l.sums, e)
	return []any{e.Seq, e.Call, e.ID, e.Kept.UnixMicro(), e.Besides, e.Body}, nil
}

func cursorValues(c store.CursorRow) ([]any, error) {
	if c.Due.IsZero() {
		return nil, nil // nothing waits
	}
	return []any{c.Call, c.Consumer, c.Done, c.Due.UnixMicro(), c.Attempts, c.Cause, append([]int64{}, c.Again...)}, nil
}

func filingValues(f store.FilingRow) ([]any, error) {
	return []any{f.Call, f.Of, f.ID, f.Version, f.Seq, f.Tried, f.Doubted}, nil
}

func deadValues(d store.DeadRow) ([]any, error) {
	return []any{d.Consumer, d.Seq, d.Attempts, d.Buried.UnixMicro(), d.Cause}, nil
}

func strayValues(s careline.Stray) ([]any, error) {
	attributes := ""
	if s.Attributes != nil {
		b, err := json.Marshal(s.Attributes)
		if err != nil {
			return nil, err
		}
		attributes = string(b)
	}
	return []any{s.Seq, store.Storable(s.ID), attributes, s.Data, store.Storable(s.Why), s.Kept.UnixMicro()}, nil
}
