package relay

import "perci.health/careline"

// NewMemory is a memory before a queue, as a Relay that is Alone has one.
var NewMemory = newMemory

// Take is what Relay.Take does with it.
func (m *memory) Take(news []careline.News) { m.take(news) }

// Known is what Relay.Known does with it.
func (m *memory) Known(call string, newest int64) ([]careline.CallEvent, bool) {
	return m.known(call, newest)
}

// Held is how many calls it holds, and how many bytes it takes them to be.
func (m *memory) Held() (calls, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.calls), m.bytes
}

// Reckoned is Held, counted anew.
func (m *memory) Reckoned() (calls, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range m.calls {
		calls++
		for i := range h.events {
			bytes += sizeOf(&h.events[i])
		}
		for _, report := range h.reports {
			bytes += len(report)
		}
	}
	return calls, bytes
}

// HeldBytes is the most that a memory takes up.
const HeldBytes = heldBytes

// HeldCalls is the most calls that it holds.
const HeldCalls = heldCalls

// Wake tells that these calls have something to deliver: what, the queue knows. It
// never blocks, and may be called before, during and after Run.
func (r *Relay) Wake(calls []string) {
	news := make([]careline.News, len(calls))
	for i, call := range calls {
		news[i] = careline.News{Event: careline.CallEvent{Call: call}, Before: -1}
	}
	r.Take(news)
}
