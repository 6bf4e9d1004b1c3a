package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

// TestHeldEventsAreWhatTheLogHolds of a call that goes on, in a room or not; of a call
// that nobody began nothing is held.
func TestHeldEventsAreWhatTheLogHolds(t *testing.T) {
	t.Parallel()
	p, _ := benchRooms(t)
	for key, room := range map[string]bool{"CA1": true, "CA2": false} {
		if _, ok := p.rooms.Held(t.Context(), key); ok {
			t.Errorf("%s is held, and nobody began it", key)
		}
		benchCallOf(t, p, key, room)

		var events []careline.CallEvent
		eventually(t, "news of what was kept", func() (ok bool) {
			events, ok = p.rooms.Held(t.Context(), key)
			return ok
		})
		want, err := p.store.Events(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, events, cmp.AllowUnexported(careline.Phone{}, careline.Seconds{})); diff != "" {
			t.Errorf("%s (-the log's +memory's):\n%s", key, diff)
		}
	}
}
