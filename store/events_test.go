package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

func keepsAll(t *testing.T, open database) {
	s, clock := openWith(t, open)
	clock.Forward(1234 * time.Nanosecond) // finer than the log keeps
	full := careline.CallEvent{
		ID: "CB1/3/completed", Call: "CA1", Leg: "CB1", Kind: careline.KindProgress,
		At: noon.Add(-time.Second).In(time.FixedZone("CET", 3600)), Order: 3,
		Status: careline.StatusCompleted, Word: "completed", Direction: "outbound-dial", MemberLeg: "CB1",
		Appointment: "abc123", Seconds: careline.SecondsOf(0), AnsweredBy: "human", Recording: "RE1",
		Request: careline.Request{Clinician: "practitioner-1", Sender: "PractitionerRole/1", Patient: "Patient/1",
			Recipient: "RelatedPerson/1", To: storetest.Phone(t, "+447700900123"), CallerID: storetest.Phone(t, "+442079460123"),
			Refusal: careline.RefusedRate, Household: true,
			Names: careline.Names{Sender: "Dr Ayo Bell", Patient: "Sam O\x00Neill\xff", Recipient: "Kim", Relation: "daughter"}},
		EndedBy: careline.SideMember, Failure: careline.Failure{Code: 32011, SIP: 487},
		Report: []byte(`{"CallStatus": "completed",  "Note":"kept as it is\u00e9"}`), Trace: "00-1-2-01",
	}
	bare := careline.CallEvent{ID: "CA2/-/odd", Leg: "CA2", Kind: careline.KindMemberCalled}
	kept := storetest.MustAppend(t, s, full, bare)

	want := full
	want.Request.Names.Patient = "Sam O\x00Neill\ufffd" // the log's texts are UTF-8
	want.Seq, want.Kept, want.At = kept[0].Seq, noon.Add(time.Microsecond), noon.Add(-time.Second)
	storetest.Same(t, "answer to Append", kept[0], want)
	for _, k := range kept {
		events, err := s.Events(t.Context(), k.Call)
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, "kept", events, []careline.CallEvent{k})
	}
	if kept[1].Call != "CA2" {
		t.Errorf("an event of a leg alone was kept for %q, want its own leg", kept[1].Call)
	}
	if kept[0].Seq < 1 || kept[1].Seq <= kept[0].Seq {
		t.Errorf("places %d and %d in the log do not grow from 1", kept[0].Seq, kept[1].Seq)
	}
}

func keepsOnce(t *testing.T, open database) {
	s, clock := openWith(t, open)
	first := storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 0, careline.StatusRinging))[0]
	clock.Forward(time.Minute)
	again := storetest.Progress("CA1", "CB1", 0, careline.StatusRinging)
	again.Report = []byte(`{"Other":"words"}`)
	withoutCall := again
	withoutCall.Call = ""
	for _, e := range []careline.CallEvent{again, withoutCall} {
		kept, repeated, err := s.Append(t.Context(), e)
		if err != nil || !repeated {
			t.Fatalf("repeated is %v, error %v", repeated, err)
		}
		storetest.Same(t, "what was kept first", kept, first)
	}
	storetest.Same(t, "deliveries", storetest.Drain(t, s, "CA1", clock.Now()), []string{first.ID})
	if other := storetest.MustAppend(t, s, careline.CallEvent{ID: first.ID, Call: "CA9", Kind: careline.KindProgress})[0]; other.Seq == first.Seq {
		t.Error("the same id of another call is another event")
	}
}

func keepsOneOfARace(t *testing.T, open database) {
	s, clock := openWith(t, open)
	const racers = 16
	var wg sync.WaitGroup
	answers := make(chan bool, racers)
	for range racers {
		wg.Go(func() {
			_, repeated, err := s.Append(t.Context(), storetest.Progress("CA1", "CB1", 0, careline.StatusRinging))
			if err != nil {
				t.Error(err)
			}
			answers <- repeated
		})
	}
	wg.Wait()
	close(answers)
	kept := 0
	for repeated := range answers {
		if !repeated {
			kept++
		}
	}
	if kept != 1 || len(storetest.IDsOf(t, s, "CA1")) != 1 {
		t.Errorf("%d were told that theirs is new, %d are kept", kept, len(storetest.IDsOf(t, s, "CA1")))
	}
	storetest.Same(t, "deliveries", len(storetest.Drain(t, s, "CA1", clock.Now())), 1)
}

func keepsOrder(t *testing.T, open database) {
	s, _ := openWith(t, open)
	var want []string
	for i := range 20 {
		e := storetest.Progress("CA1", "CB1", 20-i, careline.StatusRinging)
		storetest.MustAppend(t, s, e, storetest.Progress("CA2", "CB2", i, careline.StatusRinging))
		want = append(want, e.ID)
	}
	storetest.Same(t, "order", storetest.IDsOf(t, s, "CA1"), want)
}

