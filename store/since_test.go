package store_test

import (
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
