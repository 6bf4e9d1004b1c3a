package relay

import (
	"slices"
	"sync"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

const (
	// outageAfter is by how many the calls that fail outnumber those that go well
	// before the party is taken to be down.
	outageAfter = 5
	// outageCap is the longest time after which a party that is down is asked again.
	outageCap = 30 * time.Second
)

// outages are the pauses before a party that is down is asked again.
var outages = backoff.Doubling{First: time.Second, Longest: outageCap}

// outage slows everything down while the party that the deliveries go to is
// down. Each call alone would back off too, but a thousand of them would still
// ask the party all day long, and spend their attempts on it.
//
// A failure is certain: only an asked party is unavailable. A success is not: a
// delivery that found nothing to do succeeds without asking anybody. So a call
// that failed and then succeeds is proof that the party is there, for it had to
// ask; each other call that succeeds only outweighs one that failed. One call
// has one voice, however many events it has.
type outage struct {
	mu      sync.Mutex
	random  func() float64
	failing []string // calls that found the party unavailable and are not outweighed, oldest first; at most outageAfter
	well    string   // the last call that went well
	down    bool     // from outageAfter failing to none
	pauses  int
	until   time.Time
}

// saw takes note of how the handling of a call went. An error that is neither
// unavailable nor rejected, such as a panic, tells nothing of the party.
func (o *outage) saw(call string, err error, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err == nil || careline.CodeOf(err) == careline.CodeRejected:
		o.good(call)
	case careline.CodeOf(err) == careline.CodeUnavailable:
		o.bad(call, err, now)
	}
}

func (o *outage) good(call string) {
	switch {
	case slices.Contains(o.failing, call):
		o.failing = nil
	case len(o.failing) > 0 && call != o.well:
		o.failing = o.failing[1:]
	}
	o.well = call
	if len(o.failing) == 0 {
		o.down, o.pauses, o.until = false, 0, time.Time{}
	}
}

func (o *outage) bad(call string, err error, now time.Time) {
	if o.well == call {
		o.well = ""
	}
	if len(o.failing) < outageAfter && !slices.Contains(o.failing, call) {
		o.failing = append(o.failing, call)
	}

	o.down = o.down || len(o.failing) == outageAfter
	if !o.down || now.Before(o.until) {
		return // those under way when it went down count as one
	}

	o.pauses++
	pause := outages.AtLeastHalf(o.pauses, o.random())
	// What an error asks for may concern its own resource only: that call waits
	// for all of it, the others not beyond the cap.
	o.until = now.Add(min(max(pause, After(err)), outageCap))
}

// room is how many calls may be handled at once, and when to ask again if that
// is none. After a pause one call goes ahead, to see.
func (o *outage) room(workers int, now time.Time) (n int, until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case !o.down:
		return workers, time.Time{}
	case now.Before(o.until):
		return 0, o.until
	}
	return 1, time.Time{}
}
