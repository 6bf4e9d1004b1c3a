package storetest

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
)

// MustAppend keeps events.
func MustAppend(t *testing.T, s store.Store, events ...careline.CallEvent) (kept []careline.CallEvent) {
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

// MustAppendFor keeps an event for Topic, too.
func MustAppendFor(t *testing.T, s store.Store, e careline.CallEvent) (kept careline.CallEvent, repeated bool) {
	t.Helper()
	kept, repeated, err := s.AppendFor(t.Context(), Topic, e)
	if err != nil {
		t.Fatal(err)
	}
	return kept, repeated
}

// Admit has a request decided by a policy.
func Admit(t *testing.T, s store.Store, e careline.CallEvent, p careline.Policy) (careline.CallEvent, bool) {
	t.Helper()
	kept, repeated, err := s.Admit(t.Context(), e, p.MayBegin)
	if err != nil {
		t.Error(err)
	}
	return kept, repeated
}

// MustSaveFiling saves a filing.
func MustSaveFiling(t *testing.T, s store.Store, f careline.Filing) {
	t.Helper()
	if err := s.SaveFiling(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// IDsOf are the ids of the events of a call, in the log's order.
func IDsOf(t *testing.T, s store.Store, call string) []string {
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

// CallsOf are a patient's calls.
func CallsOf(t *testing.T, s store.Store, patient careline.Reference) []string {
	t.Helper()
	keys, err := s.CallsOf(t.Context(), patient)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// Unsettled are calls that are to be looked up, at most limit, and how many there are.
func Unsettled(t *testing.T, s store.Store, now time.Time, limit int) (calls []string, all int) {
	t.Helper()
	calls, all, err := s.Unsettled(t.Context(), now, limit)
	if err != nil {
		t.Fatal(err)
	}
	return calls, all
}

// WantUnsettled fails the test unless these are the calls that are to be looked up.
func WantUnsettled(t *testing.T, what string, s store.Store, now time.Time, want ...string) {
	t.Helper()
	got, all := Unsettled(t, s, now, 100)
	Same(t, what, got, want)
	if all != len(want) {
		t.Errorf("%s: %d in all, want %d", what, all, len(want))
	}
}

// CloseStore closes a store, and fails the test if that fails.
func CloseStore(t testing.TB, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
