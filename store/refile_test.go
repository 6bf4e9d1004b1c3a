package store_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

func mustRefile(t *testing.T, s store.Store, call string, whole bool) {
	t.Helper()
	if err := s.Refile(t.Context(), chart, call, whole); err != nil {
		t.Fatal(err)
	}
}

func wantFiling(t *testing.T, s store.Store, want careline.Filing) {
	t.Helper()
	got, err := s.Filing(t.Context(), want.Call)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "filing", got, want)
}

// threeEvents keeps a call whose first two are filed.
func threeEvents(t *testing.T, s store.Store, clock *storetest.Clock) (kept []careline.CallEvent) {
	t.Helper()
	kept = storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	storetest.Same(t, "filed", storetest.Drain(t, s, "CA1", clock.Now()), []string{kept[0].ID, kept[1].ID})
	kept = append(kept, storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 2, careline.StatusCompleted))...)
	storetest.MustSaveFiling(t, s, careline.Filing{Call: "CA1", ID: "comm-1", Version: "v2", Seq: kept[1].Seq, Tried: true, Doubted: true})
	return kept
}

func refilesWhole(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := threeEvents(t, s, clock)
	if err := s.Retry(t.Context(), storetest.Next(t, s, "CA1", clock.Now()), clock.Now().Add(time.Hour), "later"); err != nil {
		t.Fatal(err)
	}
	mustRefile(t, s, "CA1", true)
	wantFiling(t, s, careline.Filing{Call: "CA1", Tried: true})
	storetest.Same(t, "due at once", storetest.Due(t, s, clock.Now()), []string{"CA1"})
	for _, e := range kept {
		d := storetest.Next(t, s, "CA1", clock.Now())
		d.Known = nil
		storetest.Same(t, "given again", d, careline.Delivery{Consumer: chart, Event: e})
		if err := s.Done(t.Context(), d, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}
	storetest.NothingNext(t, s, "CA1", clock.Now())

	// A call that was never filed is searched for as well.
	storetest.MustAppend(t, s, storetest.Request("CA2", "p1"))
	mustRefile(t, s, "CA2", true)
	wantFiling(t, s, careline.Filing{Call: "CA2", Tried: true})
	storetest.Same(t, "once each", storetest.Drain(t, s, "CA2", clock.Now()), []string{"CA2/request"})

	storetest.WantCode(t, s.Refile(t.Context(), chart, "nobody", true), careline.CodeNotFound)
	storetest.WantCode(t, s.Refile(t.Context(), chart, "nobody", false), careline.CodeNotFound)
}

func refilesTheLastEvent(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := threeEvents(t, s, clock)
	last := kept[2]
	storetest.Drain(t, s, "CA1", clock.Now())
	filed := careline.Filing{Call: "CA1", ID: "comm-1", Version: "v3", Seq: last.Seq, Tried: true}
	storetest.MustSaveFiling(t, s, filed)
	mustRefile(t, s, "CA1", false)
	got, err := s.Filing(t.Context(), "CA1")
	if err != nil {
		t.Fatal(err)
	}
	if got.Seq >= last.Seq {
		t.Errorf("the record still has event %d, so %d is not filed again", got.Seq, last.Seq)
	}
	filed.Seq, got.Seq = 0, 0
	storetest.Same(t, "the rest of the filing", got, filed)
	storetest.Same(t, "due at once", storetest.Due(t, s, clock.Now()), []string{"CA1"})
	storetest.Same(t, "given again", storetest.Drain(t, s, "CA1", clock.Now()), []string{last.ID})
}

func refilesDeadLetters(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), storetest.Request("CA2", "p1"))
	for _, call := range []string{"CA1", "CA1", "CA2"} {
		if err := s.Bury(t.Context(), storetest.Next(t, s, call, clock.Now()), "no"); err != nil {
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
		storetest.Same(t, what, got, want)
	}
	mustRefile(t, s, "CA1", false)
	dead("after the last event", kept[0].Seq, kept[2].Seq)
	mustRefile(t, s, "CA1", true)
	dead("after the whole call", kept[2].Seq)
	storetest.Same(t, "given again", storetest.Drain(t, s, "CA1", clock.Now()), []string{kept[0].ID, kept[1].ID})
	storetest.WantCode(t, s.Revive(t.Context(), chart, kept[0].Seq), careline.CodeNotFound)
}

// Another consumer is not given what one of them gets again.
func refilesForOne(t *testing.T, open database) {
	s, clock := openForwarding(t, open)
	storetest.MustAppendFor(t, s, storetest.Request("CA1", "p1"))
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	storetest.Drain(t, s, "CA1", clock.Now())
	storetest.Same(t, "for the topic", queued(t, s, topic, "CA1", clock), []string{"CA1/request"})
	mustRefile(t, s, "CA1", true)
	storetest.Same(t, "for the topic, again", queued(t, s, topic, "CA1", clock), nil)
	storetest.Same(t, "for the chart, again", storetest.Drain(t, s, "CA1", clock.Now()), []string{"CA1/request", "CB1/1/ringing"})
}

func filingNeverGoesBack(t *testing.T, open database) {
	s, _ := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	newest := careline.Filing{Call: "CA1", ID: "comm-1", Version: "v3", Seq: 3, Tried: true}
	storetest.MustSaveFiling(t, s, newest)
	storetest.MustSaveFiling(t, s, careline.Filing{Call: "CA1", ID: "comm-1", Version: "v2", Seq: 2, Tried: true, Doubted: true})
	wantFiling(t, s, newest)
	newest.Version = "v3b" // of the same event, written again
	storetest.MustSaveFiling(t, s, newest)
	wantFiling(t, s, newest)
}

func discards(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"))
	for _, call := range []string{"CA1", "CA2"} {
		if err := s.Bury(t.Context(), storetest.Next(t, s, call, clock.Now()), "no"); err != nil {
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
	storetest.Same(t, "its event", storetest.IDsOf(t, s, "CA1"), []string{kept[0].ID})
	storetest.NothingNext(t, s, "CA1", clock.Now())
	storetest.WantCode(t, s.Discard(t.Context(), chart, kept[0].Seq), careline.CodeNotFound)
	storetest.WantCode(t, s.Discard(t.Context(), "other", kept[1].Seq), careline.CodeNotFound)
	storetest.WantCode(t, s.Revive(t.Context(), chart, kept[0].Seq), careline.CodeNotFound)
}
