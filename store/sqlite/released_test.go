package sqlite_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
)

// forward is the consumer that gets few events, in every release.
const forward = "pubsub"

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
	if err := json.Unmarshal([]byte(testdata(t, schema, ".json")), &all); err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339Nano, all["now"].(string))
	if err != nil {
		t.Fatal(err)
	}
	return all, now
}

// TestALogOfAReleaseBeforeIsWhatItWas has the log that a release made migrated, told and
// delivered.
func TestALogOfAReleaseBeforeIsWhatItWas(t *testing.T) {
	t.Parallel()
	for _, schema := range []int{2, 3} {
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
			defer closeStore(t, s)

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
	same(t, "what was kept first", first, events[0])
	if e := mustAppend(t, s, progress("", events[1].Leg, 99, careline.StatusRinging))[0]; e.Seq != newest+1 || e.Call != events[0].Call {
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
	want, now := told(t, schema)
	got := map[string]any{}
	note := func(name string, value any, err error) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got[name] = value
	}

	for name := range want {
		what, call, _ := strings.Cut(name, " of ")
		switch what {
		case "events":
			events, err := s.Events(t.Context(), call)
			tell := eventTold
			if schema > 2 {
				tell = factsTold
			}
			note(name, each(events, tell), err)
		case "fold":
			events, err := s.Events(t.Context(), call)
			fold := foldTold(careline.Fold(events))
			if of := want[name].(map[string]any); schema == 2 && of["status"] == "refused" {
				delete(of, "sent") // of what was never dialled the fold says since then when it was asked for
				delete(fold, "sent")
			}
			note(name, fold, err)
		case "filing":
			filing, err := s.Filing(t.Context(), call)
			note(name, filingTold(filing), err)
		case "clinician":
			clinician, err := s.Clinician(t.Context(), call)
			note(name, clinician, err)
		case "dead":
			dead, err := s.Dead(t.Context(), call)
			note(name, each(dead, deadTold), err)
		case "backlog":
			pending, dead, oldest, err := s.Backlog(t.Context(), call)
			note(name, []any{pending, dead, oldest}, err)
		}
	}

	doubted, err := s.Doubted(t.Context(), now.Add(-time.Hour))
	note("doubted", each(doubted, filingTold), err)
	strays, err := s.Strays(t.Context())
	note("strays", strays, err)
	load, err := s.Load(t.Context(), "prac-1", now)
	note("load", load, err)
	calls, err := s.CallsOf(t.Context(), "Patient/pat-1")
	note("calls of the patient", calls, err)
	unsettled, n, err := s.Unsettled(t.Context(), now.Add(time.Hour), 100)
	note("unsettled", []any{unsettled, n}, err)
	newest, err := s.Newest(t.Context())
	note("newest", newest, err)
	since, err := s.CallsSince(t.Context(), "prac-1", 20)
	note("calls since 20", since, err)

	delete(want, "now")
	delete(want, "deliveries") // see deliversAsBefore
	if diff := cmp.Diff(want, asJSON(t, got)); diff != "" {
		t.Errorf("the log (-as the release told it +as it is told):\n%s", diff)
	}
}

// asJSON is what a reader of the told JSON has.
func asJSON(t *testing.T, told map[string]any) (all map[string]any) {
	t.Helper()
	text, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// each tells all of some; none as the release did.
func each[T any](all []T, tell func(T) map[string]any) (told []any) {
	for _, one := range all {
		told = append(told, tell(one))
	}
	return told
}

// deliversAsBefore takes every delivery that waited, in its order and when it was due.
func deliversAsBefore(t *testing.T, s store.Store, schema int) {
	t.Helper()
	want, _ := told(t, schema)
	first := map[string]bool{}
	for _, row := range want["deliveries"].([]any) {
		d := row.([]any)
		consumer, call, seq := d[0].(string), d[1].(string), int64(d[2].(float64))
		if due, isFirst := d[4].(float64); isFirst {
			at := time.UnixMicro(int64(due))
			if _, ok, err := s.Next(t.Context(), consumer, call, at.Add(-time.Microsecond)); ok || err != nil {
				t.Errorf("%s has a delivery of %s before it is due (error: %v)", consumer, call, err)
			}
			got, ok, err := s.Next(t.Context(), consumer, call, at)
			if !ok || err != nil || got.Attempts != int(d[3].(float64)) {
				t.Errorf("%s: after %d attempts, due: %v (error: %v), want %v", call, got.Attempts, ok, err, d)
			}
			first[consumer+call] = true
		}

		got, ok, err := s.Next(t.Context(), consumer, call, time.Now().AddDate(10, 0, 0))
		if !ok || err != nil || got.Event.Seq != seq || !first[consumer+call] {
			t.Fatalf("%s is given %d of %s (%v, error: %v), want %d", consumer, got.Event.Seq, call, ok, err, seq)
		}
		if err := s.Done(t.Context(), got, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}

	for _, consumer := range []string{chart, forward} {
		if pending, _, _, err := s.Backlog(t.Context(), consumer); pending != 0 || err != nil {
			t.Errorf("%d deliveries are left for %s (error: %v)", pending, consumer, err)
		}
	}
}
