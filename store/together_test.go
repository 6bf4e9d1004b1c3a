package store_test

import (
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

func keepsTogether(t *testing.T, open database) {
	told := make(chan []careline.News, 10)
	s := open(t, store.Config{Consumers: []string{chart}, Committed: func(news []careline.News) { told <- news }})
	asked := func(id string) careline.CallEvent {
		return careline.CallEvent{ID: id, Call: "CA1", Kind: careline.KindPartyAsked}
	}
	begun := storetest.MustAppend(t, s, storetest.Request("CA1", "practitioner-1"))[0]
	<-told

	commits := s.Stats().Commits
	kept, repeated, err := s.AppendAll(t.Context(), nil, asked("room"), asked("first"))
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "repetitions", repeated, []bool{false, false})
	storetest.Same(t, "commits", s.Stats().Commits-commits, int64(1))
	storetest.Same(t, "told in one piece, in their order", <-told, []careline.News{
		{Event: kept[0], Before: begun.Seq},
		{Event: kept[1], Before: kept[0].Seq},
	})

	again, repeated, err := s.AppendAll(t.Context(), nil, asked("room"), asked("second"))
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "repetitions", repeated, []bool{true, false})
	storetest.Same(t, "what was kept first", again[0], kept[0])

	_, _, err = s.AppendAll(t.Context(), nil, asked("third"), asked(""))
	storetest.WantCode(t, err, careline.CodeInvalid)
	events, err := s.Events(t.Context(), "CA1")
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "kept", events, []careline.CallEvent{begun, kept[0], kept[1], again[1]})
}

// keepsLegsTogether: a leg of which something was kept already joins, with the second
// event, the call that begins with the first one.
func keepsLegsTogether(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.AMD("CB1"))
	_, repeated, err := s.AppendAll(t.Context(), nil,
		storetest.Request("CA1", "practitioner-1"),
		storetest.Progress("CA1", "CB1", 0, careline.StatusRinging),
	)
	if err != nil {
		t.Fatal(err)
	}

	storetest.Same(t, "repetitions", repeated, []bool{false, false})
	want := []string{"CB1/amd", "CA1/request", "CB1/0/ringing"}
	storetest.Same(t, "the call's events", storetest.IDsOf(t, s, "CA1"), want)
	storetest.Same(t, "deliveries", storetest.Drain(t, s, "CA1", clock.Now()), want)
}
