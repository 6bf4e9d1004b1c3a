package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

// kindOther is of an event under a key that is no call's.
const kindOther = careline.Kind("something-else")

func callsAsked(t *testing.T, s store.Store, q careline.AskedFor, limit int) []careline.Asked {
	t.Helper()
	calls, err := s.CallsAsked(t.Context(), q, limit)
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

func keysOf(calls []careline.Asked) []string {
	keys := []string{}
	for _, c := range calls {
		keys = append(keys, c.Key)
	}
	return keys
}

func findsCallsByWhenTheyWereAskedFor(t *testing.T, open database) {
	s, clock := openWith(t, open)
	refused := storetest.Request("CA2", "p2")
	refused.Kind, refused.Request.Refusal = careline.KindRefused, careline.RefusedRate
	for _, e := range []careline.CallEvent{
		storetest.RequestFor("CA1", "p1", "Patient/1"),
		refused,
		{ID: "CA3/ringing", Call: "CA3", Leg: "CA3", Kind: careline.KindProgress, Status: careline.StatusRinging}, // placed by the REST API
		{ID: "CA4/in", Call: "CA4", Leg: "CA4", Kind: careline.KindMemberCalled, Status: careline.StatusCompleted},
		storetest.AMD("CB5"), // joins in a moment
		storetest.Request("CA5", "p1"),
		storetest.Progress("CA5", "CB5", 1, careline.StatusRinging),
		storetest.AMD("CB6"), // of no call that is known
		{ID: "seen", Call: "seen-1", Kind: kindOther},
	} {
		storetest.MustAppend(t, s, e)
		clock.Forward(time.Second)
	}
	if err := s.SaveFiling(t.Context(), careline.Filing{Call: "CA7"}); err != nil { // nothing is known of it
		t.Fatal(err)
	}
	storetest.MustSaveFiling(t, s, careline.Filing{Call: "CA1", Of: "Media/1", ID: "media", Seq: 1, Tried: true})
	filed := careline.Filing{Call: "CA1", ID: "comm-1", Version: "v1", Seq: 1, Tried: true}
	storetest.MustSaveFiling(t, s, filed)
	want := func(what string, q careline.AskedFor, keys ...string) {
		t.Helper()
		storetest.Same(t, what, keysOf(callsAsked(t, s, q, 100)), keys)
	}

	all := careline.AskedFor{From: noon, To: noon.Add(time.Hour)}
	want("all", all, "CA5", "CA4", "CA3", "CA2", "CA1")
	want("those of a time", careline.AskedFor{From: noon.Add(time.Second), To: noon.Add(3 * time.Second)}, "CA3", "CA2")
	want("those of a clinician", careline.AskedFor{From: noon, To: noon.Add(time.Hour), Clinician: "p1"}, "CA5", "CA1")
	want("those of a clinician and a time", careline.AskedFor{From: noon.Add(time.Second), To: noon.Add(time.Hour), Clinician: "p1"}, "CA5")
	want("those of a patient", careline.AskedFor{From: noon, To: noon.Add(time.Hour), Patient: "Patient/1"}, "CA1")
	want("those of a patient before", careline.AskedFor{From: noon.Add(time.Second), To: noon.Add(time.Hour), Patient: "Patient/1"})
	want("those of a patient and a clinician", careline.AskedFor{From: noon, To: noon.Add(time.Hour), Patient: "Patient/1", Clinician: "p1"}, "CA1")
	want("those of a patient and another", careline.AskedFor{From: noon, To: noon.Add(time.Hour), Patient: "Patient/1", Clinician: "p2"})
	want("of a patient who has none", careline.AskedFor{From: noon, To: noon.Add(time.Hour), Patient: "Patient/2"})
	want("of a clinician who has none", careline.AskedFor{From: noon, To: noon.Add(time.Hour), Clinician: "p3"})

	calls := callsAsked(t, s, all, 100)
	storetest.Same(t, "where it is filed", calls[4].Filing, filed)
	storetest.Same(t, "where nothing is filed", calls[0].Filing, careline.Filing{Call: "CA5"})
	storetest.Same(t, "whose it is", calls[4].Patient, "Patient/1")
	for _, c := range calls {
		events, err := s.Events(t.Context(), c.Key)
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, "the events of "+c.Key, c.Events, events)
	}
	if at := calls[4].Place.At; !at.Equal(noon) {
		t.Errorf("the first was asked for at %s, want %s", at, noon)
	}

	// What tells that it is a call may come later.
	storetest.MustAppend(t, s, storetest.Progress("CA6", "CB6", 1, careline.StatusRinging),
		careline.CallEvent{ID: "request", Call: "seen-1", Kind: careline.KindRequested})
	want("what became a call", all, "seen-1", "CA6", "CA5", "CA4", "CA3", "CA2", "CA1")
	if err := s.Erase(t.Context(), "CA3"); err != nil {
		t.Fatal(err)
	}
	want("without what was forgotten", all, "seen-1", "CA6", "CA5", "CA4", "CA2", "CA1")
}

