package store

import (
	"context"
	"slices"
	"time"

	"perci.health/careline"
)

// SaveFiling saves where a call stands; see Filings.
func (w *Writer) SaveFiling(ctx context.Context, f careline.Filing) error {
	if f.Call == "" {
		return invalid("a filing names no call")
	}
	return w.grantUnder(ctx, "save a filing", &filing{f})
}

// filing is a wish to save one.
type filing struct{ careline.Filing }

func (f *filing) begin(time.Time) {}

func (f *filing) want(w *Wanted) { w.Keys = append(w.Keys, f.Call) }

func (f *filing) decide(p *plan) (bool, error) { return true, p.file(f.Filing) }

// file saves a filing; it may be the first that is known of its call.
func (p *plan) file(f careline.Filing) error {
	row := p.row(f.Call)
	if row == nil {
		row = p.add(f.Call)
	}
	if row.Key != f.Call {
		return moved()
	}

	if row.Patient == "" && f.Patient != "" {
		s := row.Standing
		s.Patient = careline.Reference(Storable(string(f.Patient)))
		p.stand(row, s, s.First)
	}
	f.Patient = ""
	p.touch(row) // a leg joins its call with what was filed of it, in a round of its own
	p.changes.Filings = append(p.changes.Filings, FilingRow{Call: row.Number, Filing: f})
	return nil
}

// Refile has a consumer given a call again; see Filings. A filing that somebody is
// about to save undoes this: whoever refiles claims the call first.
func (w *Writer) Refile(ctx context.Context, consumer, call string, whole bool) error {
	return w.grant(ctx, "file a call again", &refiling{consumer: consumer, call: call, all: whole})
}

// refiling is a wish to have a call filed again.
type refiling struct {
	consumer, call string
	all            bool // else its last event alone

	whole []int64
}

func (r *refiling) begin(time.Time) { r.whole = r.whole[:0] }

func (r *refiling) want(w *Wanted) {
	w.Keys = append(w.Keys, r.call)
	w.Whole = append(w.Whole, r.whole...)
}

func (r *refiling) decide(p *plan) (bool, error) {
	row := p.own(r.call)
	if row == nil || row.Last == 0 {
		return true, NoCall(r.call)
	}
	events, known := p.found.Whole[row.Number]
	if !known || row.touched {
		r.whole = append(r.whole[:0], row.Number)
		return false, nil
	}

	from := events[len(events)-1].Seq
	if r.all {
		from = events[0].Seq
	}
	c := row.cursor(r.consumer)
	waits := p.config.Waits(*c, events)
	first := int64(0)
	if len(waits) > 0 {
		first = waits[0]
	}
	for _, e := range events {
		if e.Seq < from {
			continue
		}
		if !slices.Contains(waits, e.Seq) {
			waits = append(waits, e.Seq)
		}
		p.changes.Alive = append(p.changes.Alive, Place{Consumer: r.consumer, Seq: e.Seq})
	}
	slices.Sort(waits)

	p.config.place(c, events, waits)
	if c.Due = keptAt(events, waits[0]); r.all || waits[0] != first || waits[0] == from {
		c.ahead(events, waits[0])
	}
	p.move(row, c)
	p.changes.Refiled = append(p.changes.Refiled, Refiling{Call: row.Number, Whole: r.all, Seq: from})
	p.changed(row.Key)
	return true, nil
}

// Revive makes a dead letter a delivery again; see Letters.
func (w *Writer) Revive(ctx context.Context, consumer string, seq int64) error {
	return w.ask(ctx, "revive a delivery", &ticket{wish: &reviving{Place: Place{Consumer: consumer, Seq: seq}}, once: true})
}

// reviving is a wish to make a dead letter a delivery again.
type reviving struct {
	Place

	end, letter int // of Wanted.Ends, and of Wanted.Letters
	whole       []int64
}

func (r *reviving) begin(time.Time) { r.whole = r.whole[:0] }

func (r *reviving) want(w *Wanted) {
	r.end, r.letter = len(w.Ends), len(w.Letters)
	w.Ends = append(w.Ends, r.Place)
	w.Letters = append(w.Letters, r.Place)
	w.Whole = append(w.Whole, r.whole...)
}

func (r *reviving) decide(p *plan) (bool, error) {
	row := p.found.Ends[r.end].Row
	if row == nil || !p.found.Letters[r.letter] {
		return true, NoDeadLetter(r.Consumer, r.Seq)
	}
	events, known := p.found.Whole[row.Number]
	if !known || row.touched {
		r.whole = append(r.whole[:0], row.Number)
		return false, nil
	}

	c := row.cursor(r.Consumer)
	waits := p.config.Waits(*c, events)
	if !slices.Contains(waits, r.Seq) {
		waits = append(waits, r.Seq)
		slices.Sort(waits)
	}
	p.config.place(c, events, waits)
	if waits[0] == r.Seq {
		c.ahead(events, r.Seq)
	}
	p.move(row, c)
	p.changes.Alive = append(p.changes.Alive, r.Place)
	p.changed(row.Key)
	return true, nil
}

// LookAgain sets when a call is looked at next; see Unsettled.
func (w *Writer) LookAgain(ctx context.Context, call string, at time.Time) error {
	return w.grant(ctx, "put a look off", &looking{call: call, at: toStored(at)})
}

// looking is a wish to have a call looked at later, or not any more.
type looking struct {
	call string
	at   time.Time
}

func (l *looking) begin(time.Time) {}

func (l *looking) want(w *Wanted) { w.Keys = append(w.Keys, l.call) }

func (l *looking) decide(p *plan) (bool, error) {
	row := p.own(l.call)
	if row == nil || row.Look.IsZero() {
		return true, nil
	}
	row.Look = l.at
	row.Settled = l.at.IsZero() // nobody needs to look for its outcome
	p.write(row)
	return true, nil
}
