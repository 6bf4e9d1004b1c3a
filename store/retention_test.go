package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

func findsCallsOfAPatient(t *testing.T, open database) {
	s, clock := openWith(t, open)
	for _, e := range []careline.CallEvent{
		storetest.RequestFor("CA2", "p1", "Patient/1"), storetest.RequestFor("CA1", "p2", "Patient/1"), storetest.RequestFor("CA3", "p1", "Patient/10"),
		storetest.Request("CA4", "p1"), storetest.Progress("CA5", "CB5", 1, careline.StatusRinging), storetest.RequestFor("CA5", "p1", "Patient/1"),
		storetest.Progress("CA2", "CB2", 1, careline.StatusRinging),
	} {
		storetest.MustAppend(t, s, e)
		clock.Forward(time.Second)
	}
	refused := storetest.RequestFor("CA6", "p1", "Patient/1")
	refused.Kind, refused.Request.Refusal = careline.KindRefused, careline.RefusedRate
	storetest.MustAppend(t, s, refused)
	if _, _, err := s.Admit(t.Context(), storetest.RequestFor("CA7", "p1", "Patient/10"), func(careline.Load) careline.Refusal { return "" }); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "of one", storetest.CallsOf(t, s, "Patient/1"), []string{"CA2", "CA1", "CA5", "CA6"})
	storetest.Same(t, "of another", storetest.CallsOf(t, s, "Patient/10"), []string{"CA3", "CA7"})
	storetest.Same(t, "of nobody", storetest.CallsOf(t, s, "Patient/2"), nil)
	storetest.Same(t, "of no name", storetest.CallsOf(t, s, ""), nil)
}

// leavesTraces keeps a call that has left something everywhere.
func leavesTraces(t *testing.T, s store.Store, clock *storetest.Clock, call, leg string) (kept []careline.CallEvent) {
	t.Helper()
	twin := careline.CallEvent{ID: leg + "/twin", Leg: leg, Kind: careline.KindMachineDetection}
	ofCall := twin
	ofCall.Call, ofCall.Leg = call, ""
	kept = storetest.MustAppend(t, s, storetest.AMD(leg), twin, storetest.RequestFor(call, "clinician of "+call, careline.Reference("Patient/"+call)), ofCall)
	first, _ := storetest.MustAppendFor(t, s, storetest.Progress(call, leg, 1, careline.StatusRinging)) // here the leg joins
	second, _ := storetest.MustAppendFor(t, s, storetest.Progress(call, leg, 2, careline.StatusInProgress))
	if err := s.Bury(t.Context(), storetest.Next(t, s, call, clock.Now()), "no"); err != nil {
		t.Fatal(err)
	}
	d, ok, err := s.Next(t.Context(), topic, call, clock.Now())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := s.Bury(t.Context(), d, "no"); err != nil {
		t.Fatal(err)
	}
	storetest.MustSaveFiling(t, s, careline.Filing{Call: call, ID: "comm", Version: "v1", Seq: first.Seq, Tried: true, Doubted: true})
	return append(kept, first, second)
}

// wantForgotten looks everywhere.
func wantForgotten(t *testing.T, s store.Store, clock *storetest.Clock, call, leg string) {
	t.Helper()
	for _, key := range []string{call, leg} {
		storetest.Same(t, "events of "+key, storetest.IDsOf(t, s, key), nil)
		wantFiling(t, s, careline.Filing{Call: key})
		for _, consumer := range []string{chart, topic} {
			if d, ok, err := s.Next(t.Context(), consumer, key, clock.Now().Add(time.Hour)); ok || err != nil {
				t.Errorf("%s still waits for %s (error: %v)", d.Event.ID, consumer, err)
			}
		}
	}
	storetest.Same(t, "calls of the patient", storetest.CallsOf(t, s, careline.Reference("Patient/"+call)), nil)
	since, err := s.CallsSince(t.Context(), "clinician of "+call, 0)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "calls of the clinician", since, nil)
	load, err := s.Load(t.Context(), "clinician of "+call, clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "load", load, careline.Load{})
	if name, err := s.Clinician(t.Context(), call); name != "" || err != nil {
		t.Errorf("%s is still a call of %q (error: %v)", call, name, err)
	}
	storetest.WantCode(t, s.Erase(t.Context(), call), careline.CodeNotFound)
	storetest.WantCode(t, s.Refile(t.Context(), chart, call, true), careline.CodeNotFound)
}

