package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perci.health/careline"
	"perci.health/careline/store"
)

// What the conformance tests (package store) have for theirs.

const chart = "chart"

// clock is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func closeStore(t *testing.T, s store.Store) {
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
	return careline.CallEvent{
		ID:      call + "/request",
		Call:    call,
		Leg:     call,
		Kind:    careline.KindRequested,
		Request: careline.Request{Clinician: clinician},
	}
}

func progress(call, leg string, order int, status careline.Status) careline.CallEvent {
	return careline.CallEvent{
		ID:     fmt.Sprintf("%s/%d/%s", leg, order, status),
		Call:   call,
		Leg:    leg,
		Kind:   careline.KindProgress,
		Order:  order,
		Status: status,
		Word:   string(status),
	}
}

func amd(leg string) careline.CallEvent {
	return careline.CallEvent{
		ID:         leg + "/amd",
		Leg:        leg,
		Kind:       careline.KindMachineDetection,
		AnsweredBy: "human",
	}
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

func due(t *testing.T, s store.Store, now time.Time) []string {
	t.Helper()
	keys, _, err := s.Due(t.Context(), chart, now, 100)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	return keys
}

func nothingNext(t *testing.T, s store.Store, call string, now time.Time) {
	t.Helper()
	if d, ok, err := s.Next(t.Context(), chart, call, now); ok || err != nil {
		t.Errorf("%s is due of %s, want nothing (error: %v)", d.Event.ID, call, err)
	}
}

func mustClaim(t *testing.T, s store.Store, call string) context.Context {
	t.Helper()
	held, ok, err := s.Claim(t.Context(), chart, call)
	if !ok || err != nil {
		t.Fatalf("%s was not to be claimed: %v", call, err)
	}
	return held
}

// refusesAll is whether s refuses everything that may be done under a claim, as
// another who looks at the log sees.
func refusesAll(t *testing.T, s, other store.Store, held context.Context, d careline.Delivery) {
	t.Helper()
	held = context.WithoutCancel(held) // what notes an outcome does not end with the claim
	_, _, err := s.Next(held, d.Consumer, d.Event.Call, noon)

	for doing, err := range map[string]error{
		"Next":       err,
		"Done":       s.Done(held, d, careline.Filing{}),
		"Retry":      s.Retry(held, d, noon, "a cause"),
		"Bury":       s.Bury(held, d, "a cause"),
		"SaveFiling": s.SaveFiling(held, careline.Filing{Call: d.Event.Call, ID: "stale", Seq: 1000}),
	} {
		if careline.CodeOf(err) != careline.CodeUnavailable {
			t.Errorf("%s under a claim that is over: error %v, want one of code unavailable", doing, err)
		}
	}
	if f, err := other.Filing(t.Context(), d.Event.Call); f.ID != "" || err != nil {
		t.Errorf("filed under a claim that is over: %+v (error: %v)", f, err)
	}
	if f := next(t, other, d.Event.Call, noon); f.Event.ID != d.Event.ID || f.Attempts != 0 {
		t.Errorf("%s with %d attempts waits, want %s untried", f.Event.ID, f.Attempts, d.Event.ID)
	}
}

func admit(t *testing.T, s store.Store, e careline.CallEvent, p careline.Policy) (careline.CallEvent, bool) {
	t.Helper()
	kept, repeated, err := s.Admit(t.Context(), e, p.MayBegin)
	if err != nil {
		t.Error(err)
	}
	return kept, repeated
}

func permutations(n int) (all [][]int) {
	var grow func(done []int)
	grow = func(done []int) {
		if len(done) == n {
			all = append(all, slices.Clone(done))
			return
		}
		for i := range n {
			if !slices.Contains(done, i) {
				grow(append(done, i))
			}
		}
	}
	grow(nil)
	return all
}

// until polls, for what is about to happen.
func until(t *testing.T, ready func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); !ready(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen")
		}
	}
}