func refusesNameless(t *testing.T, open database) {
	s, _ := openWith(t, open)
	for _, e := range []careline.CallEvent{{Call: "CA1", Kind: careline.KindProgress}, {ID: "x", Kind: careline.KindProgress}} {
		_, _, err := s.Append(t.Context(), e)
		storetest.WantCode(t, err, careline.CodeInvalid)
	}
}

func linksLegs(t *testing.T, open database) {
	ring, end := storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), storetest.Progress("CA1", "CB1", 2, careline.StatusCompleted)
	dial := careline.CallEvent{ID: "CA1/dial", Call: "CA1", Leg: "CA1", MemberLeg: "CB1", Kind: careline.KindDialEnded, Status: careline.StatusCompleted}
	events := []careline.CallEvent{storetest.Request("CA1", "p1"), storetest.AMD("CB1"), ring, end, dial}
	for n, order := range storetest.Permutations(len(events)) {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			s, clock := openWith(t, reopened(t, open, n))
			var want []string
			for _, i := range order {
				storetest.MustAppend(t, s, events[i])
				want = append(want, events[i].ID)
			}
			storetest.Same(t, "events of the call", storetest.IDsOf(t, s, "CA1"), want)
			storetest.Same(t, "events left with the leg", storetest.IDsOf(t, s, "CB1"), nil)
			for _, e := range events {
				if _, repeated, err := s.Append(t.Context(), e); err != nil || !repeated {
					t.Errorf("%s again: repeated is %v, error %v", e.ID, repeated, err)
				}
			}
			storetest.Same(t, "due", storetest.Due(t, s, clock.Now()), []string{"CA1"})
			storetest.Same(t, "deliveries", storetest.Drain(t, s, "CA1", clock.Now()), want)
			load, err := s.Load(t.Context(), "p1", clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			storetest.Same(t, "load", load, careline.Load{Recent: 1})
		})
	}
}

// reopened gives every case but the first an empty database of its own.
func reopened(t *testing.T, open database, n int) database {
	if n == 0 {
		return open
	}
	return func(_ *testing.T, c store.Config) store.Store {
		c.URL = "file:" + t.TempDir() + fmt.Sprintf("/log%d.db", n)
		c.NotDurable = true
		s, err := sqlite.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { storetest.CloseStore(t, s) })
		return s
	}
}

func firstLinkStands(t *testing.T, open database) {
	s, _ := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p2"),
		storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), storetest.Progress("CA2", "CB1", 2, careline.StatusRinging), storetest.AMD("CB1"),
		careline.CallEvent{ID: "odd", Call: "CA1", Leg: "CA2", Kind: careline.KindProgress})
	storetest.Same(t, "first call", storetest.IDsOf(t, s, "CA1"), []string{"CA1/request", "CB1/1/ringing", "CB1/amd", "odd"})
	storetest.Same(t, "second call, which somebody requested", storetest.IDsOf(t, s, "CA2"), []string{"CA2/request", "CB1/2/ringing"})
}

func tellsCommitted(t *testing.T, open database) {
	told := make(chan []careline.News, 10)
	s := open(t, store.Config{Consumers: []string{chart}, Committed: func(news []careline.News) { told <- news }})
	leg := storetest.MustAppend(t, s, storetest.AMD("CB1"))[0]
	storetest.Same(t, "told of the first of a call", <-told, []careline.News{{Event: leg}})
	kept := storetest.MustAppend(t, s, storetest.AMD("CB1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	storetest.Same(t, "told of what moved, and of the event after it, but not of the repetition", <-told, []careline.News{
		{Event: careline.CallEvent{Call: "CA1"}, Before: -1},
		{Event: kept[1], Before: leg.Seq},
	})

	next := storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 2, careline.StatusInProgress))[0]
	storetest.Same(t, "told of the next", <-told, []careline.News{{Event: next, Before: kept[1].Seq}})
	if err := s.Refile(t.Context(), chart, "CA1", true); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "told of what is filed again", <-told, []careline.News{{Event: careline.CallEvent{Call: "CA1"}, Before: -1}})
}

func refusesWhenClosed(t *testing.T, open database) {
	s, _ := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	storetest.CloseStore(t, s)
	storetest.CloseStore(t, s)
	_, _, err := s.Append(t.Context(), storetest.Request("CA2", "p1"))
	storetest.WantCode(t, err, careline.CodeUnavailable)
	_, err = s.Events(t.Context(), "CA1")
	storetest.WantCode(t, err, careline.CodeUnavailable)
}

func dropsWhoLeft(t *testing.T, open database) {
	s, _ := openWith(t, open)
	release := s.(store.Holder).Hold(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := s.Append(ctx, storetest.Request("CA1", "p1"))
	release()
	storetest.WantCode(t, err, careline.CodeUnavailable)
	storetest.MustAppend(t, s, storetest.Request("CA2", "p1"))
	storetest.Same(t, "events of who left", storetest.IDsOf(t, s, "CA1"), nil)
}
