// Package backoff says how long to wait after failures: longer each time, up to a
// bound, with chance in it, so that those who failed together do not come back
// together.
//
// It keeps no count and asks no clock: how often a delivery failed stands in the
// log, and a test gives its own time and chance.
package backoff

import (
	"context"
	"time"
)

// Doubling are pauses of which each is twice as long as the one before.
type Doubling struct {
	First   time.Duration // after the first failure
	Longest time.Duration // of all; 0: there is no bound but that of the type
}

// After is the pause after so many failures in a row, from 1, without chance.
func (d Doubling) After(failures int) time.Duration {
	longest := d.Longest
	if longest == 0 {
		longest = 1<<63 - 1
	}

	pause := d.First
	for range min(failures-1, 62) {
		if pause >= longest/2 {
			return longest
		}
		pause *= 2
	}

	return min(pause, longest)
}

// Upto is any time up to the pause; random is in [0, 1). It is "full jitter" (AWS
// Architecture Blog, "Exponential Backoff and Jitter").
func (d Doubling) Upto(failures int, random float64) time.Duration {
	return time.Duration(random * float64(d.After(failures)))
}

// AtLeastHalf is any time from half of the pause to all of it; random is in [0, 1).
func (d Doubling) AtLeastHalf(failures int, random float64) time.Duration {
	return d.Upto(failures, (1+random)/2)
}

// Around is any time from half of the pause to one and a half; random is in [0, 1).
func (d Doubling) Around(failures int, random float64) time.Duration {
	return d.Upto(failures, 0.5+random)
}

// Wait waits for pause, or until ctx ends, and reports whether it waited for all of
// it.
func Wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()

	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
