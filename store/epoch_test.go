package store_test

import (
	"context"
	"testing"

	"perci.health/careline"
	"perci.health/careline/store/storetest"
)

func refusesStaleEpochs(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	first := storetest.MustClaim(t, s, "CA1")
	d := storetest.Next(t, s, "CA1", clock.Now())
	if err := s.Release(context.WithoutCancel(first), chart, "CA1"); err != nil {
		t.Fatal(err)
	}
	if first.Err() == nil {
		t.Error("what is done under a claim goes on after its release")
	}
	storetest.RefusesAll(t, s, s, first, d)

	second := storetest.MustClaim(t, s, "CA1")
	storetest.RefusesAll(t, s, s, first, d)
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
	storetest.NothingNext(t, s, "CA1", clock.Now())
}
