package fhirbox

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Quota is what one Box lets through in a minute. A zero field is a quota no
// test run reaches. Over quota the answer is 429 without Retry-After; the
// RateLimit headers tell how much is left.
type Quota struct {
	Requests  int // FHIR requests of any kind
	FHIRUnits int // by cost: a read is 1, a history 10, a search 20, a write 100
	Logins    int // tokens asked for, also in vain
}

const (
	ample  = 1_000_000_000
	window = time.Minute
)

// Costs of interactions in units of Quota.FHIRUnits.
const (
	costRead    = 1
	costHistory = 10
	costSearch  = 20
	costWrite   = 100
)

// meter counts what has been used in the current minute.
type meter struct {
	quota Quota

	mu    sync.Mutex
	used  Quota
	start time.Time
}

func newMeter(q Quota) *meter {
	for _, n := range []*int{&q.Requests, &q.FHIRUnits, &q.Logins} {
		if *n == 0 {
			*n = ample
		}
	}
	return &meter{quota: q}
}

// roll begins a new window when the last one has ended; the time that is left
// of it is returned. The caller holds mu.
func (m *meter) roll(now time.Time) time.Duration {
	if now.Sub(m.start) >= window {
		m.start, m.used = now, Quota{}
	}
	return m.start.Add(window).Sub(now)
}

// take uses up one request of the cost, writes the RateLimit headers and gives
// an *outcome when the quota is exceeded.
func (m *meter) take(h http.Header, cost int, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := m.roll(now)
	m.used.Requests++
	m.used.FHIRUnits += cost
	seconds := int((left + time.Second - 1) / time.Second)
	h.Add("RateLimit", fmt.Sprintf(`"requests";r=%d;t=%d`, max(0, m.quota.Requests-m.used.Requests), seconds))
	h.Add("RateLimit", fmt.Sprintf(`"fhirInteractions";r=%d;t=%d`, max(0, m.quota.FHIRUnits-m.used.FHIRUnits), seconds))
	switch {
	case m.used.Requests > m.quota.Requests:
		return tooManyRequests(wait(left, m.used.Requests, m.quota.Requests))
	case m.used.FHIRUnits > m.quota.FHIRUnits:
		return tooManyRequests(wait(left, m.used.FHIRUnits, m.quota.FHIRUnits))
	}

	return nil
}

func (m *meter) takeLogin(now time.Time) (bool, string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := m.roll(now)
	m.used.Logins++
	return m.used.Logins <= m.quota.Logins, wait(left, m.used.Logins, m.quota.Logins)
}

// wait is the diagnostics of a 429: JSON in a string.
func wait(left time.Duration, used, limit int) string {
	return fmt.Sprintf(`{"_remainingPoints":0,"_msBeforeNext":%d,"_consumedPoints":%d,"_isFirstInDuration":false,"limit":%d}`, left.Milliseconds(), used, limit)
}