// Calls of which something was recorded, and those that go on, are found among the others.
func findsCallsRecordedAndGoingOn(t *testing.T, open database) {
	s, clock := openWith(t, open)
	recorded := func(key, sid string) careline.CallEvent {
		return careline.CallEvent{ID: sid + "/completed", Call: key, Leg: key, Kind: careline.KindRecording, Recording: sid}
	}
	for n, key := range []string{"CA1", "CA2", "CA3", "CA4"} {
		storetest.MustAppend(t, s, storetest.Request(key, fmt.Sprint("p", 1+n%2)), storetest.Progress(key, "B"+key, 1, careline.StatusInProgress))
		clock.Forward(time.Second)
	}
	storetest.MustAppend(t, s,
		recorded("CA1", "RE1"), recorded("CA2", "RE2"),
		careline.CallEvent{ID: "record/1", Call: "CA3", Kind: careline.KindRecordingAsked, Sound: careline.RecordingSaid{Act: careline.RecordStart}},
		storetest.Progress("CA1", "BCA1", 2, careline.StatusCompleted),
		careline.CallEvent{ID: "room/1", Call: "CA3", Kind: careline.KindRoomAsked},
		storetest.Progress("CA3", "BCA3", 2, careline.StatusCompleted))
	refused := storetest.Request("CA5", "p1")
	refused.Kind, refused.Request.Refusal = careline.KindRefused, careline.RefusedRate
	storetest.MustAppend(t, s, refused)

	want := func(what string, q careline.AskedFor, keys ...string) {
		t.Helper()
		q.From, q.To = noon, noon.Add(time.Hour)
		storetest.Same(t, what, keysOf(callsAsked(t, s, q, 100)), keys)
	}
	want("recorded", careline.AskedFor{Recorded: true}, "CA2", "CA1")
	want("recorded, of a clinician", careline.AskedFor{Recorded: true, Clinician: "p1"}, "CA1")
	want("going on, one in a room without its member", careline.AskedFor{Going: true}, "CA4", "CA3", "CA2")
	want("going on, of a clinician", careline.AskedFor{Going: true, Clinician: "p2"}, "CA4", "CA2")
	want("recorded, and going on", careline.AskedFor{Going: true, Recorded: true}, "CA2")

	// One at a time, from page to page; the room of the other is over.
	page := callsAsked(t, s, careline.AskedFor{From: noon, To: noon.Add(time.Hour), Recorded: true}, 1)
	next := careline.AskedFor{From: noon, To: noon.Add(time.Hour), Recorded: true, After: page[0].Place}
	storetest.Same(t, "the second page", keysOf(callsAsked(t, s, next, 1)), []string{"CA1"})
	storetest.MustAppend(t, s, careline.CallEvent{ID: "CF1/end", Call: "CA3", Kind: careline.KindRoom, Room: careline.RoomSaid{Conference: "CF1", Act: careline.ActEnd}})
	want("after the end of the room", careline.AskedFor{Going: true}, "CA4", "CA2")
}

