package calls

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
)

// Bounds of what is remembered of who rang whom. An entry is some 300 bytes.
const (
	// BackFor is how long it is told that somebody has rung the clinic.
	BackFor = 24 * time.Hour
	// DialledFor is how long a call is remembered as the last one to its number: from
	// Friday's to Monday's.
	DialledFor = 4 * 24 * time.Hour
	// dialledAtMost are the calls remembered so, those placed last: two days of a clinic
	// of 20 000 calls a day.
	dialledAtMost = 40_000
	// backAtMost are the numbers remembered that rang the clinic, those last. Anybody can
	// ring, from as many numbers as they like.
	backAtMost = 20_000
)

// outgoing is a call to a member, as far as one that comes back is compared with it.
type outgoing struct {
	seq                          int64
	kept                         time.Time
	call, clinician, appointment string
}

// incoming is a member's call to the clinic.
type incoming struct {
	seq    int64
	at     time.Time
	number careline.Phone
	after  outgoing // the last call to this number before it; zero: none is remembered
}

// answeredBy reports whether the call to the member came after this one. The log's order
// tells, but for a report that came late: what clearly happened before is before.
func (in incoming) answeredBy(o outgoing) bool {
	return o.seq > in.seq || in.at.Add(time.Minute).Before(o.kept)
}

// rings remember, by number and by appointment, who rang last.
type rings struct {
	mu      sync.Mutex
	seq     int64                          // all up to here was taken
	newest  time.Time                      // when somebody rang the clinic last
	dialled *lru.Cache[string, outgoing]   // by number
	placed  *lru.Cache[string, outgoing]   // by appointment
	back    *lru.Cache[string, incoming]   // by number
	own     map[string]map[string]struct{} // clinician → numbers of back that they had called last
}

func newRings() *rings {
	r := &rings{own: map[string]map[string]struct{}{}}
	r.dialled, r.placed = sized[outgoing](dialledAtMost, nil), sized[outgoing](dialledAtMost, nil)
	r.back = sized(backAtMost, func(number string, in incoming) { r.disown(number, in) })
	return r
}

func sized[V any](most int, dropped func(string, V)) *lru.Cache[string, V] {
	c, err := lru.NewWithEvict(most, dropped)
	if err != nil {
		panic("calls: " + err.Error()) // the size is a constant above zero
	}
	return c
}

// take learns from events in the log's order, and reports whether somebody rang the
// clinic. caller is the number that they rang from.
func (r *rings) take(events []careline.CallEvent, caller func(careline.CallEvent) careline.Phone) (rang bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		r.seq = max(r.seq, e.Seq)
		switch e.Kind {
		case careline.KindRequested:
			r.went(e)
		case careline.KindMemberCalled:
			rang = r.came(e, caller(e)) || rang
		}
	}
	return rang
}

// went takes a call to a member. One that was refused rang nobody, and is none.
func (r *rings) went(e careline.CallEvent) {
	o := outgoing{
		seq:         e.Seq,
		kept:        e.Kept,
		call:        e.Call,
		clinician:   e.Request.Clinician,
		appointment: e.Appointment,
	}
	if number := e.Request.To.E164(); number != "" {
		r.dialled.Add(number, o)
	}
	if o.appointment != "" {
		r.placed.Add(o.appointment, o)
	}
}

// came takes a member's call to the clinic; who withholds their number is nobody.
func (r *rings) came(e careline.CallEvent, from careline.Phone) bool {
	if from.IsZero() {
		return false
	}

	in := incoming{seq: e.Seq, at: e.At, number: from}
	if in.at.IsZero() || in.at.After(e.Kept) {
		in.at = e.Kept
	}
	number := from.E164()
	if last, known := r.dialled.Get(number); known && e.Kept.Sub(last.kept) < DialledFor {
		in.after = last
	}

	if before, known := r.back.Peek(number); known {
		if in.at.Before(before.at) {
			return false // a report that came late, of an earlier one
		}
		r.disown(number, before)
	}
	r.back.Add(number, in)
	if in.at.After(r.newest) {
		r.newest = in.at
	}
	r.adopt(number, in)
	return true
}

func (r *rings) adopt(number string, in incoming) {
	clinician := in.after.clinician
	if clinician == "" {
		return
	}
	if r.own[clinician] == nil {
		r.own[clinician] = map[string]struct{}{}
	}
	r.own[clinician][number] = struct{}{}
}

func (r *rings) disown(number string, in incoming) {
	clinician := in.after.clinician
	delete(r.own[clinician], number)
	if len(r.own[clinician]) == 0 {
		delete(r.own, clinician)
	}
}

// from is the last time that somebody rang from a number, if nobody has called for the
// appointment since, and it is not too long ago.
func (r *rings) from(number, appointment string, now time.Time) (incoming, bool) {
	in, known := r.back.Peek(number)
	if !known || now.Sub(in.at) >= BackFor {
		return incoming{}, false
	}
	last, called := r.placed.Peek(appointment)
	return in, !called || !in.answeredBy(last)
}

// ownBack are those who rang from numbers that the clinician had called last, and whom
// nobody has called for the same appointment since.
func (r *rings) ownBack(clinician string, now time.Time) (all []incoming) {
	for number := range r.own[clinician] {
		if in, known := r.back.Peek(number); known {
			if in, open := r.from(number, in.after.appointment, now); open && in.after.appointment != "" {
				all = append(all, in)
			}
		}
	}
	return all
}

// quiet reports whether nobody has rung so lately that it would be told.
func (r *rings) quiet(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return now.Sub(r.newest) >= BackFor
}

// skip begins after a place in the log.
func (r *rings) skip(seq int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seq = max(r.seq, seq)
}

func (r *rings) taken() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seq
}
