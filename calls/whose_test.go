package calls_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// shelved is a log of which some calls name their patient.
type shelved struct {
	named  []string
	events map[string][]careline.CallEvent
}

func (s shelved) CallsOf(context.Context, careline.Reference) ([]string, error) { return s.named, nil }

func (s shelved) Events(_ context.Context, call string) ([]careline.CallEvent, error) {
	return s.events[call], nil
}

func TestWhoseCallsAreTheLogsAndTheRecords(t *testing.T) {
	t.Parallel()
	asked := func(key string, patient careline.Reference) []careline.CallEvent {
		return []careline.CallEvent{{Call: key, Kind: careline.KindRequested, Request: careline.Request{Patient: patient}}}
	}
	placed := []careline.CallEvent{{Call: "CA2", Leg: "CA2", Kind: careline.KindProgress, Status: careline.StatusRinging, Direction: careline.DirectionAPI, Appointment: "a1"}}
	s := shelved{named: []string{"CA1"}, events: map[string][]careline.CallEvent{"CA1": asked("CA1", "Patient/1"), "CA2": placed, "CA3": asked("CA3", "Patient/2")}}
	recorded := func(context.Context, careline.Reference) ([]string, error) {
		return []string{"CA1", "CA2", "CA3", "CB1", "CA9"}, nil // a leg, one that the log has forgotten, one that is another's by the log
	}
	for name, tt := range map[string]struct {
		recorded func(context.Context, careline.Reference) ([]string, error)
		want     []string
	}{
		"the log alone":      {nil, []string{"CA1"}},
		"with what is filed": {recorded, []string{"CA1", "CA2"}},
	} {
		got, err := calls.Whose{Log: s, Recorded: tt.recorded}.Calls(t.Context(), "Patient/1")
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, tt.want)
		}
	}

	away := errors.New("away")
	_, err := calls.Whose{Log: s, Recorded: func(context.Context, careline.Reference) ([]string, error) { return nil, away }}.Calls(t.Context(), "Patient/1")
	if !errors.Is(err, away) {
		t.Errorf("while the record is away: %v, though some may be missing", err)
	}
}
