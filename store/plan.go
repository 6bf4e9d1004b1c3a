package store

import (
	"slices"
	"time"

	"perci.health/careline"
)

// plan is what is decided of a batch. It asks nobody: it has what the engine found,
// and gathers what is to be changed. Requests of one batch see each other through the
// rows, which it changes as it goes.
type plan struct {
	config *Config
	again  bool // the batch may have been committed before

	found   *Found
	changes Changes
	end     int64 // the last place given out
	numbers int   // how many of found.Numbers are used
	touched []*Row
	busier  []busier

	news []careline.News // of the whole transaction
	most int             // how many news there may be
}

// busier is by how much a call of this round has changed its clinician's load.
type busier struct {
	clinician string
	call      int64
	by        careline.Load
}

// reset is for a new transaction of so many requests.
func (p *plan) reset(again bool, requests int) {
	p.again, p.news, p.most = again, nil, requests
}

// begin is for a new round of a transaction.
func (p *plan) begin(found *Found) {
	p.found, p.end, p.numbers = found, found.End, 0
	c := &p.changes
	*c = Changes{
		Joins:   c.Joins[:0],
		Calls:   c.Calls[:0],
		Keys:    c.Keys[:0],
		Events:  c.Events[:0],
		Cursors: c.Cursors[:0],
		Filings: c.Filings[:0],
		Refiled: c.Refiled[:0],
		Dead:    c.Dead[:0],
		Alive:   c.Alive[:0],
	}

	for _, row := range p.touched {
		row.planned, row.touched = false, false
	}
	clear(p.touched)
	p.touched, p.busier = p.touched[:0], p.busier[:0]
}

// empty reports whether nothing is to be written.
func (p *plan) empty() bool {
	c := &p.changes
	return len(c.Joins)+len(c.Calls)+len(c.Keys)+len(c.Events)+len(c.Cursors)+
		len(c.Filings)+len(c.Refiled)+len(c.Dead)+len(c.Alive) == 0
}

// tell is the calls of which something is new, each once.
func (p *plan) tell() []string {
	keys := make([]string, 0, len(p.news))
	for _, n := range p.news {
		keys = append(keys, n.Event.Call)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// row is the call of a key; nil when it is not known.
func (p *plan) row(key string) *Row { return p.found.Rows[key] }

// own is the call that has the key itself, not by a leg; nil: none.
func (p *plan) own(key string) *Row {
	if row := p.found.Rows[key]; row != nil && row.Key == key {
		return row
	}
	return nil
}

// add begins the row of a call that nothing was known of.
func (p *plan) add(key string) *Row {
	row := &Row{Number: p.found.Numbers[p.numbers]}
	p.numbers++
	row.Key = key

	p.name(key, row)
	p.write(row)
	return row
}

// name gives a call one more key.
func (p *plan) name(key string, row *Row) {
	p.found.Rows[key] = row
	p.changes.Keys = append(p.changes.Keys, KeyRow{Key: key, Call: row.Number})
}

// write has the row of a call written.
func (p *plan) write(row *Row) {
	p.touch(row)
	if !row.planned {
		row.planned = true
		p.changes.Calls = append(p.changes.Calls, row)
	}
}

// touch notes that something of the call is written.
func (p *plan) touch(row *Row) {
	if !row.touched {
		row.touched = true
		p.touched = append(p.touched, row)
	}
}

// changed says of a call, without an event of it, that something is to be delivered.
func (p *plan) changed(call string) {
	p.tellOf(careline.News{Event: careline.CallEvent{Call: call}, Before: -1})
}

// tellOf adds news. They are large, and whoever is told may keep them: so there is room
// for all of a transaction at once, made when there is one.
func (p *plan) tellOf(n careline.News) {
	if p.news == nil {
		p.news = make([]careline.News, 0, p.most)
	}
	p.news = append(p.news, n)
}

// stand gives a call another standing at the time now.
func (p *plan) stand(row *Row, s careline.Standing, now time.Time) {
	if s == row.Standing {
		return
	}
	before, after := Tally(careline.Load{}, row.Standing, now), Tally(careline.Load{}, s, now)
	if before != after {
		by := careline.Load{Recent: after.Recent - before.Recent, Live: after.Live - before.Live}
		p.busier = append(p.busier, busier{clinician: s.Clinician, call: row.Number, by: by})
	}

	row.Standing = s
	p.write(row)
}

// load is a clinician's load as found, and as it became in this round, without the
// call of a row.
func (p *plan) load(found careline.Load, clinician string, except *Row) careline.Load {
	for _, b := range p.busier {
		if b.clinician == clinician && (except == nil || b.call != except.Number) {
			found.Recent += b.by.Recent
			found.Live += b.by.Live
		}
	}
	return found
}

// Tally counts a call to its clinician's load at the time now: Recent, asked for in
// the last careline.RecentFor, refused or not; Live, if it is (careline.Standing).
func Tally(load careline.Load, s careline.Standing, now time.Time) careline.Load {
	if s.Requested && s.Begun.After(now.Add(-careline.RecentFor)) {
		load.Recent++
	}
	if s.Requested && s.LiveAt(now) {
		load.Live++
	}
	return load
}

// Counted is the time after which a call must have begun to count to a load at the
// time now.
func Counted(now time.Time) time.Time { return now.Add(-careline.LiveFor) }

// toStored is t as a reader of the log will have it.
func toStored(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}
