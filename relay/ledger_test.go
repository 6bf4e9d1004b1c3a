package relay_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"perci.health/careline"
)

// ledger is a log with its queue as the store keeps them, rules of legs and all,
// for one goroutine at a time.
type ledger struct {
	now     time.Time
	seq     int64
	rows    map[string]*row   // by the call's key, or that of a leg whose call is not known
	keys    map[string]string // of calls and legs → key of the row
	dead    map[int64]bool    // places that were given up
	kept    map[int64]string  // place → the key that its event was kept under
	untold  []careline.News   // committed, and not told yet
	reading func()            // called as Next has read, before it answers; nil: nothing
	reads   int               // how often Next was asked
}

type row struct {
	events   []careline.CallEvent
	filing   careline.Filing
	pending  []int64 // places, in their order
	attempts int     // at the first
	due      time.Time
}

func newLedger() *ledger {
	return &ledger{
		now:  time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
		rows: map[string]*row{},
		keys: map[string]string{},
		kept: map[int64]string{},
		dead: map[int64]bool{},
	}
}

// keep appends an event of a call, or of a leg whose call it does not name.
func (l *ledger) keep(kind careline.Kind, call, leg string) {
	l.seq++
	l.now = l.now.Add(time.Millisecond)
	e := careline.CallEvent{Seq: l.seq, ID: fmt.Sprint("e", l.seq), Call: call, Leg: leg, Kind: kind, Kept: l.now, Report: fmt.Append(nil, "report ", l.seq)}
	key, known := l.keys[e.Key()]
	if !known {
		key = e.Key()
		l.rows[key], l.keys[key] = &row{filing: careline.Filing{Call: key}}, key
	}
	moved := l.join(key, leg)

	r, before := l.rows[key], int64(0)
	if n := len(r.events); n > 0 {
		before = r.events[n-1].Seq
	}
	e.Call, l.kept[e.Seq] = key, key
	r.events = append(r.events, e)
	l.wait(r, e.Seq)
	l.untold = append(l.untold, careline.News{Event: e, Before: before})
	if moved {
		l.changed(key)
	}
}

// join takes what was kept under the leg's own key to the call.
func (l *ledger) join(key, leg string) (moved bool) {
	own, known := l.keys[leg]
	l.keys[leg] = key
	if !known || own == key {
		return false
	}

	from, to := l.rows[own], l.rows[key]
	delete(l.rows, own)
	to.events = append(to.events, from.events...)
	slices.SortFunc(to.events, func(a, b careline.CallEvent) int { return int(a.Seq - b.Seq) })
	for i := range to.events {
		to.events[i].Call = key
	}
	if to.filing.ID == "" && !to.filing.Tried {
		to.filing = from.filing
		to.filing.Call = key
	}
	for _, seq := range from.pending {
		l.wait(to, seq)
	}
	return true
}

// wait has a place of the call's wait; whatever is first is never tried.
func (l *ledger) wait(r *row, seq int64) {
	if slices.Contains(r.pending, seq) {
		return
	}
	r.pending = append(r.pending, seq)
	slices.Sort(r.pending)
	if r.pending[0] == seq {
		r.attempts, r.due = 0, l.now
	}
}

func (l *ledger) changed(call string) {
	l.untold = append(l.untold, careline.News{Event: careline.CallEvent{Call: call}, Before: -1})
}

// refile has a call given out again: all of it, or its last event.
func (l *ledger) refile(call string, whole bool) {
	r := l.rows[call]
	if r == nil {
		return
	}
	last := r.events[len(r.events)-1].Seq
	if whole {
		for _, e := range r.events {
			l.wait(r, e.Seq)
		}
		r.filing = careline.Filing{Call: call, Tried: true}
	} else {
		l.wait(r, last)
		r.filing.Seq = min(r.filing.Seq, last-1)
	}
	l.changed(call)
}

// revive makes every dead letter a delivery again.
func (l *ledger) revive() {
	for _, seq := range slices.Sorted(maps.Keys(l.dead)) {
		if call, r := l.of(seq); r != nil {
			l.wait(r, seq)
			l.changed(call)
		}
	}
	clear(l.dead)
}

// erase forgets every trace of a call.
func (l *ledger) erase(call string) {
	delete(l.rows, call)
	maps.DeleteFunc(l.kept, func(_ int64, of string) bool { return l.keys[of] == call })
	maps.DeleteFunc(l.keys, func(_, of string) bool { return of == call })
	l.changed(call)
}

// of is the call of an event; nil when there is none.
func (l *ledger) of(seq int64) (string, *row) {
	call := l.keys[l.kept[seq]]
	return call, l.rows[call]
}

func (l *ledger) Due(_ context.Context, _ string, now time.Time, limit int) (calls []string, next time.Time, err error) {
	for _, call := range slices.Sorted(maps.Keys(l.rows)) {
		r := l.rows[call]
		switch {
		case len(r.pending) == 0:
		case r.due.After(now):
			next = r.due
		case len(calls) < limit:
			calls = append(calls, call)
		}
	}
	return calls, next, nil
}

func (l *ledger) Claim(ctx context.Context, _, _ string) (context.Context, bool, error) {
	return ctx, true, nil
}

func (l *ledger) Release(context.Context, string, string) error { return nil }

func (l *ledger) Next(_ context.Context, consumer, call string, now time.Time) (careline.Delivery, bool, error) {
	l.reads++
	d, ok := l.next(consumer, call, now)
	if l.reading != nil {
		l.reading()
	}
	return d, ok, nil
}

// next is what Next answers.
func (l *ledger) next(consumer, call string, now time.Time) (d careline.Delivery, ok bool) {
	r := l.rows[call]
	if r == nil || len(r.pending) == 0 || r.due.After(now) {
		return d, false
	}
	known := &careline.Known{Events: slices.Clone(r.events), Filing: r.filing, Last: len(r.pending) == 1}
	at := slices.IndexFunc(r.events, func(e careline.CallEvent) bool { return e.Seq == r.pending[0] })
	return careline.Delivery{Consumer: consumer, Event: r.events[at], Attempts: r.attempts, Known: known}, true
}

func (l *ledger) Done(_ context.Context, d careline.Delivery, filed careline.Filing) error {
	call, r := l.of(d.Event.Seq)
	if r == nil {
		return nil
	}
	if filed.Call == call && filed.Seq >= r.filing.Seq {
		r.filing = filed
	}
	l.end(r, d.Event.Seq)
	return nil
}

func (l *ledger) end(r *row, seq int64) {
	i := slices.Index(r.pending, seq)
	if i < 0 {
		return
	}
	r.pending = slices.Delete(r.pending, i, i+1)
	if i == 0 {
		r.attempts, r.due = 0, l.now
	}
}

func (l *ledger) Retry(_ context.Context, d careline.Delivery, at time.Time, _ string) error {
	if _, r := l.of(d.Event.Seq); r != nil && len(r.pending) > 0 && r.pending[0] == d.Event.Seq {
		r.attempts, r.due = d.Attempts+1, at
	}
	return nil
}

func (l *ledger) Bury(_ context.Context, d careline.Delivery, _ string) error {
	if _, r := l.of(d.Event.Seq); r != nil {
		l.end(r, d.Event.Seq)
		l.dead[d.Event.Seq] = true
	}
	return nil
}

// tried marks that a first filing of the call was begun.
func (l *ledger) tried(call string) {
	if r := l.rows[call]; r != nil && r.filing.ID == "" {
		r.filing.Tried = true
	}
}
