package store

import (
	"cmp"
	"slices"
	"time"

	"perci.health/careline"
)

// joining is the row of a leg that an event of the call tells to belong to it, and
// that has kept something under its own key so far; nil: none. Who was requested is a
// call in its own right.
func (p *plan) joining(call *Row, e *careline.CallEvent) *Row {
	if e.Call == "" {
		return nil
	}
	for _, key := range [...]string{e.Leg, e.MemberLeg} {
		leg := p.row(key)
		if key == "" || leg == nil || leg == call || leg.Key != key || leg.Requested {
			continue
		}
		return leg
	}
	return nil
}

// join takes a leg to the call that an event names, as soon as all events of both are
// known. The event itself comes after them, so whoever is given that one has them.
func (k *keeping) join(p *plan, call, leg *Row) error {
	ofLeg, known := p.found.Whole[leg.Number]
	var ofCall []EventRow
	if known && call != nil {
		ofCall, known = p.found.Whole[call.Number]
	}
	if !known || leg.touched || call != nil && call.touched {
		k.whole = append(k.whole[:0], leg.Number)
		if call != nil {
			k.whole = append(k.whole, call.Number)
		}
		return nil
	}

	names, err := NamesOf(leg.Key, ofLeg)
	if err != nil {
		return err
	}
	if call == nil {
		call = p.add(k.asked.Call)
	}
	j := Joining{Leg: leg.Number, Call: call.Number, Keys: names}
	for _, e := range ofLeg {
		if slices.ContainsFunc(ofCall, func(o EventRow) bool { return o.ID == e.ID }) {
			j.Twins = append(j.Twins, e.Seq)
		} else {
			j.Moved = append(j.Moved, e.Seq)
		}
	}
	p.changes.Joins = append(p.changes.Joins, j)

	p.joined(call, leg, ofCall, ofLeg, j)
	p.stand(call, call.Standing.Joined(leg.Standing), k.kept.Kept)
	leg.Joined, leg.Cursors, leg.Look = call.Number, nil, time.Time{}
	p.write(leg)
	p.changed(call.Key)

	k.whole = k.whole[:0]
	return nil
}

// NamesOf are all keys that what was kept under a key may have given to its row: the
// key, and the legs of its events.
func NamesOf(key string, events []EventRow) ([]string, error) {
	names := []string{key}

	for _, row := range events {
		e, err := row.Event(key)
		if err != nil {
			return nil, err
		}
		for _, leg := range [...]string{e.Leg, e.MemberLeg} {
			if leg != "" && !slices.Contains(names, leg) {
				names = append(names, leg)
			}
		}
	}
	return names, nil
}

// joined has the call's consumers wait for all that they or the leg's waited for.
func (p *plan) joined(call, leg *Row, ofCall, ofLeg []EventRow, j Joining) {
	all := slices.Clone(ofCall)
	for _, e := range ofLeg {
		if slices.Contains(j.Moved, e.Seq) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b EventRow) int { return cmp.Compare(a.Seq, b.Seq) })

	for _, of := range leg.Cursors {
		call.cursor(of.Consumer)
	}
	for i := range call.Cursors {
		of := &call.Cursors[i]
		mine, theirs := p.config.Waits(*of, ofCall), []int64(nil)
		head := *of
		if at := slices.IndexFunc(leg.Cursors, func(c Cursor) bool { return c.Consumer == of.Consumer }); at >= 0 {
			theirs = p.config.Waits(leg.Cursors[at], ofLeg)
			if len(mine) == 0 || len(theirs) > 0 && theirs[0] < mine[0] {
				head = leg.Cursors[at]
			}
		}
		p.queue(of, head, all, waiting{mine: mine, theirs: theirs, twins: j.Twins})
		p.move(call, of)
	}
	if len(all) > 0 {
		call.Last = all[len(all)-1].Seq
	}
}

// waiting is what waits for a consumer of a call, and of a leg that joins it.
type waiting struct{ mine, theirs, twins []int64 }

// queue sets a cursor of the call to what waits for either. The first of them keeps its
// attempts and its time, which head has, unless head's was a twin's.
func (p *plan) queue(of *Cursor, head Cursor, all []EventRow, w waiting) {
	waits := slices.Concat(w.mine, w.theirs)
	slices.Sort(waits)
	first := int64(0)
	if len(waits) > 0 {
		first = waits[0]
	}
	waits = slices.DeleteFunc(waits, func(seq int64) bool { return slices.Contains(w.twins, seq) })

	p.config.place(of, all, waits)
	switch {
	case len(waits) == 0:
		of.Due, of.Attempts, of.Cause = time.Time{}, 0, ""
	case waits[0] != first:
		of.ahead(all, waits[0])
	default:
		of.Due, of.Attempts, of.Cause = head.Due, head.Attempts, head.Cause
	}
}