// wantNothingLeft is for a store of which every call was forgotten.
func wantNothingLeft(t *testing.T, s store.Store) {
	t.Helper()
	for _, consumer := range []string{chart, topic} {
		if pending, dead, oldest, err := s.Backlog(t.Context(), consumer); pending != 0 || dead != 0 || !oldest.IsZero() || err != nil {
			t.Errorf("%s: %d pending since %v, %d dead (error: %v)", consumer, pending, oldest, dead, err)
		}
		if letters, err := s.Dead(t.Context(), consumer); len(letters) != 0 || err != nil {
			t.Errorf("%s: %d dead letters (error: %v)", consumer, len(letters), err)
		}
	}
	if filings, err := s.Doubted(t.Context(), noon.Add(-24*time.Hour)); len(filings) != 0 || err != nil {
		t.Errorf("%d filings in doubt (error: %v)", len(filings), err)
	}
	storetest.WantUnsettled(t, "looks", s, noon.Add(1000*24*time.Hour))
}

func erases(t *testing.T, open database) {
	s, clock := openForwarding(t, open)
	leavesTraces(t, s, clock, "CA1", "CB1")
	kept := leavesTraces(t, s, clock, "CA2", "CB2")
	last := kept[len(kept)-1].Seq
	if err := s.Erase(t.Context(), "CA2"); err != nil {
		t.Fatal(err)
	}
	wantForgotten(t, s, clock, "CA2", "CB2")
	storetest.Same(t, "the other call", storetest.IDsOf(t, s, "CA1"), []string{"CB1/amd", "CA1/request", "CB1/twin", "CB1/1/ringing", "CB1/2/in-progress"})
	storetest.Same(t, "what waits of it", storetest.Drain(t, s, "CA1", clock.Now()), []string{"CA1/request", "CB1/twin", "CB1/1/ringing", "CB1/2/in-progress"})
	storetest.WantUnsettled(t, "looks", s, noon.Add(time.Hour), "CA1")

	// The same leg and call may come again, as if for the first time.
	if err := s.Erase(t.Context(), "CA1"); err != nil {
		t.Fatal(err)
	}
	wantNothingLeft(t, s)
	for i, e := range leavesTraces(t, s, clock, "CA2", "CB2") {
		if e.Seq <= last {
			t.Errorf("event %d gets place %d, which was given before", i, e.Seq)
		}
	}
	storetest.Same(t, "heard of again", storetest.IDsOf(t, s, "CA2"), []string{"CB2/amd", "CA2/request", "CB2/twin", "CB2/1/ringing", "CB2/2/in-progress"})
	storetest.WantCode(t, s.Erase(t.Context(), "nobody"), careline.CodeNotFound)
}

