package relay

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"

	"perci.health/careline"
)

// Bounds of what is held in memory.
const (
	// heldCalls and heldBytes bound it: some four thousand events. What waits
	// beyond that is read from the queue when its turn comes.
	heldCalls = 2048
	heldBytes = 4 << 20
)

// memory is a Queue that answers for calls which it holds, and asks the queue of
// record for all others. It holds a call that this process has kept from its first
// event on, or of which the queue has given out the last delivery that waited; and
// lets go of it whenever it cannot be certain that the queue would say the same:
// after a failure, and when something was missed or moved.
//
// Whatever it holds is in the queue as well, so that to let go is always safe, and
// a delivery is at its end only once the queue has committed that.
type memory struct {
	Queue

	mu    sync.Mutex
	calls map[string]*held
	// idle and over are those of which nothing waits, the longest idle first: over are
	// those that have ended, of which hardly anything more will come.
	idle, over *list.List
	bytes      int
	// read is the newest place that the queue was seen to hold: what stands there or
	// before may have been given out from there, before the news of it came.
	read int64
	// heard is the newest place that the memory was told of.
	heard int64
}

func newMemory(queue Queue) *memory {
	return &memory{
		Queue: queue,
		calls: map[string]*held{},
		idle:  list.New(),
		over:  list.New(),
	}
}

// take takes note of what was committed, in the order of the log.
func (m *memory) take(news []careline.News) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range news {
		m.hear(n)
	}
}

func (m *memory) hear(n careline.News) {
	e := n.Event
	m.heard = max(m.heard, e.Seq)
	if e.Seq == 0 {
		m.drop(m.calls[e.Call])
		return
	}
	if leg := m.joining(e); leg != nil {
		m.drop(leg)
		m.drop(m.calls[e.Call])
		return
	}

	h := m.calls[e.Call]
	if h == nil && (n.Before != 0 || e.Seq <= m.read) {
		return // of a call that is not held
	}
	if h == nil {
		h = m.hold(e.Call)
		h.whole = true
	}
	m.extend(h, n)
}

// known are all events of a call that is held, if everything up to a place was told.
func (m *memory) known(call string, newest int64) (events []careline.CallEvent, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.calls[call]
	if h == nil || h.reading || m.heard < newest {
		return nil, false
	}
	n := len(h.events)
	return h.events[:n:n], true
}

// joining is what was held under the own key of a leg that the event tells the call
// of: its events are the call's now.
func (m *memory) joining(e careline.CallEvent) *held {
	for _, leg := range [...]string{e.Leg, e.MemberLeg} {
		if h := m.calls[leg]; h != nil && leg != e.Call {
			return h
		}
	}
	return nil
}

// extend adds an event to its call, or lets go of the call when something between
// the two was missed, or there is no room for more.
func (m *memory) extend(h *held, n careline.News) {
	if h.last() >= n.Event.Seq {
		return // the queue knew it when it was read
	}
	size, first := sizeOf(&n.Event)+len(n.Event.Report), h.reading && len(h.events) == 0
	m.rouse(h)
	if h.last() != n.Before && !first || !m.room(size) {
		m.drop(h)
		return
	}

	if first {
		h.after = n.Before
	}
	h.reports = append(h.reports, n.Event.Report)
	n.Event.Report = nil
	h.events = append(h.events, n.Event)
	h.size += size
	m.bytes += size
}

// Due also finds out what the memory has missed: a call that is due, and of which it
// knows nothing that waits.
func (m *memory) Due(ctx context.Context, consumer string, now time.Time, limit int) (calls []string, next time.Time, err error) {
	calls, next, err = m.Queue.Due(ctx, consumer, now, limit)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, call := range calls {
		if h := m.calls[call]; h != nil && h.rest != nil {
			m.drop(h)
		}
	}
	return calls, next, err
}

// Next is the next delivery of a claimed call, from memory if that is held.
func (m *memory) Next(ctx context.Context, consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error) {
	m.mu.Lock()
	if h := m.calls[call]; h != nil && !h.reading {
		defer m.mu.Unlock()
		if d, ok = h.next(consumer, now); ok {
			h.size -= len(d.Event.Report)
			m.bytes -= len(d.Event.Report)
		}
		return d, ok, nil
	}
	m.drop(m.calls[call])
	h := m.hold(call)
	h.reading = true
	m.mu.Unlock()

	d, ok, err = m.Queue.Next(ctx, consumer, call, now)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read = max(m.read, newestOf(d))
	if m.calls[call] != h {
		return d, ok, err // something was missed meanwhile
	}
	if err != nil || !ok || d.Known == nil || !d.Known.Last {
		m.drop(h)
		return d, ok, err
	}
	m.learn(h, d)
	return d, true, nil
}

// newestOf is the newest place in the log that a delivery tells of.
func newestOf(d careline.Delivery) int64 {
	if d.Known == nil || len(d.Known.Events) == 0 {
		return d.Event.Seq
	}
	return d.Known.Events[len(d.Known.Events)-1].Seq
}

// learn makes a call held of which the queue has given out the last that waited,
// unless that cannot be brought together with what came meanwhile.
func (m *memory) learn(h *held, d careline.Delivery) {
	meanwhile, reports, after := h.events, h.reports, h.after
	m.bytes -= h.size
	h.size = 0

	h.events, h.reports = slices.Clone(d.Known.Events), nil
	for i := range h.events {
		h.events[i].Report = nil
		h.size += sizeOf(&h.events[i])
	}
	m.bytes += h.size
	h.filing, h.reading = d.Known.Filing, false
	h.given, h.out = d.Event.Seq, len(h.events)
	if !m.room(0) {
		m.drop(h)
	}

	for i, e := range meanwhile {
		if m.calls[h.call] != h {
			return
		}
		e.Report = reports[i]
		m.extend(h, careline.News{Event: e, Before: after})
		after = e.Seq
	}
}

// Done ends a delivery in the queue, and then here.
func (m *memory) Done(ctx context.Context, d careline.Delivery, filed careline.Filing) error {
	err := m.Queue.Done(ctx, d, filed)

	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.calls[d.Event.Call]
	if h == nil {
		return err
	}

	if err != nil || !h.end(d, filed) {
		m.drop(h)
		return err
	}
	if h.out == len(h.events) {
		m.rest(h)
	}
	return nil
}

// Retry puts a delivery off. How often and when it is tried again is the queue's.
func (m *memory) Retry(ctx context.Context, d careline.Delivery, at time.Time, cause string) error {
	m.forget([]string{d.Event.Call})
	return m.Queue.Retry(ctx, d, at, cause)
}

// Bury gives a delivery up.
func (m *memory) Bury(ctx context.Context, d careline.Delivery, cause string) error {
	m.forget([]string{d.Event.Call})
	return m.Queue.Bury(ctx, d, cause)
}

// Release gives a call back. What was given out and not ended was cut off, and may
// have been filed all the same.
func (m *memory) Release(ctx context.Context, consumer, call string) error {
	m.mu.Lock()
	if h := m.calls[call]; h != nil && (h.given != 0 || h.reading) {
		m.drop(h)
	}
	m.mu.Unlock()
	return m.Queue.Release(ctx, consumer, call)
}

// forget lets go of calls.
func (m *memory) forget(calls []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, call := range calls {
		m.drop(m.calls[call])
	}
}

// waits says whether a delivery of the call waits here, and, if none does, whether
// that is certain.
func (m *memory) waits(call string) (waits, certain bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.calls[call]
	if h == nil || h.reading {
		return false, false
	}
	return h.out < len(h.events), true
}
