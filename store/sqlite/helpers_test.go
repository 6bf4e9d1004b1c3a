package sqlite_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perci.health/careline"
	"perci.health/careline/store"
)

// What the conformance tests (package store) have for theirs.

const (
	chart = "chart"
	topic = "topic" // gets those events only that are appended for it
)

// clock is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func closeStore(t testing.TB, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func newClock() *clock { return &clock{now: noon} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func request(call, clinician string) careline.CallEvent {
	return careline.CallEvent{ID: call + "/request", Call: call, Leg: call, Kind: careline.KindRequested,
		Request: careline.Request{Clinician: clinician}}
}

func requestFor(call, clinician string, patient careline.Reference) careline.CallEvent {
	e := request(call, clinician)
	e.Request.Patient = patient
	return e
}

func progress(call, leg string, order int, status careline.Status) careline.CallEvent {
	return careline.CallEvent{ID: fmt.Sprintf("%s/%d/%s", leg, order, status), Call: call, Leg: leg,
		Kind: careline.KindProgress, Order: order, Status: status, Word: string(status)}
}

func amd(leg string) careline.CallEvent {
	return careline.CallEvent{ID: leg + "/amd", Leg: leg, Kind: careline.KindMachineDetection, AnsweredBy: "human"}
}

func dialEnded(call, leg string, status careline.Status) careline.CallEvent {
	return careline.CallEvent{ID: call + "/dial", Call: call, Leg: call, MemberLeg: leg, Kind: careline.KindDialEnded, Status: status, Word: string(status)}
}

func mustAppend(t *testing.T, s store.Store, events ...careline.CallEvent) (kept []careline.CallEvent) {
	t.Helper()
	for _, e := range events {
		k, _, err := s.Append(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, k)
	}
	return kept
}

func mustAppendFor(t *testing.T, s store.Store, e careline.CallEvent) (kept careline.CallEvent, repeated bool) {
	t.Helper()
	kept, repeated, err := s.AppendFor(t.Context(), topic, e)
	if err != nil {
		t.Fatal(err)
	}
	return kept, repeated
}

func mustSaveFiling(t *testing.T, s store.Store, f careline.Filing) {
	t.Helper()
	if err := s.SaveFiling(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func idsOf(t *testing.T, s store.Store, call string) []string {
	t.Helper()
	events, err := s.Events(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, e := range events {
		if e.Call != call {
			t.Errorf("event %s of %s says it is of %s", e.ID, call, e.Call)
		}
		ids = append(ids, e.ID)
	}
	return ids
}

func callsOf(t *testing.T, s store.Store, patient careline.Reference) []string {
	t.Helper()
	keys, err := s.CallsOf(t.Context(), patient)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// drain ends every delivery that is due of a call, and says which they were.
func drain(t *testing.T, s store.Store, call string, now time.Time) []string {
	t.Helper()
	ids := []string{}
	for {
		d, ok, err := s.Next(t.Context(), chart, call, now)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return ids
		}
		ids = append(ids, d.Event.ID)
		if err := s.Done(t.Context(), d, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}
}

func next(t *testing.T, s store.Store, call string, now time.Time) careline.Delivery {
	t.Helper()
	d, ok, err := s.Next(t.Context(), chart, call, now)
	if err != nil || !ok {
		t.Fatalf("no delivery of %s is due: %v", call, err)
	}
	return d
}

// same compares; a number hides from every printer, so it is compared by its digits.
func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	phones := cmp.Comparer(func(a, b careline.Phone) bool { return a.E164() == b.E164() })
	seconds := cmp.Comparer(func(a, b careline.Seconds) bool { return a == b })
	if diff := cmp.Diff(want, got, phones, seconds, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantCode(t *testing.T, err error, want careline.Code) {
	t.Helper()
	if err == nil || careline.CodeOf(err) != want {
		t.Errorf("got error %v, want one of code %s", err, want)
	}
}

func phone(t *testing.T, text string) careline.Phone {
	t.Helper()
	p, err := careline.ParsePhone(text, "GB")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func unsettled(t *testing.T, s store.Store, now time.Time, limit int) (calls []string, all int) {
	t.Helper()
	calls, all, err := s.Unsettled(t.Context(), now, limit)
	if err != nil {
		t.Fatal(err)
	}
	return calls, all
}

func wantUnsettled(t *testing.T, what string, s store.Store, now time.Time, want ...string) {
	t.Helper()
	got, all := unsettled(t, s, now, 100)
	same(t, what, got, want)
	if all != len(want) {
		t.Errorf("%s: %d in all, want %d", what, all, len(want))
	}
}

// leavesTraces keeps a call that has left something everywhere.
func leavesTraces(t *testing.T, s store.Store, clock *clock, call, leg string) (kept []careline.CallEvent) {
	t.Helper()
	twin := careline.CallEvent{ID: leg + "/twin", Leg: leg, Kind: careline.KindMachineDetection}
	ofCall := twin
	ofCall.Call, ofCall.Leg = call, ""
	kept = mustAppend(t, s, amd(leg), twin, requestFor(call, "clinician of "+call, careline.Reference("Patient/"+call)), ofCall)
	first, _ := mustAppendFor(t, s, progress(call, leg, 1, careline.StatusRinging)) // here the leg joins
	second, _ := mustAppendFor(t, s, progress(call, leg, 2, careline.StatusInProgress))
	if err := s.Bury(t.Context(), next(t, s, call, clock.Now()), "no"); err != nil {
		t.Fatal(err)
	}
	d, ok, err := s.Next(t.Context(), topic, call, clock.Now())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := s.Bury(t.Context(), d, "no"); err != nil {
		t.Fatal(err)
	}
	mustSaveFiling(t, s, careline.Filing{Call: call, ID: "comm", Version: "v1", Seq: first.Seq, Tried: true, Doubted: true})
	return append(kept, first, second)
}
