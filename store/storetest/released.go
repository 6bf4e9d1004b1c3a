package storetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"perci.health/careline"
	"perci.health/careline/store"
)

// Forward is the consumer that gets few events, in every release.
const Forward = "pubsub"

// ToldBefore is what a release told of its log, in JSON, and when.
func ToldBefore(t *testing.T, text string) (all map[string]any, now time.Time) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339Nano, all["now"].(string))
	if err != nil {
		t.Fatal(err)
	}
	return all, now
}

// TellsAsBefore compares what a store tells of a release's log with what the release
// told (see ToldBefore); facts: it knew the facts of an event that came with the later one.
func TellsAsBefore(t *testing.T, s store.Store, text string, facts bool) {
	t.Helper()
	want, now := ToldBefore(t, text)
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
			if facts {
				tell = factsTold
			}
			note(name, each(events, tell), err)
		case "fold":
			events, err := s.Events(t.Context(), call)
			fold := foldTold(careline.Fold(events))
			if of := want[name].(map[string]any); !facts && of["status"] == "refused" {
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

// DeliversAsBefore takes every delivery that waited when the release told of its log, in
// its order and when it was due.
func DeliversAsBefore(t *testing.T, s store.Store, text string) {
	t.Helper()
	want, _ := ToldBefore(t, text)
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

	for _, consumer := range []string{Chart, Forward} {
		if pending, _, _, err := s.Backlog(t.Context(), consumer); pending != 0 || err != nil {
			t.Errorf("%d deliveries are left for %s (error: %v)", pending, consumer, err)
		}
	}
}
