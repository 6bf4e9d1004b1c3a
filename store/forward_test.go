package store_test

import (
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

const topic = storetest.Topic

func openForwarding(t *testing.T, open database) (store.Store, *storetest.Clock) {
	t.Helper()
	c := storetest.NewClock()
	return open(t, store.Config{Consumers: []string{chart}, Outbound: []string{topic}, Now: c.Now}), c
}

// queued is what waits of a call for a consumer, ended one by one.
func queued(t *testing.T, s store.Store, consumer, call string, c *storetest.Clock) []string {
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
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	ringing := storetest.Progress("CA1", "CB1", 1, careline.StatusRinging)
	first, repeated := storetest.MustAppendFor(t, s, ringing)
	if repeated {
		t.Error("the first is called a repetition")
	}
	again, repeated := storetest.MustAppendFor(t, s, ringing)
	if !repeated {
		t.Error("a repetition is called new")
	}
	storetest.Same(t, "answer to the repetition", again, first)
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 2, careline.StatusInProgress))
	end := storetest.Progress("CA1", "CB1", 3, careline.StatusCompleted)
	storetest.MustAppendFor(t, s, end)
	storetest.Same(t, "for the topic", queued(t, s, topic, "CA1", clock), []string{ringing.ID, end.ID})
	storetest.Same(t, "for the chart", storetest.Drain(t, s, "CA1", clock.Now()),
		[]string{"CA1/request", ringing.ID, "CB1/2/in-progress", end.ID})

	// What was kept for nobody is a repetition for everybody.
	storetest.MustAppend(t, s, storetest.Request("CA2", "p1"))
	if _, repeated := storetest.MustAppendFor(t, s, storetest.Request("CA2", "p1")); !repeated {
		t.Error("kept before, and called new")
	}
	storetest.Same(t, "for the topic, of what was kept before", queued(t, s, topic, "CA2", clock), nil)

	for _, consumer := range []string{chart, "nobody", ""} {
		_, _, err := s.AppendFor(t.Context(), consumer, storetest.Request("CA3", "p1"))
		storetest.WantCode(t, err, careline.CodeInvalid)
	}
	storetest.Same(t, "events of who asked wrongly", storetest.IDsOf(t, s, "CA3"), nil)
}

// A leg that joins its call takes with it what waits for everybody.
func forwardsInOrderAfterALink(t *testing.T, open database) {
	s, clock := openForwarding(t, open)
	storetest.MustAppendFor(t, s, storetest.AMD("CB1"))
	other := storetest.AMD("CB1")
	other.ID = "CB1/amd/2"
	storetest.MustAppendFor(t, s, other)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	ringing := storetest.Progress("CA1", "CB1", 1, careline.StatusRinging)
	storetest.MustAppendFor(t, s, ringing)
	keys, _, err := s.Due(t.Context(), topic, clock.Now(), 10)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "due", keys, []string{"CA1"})
	storetest.Same(t, "in order", queued(t, s, topic, "CA1", clock), []string{"CB1/amd", "CB1/amd/2", ringing.ID})

	// Both the call and its leg had a first in their queues.
	storetest.MustAppendFor(t, s, storetest.Request("CA3", "p1"))
	storetest.MustAppendFor(t, s, storetest.AMD("CB3"))
	storetest.MustAppend(t, s, storetest.Progress("CA3", "CB3", 1, careline.StatusRinging))
	keys, _, err = s.Due(t.Context(), topic, clock.Now(), 10)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "due once", keys, []string{"CA3"})
	storetest.Same(t, "both in order", queued(t, s, topic, "CA3", clock), []string{"CA3/request", "CB3/amd"})

	// A twin that the call has already is forwarded once.
	storetest.MustAppendFor(t, s, careline.CallEvent{ID: "twin", Leg: "CB2", Kind: careline.KindMachineDetection})
	storetest.MustAppendFor(t, s, careline.CallEvent{ID: "twin", Call: "CA2", Kind: careline.KindMachineDetection})
	storetest.MustAppendFor(t, s, storetest.Progress("CA2", "CB2", 1, careline.StatusRinging))
	storetest.Same(t, "with a twin", queued(t, s, topic, "CA2", clock), []string{"twin", "CB2/1/ringing"})
	keys, next, err := s.Due(t.Context(), topic, clock.Now(), 10)
	if err != nil || len(keys) > 0 || !next.IsZero() {
		t.Errorf("%v are due, next at %v (error: %v)", keys, next, err)
	}
}
