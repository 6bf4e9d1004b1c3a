package events

import (
	"sync"
	"time"

	"perci.health/careline"
)

const (
	// outageAfter is how many calls fail, one after the other and with nothing
	// going well in between, before the party is taken to be down.
	outageAfter = 5
	// A party that is down is asked again after at most this long.
	outageBase = time.Second
	outageCap  = 30 * time.Second
)

// outage slows everything down while the party that the deliveries go to is
// down. Each call alone would back off too, but a thousand of them would still
// ask the party all day long, and spend their attempts on it.
type outage struct {
	mu      sync.Mutex
	random  func() float64
	failing map[string]bool // calls that found the party unavailable since it last answered
	pauses  int
	until   time.Time
}

// saw takes note of how the handling of a call went.
func (o *outage) saw(call string, err error, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil || careline.CodeOf(err) != careline.CodeUnavailable {
		clear(o.failing) // the party has answered, if only to refuse
		o.pauses = 0
		return
	}
	if o.failing == nil {
		o.failing = map[string]bool{}
	}
	if len(o.failing) < outageAfter {
		o.failing[call] = true
	}
	if len(o.failing) < outageAfter || now.Before(o.until) {
		return // those under way when it went down count as one
	}
	o.pauses++
	pause := Backoff{Base: outageBase, Cap: outageCap}.Wait(o.pauses, (1+o.random())/2)
	o.until = now.Add(max(pause, After(err)))
}

// room is how many calls may be handled at once, and when to ask again if that
// is none. After a pause one call goes ahead, to see.
func (o *outage) room(workers int, now time.Time) (n int, until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case len(o.failing) < outageAfter:
		return workers, time.Time{}
	case now.Before(o.until):
		return 0, o.until
	}
	return 1, time.Time{}
}
