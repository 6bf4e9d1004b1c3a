package calls_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// auditor files looks as it is told, and notes whether it was asked to look for one first.
type auditor struct {
	answer careline.Filing
	err    error
	looked []bool
}

func (a *auditor) FileLook(_ context.Context, _ careline.Look, f careline.Filing) (careline.Filing, error) {
	a.looked = append(a.looked, f.Tried)
	return a.answer, a.err
}

func TestProjectorFilesLooks(t *testing.T) {
	t.Parallel()
	look := opened("dr-1", "a1")
	look.At = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	event := look.Event()
	event.Seq = 7
	certain := &careline.Known{Unfiled: true}
	down := careline.NewError(careline.CodeUnavailable, "The record is down.", nil)
	done := careline.Filing{Call: event.Call, Of: "AuditEvent", ID: "x", Version: "1", Seq: 7, Tried: true}
	maybe := careline.Filing{Call: event.Call, Of: "AuditEvent", Tried: true}

	for name, test := range map[string]struct {
		delivery careline.Delivery
		auditor  auditor
		want     careline.Filing
		looked   bool
	}{
		"at once":                    {careline.Delivery{Event: event, Known: certain}, auditor{answer: careline.Filing{ID: "x", Version: "1"}}, done, false},
		"another may have":           {careline.Delivery{Event: event, Known: &careline.Known{}}, auditor{answer: careline.Filing{ID: "x", Version: "1", Doubted: true}}, done, true},
		"nobody knows":               {careline.Delivery{Event: event}, auditor{answer: careline.Filing{ID: "x", Version: "1"}}, done, true},
		"it was tried":               {careline.Delivery{Event: event, Known: certain, Attempts: 1}, auditor{answer: careline.Filing{ID: "x", Version: "1"}}, done, true},
		"it may have been made":      {careline.Delivery{Event: event, Known: certain}, auditor{answer: careline.Filing{Tried: true}, err: down}, maybe, false},
		"nothing can have been made": {careline.Delivery{Event: event, Known: certain}, auditor{err: down}, careline.Filing{}, false},
	} {
		projector := calls.Projector{Looks: &test.auditor}
		got, err := projector.Handle(t.Context(), test.delivery)
		if careline.CodeOf(err) != careline.CodeOf(test.auditor.err) || (err == nil) != (test.auditor.err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff([]bool{test.looked}, test.auditor.looked); diff != "" {
			t.Errorf("%s: looked for first (-want +got):\n%s", name, diff)
		}
	}
	if got, err := (calls.Projector{}).Handle(t.Context(), careline.Delivery{Event: event}); err != nil || got != (careline.Filing{}) {
		t.Errorf("switched off: %+v, %v", got, err)
	}
}

// TestProjectorFilesWhoHeard: who hears a recording is filed also where it is not kept who
// looks at an appointment.
func TestProjectorFilesWhoHeard(t *testing.T) {
	t.Parallel()
	heard := opened("dr-1", "a1")
	heard.What, heard.Recording, heard.At = careline.LookHeard, "RE1", noon
	for name, test := range map[string]struct {
		look  careline.Look
		filed int
	}{
		"heard":  {heard, 1},
		"looked": {opened("dr-1", "a1"), 0},
	} {
		a := &auditor{answer: careline.Filing{ID: "x"}}
		projector := calls.Projector{Looks: a, OnlyHeard: true}
		if _, err := projector.Handle(t.Context(), careline.Delivery{Event: test.look.Event()}); err != nil || len(a.looked) != test.filed {
			t.Errorf("%s: filed %d times, %v", name, len(a.looked), err)
		}
	}
}