// givesNoPlaceTwice forgets the log's end in all sorts of ways.
func givesNoPlaceTwice(t *testing.T, open database) {
	s, clock := openWith(t, open)
	last := int64(0)
	grows := func(what string, events ...careline.CallEvent) {
		t.Helper()
		for _, e := range storetest.MustAppend(t, s, events...) {
			if e.Seq <= last {
				t.Errorf("%s: place %d comes after %d", what, e.Seq, last)
			}
			last = e.Seq
		}
	}
	erase := func(call string) {
		t.Helper()
		if err := s.Erase(t.Context(), call); err != nil {
			t.Fatal(err)
		}
	}
	reopen := func() {
		t.Helper()
		storetest.CloseStore(t, s)
		s = open(t, store.Config{Consumers: []string{chart}, Now: clock.Now})
	}
	grows("at first", storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"), storetest.Request("CA3", "p1"))
	erase("CA3")
	grows("after the last", storetest.Request("CA4", "p1"))
	erase("CA4")
	erase("CA2")
	reopen()
	if _, repeated, err := s.Append(t.Context(), storetest.Request("CA1", "p1")); !repeated || err != nil {
		t.Errorf("repeated is %v (error: %v)", repeated, err)
	}
	grows("after a restart", storetest.Request("CA5", "p1"), storetest.Request("CA6", "p1"))
	clock.Forward(time.Hour)
	if n, err := s.Purge(t.Context(), clock.Now(), 100); n.Keys() != 3 || err != nil {
		t.Errorf("%+v forgotten, want 3 (error: %v)", n, err)
	}
	reopen()
	grows("after everything", storetest.Request("CA7", "p1"), storetest.Request("CA8", "p1"))
	if newest, err := s.Newest(t.Context()); newest != last || err != nil {
		t.Errorf("the log ends at %d, want %d (error: %v)", newest, last, err)
	}
}

func purges(t *testing.T, open database) {
	s, clock := openForwarding(t, open)
	for _, id := range []string{"m-1", "m-2"} {
		if err := s.KeepStray(t.Context(), careline.Stray{ID: id}); err != nil {
			t.Fatal(err)
		}
		clock.Forward(time.Hour)
	}
	clock.Forward(-2 * time.Hour)
	leavesTraces(t, s, clock, "CA1", "CB1")
	storetest.MustAppend(t, s, storetest.Request("CA2", "p1"), storetest.AMD("CB3")) // CB3's call is never told
	clock.Forward(time.Hour)
	storetest.MustAppend(t, s, storetest.Progress("CA2", "CB2", 1, careline.StatusRinging), storetest.Request("CA4", "p1")) // begun before, heard of since
	before := clock.Now()

	if n, err := s.Purge(t.Context(), noon, 100); n.Keys() != 0 || err != nil {
		t.Errorf("%+v were forgotten, and none is as old (error: %v)", n, err)
	}
	if n, err := s.Purge(t.Context(), before, 100); n.Keys() != 2 || err != nil {
		t.Errorf("%+v were forgotten, want CA1 and CB3 (error: %v)", n, err)
	}
	wantForgotten(t, s, clock, "CA1", "CB1")
	storetest.Same(t, "a leg of nobody", storetest.IDsOf(t, s, "CB3"), nil)
	storetest.Same(t, "one that was heard of since", storetest.IDsOf(t, s, "CA2"), []string{"CA2/request", "CB2/1/ringing"})
	storetest.Same(t, "one that is as old as the limit", storetest.IDsOf(t, s, "CA4"), []string{"CA4/request"})
	strays, err := s.Strays(t.Context())
	if err != nil || len(strays) != 1 || strays[0].ID != "m-2" {
		t.Errorf("strays left: %+v (error: %v)", strays, err)
	}
	if n, err := s.Purge(t.Context(), before.Add(time.Microsecond), 100); n.Keys() != 2 || err != nil {
		t.Errorf("%+v were forgotten, want the other two (error: %v)", n, err)
	}
	wantNothingLeft(t, s)
}

// plansWhatItPurges: what an operator is told beforehand is what goes then. Of what is old
// one call has a recording in the record, another has sound at the carrier.
func plansWhatItPurges(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"), storetest.Request("CA3", "p1"), storetest.AMD("CB4"))
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), storetest.AMD("CB1"))
	storetest.MustSaveFiling(t, s, careline.Filing{
		Call: "CA2",
		Of:   "Media/RE2",
		ID:   "m2",
		Seq:  2,
	})
	storetest.MustAppend(t, s, careline.CallEvent{ID: "RE3/in-progress", Call: "CA3", Kind: careline.KindRecording})
	look := careline.Look{Clinician: "p1", What: careline.LookOpened, At: clock.Now()}
	storetest.MustAppend(t, s, look.Event())
	if err := s.KeepStray(t.Context(), careline.Stray{ID: "m-1"}); err != nil {
		t.Fatal(err)
	}
	clock.Forward(time.Hour)
	storetest.MustAppend(t, s, storetest.Request("CA5", "p1"))
	look.At = clock.Now()
	storetest.MustAppend(t, s, look.Event())

	old := careline.LogCount{
		Calls:  2, // CA1, and CB4 of nobody
		Looks:  1,
		Strays: 1,
	}
	for _, test := range []struct {
		before time.Time
		want   careline.LogCount
	}{
		{noon, careline.LogCount{}},
		{clock.Now(), old},
		{clock.Now(), careline.LogCount{}},
	} {
		planned, err := s.Old(t.Context(), test.before)
		if err != nil || planned != test.want {
			t.Errorf("%+v would be forgotten, want %+v (error: %v)", planned, test.want, err)
		}
		forgotten, err := s.Purge(t.Context(), test.before, 100)
		if err != nil || forgotten != test.want {
			t.Errorf("%+v were forgotten, want %+v (error: %v)", forgotten, test.want, err)
		}
	}
}

