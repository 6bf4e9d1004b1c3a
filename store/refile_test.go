package store_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
)

func mustRefile(t *testing.T, s store.Store, call string, whole bool) {
	t.Helper()
	if err := s.Refile(t.Context(), chart, call, whole); err != nil {
		t.Fatal(err)
	}
}

func mustSaveFiling(t *testing.T, s store.Store, f careline.Filing) {
	t.Helper()
	if err := s.SaveFiling(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func wantFiling(t *testing.T, s store.Store, want careline.Filing) {
	t.Helper()
	got, err := s.Filing(t.Context(), want.Call)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "filing", got, want)
}

// threeEvents keeps a call whose first two are filed.
func threeEvents(t *testing.T, s store.Store, clock *clock) (kept []careline.CallEvent) {
	t.Helper()
	kept = mustAppend(t, s, request("CA1", "p1"), progress("CA1", "CB1", 1, careline.StatusRinging))
	same(t, "filed", drain(t, s, "CA1", clock.Now()), []string{kept[0].ID, kept[1].ID})
	kept = append(kept, mustAppend(t, s, progress("CA1", "CB1", 2, careline.StatusCompleted))...)
	mustSaveFiling(t, s, careline.Filing{Call: "CA1", ID: "comm-1", Version: "v2", Seq: kept[1].Seq, Tried: true, Doubted: true})
	return kept
}

func refilesWhole(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := threeEvents(t, s, clock)
	if err := s.Retry(t.Context(), next(t, s, "CA1", clock.Now()), clock.Now().Add(time.Hour), "later"); err != nil {
		t.Fatal(err)
	}
	mustRefile(t, s, "CA1", true)
	wantFiling(t, s, careline.Filing{Call: "CA1", Tried: true})
	same(t, "due at once", due(t, s, clock.Now()), []string{"CA1"})
	for _, e := range kept {
		d := next(t, s, "CA1", clock.Now())
		d.Known = nil
		same(t, "given again", d, careline.Delivery{Consumer: chart, Event: e})
		if err := s.Done(t.Context(), d, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}
	nothingNext(t, s, "CA1", clock.Now())

	// A call that was never filed is searched for as well.
	mustAppend(t, s, request("CA2", "p1"))
	mustRefile(t, s, "CA2", true)
	wantFiling(t, s, careline.Filing{Call: "CA2", Tried: true})
	same(t, "once each", drain(t, s, "CA2", clock.Now()), []string{"CA2/request"})

	wantCode(t, s.Refile(t.Context(), chart, "nobody", true), careline.CodeNotFound)
	wantCode(t, s.Refile(t.Context(), chart, "nobody", false), careline.CodeNotFound)
}

func refilesTheLastEvent(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := threeEvents(t, s, clock)
	last := kept[2]
	drain(t, s, "CA1", clock.Now())
	filed := careline.Filing{Call: "CA1", ID: "comm-1", Version: "v3", Seq: last.Seq, Tried: true}
	mustSaveFiling(t, s, filed)
	mustRefile(t, s, "CA1", false)
	got, err := s.Filing(t.Context(), "CA1")
	if err != nil {
		t.Fatal(err)
	}
	if got.Seq >= last.Seq {
		t.Errorf("the record still has event %d, so %d is not filed again", got.Seq, last.Seq)
	}
	filed.Seq, got.Seq = 0, 0
	same(t, "the rest of the filing", got, filed)
	same(t, "due at once", due(t, s, clock.Now()), []string{"CA1"})
	same(t, "given again", drain(t, s, "CA1", clock.Now()), []string{last.ID})
}

func refilesDeadLetters(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := mustAppend(t, s, request("CA1", "p1"), progress("CA1", "CB1", 1, careline.StatusRinging), request("CA2", "p1"))
	for _, call := range []string{"CA1", "CA1", "CA2"} {
		if err := s.Bury(t.Context(), next(t, s, call, clock.Now()), "no"); err != nil {
			t.Fatal(err)
		}
	}
	dead := func(what string, want ...int64) {
		t.Helper()
		letters, err := s.Dead(t.Context(), chart)
		if err != nil {
			t.Fatal(err)
		}
		got := []int64{}
		for _, d := range letters {
			got = append(got, d.Delivery.Event.Seq)
		}
		same(t, what, got, want)
	}
	mustRefile(t, s, "CA1", false)
	dead("after the last event", kept[0].Seq, kept[2].Seq)
	mustRefile(t, s, "CA1", true)
	dead("after the whole call", kept[2].Seq)
	same(t, "given again", drain(t, s, "CA1", clock.Now()), []string{kept[0].ID, kept[1].ID})
	wantCode(t, s.Revive(t.Context(), chart, kept[0].Seq), careline.CodeNotFound)
}

// Another consumer is not given what one of them gets again.
func refilesForOne(t *testing.T, open database) {
	s, clock := openForwarding(t, open)
	mustAppendFor(t, s, request("CA1", "p1"))
	mustAppend(t, s, progress("CA1", "CB1", 1, careline.StatusRinging))
	drain(t, s, "CA1", clock.Now())
	same(t, "for the topic", queued(t, s, topic, "CA1", clock), []string{"CA1/request"})
	mustRefile(t, s, "CA1", true)
	same(t, "for the topic, again", queued(t, s, topic, "CA1", clock), nil)
	same(t, "for the chart, again", drain(t, s, "CA1", clock.Now()), []string{"CA1/request", "CB1/1/ringing"})
}

func filingNeverGoesBack(t *testing.T, open database) {
	s, _ := openWith(t, open)
	mustAppend(t, s, request("CA1", "p1"))
	newest := careline.Filing{Call: "CA1", ID: "comm-1", Version: "v3", Seq: 3, Tried: true}
	mustSaveFiling(t, s, newest)
	mustSaveFiling(t, s, careline.Filing{Call: "CA1", ID: "comm-1", Version: "v2", Seq: 2, Tried: true, Doubted: true})
	wantFiling(t, s, newest)
	newest.Version = "v3b" // of the same event, written again
	mustSaveFiling(t, s, newest)
	wantFiling(t, s, newest)
}

func discards(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := mustAppend(t, s, request("CA1", "p1"), request("CA2", "p1"))
	for _, call := range []string{"CA1", "CA2"} {
		if err := s.Bury(t.Context(), next(t, s, call, clock.Now()), "no"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Discard(t.Context(), chart, kept[0].Seq); err != nil {
		t.Fatal(err)
	}
	dead, err := s.Dead(t.Context(), chart)
	if err != nil || len(dead) != 1 || dead[0].Delivery.Event.ID != kept[1].ID {
		t.Errorf("dead after one was discarded: %+v (error: %v)", dead, err)
	}
	same(t, "its event", idsOf(t, s, "CA1"), []string{kept[0].ID})
	nothingNext(t, s, "CA1", clock.Now())
	wantCode(t, s.Discard(t.Context(), chart, kept[0].Seq), careline.CodeNotFound)
	wantCode(t, s.Discard(t.Context(), "other", kept[1].Seq), careline.CodeNotFound)
	wantCode(t, s.Revive(t.Context(), chart, kept[0].Seq), careline.CodeNotFound)
}
