package store

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"perci.health/careline"
)

// ending is a wish to end a delivery, or to put it off.
type ending struct {
	delivery careline.Delivery
	how      outcome
	at       time.Time // of putOff
	cause    string    // of putOff and buried
	filed    careline.Filing

	now   time.Time
	index int     // of Wanted.Ends
	whole []int64 // the call's row, when its cursor alone does not tell
}

type outcome int

const (
	done outcome = iota
	putOff
	buried
)

// Done ends a delivery; see Outcomes.
func (w *Writer) Done(ctx context.Context, d careline.Delivery, filed careline.Filing) error {
	return w.grantUnder(ctx, "end a delivery", &ending{delivery: d, how: done, filed: filed})
}

// Retry puts a delivery off; see Outcomes.
func (w *Writer) Retry(ctx context.Context, d careline.Delivery, at time.Time, cause string) error {
	return w.grantUnder(ctx, "put a delivery off", &ending{
		delivery: d,
		how:      putOff,
		at:       toStored(at),
		cause:    short(cause),
	})
}

// Bury gives a delivery up; see Outcomes.
func (w *Writer) Bury(ctx context.Context, d careline.Delivery, cause string) error {
	return w.grantUnder(ctx, "bury a delivery", &ending{delivery: d, how: buried, cause: short(cause)})
}

func (e *ending) begin(now time.Time) { e.now, e.whole = now, e.whole[:0] }

func (e *ending) want(w *Wanted) {
	e.index = len(w.Ends)
	w.Ends = append(w.Ends, e.place())
	w.Whole = append(w.Whole, e.whole...)
	if e.filed.Call != "" {
		w.Keys = append(w.Keys, e.filed.Call)
	}
}

func (e *ending) place() Place {
	return Place{Consumer: e.delivery.Consumer, Seq: e.delivery.Event.Seq, Key: e.delivery.Event.Call}
}

func (e *ending) decide(p *plan) (bool, error) {
	at := p.found.Ends[e.index]
	row := at.Row
	if row != nil && row.touched {
		return false, nil
	}

	if row != nil {
		c := row.cursor(e.delivery.Consumer)
		next, waits := e.take(p, row, *c, at)
		if waits == unknown {
			e.whole = append(e.whole[:0], row.Number)
			return false, nil
		}
		if e.filed != (careline.Filing{}) {
			if err := p.file(e.filed); err != nil {
				return true, err
			}
		}
		if waits == yes {
			*c = next
			p.move(row, c)
			e.bury(p)
		}
		return true, nil
	}

	if e.filed.Call != "" && p.row(e.filed.Call) != nil {
		return true, p.file(e.filed)
	}
	return true, nil // of a call that was forgotten meanwhile nothing is kept
}

func (e *ending) bury(p *plan) {
	if e.how != buried {
		return
	}
	p.changes.Dead = append(p.changes.Dead, DeadRow{
		Place:    e.place(),
		Attempts: e.delivery.Attempts + 1,
		Buried:   e.now,
		Cause:    e.cause,
	})
}

// answer is whether a delivery still waits.
type answer int

const (
	no answer = iota
	yes
	unknown // unless all events of the call are looked at
)

// take is the cursor without the delivery, or with it put off.
func (e *ending) take(p *plan, row *Row, c Cursor, at End) (next Cursor, waits answer) {
	seq := e.delivery.Event.Seq
	again := slices.Index(c.Again, seq)
	switch {
	case c.Due.IsZero():
		return c, no // it has ended already
	case again < 0 && seq <= c.Done, again < 0 && (at.First.Seq == 0 || at.First.Seq > seq):
		return c, no
	case e.how == putOff:
		return e.putOff(c, at)
	case again >= 0:
		return e.takeAgain(c, at, again), yes
	case at.First.Seq < seq:
		return e.takeFrom(p, row, c)
	}

	c.Done = seq
	if len(c.Again) == 0 {
		c.Attempts, c.Cause, c.Due = 0, "", at.Next.due()
	}
	return c, yes
}

// due is when an event that waits is due; zero: none does.
func (w Waiting) due() time.Time {
	if w.Seq == 0 {
		return time.Time{}
	}
	return w.Kept
}

// putOff counts a failed attempt, if the delivery is still its call's first: what
// waits behind another has no time of its own.
func (e *ending) putOff(c Cursor, at End) (Cursor, answer) {
	first := at.First.Seq
	if len(c.Again) > 0 {
		first = c.Again[0]
	}
	if first != e.delivery.Event.Seq || c.Attempts > e.delivery.Attempts+1 {
		return c, no
	}
	c.Due, c.Attempts, c.Cause = e.at, e.delivery.Attempts+1, e.cause
	return c, yes
}

// takeAgain is the cursor without one of those that are given again.
func (e *ending) takeAgain(c Cursor, at End, again int) Cursor {
	c.Again = slices.Concat(c.Again[:again], c.Again[again+1:])
	if again > 0 {
		return c
	}

	c.Attempts, c.Cause = 0, ""
	if len(c.Again) == 0 {
		c.Due = at.First.due()
	} else if c.Due.After(e.now) {
		c.Due = e.now
	}
	return c
}

// takeFrom is the cursor without a delivery that others came in before, since it was
// given out.
func (e *ending) takeFrom(p *plan, row *Row, c Cursor) (Cursor, answer) {
	events, known := p.found.Whole[row.Number]
	if !known {
		return c, unknown
	}
	waits := slices.DeleteFunc(p.config.Waits(c, events), func(seq int64) bool { return seq == e.delivery.Event.Seq })
	p.config.place(&c, events, waits)
	return c, yes
}

// short bounds a cause: it is for a person to read.
func short(cause string) string {
	const limit = 1000
	cause = Storable(cause)
	if len(cause) <= limit {
		return cause
	}

	cause = cause[:limit]
	for !utf8.ValidString(cause) && len(cause) > limit-utf8.UTFMax {
		cause = cause[:len(cause)-1]
	}
	return cause + "…"
}
