package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

func deliversInOrder(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), storetest.Request("CA2", "p1"))
	storetest.Same(t, "due", storetest.Due(t, s, clock.Now()), []string{"CA1", "CA2"})
	d := storetest.Next(t, s, "CA1", clock.Now())
	known := d.Known
	d.Known = nil
	storetest.Same(t, "first", d, careline.Delivery{Consumer: chart, Event: kept[0]})
	if known != nil { // a log may leave it to be asked for
		storetest.Same(t, "known with the first", *known, careline.Known{Events: kept[:2], Filing: careline.Filing{Call: "CA1"}})
	}
	if again := storetest.Next(t, s, "CA1", clock.Now()); again.Event.ID != d.Event.ID {
		t.Errorf("%s comes before %s has ended", again.Event.ID, d.Event.ID)
	}
	for range 2 { // the second time it has ended already
		if err := s.Done(t.Context(), d, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}
	if d := storetest.Next(t, s, "CA1", clock.Now()); d.Known != nil && !d.Known.Last {
		t.Error("the last delivery is not said to be the last")
	}
	storetest.Same(t, "due after the first", storetest.Due(t, s, clock.Now()), []string{"CA1", "CA2"})
	storetest.Same(t, "the rest", storetest.Drain(t, s, "CA1", clock.Now()), []string{"CB1/1/ringing"})
	storetest.Same(t, "due at the end", storetest.Due(t, s, clock.Now()), []string{"CA2"})
	storetest.NothingNext(t, s, "CA1", clock.Now())
	storetest.NothingNext(t, s, "nobody", clock.Now())
}

func retries(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), storetest.Request("CA2", "p1"))
	at := clock.Now().Add(time.Minute)
	if err := s.Retry(t.Context(), storetest.Next(t, s, "CA1", clock.Now()), at, "no answer"); err != nil {
		t.Fatal(err)
	}
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 2, careline.StatusInProgress))
	keys, when, err := s.Due(t.Context(), chart, clock.Now(), 100)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "due", keys, []string{"CA2"})
	storetest.Same(t, "next", when, at)
	storetest.NothingNext(t, s, "CA1", clock.Now())

	clock.Forward(time.Minute)
	if d := storetest.Next(t, s, "CA1", clock.Now()); d.Attempts != 1 || d.Event.ID != "CA1/request" {
		t.Errorf("%s was tried %d times before", d.Event.ID, d.Attempts)
	}
	storetest.Same(t, "due after its time", storetest.Due(t, s, clock.Now()), []string{"CA1", "CA2"})
	storetest.Same(t, "in order", storetest.Drain(t, s, "CA1", clock.Now()), []string{"CA1/request", "CB1/1/ringing", "CB1/2/in-progress"})
}

func movesDeliveries(t *testing.T, open database) {
	s, clock := openWith(t, open)
	other := storetest.AMD("CB1")
	other.ID = "CB1/amd/2"
	storetest.MustAppend(t, s, storetest.AMD("CB1"), other, storetest.Request("CA1", "p1"))
	inFlight := storetest.Next(t, s, "CB1", clock.Now())
	if err := s.Retry(t.Context(), inFlight, clock.Now(), "once"); err != nil {
		t.Fatal(err)
	}
	inFlight = storetest.Next(t, s, "CB1", clock.Now())
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	storetest.Same(t, "due", storetest.Due(t, s, clock.Now()), []string{"CA1"})
	if d := storetest.Next(t, s, "CA1", clock.Now()); d.Event.ID != "CB1/amd" || d.Attempts != 1 {
		t.Errorf("%s comes first, tried %d times", d.Event.ID, d.Attempts)
	}
	// Whoever had it before the link ends it all the same.
	if err := s.Done(t.Context(), inFlight, careline.Filing{}); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "the rest", storetest.Drain(t, s, "CA1", clock.Now()), []string{"CB1/amd/2", "CA1/request", "CB1/1/ringing"})

	// A twin that the call has already is delivered once.
	lone := careline.CallEvent{ID: "twin", Leg: "CB2", Kind: careline.KindMachineDetection}
	ofCall := careline.CallEvent{ID: "twin", Call: "CA2", Kind: careline.KindMachineDetection}
	storetest.MustAppend(t, s, lone, ofCall, storetest.Progress("CA2", "CB2", 1, careline.StatusRinging))
	storetest.Same(t, "with a twin", storetest.Drain(t, s, "CA2", clock.Now()), []string{"twin", "CB2/1/ringing"})
	storetest.Same(t, "due with a twin", storetest.Due(t, s, clock.Now()), nil)
	storetest.Same(t, "events with a twin", storetest.IDsOf(t, s, "CA2"), []string{"twin", "CB2/1/ringing"})
}

// endsInAnyOrder: a call's request and a report of its leg are with those who handle
// them when a report tells that the two belong together. Whoever of them is done first,
// what came meanwhile waits until both are, and is then delivered.
func endsInAnyOrder(t *testing.T, open database) {
	s, clock := openWith(t, open)
	for n, legFirst := range []bool{true, false} {
		call, leg := fmt.Sprint("CA", n), fmt.Sprint("CB", n)
		storetest.MustAppend(t, s, storetest.Request(call, "p1"), storetest.AMD(leg))
		inFlight := []careline.Delivery{
			storetest.Next(t, s, call, clock.Now()),
			storetest.Next(t, s, leg, clock.Now()),
		}
		if legFirst {
			slices.Reverse(inFlight)
		}

		storetest.MustAppend(t, s, storetest.DialEnded(call, leg, careline.StatusCompleted),
			storetest.Progress(call, leg, 1, careline.StatusCompleted))
		for _, d := range inFlight {
			if err := s.Done(t.Context(), d, careline.Filing{}); err != nil {
				t.Fatal(err)
			}
		}
		storetest.Same(t, "what came meanwhile", storetest.Drain(t, s, call, clock.Now()),
			[]string{call + "/dial", leg + "/1/completed"})
	}
}

