package store_test

import (
	"testing"

	"perci.health/careline"
	"perci.health/careline/store/storetest"
)

// keepsFacts looks at every way by which an event comes into the log, and out.
func keepsFacts(t *testing.T, open database) {
	s, clock := openWith(t, open)
	asked := storetest.Request("CA1", "p1")
	asked.Request.Names, asked.Request.Household = careline.Names{Patient: "Sam", Relation: "daughter"}, true
	admitted, _, err := s.Admit(t.Context(), asked, func(careline.Load) careline.Refusal { return "" })
	if err != nil {
		t.Fatal(err)
	}
	lone := storetest.AMD("CB1") // moves to its call
	lone.Failure = careline.Failure{SIP: 486}
	storetest.MustAppend(t, s, lone)
	over := storetest.Progress("CA1", "CB1", 2, careline.StatusBusy)
	over.Failure = careline.Failure{Code: 31486, SIP: 486}
	storetest.MustAppend(t, s, over, storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))

	again := over
	again.Failure = careline.Failure{Code: 1}
	first, repeated, err := s.Append(t.Context(), again)
	if err != nil || !repeated || first.Failure != over.Failure {
		t.Errorf("a repetition is answered with %+v (repeated: %v, error: %v), want what was kept first", first.Failure, repeated, err)
	}

	events, err := s.Events(t.Context(), "CA1")
	if err != nil || len(events) != 4 {
		t.Fatalf("%d events of 4: %v", len(events), err)
	}
	storetest.Same(t, "the request", events[0], admitted)
	storetest.Same(t, "the request's names", events[0].Request.Names, asked.Request.Names)
	storetest.Same(t, "facts of a leg's event", events[1].Failure, lone.Failure)
	storetest.Same(t, "facts of an outcome", events[2].Failure, over.Failure)
	storetest.Same(t, "facts of an event that has none", events[3].Failure, careline.Failure{})

	storetest.Same(t, "in a delivery", storetest.Next(t, s, "CA1", clock.Now()).Event, events[0])
	if err := s.Bury(t.Context(), storetest.Next(t, s, "CA1", clock.Now()), "a cause"); err != nil {
		t.Fatal(err)
	}
	dead, err := s.Dead(t.Context(), chart)
	if err != nil || len(dead) != 1 {
		t.Fatalf("%d dead letters: %v", len(dead), err)
	}
	storetest.Same(t, "in a dead letter", dead[0].Delivery.Event, events[0])
}
