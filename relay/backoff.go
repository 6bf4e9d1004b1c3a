package relay

import (
	"errors"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

// Backoff says when a failed delivery is tried again, and when no more. Its zero
// value is not useful; see DefaultBackoff.
type Backoff struct {
	Base time.Duration // longest wait after the first failure; doubles with each
	Cap  time.Duration // longest wait of all
	// A passing failure is given up when the event was kept this long ago and
	// this many attempts were made: an event that lay for days because careline
	// itself was down still gets its fair share of attempts.
	GiveUpAfter time.Duration
	AtLeast     int
}

// DefaultBackoff gives up after two days, time for somebody to come back from a
// weekend's first day off, and at least 20 attempts, some half an hour.
func DefaultBackoff() Backoff {
	return Backoff{
		Base:        200 * time.Millisecond,
		Cap:         5 * time.Minute,
		GiveUpAfter: 48 * time.Hour,
		AtLeast:     20,
	}
}

// Wait is how long to wait after so many failed attempts, from 1; random is in
// [0, 1): any time up to the bound, so that those who failed together do not come
// back together.
func (b Backoff) Wait(attempts int, random float64) time.Duration {
	return backoff.Doubling{First: b.Base, Longest: b.Cap}.Upto(attempts, random)
}

// Spent reports whether a delivery that failed once more is to be given up.
func (b Backoff) Spent(d careline.Delivery, now time.Time) bool {
	return d.Attempts+1 >= b.AtLeast && now.Sub(d.Event.Kept) >= b.GiveUpAfter
}

// longestAfter bounds what a party may ask for: a wrong header shall not park a
// call for a year.
const longestAfter = time.Hour

// After is the least time that an error asks to wait before the next attempt, as
// a health record does that is asked too often (RFC 9110, section 10.2.3,
// Retry-After): that of the first error in its chain with a method
// RetryAfter() time.Duration; at most an hour, and 0 when it asks for none.
func After(err error) time.Duration {
	var asks interface{ RetryAfter() time.Duration }
	if !errors.As(err, &asks) {
		return 0
	}
	return max(0, min(asks.RetryAfter(), longestAfter))
}
