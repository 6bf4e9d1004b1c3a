package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

// TestCallsAskedOfALogOfAReleaseBefore has every call of a log that was migrated, and every
// one that a program of before writes meanwhile.
func TestCallsAskedOfALogOfAReleaseBefore(t *testing.T) {
	t.Parallel()
	forReleased(t, func(t *testing.T, schema int) {
		all, now := told(t, schema)
		listsAll(t, "migrated", openReleased(t, released(t, schema), now), all)
		if schema < 5 {
			return // programs from before the last release do not say when a call began that nobody asked for
		}

		url := emptyReleased(t, schema)
		written := openReleased(t, url, now)
		execute(t, url, writesBefore(t, schema)...)
		listsAll(t, "written by the release", written, all)
	})
}

// listsAll compares with what the release told of its calls.
func listsAll(t *testing.T, what string, s store.Store, all map[string]any) {
	t.Helper()
	var want []string
	for name := range all {
		if key, ok := strings.CutPrefix(name, "events of "); ok {
			want = append(want, key)
		}
	}
	now := storetest.Noon.AddDate(10, 0, 0)
	calls, err := s.CallsAsked(t.Context(), careline.AskedFor{From: storetest.Noon.AddDate(-10, 0, 0), To: now}, 100)
	if err != nil {
		t.Fatal(err)
	}

	var got []string
	for i, c := range calls {
		got = append(got, c.Key)
		if i > 0 && calls[i-1].Place.At.Before(c.Place.At) {
			t.Errorf("%s: %s comes before %s, though it was asked for earlier", what, calls[i-1].Key, c.Key)
		}
		if len(c.Events) == 0 || !c.Place.At.Equal(askedAt(c.Events)) {
			t.Errorf("%s: %s was asked for at %s, and has %d events", what, c.Key, c.Place.At, len(c.Events))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	storetest.Same(t, what, got, want)
}

// askedAt is by a call's events.
func askedAt(events []careline.CallEvent) time.Time {
	s := careline.Standing{}
	for _, e := range events {
		s = s.Told(e)
	}
	return s.AskedAt()
}
