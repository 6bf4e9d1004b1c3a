package store

import (
	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// ref is a call as the tables name it, and as everybody else does.
type ref struct {
	number int64
	key    string
}

// resolve finds the call that an event belongs to, and learns from the event
// which leg belongs to which call. The first call that claims a leg has it.
func (t *tx) resolve(e *careline.CallEvent) (ref, error) {
	key := e.Call
	if key == "" {
		key = e.Leg
	}
	call, err := t.findOrAdd(key)
	if err != nil || e.Call == "" {
		return call, err
	}
	for _, leg := range [...]string{e.Leg, e.MemberLeg} {
		if leg == "" || leg == call.key {
			continue
		}
		if err := t.link(leg, call); err != nil {
			return ref{}, err
		}
	}
	return call, nil
}

func (t *tx) findOrAdd(key string) (ref, error) {
	call, err := t.find(key)
	if err != nil || call.number != 0 {
		return call, err
	}
	if err := t.query(sqlAddCall).text(key).exec(); err != nil {
		return ref{}, err
	}
	return t.name(key, ref{t.inserted(), key})
}

// find is the call of a key or a leg; the zero ref when it is not known.
func (t *tx) find(key string) (ref, error) {
	if call, ok := t.keys.Get(key); ok {
		return call, nil
	}
	var call ref
	found, err := t.query(sqlFindKey).text(key).one(func(row *sqlite.Stmt) { call = ref{row.ColumnInt64(0), row.ColumnText(1)} })
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
	for _, sql := range [...]string{sqlMoveKeys, sqlMoveEvents, sqlMoveFiling} {
		if err := t.query(sql).int(leg.number).int(call.number).exec(); err != nil {
			return err
		}
	}
	if err := t.query(sqlDropFiling).int(leg.number).exec(); err != nil {
		return err
	}
	if err := t.query(sqlEndIfEnded).int(call.number).exec(); err != nil {
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
