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
}

// keyOf is the key under which an event is kept until more is known.
func keyOf(e careline.CallEvent) string {
	if e.Call == "" {
		return e.Leg
	}
	return e.Call
}

// linkLegs learns from an event of the call which legs belong to it. The first
// call that claims a leg has it.
func (t *tx) linkLegs(call ref, e careline.CallEvent) error {
	if e.Call == "" {
		return nil
	}
	for _, leg := range [...]string{e.Leg, e.MemberLeg} {
		if leg == "" || leg == call.key {
			continue
		}
		if err := t.link(leg, call); err != nil {
			return err
		}
	}
	return nil
}

// add begins the row of a call that nothing was known of; request is the event
// that asked for it, nil when another came first.
func (t *tx) add(call ref, request *careline.CallEvent) (ref, error) {
	q := t.query(sqlAddCall).text(call.key)
	if request == nil {
		q = q.null().null()
	} else {
		q = q.key(request.Request.Clinician).time(request.Kept)
	}
	if err := q.bool(call.heard).bool(call.over).exec(); err != nil {
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
		call = ref{row.ColumnInt64(0), row.ColumnText(1), row.ColumnBool(2), row.ColumnBool(3)}
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

func (t *tx) link(leg string, call ref) error {
	before, err := t.find(leg)
	if err != nil {
		return err
	}
	if before.number == 0 {
		_, err := t.name(leg, call)
		return err
	}
	if before.number == call.number || before.key != leg {
		return nil
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
	for _, consumer := range t.consumers {
		for _, sql := range [...]string{sqlDropTwin, sqlDropTwinLetter} {
			if err := t.query(sql).int(leg.number).int(call.number).text(consumer).exec(); err != nil {
				return err
			}
		}
	}
	for _, sql := range [...]string{sqlMoveKeys, sqlMoveEvents, sqlMoveFiling, sqlTellMoved} {
		if err := t.query(sql).int(leg.number).int(call.number).exec(); err != nil {
			return err
		}
	}
	if err := t.query(sqlDropFiling).int(leg.number).exec(); err != nil {
		return err
	}
	t.calls = append(t.calls, call.key)
	for _, consumer := range t.consumers {
		if err := t.lineUp(consumer, call.number); err != nil {
			return err
		}
	}
	return nil
}
