package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
)

// The consumers of a log in a test.
const (
	Chart = "chart"
	Topic = "topic" // gets those events only that are appended for it
)

// Due are the calls that have a delivery due at the time now, in the order of their keys.
func Due(t *testing.T, s store.Store, now time.Time) []string {
	t.Helper()
	keys, _, err := s.Due(t.Context(), Chart, now, 100)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	return keys
}

// Next is the delivery of a call that is due at the time now.
func Next(t *testing.T, s store.Store, call string, now time.Time) careline.Delivery {
	t.Helper()
	d, ok, err := s.Next(t.Context(), Chart, call, now)
	if err != nil || !ok {
		t.Fatalf("no delivery of %s is due: %v", call, err)
	}
	return d
}

// NothingNext fails the test if a delivery of a call is due at the time now.
func NothingNext(t *testing.T, s store.Store, call string, now time.Time) {
	t.Helper()
	if d, ok, err := s.Next(t.Context(), Chart, call, now); ok || err != nil {
		t.Errorf("%s is due of %s, want nothing (error: %v)", d.Event.ID, call, err)
	}
}

// Drain ends every delivery that is due of a call, and says which they were.
func Drain(t *testing.T, s store.Store, call string, now time.Time) []string {
	t.Helper()
	ids := []string{}

	for {
		d, ok, err := s.Next(t.Context(), Chart, call, now)
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

// MustClaim claims a call that is to be had.
func MustClaim(t *testing.T, s store.Store, call string) context.Context {
	t.Helper()
	held, ok, err := s.Claim(t.Context(), Chart, call)
	if !ok || err != nil {
		t.Fatalf("%s was not to be claimed: %v", call, err)
	}
	return held
}

// RefusesAll fails the test unless s refuses everything that may be done under a claim,
// as another who looks at the log sees.
func RefusesAll(t *testing.T, s, other store.Store, held context.Context, d careline.Delivery) {
	t.Helper()
	held = context.WithoutCancel(held) // what notes an outcome does not end with the claim
	_, _, err := s.Next(held, d.Consumer, d.Event.Call, Noon)

	for doing, err := range map[string]error{
		"Next":       err,
		"Done":       s.Done(held, d, careline.Filing{}),
		"Retry":      s.Retry(held, d, Noon, "a cause"),
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
	if f := Next(t, other, d.Event.Call, Noon); f.Event.ID != d.Event.ID || f.Attempts != 0 {
		t.Errorf("%s with %d attempts waits, want %s untried", f.Event.ID, f.Attempts, d.Event.ID)
	}
}
