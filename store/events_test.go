package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
)

func keepsAll(t *testing.T, open database) {
	s, clock := openWith(t, open)
	clock.forward(1234 * time.Nanosecond) // finer than the log keeps
	full := careline.CallEvent{
		ID: "CB1/3/completed", Call: "CA1", Leg: "CB1", Kind: careline.KindProgress,
		At: noon.Add(-time.Second).In(time.FixedZone("CET", 3600)), Order: 3,
		Status: careline.StatusCompleted, Word: "completed", Direction: "outbound-dial", MemberLeg: "CB1",
		Appointment: "abc123", Seconds: careline.SecondsOf(0), AnsweredBy: "human", Recording: "RE1",
		Request: careline.Request{Clinician: "practitioner-1", Sender: "PractitionerRole/1", Patient: "Patient/1",
			Recipient: "RelatedPerson/1", To: phone(t, "+447700900123"), CallerID: phone(t, "+442079460123"),
			Refusal: careline.RefusedRate, Household: true,
			Names: careline.Names{Sender: "Dr Ayo Bell", Patient: "Sam O\x00Neill\xff", Recipient: "Kim", Relation: "daughter"}},
		EndedBy: careline.SideMember, Failure: careline.Failure{Code: 32011, SIP: 487},
		Report: []byte(`{"CallStatus": "completed",  "Note":"kept as it is\u00e9"}`), Trace: "00-1-2-01",
	}
	bare := careline.CallEvent{ID: "CA2/-/odd", Leg: "CA2", Kind: careline.KindMemberCalled}
	kept := mustAppend(t, s, full, bare)

	want := full
	want.Request.Names.Patient = "Sam O\x00Neill\ufffd" // the log's texts are UTF-8
	want.Seq, want.Kept, want.At = kept[0].Seq, noon.Add(time.Microsecond), noon.Add(-time.Second)
	same(t, "answer to Append", kept[0], want)
	for _, k := range kept {
		events, err := s.Events(t.Context(), k.Call)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "kept", events, []careline.CallEvent{k})
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
	first := mustAppend(t, s, progress("CA1", "CB1", 0, careline.StatusRinging))[0]
	clock.forward(time.Minute)
	again := progress("CA1", "CB1", 0, careline.StatusRinging)
	again.Report = []byte(`{"Other":"words"}`)
	withoutCall := again
	withoutCall.Call = ""
	for _, e := range []careline.CallEvent{again, withoutCall} {
		kept, repeated, err := s.Append(t.Context(), e)
		if err != nil || !repeated {
			t.Fatalf("repeated is %v, error %v", repeated, err)
		}
		same(t, "what was kept first", kept, first)
	}
	same(t, "deliveries", drain(t, s, "CA1", clock.Now()), []string{first.ID})
	if other := mustAppend(t, s, careline.CallEvent{ID: first.ID, Call: "CA9", Kind: careline.KindProgress})[0]; other.Seq == first.Seq {
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
			_, repeated, err := s.Append(t.Context(), progress("CA1", "CB1", 0, careline.StatusRinging))
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
	if kept != 1 || len(idsOf(t, s, "CA1")) != 1 {
		t.Errorf("%d were told that theirs is new, %d are kept", kept, len(idsOf(t, s, "CA1")))
	}
	same(t, "deliveries", len(drain(t, s, "CA1", clock.Now())), 1)
}

func keepsOrder(t *testing.T, open database) {
	s, _ := openWith(t, open)
	var want []string
	for i := range 20 {
		e := progress("CA1", "CB1", 20-i, careline.StatusRinging)
		mustAppend(t, s, e, progress("CA2", "CB2", i, careline.StatusRinging))
		want = append(want, e.ID)
	}
	same(t, "order", idsOf(t, s, "CA1"), want)
}

func refusesNameless(t *testing.T, open database) {
	s, _ := openWith(t, open)
	for _, e := range []careline.CallEvent{{Call: "CA1", Kind: careline.KindProgress}, {ID: "x", Kind: careline.KindProgress}} {
		_, _, err := s.Append(t.Context(), e)
		wantCode(t, err, careline.CodeInvalid)
	}
}

func linksLegs(t *testing.T, open database) {
	ring, end := progress("CA1", "CB1", 1, careline.StatusRinging), progress("CA1", "CB1", 2, careline.StatusCompleted)
	dial := careline.CallEvent{ID: "CA1/dial", Call: "CA1", Leg: "CA1", MemberLeg: "CB1", Kind: careline.KindDialEnded, Status: careline.StatusCompleted}
	events := []careline.CallEvent{request("CA1", "p1"), amd("CB1"), ring, end, dial}
	for n, order := range permutations(len(events)) {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			s, clock := openWith(t, reopened(t, open, n))
			var want []string
			for _, i := range order {
				mustAppend(t, s, events[i])
				want = append(want, events[i].ID)
			}
			same(t, "events of the call", idsOf(t, s, "CA1"), want)
			same(t, "events left with the leg", idsOf(t, s, "CB1"), nil)
			for _, e := range events {
				if _, repeated, err := s.Append(t.Context(), e); err != nil || !repeated {
					t.Errorf("%s again: repeated is %v, error %v", e.ID, repeated, err)
				}
			}
			same(t, "due", due(t, s, clock.Now()), []string{"CA1"})
			same(t, "deliveries", drain(t, s, "CA1", clock.Now()), want)
			load, err := s.Load(t.Context(), "p1", clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			same(t, "load", load, careline.Load{Recent: 1})
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
		t.Cleanup(func() { closeStore(t, s) })
		return s
	}
}

func permutations(n int) (all [][]int) {
	var grow func(done []int)
	grow = func(done []int) {
		if len(done) == n {
			all = append(all, slices.Clone(done))
			return
		}
		for i := range n {
			if !slices.Contains(done, i) {
				grow(append(done, i))
			}
		}
	}
	grow(nil)
	return all
}

func firstLinkStands(t *testing.T, open database) {
	s, _ := openWith(t, open)
	mustAppend(t, s, request("CA1", "p1"), request("CA2", "p2"),
		progress("CA1", "CB1", 1, careline.StatusRinging), progress("CA2", "CB1", 2, careline.StatusRinging), amd("CB1"),
		careline.CallEvent{ID: "odd", Call: "CA1", Leg: "CA2", Kind: careline.KindProgress})
	same(t, "first call", idsOf(t, s, "CA1"), []string{"CA1/request", "CB1/1/ringing", "CB1/amd", "odd"})
	same(t, "second call, which somebody requested", idsOf(t, s, "CA2"), []string{"CA2/request", "CB1/2/ringing"})
}

func tellsCommitted(t *testing.T, open database) {
	told := make(chan []careline.News, 10)
	s := open(t, store.Config{Consumers: []string{chart}, Committed: func(news []careline.News) { told <- news }})
	leg := mustAppend(t, s, amd("CB1"))[0]
	same(t, "told of the first of a call", <-told, []careline.News{{Event: leg}})
	kept := mustAppend(t, s, amd("CB1"), progress("CA1", "CB1", 1, careline.StatusRinging))
	same(t, "told of what moved, and of the event after it, but not of the repetition", <-told, []careline.News{
		{Event: careline.CallEvent{Call: "CA1"}, Before: -1},
		{Event: kept[1], Before: leg.Seq},
	})

	next := mustAppend(t, s, progress("CA1", "CB1", 2, careline.StatusInProgress))[0]
	same(t, "told of the next", <-told, []careline.News{{Event: next, Before: kept[1].Seq}})
	if err := s.Refile(t.Context(), chart, "CA1", true); err != nil {
		t.Fatal(err)
	}
	same(t, "told of what is filed again", <-told, []careline.News{{Event: careline.CallEvent{Call: "CA1"}, Before: -1}})
}

func refusesWhenClosed(t *testing.T, open database) {
	s, _ := openWith(t, open)
	mustAppend(t, s, request("CA1", "p1"))
	closeStore(t, s)
	closeStore(t, s)
	_, _, err := s.Append(t.Context(), request("CA2", "p1"))
	wantCode(t, err, careline.CodeUnavailable)
	_, err = s.Events(t.Context(), "CA1")
	wantCode(t, err, careline.CodeUnavailable)
}

func dropsWhoLeft(t *testing.T, open database) {
	s, _ := openWith(t, open)
	release := s.(store.Holder).Hold(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := s.Append(ctx, request("CA1", "p1"))
	release()
	wantCode(t, err, careline.CodeUnavailable)
	mustAppend(t, s, request("CA2", "p1"))
	same(t, "events of who left", idsOf(t, s, "CA1"), nil)
}
