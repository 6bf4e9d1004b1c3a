package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// forward is the consumer that gets few events, in every release.
const forward = storetest.Forward

func testdata(t *testing.T, schema int, of string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("testdata/schema-%d%s", schema, of))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// told is what the release told of its log, and when.
func told(t *testing.T, schema int) (all map[string]any, now time.Time) {
	t.Helper()
	return storetest.ToldBefore(t, testdata(t, schema, ".json"))
}

// TestALogOfAReleaseBeforeIsWhatItWas has the log that a release made migrated, told and
// delivered.
func TestALogOfAReleaseBeforeIsWhatItWas(t *testing.T) {
	t.Parallel()
	for _, schema := range []int{2, 3, 4, 5} {
		t.Run(fmt.Sprint("schema ", schema), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "log.db")
			script(t, path, testdata(t, schema, ".sql"))
			_, now := told(t, schema)
			s, err := sqlite.Open(t.Context(), store.Config{
				URL:       "file:" + path,
				Consumers: []string{chart},
				Outbound:  []string{forward},
				Now:       func() time.Time { return now },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer storetest.CloseStore(t, s)

			tellsAsBefore(t, s, schema)
			deliversAsBefore(t, s, schema)
			knowsItsEnds(t, s)
		})
	}
}

// knowsItsEnds has the log go on where the release left it: a place, a number of a message
// and an event of a call are given once.
func knowsItsEnds(t *testing.T, s store.Store) {
	t.Helper()
	newest, err := s.Newest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events, err := s.Events(t.Context(), "CA00000000000000000000000000000001")
	if err != nil {
		t.Fatal(err)
	}
	first, repeated, err := s.Append(t.Context(), events[0])
	if !repeated || err != nil {
		t.Errorf("what the release kept is kept again (error: %v)", err)
	}
	storetest.Same(t, "what was kept first", first, events[0])
	if e := storetest.MustAppend(t, s, storetest.Progress("", events[1].Leg, 99, careline.StatusRinging))[0]; e.Seq != newest+1 || e.Call != events[0].Call {
		t.Errorf("the next event has the place %d after %d, and is kept for %s", e.Seq, newest, e.Call)
	}

	if err := s.KeepStray(t.Context(), careline.Stray{ID: "m-4"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stray(t.Context(), 4); err != nil {
		t.Error("the number after three is not the fourth's: ", err)
	}
}

// tellsAsBefore compares what a store tells of a log with what the release told.
func tellsAsBefore(t *testing.T, s store.Store, schema int) {
	t.Helper()
	storetest.TellsAsBefore(t, s, testdata(t, schema, ".json"), schema > 2)
}

func deliversAsBefore(t *testing.T, s store.Store, schema int) {
	t.Helper()
	storetest.DeliversAsBefore(t, s, testdata(t, schema, ".json"))
}
