package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"perci.health/careline"
	"perci.health/careline/store"
)

// Places that are compared with 0 added are so that the server finds the few events of
// a call by the call: plans are kept, and one that was made while the log was empty
// could look for them from one end of it.
const (
	sqlRow = `c.number, c.key, coalesce(c.first, (SELECT min(e.kept) FROM log_events e WHERE e.call = c.number)),
		c.clinician, c.patient, c.begun, c.heard, c.over, c.look, c.joined, c.aside, c.room,
		(SELECT max(e.seq + 0) FROM log_events e WHERE e.call = c.number)`

	sqlEnd = `SELECT (SELECT l.seq FROM log_end l),
		ARRAY(SELECT nextval('calls_number') FROM unnest($1::text[]) u (key) WHERE NOT EXISTS (SELECT FROM keys k WHERE k.key = u.key)),
		CASE WHEN $2::bigint = 0 THEN false ELSE pg_try_advisory_xact_lock_shared($2) END`
	sqlRows = `SELECT k.key, ` + sqlRow + ` FROM unnest($1::text[]) u (key)
		JOIN keys k ON k.key = u.key JOIN calls c ON c.number = k.call`
	sqlEnds = `SELECT u.i, f.seq, f.kept, n.seq, n.kept, ` + sqlRow + `
		FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY u (consumer, seq, i)
		JOIN log_events o ON o.seq = u.seq JOIN calls c ON c.number = o.call
		LEFT JOIN cursors r ON r.call = c.number AND r.consumer = u.consumer
		LEFT JOIN LATERAL (SELECT e.seq, e.kept FROM log_events e WHERE e.call = c.number AND e.seq + 0 > r.done
			AND (e.besides = u.consumer OR NOT u.consumer = ANY ($3::text[])) ORDER BY e.seq + 0 LIMIT 1) f ON true
		LEFT JOIN LATERAL (SELECT e.seq, e.kept FROM log_events e WHERE e.call = c.number AND e.seq + 0 > u.seq
			AND (e.besides = u.consumer OR NOT u.consumer = ANY ($3::text[])) ORDER BY e.seq + 0 LIMIT 1) n ON true`
	sqlCursors = `SELECT r.call, r.consumer, r.done, r.due, r.attempts, r.cause, r.again FROM
		(SELECT k.call FROM keys k WHERE k.key = ANY ($1::text[]) UNION SELECT e.call FROM log_events e WHERE e.seq = ANY ($2::bigint[])) q
		JOIN cursors r ON r.call = q.call`
	sqlOnce = `SELECT u.i, ` + sqlEvent + ` FROM unnest($1::text[], $2::text[]) WITH ORDINALITY u (key, id, i)
		JOIN keys k ON k.key = u.key JOIN log_events e ON e.call = k.call AND e.id = u.id`
	sqlCounted = `SELECT u.i, c.begun, c.heard, c.over
		FROM unnest($1::text[], $2::bigint[], $3::text[]) WITH ORDINALITY u (clinician, since, except_key, i)
		JOIN calls c ON c.clinician = u.clinician AND c.begun > u.since
		WHERE NOT EXISTS (SELECT FROM keys k WHERE k.key = u.except_key AND k.call = c.number)`
	sqlLetters = `SELECT u.i FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY u (consumer, seq, i)
		JOIN dead_letters d ON d.seq = u.seq AND d.consumer = u.consumer`
	sqlWhole = `SELECT ` + sqlEvent + ` FROM log_events e WHERE e.call = ANY ($1::bigint[]) ORDER BY e.seq + 0`
)

// finding is one answer that is being put together.
type finding struct {
	engine *engine
	wanted *store.Wanted
	found  *store.Found
	rows   map[int64]*store.Row // by number
}

// Find answers what the rows say now; see store.Tx. The log's lock is taken with the
// first of it.
func (t *tx) Find(ctx context.Context, w *store.Wanted) (*store.Found, error) {
	f := &finding{
		engine: t.engine,
		wanted: w,
		found: &store.Found{
			Rows:    map[string]*store.Row{},
			Kept:    map[store.Once]store.EventRow{},
			Loads:   make([]careline.Load, len(w.Loads)),
			Ends:    make([]store.End, len(w.Ends)),
			Letters: make([]bool, len(w.Letters)),
			Whole:   map[int64][]store.EventRow{},
		},
		rows: map[int64]*store.Row{},
	}

	t.begin()
	f.queue(&t.next)
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	if f.found.Lost {
		t.engine.lost(w.Session)
	}
	return f.found, nil
}

