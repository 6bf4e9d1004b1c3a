package sqlite_test

import (
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

const (
	chart = storetest.Chart
	topic = storetest.Topic
)

var noon = storetest.Noon

// leavesTraces keeps a call that has left something everywhere.
func leavesTraces(t *testing.T, s store.Store, clock *storetest.Clock, call, leg string) (kept []careline.CallEvent) {
	t.Helper()
	twin := careline.CallEvent{ID: leg + "/twin", Leg: leg, Kind: careline.KindMachineDetection}
	ofCall := twin
	ofCall.Call, ofCall.Leg = call, ""
	kept = storetest.MustAppend(t, s, storetest.AMD(leg), twin, storetest.RequestFor(call, "clinician of "+call, careline.Reference("Patient/"+call)), ofCall)
	first, _ := storetest.MustAppendFor(t, s, storetest.Progress(call, leg, 1, careline.StatusRinging)) // here the leg joins
	second, _ := storetest.MustAppendFor(t, s, storetest.Progress(call, leg, 2, careline.StatusInProgress))
	if err := s.Bury(t.Context(), storetest.Next(t, s, call, clock.Now()), "no"); err != nil {
		t.Fatal(err)
	}
	d, ok, err := s.Next(t.Context(), topic, call, clock.Now())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := s.Bury(t.Context(), d, "no"); err != nil {
		t.Fatal(err)
	}
	storetest.MustSaveFiling(t, s, careline.Filing{Call: call, ID: "comm", Version: "v1", Seq: first.Seq, Tried: true, Doubted: true})
	return append(kept, first, second)
}
