package store_test

import (
	"context"
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
)

func mustClaim(t *testing.T, s store.Store, call string) context.Context {
	t.Helper()
	held, ok, err := s.Claim(t.Context(), chart, call)
	if !ok || err != nil {
		t.Fatalf("%s was not to be claimed: %v", call, err)
	}
	return held
}

// refusesAll is whether s refuses everything that may be done under a claim, as
// another who looks at the log sees.
func refusesAll(t *testing.T, s, other store.Store, held context.Context, d careline.Delivery) {
	t.Helper()
	held = context.WithoutCancel(held) // what notes an outcome does not end with the claim
	_, _, err := s.Next(held, d.Consumer, d.Event.Call, noon)
	for doing, err := range map[string]error{
		"Next":       err,
		"Done":       s.Done(held, d, careline.Filing{}),
		"Retry":      s.Retry(held, d, noon, "a cause"),
		"Bury":       s.Bury(held, d, "a cause"),
		"SaveFiling": s.SaveFiling(held, careline.Filing{Call: d.Event.Call, ID: "stale", Seq: 1000}),
	} {
		if careline.CodeOf(err) != careline.CodeUnavailable {
			t.Errorf("%s under a claim that is over: error %v, want one of code unavailable", doing, err)
		}
	}
	if f, err := other.Filing(t.Context(), d.Event.Call); f.ID != "" || err != nil {
		t.Errorf("filed under a claim that is over: %+v (error: %v)", f, err)
	}
	if f := next(t, other, d.Event.Call, noon); f.Event.ID != d.Event.ID || f.Attempts != 0 {
		t.Errorf("%s with %d attempts waits, want %s untried", f.Event.ID, f.Attempts, d.Event.ID)
	}
}

func refusesStaleEpochs(t *testing.T, open database) {
	s, clock := openWith(t, open)
	mustAppend(t, s, request("CA1", "p1"))
	first := mustClaim(t, s, "CA1")
	d := next(t, s, "CA1", clock.Now())
	if err := s.Release(context.WithoutCancel(first), chart, "CA1"); err != nil {
		t.Fatal(err)
	}
	if first.Err() == nil {
		t.Error("what is done under a claim goes on after its release")
	}
	refusesAll(t, s, s, first, d)

	second := mustClaim(t, s, "CA1")
	refusesAll(t, s, s, first, d)
	if err := s.Release(first, chart, "CA1"); err != nil {
		t.Error(err)
	}
	if _, ok, err := s.Claim(t.Context(), chart, "CA1"); ok || err != nil || second.Err() != nil {
		t.Errorf("whose claim was over gave back the claim of another (error: %v)", err)
	}
	if err := s.SaveFiling(second, careline.Filing{Call: "CA1", ID: "comm-1", Seq: 1}); err != nil {
		t.Error(err)
	}
	if err := s.Done(second, d, careline.Filing{}); err != nil {
		t.Error(err)
	}
	nothingNext(t, s, "CA1", clock.Now())
}
