package twiliobox

import (
	"slices"
	"time"
)

// clock is the time of one call, and what is due in it. It moves only while the
// call waits, so a call reports the same durations at any pace and on any
// machine. Only the call's goroutine uses it.
type clock struct {
	pace  float64
	now   time.Time
	due   []*alarm // soonest first
	count int
	// passed is told of time that has passed, before anything that was due is done.
	passed func(time.Duration)
}

type alarm struct {
	at     time.Time
	number int // among alarms of the same moment, the one set first rings first
	ring   func()
	clock  *clock
	leg    *leg // goes with it to another call, or nil
}

func newClock(pace float64) *clock { return &clock{pace: pace, now: time.Now().UTC()} }

// after sets an alarm; ring is called on the call's goroutine.
func (c *clock) after(d time.Duration, ring func()) *alarm {
	c.count++
	a := &alarm{
		at:     c.now.Add(d),
		number: c.count,
		ring:   ring,
		clock:  c,
	}
	c.due = append(c.due, a)
	slices.SortFunc(c.due, func(a, b *alarm) int {
		if order := a.at.Compare(b.at); order != 0 {
			return order
		}
		return a.number - b.number
	})
	return a
}

// cancel is safe on an alarm that has rung, and on nil.
func (a *alarm) cancel() {
	if a != nil {
		a.clock.due = slices.DeleteFunc(a.clock.due, func(other *alarm) bool { return other == a })
	}
}

// wait is how long the next alarm is away on the wall clock.
func (c *clock) wait() (time.Duration, bool) {
	if len(c.due) == 0 {
		return 0, false
	}
	return max(0, time.Duration(float64(c.due[0].at.Sub(c.now))*c.pace)), true
}

// ringNext moves to the next alarm's moment exactly: what the timer overslept is
// not the call's business.
func (c *clock) ringNext() {
	next := c.due[0]
	c.due = c.due[1:]
	if next.at.After(c.now) {
		c.move(next.at)
	}
	next.ring()
}

// waited moves by what passed on the wall clock while the call waited, at most
// to the next alarm.
func (c *clock) waited(wall time.Duration) {
	to := c.now.Add(time.Duration(float64(wall) / c.pace))
	if len(c.due) > 0 && to.After(c.due[0].at) {
		to = c.due[0].at
	}
	if to.After(c.now) {
		c.move(to)
	}
}

// worked moves by what a webhook took: that is never scaled.
func (c *clock) worked(wall time.Duration) { c.move(c.now.Add(wall)) }

func (c *clock) move(to time.Time) {
	took := to.Sub(c.now)
	c.now = to
	if c.passed != nil {
		c.passed(took)
	}
}
