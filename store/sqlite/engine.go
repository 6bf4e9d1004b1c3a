package sqlite

import (
	"context"
	"errors"
	"sync/atomic"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// engine is the writing connection, and what it remembers of the rows: nobody else can
// change them.
type engine struct {
	conn
	config *store.Config
	rows   *rows
	loads  *loads

	end      int64        // the last place given out
	lastCall int64        // the last number of a call
	fresh    bool         // end and lastCall are what the database has
	newest   atomic.Int64 // end as it was committed last; 0: not by this process

	added   map[string]int64 // keys of the transaction under way
	move    move
	gather  int  // how many young keys are gathered before they move
	settled bool // the transaction under way has moved all young keys

	found   store.Found
	numbers []int64
	hot     statements
}

var _ store.Engine = (*engine)(nil)

func newEngine(c conn, config *store.Config) (*engine, error) {
	e := &engine{
		conn:   c,
		config: config,
		rows:   newRows(),
		loads:  newLoads(),
		added:  map[string]int64{},
		gather: youngKeys,
		found: store.Found{
			Rows:  map[string]*store.Row{},
			Kept:  map[store.Once]store.EventRow{},
			Whole: map[int64][]store.EventRow{},
		},
	}
	return e, errors.Join(e.loadKeys(), e.hot.prepare(c))
}

// Begin begins a transaction.
func (e *engine) Begin(context.Context) (store.Tx, error) {
	if err := e.hot.begin.exec(); err != nil {
		return nil, err
	}
	return &tx{engine: e}, nil
}

// Idle moves the write-ahead log while nobody waits. A failure costs nothing: the log
// stays where it is, and the next commit or Close tries again.
func (e *engine) Idle() { _ = e.checkpoint("PASSIVE") }

// Fate tells what concerns every write, the disk that is full or broken or another
// process that holds the file, from what one request may have spoiled.
func (e *engine) Fate(err error) store.Fate {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultFull, sqlite.ResultIOErr, sqlite.ResultNoMem, sqlite.ResultCorrupt, sqlite.ResultNotADB,
		sqlite.ResultReadOnly, sqlite.ResultBusy, sqlite.ResultLocked, sqlite.ResultCantOpen:
		return store.Everybody
	}
	return store.Alone
}

// unlearn has everything read again: rows were taken back, or changed by other ways
// than Apply.
func (e *engine) unlearn() {
	e.rows.purge()
	e.loads.purge()
	e.fresh = false
	e.newest.Store(0)
}

// tx is a transaction under way.
type tx struct{ *engine }

// Commit makes it durable. There is nobody else to tell.
func (t *tx) Commit(context.Context, []string) error {
	if err := t.moveKeys(); err != nil {
		return err
	}
	if err := t.hot.commit.exec(); err != nil {
		return err
	}
	t.keptKeys()
	if t.fresh {
		t.newest.Store(t.end)
	}
	return nil
}

// Rollback takes everything back.
func (t *tx) Rollback(context.Context) error {
	t.unlearn()
	clear(t.added)
	t.move.done, t.settled = 0, false
	if t.AutocommitEnabled() {
		return nil // it has ended: SQLite rolls back by itself after some errors
	}
	return t.query("ROLLBACK").exec()
}

