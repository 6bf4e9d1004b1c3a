package sqlite

import (
	"context"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// statements are those of every batch, found once.
type statements struct {
	begin, commit                      query
	addCall, tellCall, addKey, moveKey query
	addEvent, setCursor, dropCursor    query
	saveFiling                         query
}

func (s *statements) prepare(c conn) error {
	for to, sql := range map[*query]string{
		&s.begin:      "BEGIN IMMEDIATE",
		&s.commit:     "COMMIT",
		&s.addCall:    sqlAddCall,
		&s.tellCall:   sqlTellCall,
		&s.addKey:     sqlAddKey,
		&s.moveKey:    sqlMoveKey,
		&s.addEvent:   sqlAddEvent,
		&s.setCursor:  sqlSetCursor,
		&s.dropCursor: sqlDropCursor,
		&s.saveFiling: sqlSaveFiling,
	} {
		if *to = c.query(sql); to.err != nil {
			return to.err
		}
	}

	return nil
}

// Apply writes what was decided.
func (t *tx) Apply(_ context.Context, c *store.Changes) error {
	for _, j := range c.Joins {
		if err := t.join(j); err != nil {
			return err
		}
	}
	for _, apply := range [...]func(*store.Changes) error{t.applyCalls, t.applyEvents, t.applyCursors, t.applyFilings, t.applyLetters} {
		if err := apply(c); err != nil {
			return err
		}
	}

	if len(c.Joins) > 0 {
		t.rows.purge() // events are of another row
	}
	return nil
}

func (t *tx) applyCalls(c *store.Changes) error {
	for _, row := range c.Calls {
		if err := t.applyCall(row); err != nil {
			return err
		}
	}

	for _, k := range c.Keys {
		if err := t.addKey(k.Key, k.Call); err != nil {
			return err
		}
		t.rows.name(k.Key, t.rows.numbered[k.Call])
	}
	return nil
}

// applyCall writes a call, of what stands in no index alone if nothing else has changed.
func (t *tx) applyCall(row *store.Row) error {
	k, s := t.rows.numbered[row.Number], &row.Standing
	asked := s.Requested && (k == nil || !k.stands.Requested)
	if row.Number > t.lastCall {
		k = &known{Row: row}
		t.rows.numbered[row.Number], t.lastCall = k, row.Number
		if err := t.bindCall(t.hot.addCall, row).exec(); err != nil {
			return err
		}
	} else if k == nil || row.Joined != 0 || indexed(k.stands) != indexed(*s) {
		if err := t.bindCall(t.query(sqlSetCall), row).exec(); err != nil {
			return err
		}
	} else if err := t.hot.tellCall.int(row.Number).bool(s.Heard).bool(s.Over).bool(s.Settled).bool(s.Room).exec(); err != nil {
		return err
	}

	if k != nil {
		k.stands = *s
	}
	t.loads.told(row.Number, *s, asked)
	return nil
}

// indexed is a standing without what stands in no index.
func indexed(s careline.Standing) careline.Standing {
	s.Heard, s.Over, s.Settled, s.Room = false, false, false, false
	return s
}

func (t *tx) bindCall(q query, row *store.Row) query {
	s := &row.Standing
	q = q.int(row.Number).text(s.Key).time(s.First)
	if s.Requested {
		q = q.key(s.Clinician)
	} else {
		q = q.null()
	}
	q = q.text(string(s.Patient)).time(s.Begun).bool(s.Heard).bool(s.Over).bool(s.Settled).time(s.Look).bool(!s.Listed).bool(s.Room)
	if row.Joined == 0 {
		return q.null()
	}
	return q.int(row.Joined)
}

func (t *tx) applyEvents(c *store.Changes) error {
	for i := range c.Events {
		e := &c.Events[i]
		if err := t.hot.addEvent.int(e.Seq).int(e.Call).text(e.ID).time(e.Kept).text(e.Besides).bytes(e.Body).exec(); err != nil {
			return err
		}
		if k := t.rows.numbered[e.Call]; k != nil {
			k.events = append(k.events, event{
				seq:     e.Seq,
				kept:    e.Kept,
				besides: e.Besides,
				id:      t.rows.sum(e.ID),
			})
		}
	}

	if c.End > 0 {
		t.end = c.End
	}
	return nil
}

func (t *tx) applyCursors(c *store.Changes) error {
	for i := range c.Cursors {
		of := &c.Cursors[i]
		q := t.hot.dropCursor.int(of.Call).text(of.Consumer)
		if !of.Due.IsZero() {
			q = t.hot.setCursor.int(of.Call).text(of.Consumer).int(of.Done).time(of.Due).int(int64(of.Attempts)).text(of.Cause).text(again(of.Again))
		}
		if err := q.exec(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) applyFilings(c *store.Changes) error {
	for _, f := range c.Filings {
		err := t.hot.saveFiling.int(f.Call).key(f.Of).text(f.ID).text(f.Version).int(f.Seq).bool(f.Tried).bool(f.Doubted).exec()
		if err != nil {
			return err
		}
	}

	for _, r := range c.Refiled {
		var err error
		if r.Whole {
			err = t.each(r.Call, sqlForgetFilings, sqlTryAgain)
		} else {
			err = t.query(sqlTakeFilingsBack).int(r.Call).int(r.Seq).exec()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// each runs statements about a call.
func (t *tx) each(call int64, statements ...string) error {
	for _, sql := range statements {
		if err := t.query(sql).int(call).exec(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) applyLetters(c *store.Changes) error {
	for _, d := range c.Dead {
		err := t.query(sqlBury).int(d.Seq).text(d.Consumer).int(int64(d.Attempts)).time(d.Buried).text(d.Cause).exec()
		if err != nil {
			return err
		}
	}
	for _, place := range c.Alive {
		if err := t.query(sqlUnbury).text(place.Consumer).int(place.Seq).exec(); err != nil {
			return err
		}
	}
	return nil
}

// join takes what was kept under a leg's own key to its call.
func (t *tx) join(j store.Joining) error {
	for _, key := range j.Keys {
		stands, err := t.findKey(key)
		if err == nil && stands == j.Leg {
			err = t.addKey(key, j.Call)
		}
		if err != nil {
			return err
		}
	}
	for _, seq := range j.Moved {
		if err := t.query(sqlMoveEvent).int(seq).int(j.Call).exec(); err != nil {
			return err
		}
	}
	for _, seq := range j.Twins {
		if err := t.query(sqlDropLetters).int(seq).exec(); err != nil {
			return err
		}
	}

	for _, sql := range [...]string{sqlMoveFilings, sqlMoveJoined} {
		if err := t.query(sql).int(j.Leg).int(j.Call).exec(); err != nil {
			return err
		}
	}
	return t.each(j.Leg, sqlDropFilings, sqlDropCursors)
}

// again writes the places that are to be given again; place by place reads them.
func again(places []int64) string {
	var b []byte
	for i, seq := range places {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, seq, 10)
	}
	return string(b)
}

func places(text string) (places []int64) {
	for word := range strings.FieldsSeq(text) {
		seq, err := strconv.ParseInt(word, 10, 64)
		if err == nil { // nobody else writes here
			places = append(places, seq)
		}
	}
	return places
}

// cursorAt reads in the order of cursorColumns.
func cursorAt(row *sqlite.Stmt) store.Cursor {
	return store.Cursor{
		Consumer: row.ColumnText(0),
		Done:     row.ColumnInt64(1),
		Due:      timeAt(row, 2),
		Attempts: row.ColumnInt(3),
		Cause:    row.ColumnText(4),
		Again:    places(row.ColumnText(5)),
	}
}
