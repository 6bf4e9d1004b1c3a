package store_test

import (
	"slices"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store/storetest"
)

func findsLiveCalls(t *testing.T, open database) {
	s, clock := openWith(t, open)
	since := func(what string, want int64) {
		t.Helper()
		got, err := s.LiveSince(t.Context(), "p1", clock.Now())
		if err != nil || got != want {
			t.Errorf("%s: since %d, want %d (error: %v)", what, got, want, err)
		}
	}
	since("an empty log", 0)
	refused := storetest.Request("CA1", "p1")
	refused.Kind = careline.KindRefused
	storetest.MustAppend(t, s, refused, storetest.Request("CA2", "p1"), storetest.Progress("CA2", "CB2", 1, careline.StatusCompleted))
	since("one refused, one over", 3)
	storetest.MustAppend(t, s, storetest.Request("CA3", "p2"), storetest.Request("CA4", "p1"))
	since("one begun", 4)
	storetest.MustAppend(t, s, storetest.Request("CA5", "p1"), storetest.Progress("CA5", "CB5", 1, careline.StatusInProgress))
	since("two begun", 4)
	clock.Forward(3 * time.Minute)
	since("the first is silent", 5)
	storetest.MustAppend(t, s, storetest.Progress("CA5", "CB5", 2, careline.StatusCompleted))
	since("the other is over", 8)
}

func findsRings(t *testing.T, open database) {
	s, clock := openWith(t, open)
	began := clock.Now()
	back := storetest.Progress("CA3", "CA3", 0, careline.StatusCompleted)
	back.Kind, back.ID, back.Report = careline.KindMemberCalled, "CA3/-/completed/inbound/0123456789abcdef", []byte(`{"From":"+447700900142"}`)
	old := back
	old.Call, old.Leg, old.ID = "CA4", "CA4", "CA4/-/completed/inbound"
	refused := storetest.Request("CA2", "p1")
	refused.Kind = careline.KindRefused
	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), refused)
	clock.Forward(time.Hour)
	kept = append(kept, storetest.MustAppend(t, s, storetest.DialEnded("CA1", "CB1", careline.StatusBusy), back, old)...)

	for what, test := range map[string]struct {
		seq   int64
		from  time.Time
		limit int
		want  []int64
	}{
		"all of them":      {0, began, 10, []int64{1, 3, 5, 6}},
		"after a place":    {3, began, 10, []int64{5, 6}},
		"at most so many":  {0, began, 3, []int64{1, 3, 5}},
		"kept late enough": {0, began.Add(time.Hour), 10, []int64{5, 6}},
		"none":             {6, began, 10, nil},
	} {
		got, err := s.Rings(t.Context(), test.seq, test.from, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		var places []int64
		for _, e := range got {
			places = append(places, e.Seq)
			storetest.Same(t, what, e, kept[e.Seq-1])
		}
		if !slices.Equal(places, test.want) {
			t.Errorf("%s: at %v, want %v", what, places, test.want)
		}
	}
}
