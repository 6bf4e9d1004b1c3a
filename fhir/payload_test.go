package fhir_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// Many viewers show the payload's text and nothing else of a Communication.
func TestPayloadSaysWhatHappened(t *testing.T) {
	t.Parallel()
	const head = "Outbound Twilio voice call"
	tests := map[string]struct {
		call careline.Call
		want string
	}{
		"asked for": {careline.Call{Status: careline.StatusRequested}, head},
		"ringing":   {careline.Call{Status: careline.StatusRinging, Word: "ringing"}, head + "; status=ringing"},
		"a conversation": {careline.Call{
			Status:     careline.StatusCompleted,
			Word:       "completed",
			AnsweredBy: "human",
			Seconds:    careline.SecondsOf(180),
		}, head + "; status=completed; answeredBy=human; duration=180s"},
		"busy":                  {careline.Call{Status: careline.StatusBusy, Word: "busy", Seconds: careline.SecondsOf(0)}, head + "; status=busy; duration=0s"},
		"refused":               {careline.Call{Status: careline.StatusRefused, Refusal: careline.RefusedParticipant}, "Not placed: You are not booked on this appointment, so you cannot call its patient."},
		"it reached nobody":     {careline.Call{Status: careline.StatusCanceled, ClinicianLeft: true}, head + "; summary=Ended before it was answered"},
		"left while it rang":    {careline.Call{Status: careline.StatusCanceled, Word: "ringing", ClinicianLeft: true}, head + "; status=ringing; summary=Ended before it was answered"},
		"left the conversation": {careline.Call{Status: careline.StatusCompleted, Word: "in-progress", ClinicianLeft: true}, head + "; status=in-progress; summary=Answered, then ended"},
		"a machine is speaking": {careline.Call{Status: careline.StatusInProgress, Word: "in-progress", AnsweredBy: "machine_start"}, head + "; status=in-progress; answeredBy=machine_start; summary=Voicemail answered"},
		"voicemail": {careline.Call{
			Status:     careline.StatusCompleted,
			Word:       "completed",
			AnsweredBy: "machine_end_beep",
			Seconds:    careline.SecondsOf(66),
		}, head + "; status=completed; answeredBy=machine_end_beep; duration=66s; summary=Left for voicemail, lasted 1 min 6 s"},
		"declined":                 {careline.Call{Status: careline.StatusBusy, Word: "busy", Declined: true}, head + "; status=busy; summary=Declined"},
		"failed, and why":          {careline.Call{Status: careline.StatusFailed, Word: "failed", Failure: careline.Failure{SIP: 404}}, head + "; status=failed; summary=Could not be connected: The number does not exist, or is not in service."},
		"failed, who knows why":    {careline.Call{Status: careline.StatusFailed, Word: "failed", Failure: careline.Failure{SIP: 499}}, head + "; status=failed"},
		"given up while it rang":   {careline.Call{Status: careline.StatusNoAnswer, Word: "no-answer", EndedBy: careline.SideClinician}, head + "; status=no-answer; summary=Ended before it was answered"},
		"a word that is new to us": {careline.Call{Word: "parked"}, head + "; status=parked"},
	}

	for name, test := range tests {
		test.call.Key = "CA1"
		if got := (fhir.Systems{}).CommunicationOf(test.call, false).Payload[0].ContentString; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Calls as the release before this one recorded them, read by this one.
func TestCallOfAnEarlierRelease(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ details, status, summary string }{
		"it reached nobody":     {`{"url":"callSid","valueString":"CA1"},{"url":"parentCallSid","valueString":"CA1"}`, "canceled", "Ended before it was answered"},
		"left while it rang":    {`{"url":"callSid","valueString":"CA2"},{"url":"parentCallSid","valueString":"CA1"},{"url":"callStatus","valueString":"ringing"}`, "canceled", "Ended before it was answered"},
		"left the conversation": {`{"url":"callSid","valueString":"CA2"},{"url":"parentCallSid","valueString":"CA1"},{"url":"callStatus","valueString":"in-progress"}`, "completed", "Answered, then ended"},
		"a word new to us":      {`{"url":"callSid","valueString":"CA2"},{"url":"parentCallSid","valueString":"CA1"},{"url":"callStatus","valueString":"parked"}`, "canceled", "Ended before it was answered"},
		"a conversation":        {`{"url":"callSid","valueString":"CA2"},{"url":"parentCallSid","valueString":"CA1"},{"url":"callStatus","valueString":"completed"},{"url":"durationSeconds","valueInteger":5}`, "completed", "Answered, lasted 5 s"},
		"another system's":      {`{"url":"callSid","valueString":"CA9"}`, "completed", "Answered, then ended"},
	}

	for name, test := range tests {
		text := `{"status":"completed","extension":[{"url":"https://perci.health/fhir/StructureDefinition/twilio-call","extension":[` + test.details + `]}]}`
		var m fhir.Communication
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		if c := (fhir.Systems{}).CallOf(m); string(c.Status) != test.status || c.Summary() != test.summary || !c.Final() {
			t.Errorf("%s: %s, %q", name, c.Status, c.Summary())
		}
	}
}

// A twin that is withdrawn says so where a viewer shows it, and keeps what others
// have added.
func withdrawsInWords(t *testing.T, s *server) {
	c, chart := s.client(t), s.chart(t)
	call := ringing()
	first := file(t, chart, call, careline.Filing{Call: call.Key})
	twin, err := c.Read(t.Context(), "Communication", first.ID)
	if err != nil {
		t.Fatal(err)
	}
	body := edit(t, twin.JSON, func(m map[string]any) {
		delete(m, "id")
		delete(m, "meta")
		m["payload"] = append(m["payload"].([]any), map[string]any{"contentString": "Please read"})
	})
	late, err := c.Create(t.Context(), "Communication", body, "")
	if err != nil {
		t.Fatal(err)
	}

	first.Doubted = true
	for range 2 {
		if err := chart.Settle(t.Context(), call, first); err != nil {
			t.Fatal(err)
		}
	}
	late, err = c.Read(t.Context(), "Communication", late.ID)
	if err != nil {
		t.Fatal(err)
	}
	var m fhir.Communication
	if err := json.Unmarshal(late.JSON, &m); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, p := range m.Payload {
		texts = append(texts, p.ContentString)
	}
	if diff := cmp.Diff([]string{"Entered in error: Outbound Twilio voice call; status=ringing", "Please read"}, texts); diff != "" || m.Status != "entered-in-error" {
		t.Errorf("%s %s", m.Status, diff)
	}
	if strings.Contains(string(late.JSON), "Entered in error: Entered") {
		t.Error("it was withdrawn twice")
	}
}

func TestATwinIsWithdrawnInWords(t *testing.T) {
	t.Parallel()
	withdrawsInWords(t, box(t))
}