func buries(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	clock.Forward(time.Hour)
	if err := s.Bury(t.Context(), storetest.Next(t, s, "CA1", clock.Now()), strings.Repeat("é", 2000)); err != nil {
		t.Fatal(err)
	}
	dead, err := s.Dead(t.Context(), chart)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "dead letters", dead, []store.Dead{{Delivery: careline.Delivery{Consumer: chart, Event: kept[0], Attempts: 1},
		Cause: strings.Repeat("é", 500) + "…", Buried: clock.Now()}})
	one, err := s.DeadOne(t.Context(), chart, kept[0].Seq)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "one dead letter", one, dead[0])
	_, err = s.DeadOne(t.Context(), chart, kept[1].Seq) // not dead
	storetest.WantCode(t, err, careline.CodeNotFound)
	_, err = s.DeadOne(t.Context(), "another", kept[0].Seq)
	storetest.WantCode(t, err, careline.CodeNotFound)
	pending, buried, oldest, err := s.Backlog(t.Context(), chart)
	if err != nil || pending != 1 || buried != 1 || !oldest.Equal(kept[1].Kept) {
		t.Errorf("backlog is %d pending, %d dead, oldest %v (error: %v)", pending, buried, oldest, err)
	}
	storetest.Same(t, "the next one", storetest.Drain(t, s, "CA1", clock.Now()), []string{"CB1/1/ringing"})
}

func revives(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	if err := s.Bury(t.Context(), storetest.Next(t, s, "CA1", clock.Now()), "no"); err != nil {
		t.Fatal(err)
	}
	if err := s.Retry(t.Context(), storetest.Next(t, s, "CA1", clock.Now()), clock.Now().Add(time.Hour), "later"); err != nil {
		t.Fatal(err)
	}
	if err := s.Revive(t.Context(), chart, kept[0].Seq); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "due", storetest.Due(t, s, clock.Now()), []string{"CA1"})
	if d := storetest.Next(t, s, "CA1", clock.Now()); d.Attempts != 0 {
		t.Errorf("revived, and tried %d times before", d.Attempts)
	}
	storetest.Same(t, "in order", storetest.Drain(t, s, "CA1", clock.Now()), []string{"CA1/request", "CB1/1/ringing"})
	storetest.WantCode(t, s.Revive(t.Context(), chart, kept[0].Seq), careline.CodeNotFound)
	storetest.WantCode(t, s.Revive(t.Context(), chart, 4711), careline.CodeNotFound)
}

func claims(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"))
	for _, want := range []bool{true, false} {
		if _, ok, err := s.Claim(t.Context(), chart, "CA1"); ok != want || err != nil {
			t.Errorf("claimed: %v, want %v (error: %v)", ok, want, err)
		}
	}
	if _, ok, _ := s.Claim(t.Context(), "other", "CA1"); !ok {
		t.Error("a claim for one consumer keeps another away")
	}
	storetest.Same(t, "due but claimed", storetest.Due(t, s, clock.Now()), []string{"CA2"})
	if err := s.Release(t.Context(), chart, "CA1"); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "due after release", storetest.Due(t, s, clock.Now()), []string{"CA1", "CA2"})
	keys, _, err := s.Due(t.Context(), chart, clock.Now(), 1)
	if err != nil || len(keys) != 1 {
		t.Errorf("%d calls, want the one asked for (error: %v)", len(keys), err)
	}
}

func survivesRestart(t *testing.T, open database) {
	s, clock := openWith(t, open)
	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"), storetest.Request("CA3", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	for _, call := range []string{"CA1", "CA2", "CA3"} {
		if _, ok, err := s.Claim(t.Context(), chart, call); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if err := s.Bury(t.Context(), storetest.Next(t, s, "CA2", clock.Now()), "no"); err != nil {
		t.Fatal(err)
	}
	if err := s.Retry(t.Context(), storetest.Next(t, s, "CA3", clock.Now()), clock.Now().Add(time.Hour), "later"); err != nil {
		t.Fatal(err)
	}
	storetest.CloseStore(t, s)

	s = open(t, store.Config{Consumers: []string{chart}, Now: clock.Now})
	keys, when, err := s.Due(t.Context(), chart, clock.Now(), 10)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "due", keys, []string{"CA1"})
	storetest.Same(t, "next", when, clock.Now().Add(time.Hour))
	if _, repeated, err := s.Append(t.Context(), storetest.Progress("", "CB1", 1, careline.StatusRinging)); err != nil || !repeated {
		t.Errorf("after a restart: repeated is %v, error %v", repeated, err)
	}
	if e := storetest.MustAppend(t, s, storetest.AMD("CB1"))[0]; e.Call != "CA1" || e.Seq <= kept[3].Seq {
		t.Errorf("after a restart an event goes to %s, place %d", e.Call, e.Seq)
	}
	if dead, err := s.Dead(t.Context(), chart); err != nil || len(dead) != 1 {
		t.Errorf("%d dead letters (error: %v)", len(dead), err)
	}
}