func purgesInSteps(t *testing.T, open database) {
	s, clock := openWith(t, open)
	const calls = 130
	for i := range calls {
		storetest.MustAppend(t, s, storetest.Request(fmt.Sprintf("CA%d", i), "p1"))
	}
	clock.Forward(time.Hour)
	for _, want := range []int{60, 60, 10, 0} {
		if n, err := s.Purge(t.Context(), clock.Now(), 60); n.Keys() != want || err != nil {
			t.Errorf("%+v were forgotten, want %d (error: %v)", n, want, err)
		}
	}
	pending, _, _, err := s.Backlog(t.Context(), chart)
	if err != nil || pending != 0 {
		t.Errorf("%d deliveries are left (error: %v)", pending, err)
	}
}

func findsCallsByTheirNewestEvent(t *testing.T, open database) {
	s, clock := openWith(t, open)
	for _, key := range []string{"CA1", "CA2", "CA3"} {
		storetest.MustAppend(t, s, careline.CallEvent{ID: key + "/a", Call: key, Leg: key, Kind: careline.KindRequested})
		clock.Forward(time.Hour)
	}
	storetest.MustAppend(t, s, careline.CallEvent{ID: "CA1/b", Call: "CA1", Leg: "CA1", Kind: careline.KindClinicianLeg})
	for _, test := range []struct {
		from, to int // hours after noon
		want     []string
	}{
		{0, 9, []string{"CA2", "CA3", "CA1"}}, {0, 1, nil}, {1, 2, []string{"CA2"}}, {1, 3, []string{"CA2", "CA3"}}, {3, 4, []string{"CA1"}},
	} {
		at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
		got, err := s.CallsKept(t.Context(), at(test.from), at(test.to))
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("from %d to %d: %v %s", test.from, test.to, err, diff)
		}
	}
}

// erasesWhatIsBeingDelivered: whoever has a delivery of the call is late, and brings no
// trace of it back.
func erasesWhatIsBeingDelivered(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	late := storetest.Next(t, s, "CA1", clock.Now())
	if err := s.Erase(t.Context(), "CA1"); err != nil {
		t.Fatal(err)
	}

	if err := s.Done(t.Context(), late, careline.Filing{Call: "CA1", ID: "comm-1", Version: "v1", Seq: 1, Tried: true}); err != nil {
		t.Error(err)
	}
	if f, err := s.Filing(t.Context(), "CA1"); err != nil || f != (careline.Filing{Call: "CA1"}) {
		t.Errorf("it is filed as %+v (error: %v)", f, err)
	}
	if err := s.Erase(t.Context(), "CA1"); careline.CodeOf(err) != careline.CodeNotFound {
		t.Errorf("erased once more: %v, want that there is none", err)
	}
}
