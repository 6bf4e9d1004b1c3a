package store

import (
	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// ref is a call as the tables name it, and as everybody else does, with what its
// row has been told already. The row may have been told more, never less.
type ref struct {
	number      int64
	key         string
	heard, over bool
	looked      bool // it is known to be a clinician's call, so that it is looked at
	settled     bool // it is not looked at any more
}

// told is the call after the event, whose Call is still what the report said.
func (r ref) told(e careline.CallEvent) ref {
	r.heard = r.heard || !asks(e)
	r.over = r.over || ends(e) || e.Kind == careline.KindRefused
	r.looked = r.looked || e.Call != "" && e.Kind != careline.KindMemberCalled
	r.settled = r.settled || settles(e)
	return r
}

// keyOf is the key under which an event is kept until more is known.
func keyOf(e careline.CallEvent) string {
	if e.Call == "" {
		return e.Leg
	}
	return e.Call
}

// linkLegs learns from an event of the call which legs belong to it. The first
// call that claims a leg has it; a repetition of an event teaches nothing.
func (t *tx) linkLegs(call ref, e careline.CallEvent) error {
	if e.Call == "" {
		return nil
	}
	for _, leg := range [...]string{e.Leg, e.MemberLeg} {
		if leg == "" || leg == call.key {
			continue
		}
		before, err := t.find(leg)
		if err != nil {
			return err
		}
		if before.number == call.number || before.number != 0 && before.key != leg {
			continue
		}
		if repeated, err := t.query(sqlIsKept).int(call.number).text(e.ID).found(); repeated || err != nil {
			return err
		}
		if err := t.link(leg, before, call); err != nil {
			return err
		}
	}
	return nil
}

// add begins the row of a call that nothing was known of, told of its first event;
// nil when a filing came first.
func (t *tx) add(call ref, first *careline.CallEvent) (ref, error) {
	q := t.query(sqlAddCall).text(call.key)
	if first != nil && asks(*first) {
		q = q.key(first.Request.Clinician).time(first.Kept).text(string(first.Request.Patient))
	} else {
		q = q.null().null().null()
	}
	q = q.bool(call.heard).bool(call.over)
	switch {
	case call.settled:
		q = q.int(0)
	case call.looked:
		q = q.time(first.Kept.Add(LookAfter))
	}
	if err := q.exec(); err != nil {
		return ref{}, err
	}
	call.number = t.inserted()
	return t.name(call.key, call)
}

// find is the call of a key or a leg; the zero ref when it is not known.
func (t *tx) find(key string) (ref, error) {
	if call, ok := t.keys.Get(key); ok {
		return call, nil
	}
	var call ref
	found, err := t.query(sqlFindKey).text(key).one(func(row *sqlite.Stmt) {
		call = ref{row.ColumnInt64(0), row.ColumnText(1), row.ColumnBool(2), row.ColumnBool(3), row.ColumnBool(4), row.ColumnBool(5)}
	})
	if found {
		t.keys.Add(key, call)
	}
	return call, err
}

// name gives a call one more key.
func (t *tx) name(key string, call ref) (ref, error) {
	t.keys.Add(key, call)
	return call, t.query(sqlAddKey).text(key).int(call.number).exec()
}

// link gives a leg to the call, with what was kept under its own key before.
func (t *tx) link(leg string, before, call ref) error {
	if before.number == 0 {
		_, err := t.name(leg, call)
		return err
	}
	requested, err := t.query(sqlWasRequested).int(before.number).found()
	if err != nil || requested {
		return err // a call in its own right
	}
	return t.move(before, call)
}

// move takes what was kept under a leg's own key to its call: the events with
// their places in the log, their deliveries with the attempts made. The event
// that told of the link comes after them, so whoever is given that one has them.
func (t *tx) move(leg, call ref) error {
	t.keys.Purge()
	for _, consumer := range t.queues {
		for _, sql := range [...]string{sqlDropTwin, sqlDropTwinLetter} {
			if err := t.query(sql).int(leg.number).int(call.number).text(consumer).exec(); err != nil {
				return err
			}
		}
	}
	for _, sql := range [...]string{sqlMoveKeys, sqlMoveEvents, sqlMoveFiling, sqlTellMoved, sqlJoin} {
		if err := t.query(sql).int(leg.number).int(call.number).exec(); err != nil {
			return err
		}
	}
	if err := t.query(sqlDropFiling).int(leg.number).exec(); err != nil {
		return err
	}
	t.calls = append(t.calls, call.key)
	for _, consumer := range t.queues {
		if err := t.lineUp(consumer, call.number); err != nil {
			return err
		}
	}
	return nil
}