// Find answers what the rows say now, mostly from memory.
func (t *tx) Find(_ context.Context, w *store.Wanted) (*store.Found, error) {
	if err := t.refresh(); err != nil {
		return nil, err
	}
	f := &t.found
	clear(f.Rows)
	clear(f.Kept)
	clear(f.Whole)
	*f = store.Found{
		End:     t.end,
		Rows:    f.Rows,
		Kept:    f.Kept,
		Whole:   f.Whole,
		Loads:   f.Loads[:0],
		Ends:    f.Ends[:0],
		Letters: f.Letters[:0],
	}

	t.numbers = t.numbers[:0]
	for i := range w.Keys {
		t.numbers = append(t.numbers, t.lastCall+1+int64(i))
	}
	f.Numbers = t.numbers
	for _, key := range w.Keys {
		if _, err := t.row(key); err != nil {
			return nil, err
		}
	}

	for _, find := range [...]func(*store.Wanted) error{t.findOnce, t.findEnds, t.findLoads, t.findLetters, t.findWhole} {
		if err := find(w); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// refresh reads what counts on, after it was forgotten.
func (t *tx) refresh() error {
	if t.fresh {
		return nil
	}
	_, err := t.query(sqlEnds).one(func(row *sqlite.Stmt) { t.end, t.lastCall = row.ColumnInt64(0), row.ColumnInt64(1) })
	t.fresh = err == nil
	return err
}

// row is the call of a key, among what is found; nil: it is not known.
func (t *tx) row(key string) (*known, error) {
	if r := t.rows.get(key); r != nil {
		t.found.Rows[key] = r.Row
		return r, nil
	}

	number, err := t.findKey(key)
	if err != nil || number == 0 {
		return nil, err
	}
	r := t.rows.numbered[number]
	if r == nil {
		if r, err = t.load(number); err != nil {
			return nil, err
		}
	}
	t.rows.name(key, r)
	t.found.Rows[key] = r.Row
	return r, nil
}

func (t *tx) findOnce(w *store.Wanted) error {
	for _, once := range w.Once {
		row := t.found.Rows[once.Key]
		if row == nil || !t.rows.numbered[row.Number].has(t.rows.sum(once.ID)) {
			continue
		}

		err := t.query(sqlEventOnce).int(row.Number).text(once.ID).each(func(s *sqlite.Stmt) bool {
			t.found.Kept[once] = eventRowAt(s)
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) findEnds(w *store.Wanted) error {
	for _, place := range w.Ends {
		r, err := t.holds(place)
		if err != nil {
			return err
		}
		if r == nil {
			t.found.Ends = append(t.found.Ends, store.End{})
			continue
		}
		t.found.Ends = append(t.found.Ends, r.ends(t.config, place))
	}
	return nil
}

// holds is the call that the event of a place is of by now; nil: the event is no more.
func (t *tx) holds(place store.Place) (*known, error) {
	if place.Key != "" {
		r, err := t.row(place.Key)
		if err != nil || r != nil && r.at(place.Seq) {
			return r, err
		}
	}

	key := ""
	_, err := t.query(sqlKeyOfEvent).int(place.Seq).one(func(row *sqlite.Stmt) { key = row.ColumnText(0) })
	if err != nil || key == "" {
		return nil, err
	}
	r, err := t.row(key)
	if err != nil || r == nil || !r.at(place.Seq) {
		return nil, err // a twin that stays with a leg that has joined its call
	}
	return r, nil
}

func (t *tx) findLoads(w *store.Wanted) error {
	for _, of := range w.Loads {
		list, err := t.loads.of(t.conn, of.Clinician, of.At)
		if err != nil {
			return err
		}
		except := int64(0)
		if row := t.found.Rows[of.ExceptKey]; row != nil {
			except = row.Number
		}
		t.found.Loads = append(t.found.Loads, list.count(of.At, except))
	}
	return nil
}

func (t *tx) findLetters(w *store.Wanted) error {
	for _, place := range w.Letters {
		dead, err := t.query(sqlIsDead).text(place.Consumer).int(place.Seq).found()
		if err != nil {
			return err
		}
		t.found.Letters = append(t.found.Letters, dead)
	}
	return nil
}

func (t *tx) findWhole(w *store.Wanted) error {
	for _, number := range w.Whole {
		events, err := t.eventsOf(number)
		if err != nil {
			return err
		}
		t.found.Whole[number] = events
	}
	return nil
}

// standingOf reads in the order of callColumns.
func standingOf(row *sqlite.Stmt, at int) (s careline.Standing) {
	s.Key, s.First = row.ColumnText(at), timeAt(row, at+1)
	s.Requested, s.Clinician = !row.ColumnIsNull(at+2), row.ColumnText(at+2)
	s.Patient, s.Begun = careline.Reference(row.ColumnText(at+3)), timeAt(row, at+4)
	s.Heard, s.Over, s.Settled = row.ColumnBool(at+5), row.ColumnBool(at+6), row.ColumnBool(at+7)
	s.Look, s.Listed, s.Room = timeAt(row, at+8), !row.ColumnBool(at+9), row.ColumnBool(at+10)
	return s
}
