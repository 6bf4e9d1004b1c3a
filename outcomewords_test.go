package careline_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

// outcomes are all there are.
func outcomes() []careline.Outcome {
	return []careline.Outcome{
		careline.OutcomeUnknown, careline.OutcomeRefused, careline.OutcomeRequested, careline.OutcomeQueued, careline.OutcomeDialling, careline.OutcomeRinging,
		careline.OutcomeAnswered, careline.OutcomePersonAnswered, careline.OutcomeMachineAnswered, careline.OutcomeFaxAnswered,
		careline.OutcomeEnded, careline.OutcomeEndedWithPerson, careline.OutcomeEndedWithMachine, careline.OutcomeEndedWithFax,
		careline.OutcomeDeclined, careline.OutcomeBusy, careline.OutcomeNoAnswer, careline.OutcomeGivenUp, careline.OutcomeFailed,
	}
}

// outcomeCase is what the API tells of a call, and its outcome.
type outcomeCase struct {
	Status     careline.Status  `json:"status,omitempty"`
	AnsweredBy string           `json:"answeredBy,omitempty"`
	EndedBy    careline.Side    `json:"endedBy,omitempty"`
	Summary    string           `json:"summary"`
	Outcome    careline.Outcome `json:"outcome"`
}

// outcomeCases are all that an outcome is found by, each with each.
func outcomeCases() (cases []outcomeCase) {
	for _, status := range []careline.Status{"", "refused", "requested", "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"} {
		for _, by := range []string{"", "human", "unknown", "machine_start", "machine_end_beep", "fax"} {
			for _, side := range []careline.Side{"", careline.SideClinician, careline.SideMember} {
				for _, declined := range []bool{false, true} {
					c := careline.Call{Status: status, AnsweredBy: by, EndedBy: side, Declined: declined}
					cases = append(cases, outcomeCase{status, by, side, c.Summary(), c.Outcome()})
				}
			}
		}
	}
	return cases
}

// The app finds outcomes as this package does: its tests read these cases.
func TestTheAppHasTheSameOutcomes(t *testing.T) {
	t.Parallel()
	cases := []byte("[")
	for i, c := range outcomeCases() {
		line, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			cases = append(cases, ',')
		}
		cases = append(append(cases, "\n"...), line...)
	}
	cases = append(cases, "\n]\n"...)

	got, err := os.ReadFile("testdata/outcomes.json")
	if diff := cmp.Diff(string(cases), string(got)); err != nil || diff != "" {
		t.Errorf("testdata/outcomes.json is not what summary.go says, %v (-want +got):\n%s", err, diff)
	}
}

// No outcome is found but those that have words, and each that has is found.
func TestEveryOutcomeHasWords(t *testing.T) {
	t.Parallel()
	found := map[careline.Outcome]bool{}
	for _, c := range outcomeCases() {
		found[c.Outcome] = true
	}
	for _, o := range outcomes() {
		if !found[o] {
			t.Errorf("no call is %s", o)
		}
		delete(found, o)
		w := o.Words()
		if w.Summary == "" || o != careline.OutcomeUnknown && (w == careline.Outcome("").Words() || w.List == "" || w.History == "") || bytes.ContainsAny([]byte(w.Summary), ";:") {
			t.Errorf("%s is called %+v", o, w)
		}
	}
	if len(found) > 0 {
		t.Errorf("without words are %v", found)
	}
}
