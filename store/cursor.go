package store

import (
	"cmp"
	"slices"
	"time"

	"perci.health/careline"
)

// cursor is the row's cursor of a consumer, which it makes if need be.
func (r *Row) cursor(consumer string) *Cursor {
	for i := range r.Cursors {
		if r.Cursors[i].Consumer == consumer {
			return &r.Cursors[i]
		}
	}
	r.Cursors = append(r.Cursors, Cursor{Consumer: consumer, Done: r.Last})
	return &r.Cursors[len(r.Cursors)-1]
}

// move has a cursor written.
func (p *plan) move(row *Row, c *Cursor) {
	p.touch(row)
	p.changes.Cursors = append(p.changes.Cursors, CursorRow{Call: row.Number, Cursor: *c})
}

// Meant reports whether an event that was kept besides for somebody is meant for the
// consumer: one of Outbound gets what was kept for it, everybody else gets all.
func (c *Config) Meant(consumer, besides string) bool {
	return besides == consumer || !slices.Contains(c.Outbound, consumer)
}

// Waits are the places of a call's events, which are in the log's order, that wait for
// the cursor's consumer.
func (c *Config) Waits(of Cursor, events []EventRow) []int64 {
	if of.Due.IsZero() {
		return nil
	}
	waits := slices.Clone(of.Again)
	for _, e := range events {
		if e.Seq > of.Done && c.Meant(of.Consumer, e.Besides) {
			waits = append(waits, e.Seq)
		}
	}
	return waits
}

// Next is the delivery of a call's first event that waits, if it is due at the time
// now: what an engine's Next answers. The call is that of the key, and these are all
// its events.
func (c *Config) Next(of Cursor, key string, events []EventRow, filing careline.Filing, now time.Time) (d careline.Delivery, ok bool, err error) {
	waits := c.Waits(of, events)
	if len(waits) == 0 || of.Due.After(toStored(now)) {
		return careline.Delivery{}, false, nil
	}

	known := &careline.Known{Filing: filing, Last: len(waits) == 1, Events: make([]careline.CallEvent, 0, len(events))}
	d = careline.Delivery{Consumer: of.Consumer, Attempts: of.Attempts, Known: known}
	for _, row := range events {
		e, err := row.Event(key)
		if err != nil {
			return careline.Delivery{}, false, err
		}
		known.Events = append(known.Events, e)
		if e.Seq == waits[0] {
			d.Event, ok = e, true
		}
	}
	return d, ok, nil
}

// place sets the cursor's places to those that wait, of a call's events, which are in
// the log's order. Whoever calls it sets when the first is due.
func (c *Config) place(of *Cursor, events []EventRow, waits []int64) {
	of.Done, of.Again = 0, nil
	for _, e := range events {
		if !slices.Contains(waits, e.Seq) || !c.Meant(of.Consumer, e.Besides) {
			of.Done = e.Seq
		}
	}

	for _, seq := range waits {
		if seq <= of.Done {
			of.Again = append(of.Again, seq)
		}
	}
}

// ahead has the first that waits, one of a call's events, come first: never tried, and
// due when it was kept, which is at once.
func (of *Cursor) ahead(events []EventRow, first int64) {
	of.Due, of.Attempts, of.Cause = keptAt(events, first), 0, ""
}

// keptAt is when the event of a place was kept.
func keptAt(events []EventRow, seq int64) time.Time {
	at, found := slices.BinarySearchFunc(events, seq, func(e EventRow, seq int64) int { return cmp.Compare(e.Seq, seq) })
	if !found {
		return time.Time{}
	}
	return events[at].Kept
}
