package store_test

import (
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
)

const topic = "topic" // gets those events only that are appended for it

func openForwarding(t *testing.T, open database) (store.Store, *clock) {
	t.Helper()
	c := newClock()
	return open(t, store.Config{Consumers: []string{chart}, Outbound: []string{topic}, Now: c.Now}), c
}

func mustAppendFor(t *testing.T, s store.Store, e careline.CallEvent) (kept careline.CallEvent, repeated bool) {
	t.Helper()
	kept, repeated, err := s.AppendFor(t.Context(), topic, e)
	if err != nil {
		t.Fatal(err)
	}
	return kept, repeated
}

// queued is what waits of a call for a consumer, ended one by one.
func queued(t *testing.T, s store.Store, consumer, call string, c *clock) []string {
	t.Helper()
	ids := []string{}
	for {
		d, ok, err := s.Next(t.Context(), consumer, call, c.Now())
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return ids
		}
		ids = append(ids, d.Event.ID)
		if err := s.Done(t.Context(), d, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}
}

func forwardsWhatIsAppendedForIt(t *testing.T, open database) {
	s, clock := openForwarding(t, open)
	mustAppend(t, s, request("CA1", "p1"))
	ringing := progress("CA1", "CB1", 1, careline.StatusRinging)
	first, repeated := mustAppendFor(t, s, ringing)
	if repeated {
		t.Error("the first is called a repetition")
	}
	again, repeated := mustAppendFor(t, s, ringing)
	if !repeated {
		t.Error("a repetition is called new")
	}
	same(t, "answer to the repetition", again, first)
	mustAppend(t, s, progress("CA1", "CB1", 2, careline.StatusInProgress))
	end := progress("CA1", "CB1", 3, careline.StatusCompleted)
	mustAppendFor(t, s, end)
	same(t, "for the topic", queued(t, s, topic, "CA1", clock), []string{ringing.ID, end.ID})
	same(t, "for the chart", drain(t, s, "CA1", clock.Now()),
		[]string{"CA1/request", ringing.ID, "CB1/2/in-progress", end.ID})

	// What was kept for nobody is a repetition for everybody.
	mustAppend(t, s, request("CA2", "p1"))
	if _, repeated := mustAppendFor(t, s, request("CA2", "p1")); !repeated {
		t.Error("kept before, and called new")
	}
	same(t, "for the topic, of what was kept before", queued(t, s, topic, "CA2", clock), nil)

	for _, consumer := range []string{chart, "nobody", ""} {
		_, _, err := s.AppendFor(t.Context(), consumer, request("CA3", "p1"))
		wantCode(t, err, careline.CodeInvalid)
	}
	same(t, "events of who asked wrongly", idsOf(t, s, "CA3"), nil)
}

// A leg that joins its call takes with it what waits for everybody.
func forwardsInOrderAfterALink(t *testing.T, open database) {
	s, clock := openForwarding(t, open)
	mustAppendFor(t, s, amd("CB1"))
	other := amd("CB1")
	other.ID = "CB1/amd/2"
	mustAppendFor(t, s, other)
	mustAppend(t, s, request("CA1", "p1"))
	ringing := progress("CA1", "CB1", 1, careline.StatusRinging)
	mustAppendFor(t, s, ringing)
	keys, _, err := s.Due(t.Context(), topic, clock.Now(), 10)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "due", keys, []string{"CA1"})
	same(t, "in order", queued(t, s, topic, "CA1", clock), []string{"CB1/amd", "CB1/amd/2", ringing.ID})

	// Both the call and its leg had a first in their queues.
	mustAppendFor(t, s, request("CA3", "p1"))
	mustAppendFor(t, s, amd("CB3"))
	mustAppend(t, s, progress("CA3", "CB3", 1, careline.StatusRinging))
	keys, _, err = s.Due(t.Context(), topic, clock.Now(), 10)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "due once", keys, []string{"CA3"})
	same(t, "both in order", queued(t, s, topic, "CA3", clock), []string{"CA3/request", "CB3/amd"})

	// A twin that the call has already is forwarded once.
	mustAppendFor(t, s, careline.CallEvent{ID: "twin", Leg: "CB2", Kind: careline.KindMachineDetection})
	mustAppendFor(t, s, careline.CallEvent{ID: "twin", Call: "CA2", Kind: careline.KindMachineDetection})
	mustAppendFor(t, s, progress("CA2", "CB2", 1, careline.StatusRinging))
	same(t, "with a twin", queued(t, s, topic, "CA2", clock), []string{"twin", "CB2/1/ringing"})
	keys, next, err := s.Due(t.Context(), topic, clock.Now(), 10)
	if err != nil || len(keys) > 0 || !next.IsZero() {
		t.Errorf("%v are due, next at %v (error: %v)", keys, next, err)
	}
}
