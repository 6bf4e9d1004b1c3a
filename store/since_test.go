package store_test

import (
	"testing"
	"time"

	"perci.health/careline"
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
	refused := request("CA1", "p1")
	refused.Kind = careline.KindRefused
	mustAppend(t, s, refused, request("CA2", "p1"), progress("CA2", "CB2", 1, careline.StatusCompleted))
	since("one refused, one over", 3)
	mustAppend(t, s, request("CA3", "p2"), request("CA4", "p1"))
	since("one begun", 4)
	mustAppend(t, s, request("CA5", "p1"), progress("CA5", "CB5", 1, careline.StatusInProgress))
	since("two begun", 4)
	clock.forward(3 * time.Minute)
	since("the first is silent", 5)
	mustAppend(t, s, progress("CA5", "CB5", 2, careline.StatusCompleted))
	since("the other is over", 8)
}