// queue asks only for what is wanted; the cursors come after the rows that they are
// of.
func (f *finding) queue(b *pgx.Batch) {
	w := f.wanted
	keys := append([]string{}, w.Keys...)
	consumers, places := columns(w.Ends)

	b.Queue(sqlEnd, keys, w.Session).QueryRow(func(row pgx.Row) error {
		return row.Scan(&f.found.End, &f.found.Numbers, &f.found.Lost)
	})
	if len(keys) > 0 {
		b.Queue(sqlRows, keys).Query(f.rowsOf)
	}
	if len(places) > 0 {
		b.Queue(sqlEnds, consumers, places, f.engine.narrow).Query(f.ends)
	}
	if len(keys)+len(places) > 0 {
		b.Queue(sqlCursors, keys, places).Query(f.cursors)
	}
	if len(w.Once) > 0 {
		of, ids := make([]string, len(w.Once)), make([]string, len(w.Once))
		for i, one := range w.Once {
			of[i], ids[i] = one.Key, one.ID
		}
		b.Queue(sqlOnce, of, ids).Query(f.once)
	}
	if len(w.Loads) > 0 {
		f.queueLoads(b)
	}
	if len(w.Letters) > 0 {
		consumers, places := columns(w.Letters)
		b.Queue(sqlLetters, consumers, places).Query(f.letters)
	}
	if len(w.Whole) > 0 {
		b.Queue(sqlWhole, append([]int64{}, w.Whole...)).Query(f.whole)
	}
}

func columns(places []store.Place) (consumers []string, seqs []int64) {
	consumers, seqs = make([]string, len(places)), make([]int64, len(places))
	for i, one := range places {
		consumers[i], seqs[i] = one.Consumer, one.Seq
	}
	return consumers, seqs
}

func (f *finding) rowsOf(rows pgx.Rows) error {
	var key string
	var s rowScan
	_, err := pgx.ForEachRow(rows, append([]any{&key}, s.dest()...), func() error {
		f.found.Rows[key] = f.row(&s)
		return nil
	})
	return err
}

func (f *finding) ends(rows pgx.Rows) error {
	var i int
	var first, firstKept, next, nextKept pgtype.Int8
	var s rowScan
	_, err := pgx.ForEachRow(rows, append([]any{&i, &first, &firstKept, &next, &nextKept}, s.dest()...), func() error {
		f.found.Ends[i-1] = store.End{
			Row:   f.row(&s),
			First: store.Waiting{Seq: first.Int64, Kept: timeOf(firstKept)},
			Next:  store.Waiting{Seq: next.Int64, Kept: timeOf(nextKept)},
		}
		return nil
	})
	return err
}

// row is the one row of its number.
func (f *finding) row(s *rowScan) *store.Row {
	if row := f.rows[s.number]; row != nil {
		return row
	}
	row := s.row()
	f.rows[row.Number] = row
	return row
}

func (f *finding) cursors(rows pgx.Rows) error {
	var call int64
	var c store.Cursor
	var due pgtype.Int8
	_, err := pgx.ForEachRow(rows, []any{&call, &c.Consumer, &c.Done, &due, &c.Attempts, &c.Cause, &c.Again}, func() error {
		c.Due = timeOf(due)
		if row := f.rows[call]; row != nil {
			row.Cursors = append(row.Cursors, c)
		}
		c.Again = nil
		return nil
	})
	return err
}

func (f *finding) once(rows pgx.Rows) error {
	var i int
	var s eventScan
	_, err := pgx.ForEachRow(rows, append([]any{&i}, s.dest()...), func() error {
		f.found.Kept[f.wanted.Once[i-1]] = s.row()
		return nil
	})
	return err
}

func (f *finding) queueLoads(b *pgx.Batch) {
	loads := f.wanted.Loads
	clinicians, since, except := make([]string, len(loads)), make([]int64, len(loads)), make([]string, len(loads))
	for i, l := range loads {
		clinicians[i], since[i], except[i] = l.Clinician, store.Counted(l.At).UnixMicro(), l.ExceptKey
	}

	b.Queue(sqlCounted, clinicians, since, except).Query(func(rows pgx.Rows) error {
		var i int
		var begun pgtype.Int8
		s := careline.Standing{Requested: true}
		_, err := pgx.ForEachRow(rows, []any{&i, &begun, &s.Heard, &s.Over}, func() error {
			s.Begun = timeOf(begun)
			f.found.Loads[i-1] = store.Tally(f.found.Loads[i-1], s, loads[i-1].At)
			return nil
		})
		return err
	})
}

func (f *finding) letters(rows pgx.Rows) error {
	var i int
	_, err := pgx.ForEachRow(rows, []any{&i}, func() error {
		f.found.Letters[i-1] = true
		return nil
	})
	return err
}

func (f *finding) whole(rows pgx.Rows) error {
	for _, number := range f.wanted.Whole {
		f.found.Whole[number] = nil
	}
	var s eventScan
	_, err := pgx.ForEachRow(rows, s.dest(), func() error {
		e := s.row()
		f.found.Whole[e.Call] = append(f.found.Whole[e.Call], e)
		return nil
	})
	return err
}
