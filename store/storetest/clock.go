package storetest

import (
	"sync"
	"time"
)

// Noon is when a Clock begins.
var Noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Clock is set by hand.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock is a clock at Noon.
func NewClock() *Clock { return &Clock{now: Noon} }

// Now is what it was set to.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Forward sets it on.
func (c *Clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
