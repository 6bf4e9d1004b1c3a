package relay

import (
	"cmp"
	"container/list"
	"slices"
	"time"
	"unsafe"

	"perci.health/careline"
)

// held is a call in memory. Its fields belong to the memory's lock; its events are
// never changed, only more come.
type held struct {
	call   string
	events []careline.CallEvent // all of the call, in the log's order, without their reports; while reading, those that came meanwhile
	// reports are those of the events that wait. What was delivered is told by the
	// rest of an event, and the report is more than half of it.
	reports [][]byte
	out     int             // how many of them were given out, or had by the consumer before
	given   int64           // the place of the one that is being handled; 0: none is
	filing  careline.Filing // as it was saved last
	whole   bool            // it was held from its first event on: whatever was filed of it was filed from here

	reading bool  // the queue is being asked for it
	after   int64 // while reading: the place of the call's event before those

	size int
	rest *list.Element // in one of the memory's lists when nothing waits
}

// last is the place of the newest event; 0: there is none.
func (h *held) last() int64 {
	if len(h.events) == 0 {
		return 0
	}
	return h.events[len(h.events)-1].Seq
}

// unfiled reports whether nobody can have tried to file the call: it was asked for
// here, and was here ever since. Of one that began elsewhere, others may know more.
func (h *held) unfiled() bool {
	return h.whole && h.events[0].Asks() && h.filing.ID == "" && !h.filing.Tried
}

// next gives out the first event that waits, as the queue would.
func (h *held) next(consumer string, now time.Time) (d careline.Delivery, ok bool) {
	n := len(h.events)
	if h.out == n || h.events[h.out].Kept.After(now.Truncate(time.Microsecond)) {
		return d, false
	}

	e := h.events[h.out]
	e.Report, h.reports[0] = h.reports[0], nil
	h.reports = h.reports[1:]
	h.given = e.Seq
	h.out++
	return careline.Delivery{
		Consumer: consumer,
		Event:    e,
		Known: &careline.Known{
			Events:  h.events[:n:n],
			Filing:  h.filing,
			Last:    h.out == n,
			Unfiled: h.unfiled(),
		},
	}, true
}

// end takes note that a delivery is at its end; false when that is not the one
// given out, or it is not certain what was filed.
func (h *held) end(d careline.Delivery, filed careline.Filing) bool {
	if h.reading || h.given != d.Event.Seq {
		return false
	}
	nothing := filed == careline.Filing{}
	if nothing && h.filing.ID == "" && !h.unfiled() {
		return false // a mark that it was tried may have been saved
	}

	h.given = 0
	if !nothing && filed.Of == "" && filed.Seq >= h.filing.Seq {
		h.filing = filed
	}
	return true
}

// hold makes an entry for a call, which must have none.
func (m *memory) hold(call string) *held {
	h := &held{call: call, filing: careline.Filing{Call: call}}
	m.calls[call] = h
	return h
}

// drop lets go of a call; of nil, nothing.
func (m *memory) drop(h *held) {
	if h == nil || m.calls[h.call] != h {
		return
	}
	delete(m.calls, h.call)
	m.bytes -= h.size
	m.rouse(h)
}

// rest puts a call of which nothing waits into its list.
func (m *memory) rest(h *held) {
	list := m.idle
	if slices.ContainsFunc(h.events, careline.CallEvent.Ends) {
		list = m.over
	}
	h.rest = list.PushBack(h)
}

// rouse takes a call out of its list.
func (m *memory) rouse(h *held) {
	if h.rest != nil { // a list leaves alone what another has
		m.idle.Remove(h.rest)
		m.over.Remove(h.rest)
		h.rest = nil
	}
}

// room makes room for so many bytes more, in the place of calls of which nothing
// waits, first of those that have ended; false when there is none. Those of which
// something waits stay: the first to come is the first to be handed on, and needed
// soonest.
func (m *memory) room(size int) bool {
	for m.bytes+size > heldBytes || len(m.calls) > heldCalls {
		oldest := cmp.Or(m.over.Front(), m.idle.Front())
		if oldest == nil {
			return false
		}
		m.drop(oldest.Value.(*held))
	}
	return true
}

// sizeOf is about what an event takes up without its report.
func sizeOf(e *careline.CallEvent) int {
	const texts = 256 // the ids, references and names in it
	return int(unsafe.Sizeof(*e)) + texts
}