// tellsWhoCalled has more calls than a page, and legs, looks and call-backs, which have no
// clinician.
func tellsWhoCalled(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	clock.Forward(time.Minute)
	for i := range 120 {
		storetest.MustAppend(t, s, storetest.Request(fmt.Sprintf("CB%d", i), "p2"))
	}
	refused := storetest.Request("CC1", "p3")
	refused.Kind, refused.Request.Refusal = careline.KindRefused, careline.RefusedRate
	storetest.MustAppend(t, s, refused, storetest.Request("CD1", ""), storetest.AMD("CE1"),
		careline.CallEvent{ID: "CF1/in", Call: "CF1", Leg: "CF1", Kind: careline.KindMemberCalled, Status: careline.StatusCompleted})
	clock.Forward(time.Minute)
	storetest.MustAppend(t, s, storetest.Request("CG1", "p4"))

	want := func(from, to time.Time, calls ...string) {
		t.Helper()
		called, err := s.Callers(t.Context(), from, to)
		if err != nil {
			t.Fatal(err)
		}
		keys := keysOf(called)
		slices.Sort(keys)
		storetest.Same(t, "one call of each", keys, calls)
		for _, c := range called {
			if len(c.Events) == 0 || c.Events[0].Request.Clinician == "" {
				t.Errorf("%s does not say whose it is", c.Key)
			}
		}
	}
	want(noon, clock.Now(), "CA1", "CB119", "CC1")
	want(noon.Add(time.Second), clock.Now().Add(time.Second), "CB119", "CC1", "CG1")
	if none, err := s.Callers(t.Context(), noon.Add(-time.Hour), noon); len(none) != 0 || err != nil {
		t.Errorf("before anybody called: %v (error: %v)", keysOf(none), err)
	}
}

// goesOnFromPageToPage has calls begin and go on between two pages; of each second there
// are several.
func goesOnFromPageToPage(t *testing.T, open database) {
	s, clock := openWith(t, open)
	want := []string{}
	begin := func(n int) {
		for range n {
			key := fmt.Sprintf("CA%03d", len(want))
			storetest.MustAppend(t, s, storetest.Request(key, fmt.Sprint("p", len(want)%2)))
			if want = append(want, key); len(want)%3 == 0 {
				clock.Forward(time.Second)
			}
		}
	}
	begin(50)
	expect := slices.Clone(want)
	slices.Reverse(expect)

	for _, clinician := range []string{"", "p1"} {
		q := careline.AskedFor{From: noon, To: noon.Add(time.Hour), Clinician: clinician}
		got, mine := []string{}, []string{}
		for page := callsAsked(t, s, q, 7); len(page) > 0; page = callsAsked(t, s, q, 7) {
			got = append(got, keysOf(page)...)
			q.After = page[len(page)-1].Place
			begin(2)
			storetest.MustAppend(t, s, storetest.Progress(got[len(got)-1], "B"+got[len(got)-1], 1, careline.StatusRinging))
		}
		for i, key := range expect {
			if clinician == "" || (len(expect)-1-i)%2 == 1 {
				mine = append(mine, key)
			}
		}
		storetest.Same(t, "all pages, of "+clinician, got, mine)
		expect = slices.Clone(want)
		slices.Reverse(expect)
	}
}

// A call that the REST API placed names no patient; who files it knows.
func learnsWhoseItIsFromTheFiling(t *testing.T, open database) {
	s, _ := openWith(t, open)
	placed := careline.CallEvent{ID: "CA1/ringing", Call: "CA1", Leg: "CA1", Kind: careline.KindProgress, Status: careline.StatusRinging}
	storetest.MustAppend(t, s, placed, storetest.RequestFor("CA2", "p1", "Patient/2"))
	storetest.Same(t, "before it was filed", storetest.CallsOf(t, s, "Patient/1"), nil)
	for _, call := range []string{"CA1", "CA2"} {
		d := storetest.Next(t, s, call, noon)
		filed := careline.Filing{Call: call, ID: "comm", Version: "v1", Seq: d.Event.Seq, Tried: true, Patient: "Patient/1"}
		if err := s.Done(t.Context(), d, filed); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Same(t, "after it was filed", storetest.CallsOf(t, s, "Patient/1"), []string{"CA1"})
	storetest.Same(t, "the request's word stands", storetest.CallsOf(t, s, "Patient/2"), []string{"CA2"})

	// What comes later of it, and to file it again, change nothing.
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CA1", 2, careline.StatusCompleted))
	if err := s.Refile(t.Context(), chart, "CA1", true); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "after more was told", storetest.CallsOf(t, s, "Patient/1"), []string{"CA1"})
	filing, err := s.Filing(t.Context(), "CA1")
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "the filing itself", filing, careline.Filing{Call: "CA1", Tried: true})
	storetest.MustAppend(t, s, storetest.RequestFor("CA1", "p1", "Patient/3"))
	storetest.Same(t, "its request came at last", storetest.CallsOf(t, s, "Patient/3"), []string{"CA1"})
}
