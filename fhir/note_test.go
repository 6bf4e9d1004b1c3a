package fhir_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// notesACall has a clinician note a call that is over, note it anew, and take that back,
// while somebody else writes notes of their own.
func notesACall(t *testing.T, s *server) {
	chart, client := s.chart(t), s.client(t)
	f := file(t, chart, completed(), careline.Filing{Call: "CAparent"})
	r, err := client.Read(t.Context(), "Communication", f.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.JSON = edit(t, r.JSON, func(m map[string]any) {
		m["note"] = []any{map[string]any{"text": "Theirs.", "time": "2025-11-24T11:00:00Z"}, map[string]any{"text": "Bare."}}
	})
	if _, err := client.Update(t.Context(), r); err != nil {
		t.Fatal(err)
	}

	noted := func(outcome careline.ClinicianOutcome, text string, minute int) careline.Call {
		c := completed()
		c.Note = careline.CallNote{Outcome: outcome, Text: text, At: tenFifteen.Add(time.Duration(minute) * time.Minute)}
		return c
	}
	for _, step := range []struct {
		call  careline.Call
		texts []string
	}{
		{noted(careline.CameToMessage, "Said that we rang.", 1), []string{"Said that we rang.", "Theirs.", "Bare."}},
		{noted(careline.CameToPatient, "Said that we rang.", 2), []string{"Said that we rang.", "Theirs.", "Bare."}},
		{noted("", "Theirs.", 3), []string{"Theirs.", "Theirs.", "Bare."}},
		{noted(careline.CameToOther, "", 4), []string{"Theirs.", "Bare."}},
		{noted(careline.CameToOther, "Once more.", 5), []string{"Once more.", "Theirs.", "Bare."}},
		{completed(), []string{"Theirs.", "Bare."}},
	} {
		before := len(versions(t, s, f.ID))
		f = file(t, chart, step.call, f)
		now, err := client.Read(t.Context(), "Communication", f.ID)
		if err != nil {
			t.Fatal(err)
		}

		var m fhir.Communication
		if err := json.Unmarshal(now.JSON, &m); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, n := range m.Note {
			texts = append(texts, n.Text)
		}
		if diff := cmp.Diff(step.texts, texts); diff != "" || m.Status != "completed" {
			t.Errorf("%s (-want +got): %s", m.Status, diff)
		}
		if got := (fhir.Systems{}).CallOf(m).Note; got != step.call.Note {
			t.Errorf("read back %q %q %v", got.Outcome, got.Text, got.At)
		}
		if after := len(versions(t, s, f.ID)); after != before+1 {
			t.Errorf("%d versions after %d", after, before)
		}
		if own := m.Note[0]; step.call.Note.Text != "" && (own.AuthorReference == nil || *own.AuthorReference != *m.Sender) {
			t.Errorf("its author is %+v", own.AuthorReference)
		}
	}
}

// Every word that a clinician can choose is in the code system, with its display.
func TestEveryClinicianOutcomeHasItsCode(t *testing.T) {
	t.Parallel()
	concepts := shipped(t, "codesystem-clinician-outcome")["concept"].([]any)
	for _, c := range concepts {
		concept := c.(object)
		outcome := careline.ClinicianOutcome(concept["code"].(string))
		call := completed()
		call.Note = careline.CallNote{Outcome: outcome, At: tenFifteen}
		var coding *fhir.Coding
		for _, d := range (fhir.Systems{}).CommunicationOf(call, false).Extension[0].Extension {
			if d.URL == "clinicianOutcome" {
				coding = d.ValueCoding
			}
		}
		if !outcome.Known() || coding == nil || coding.Display != concept["display"] || coding.System != shipped(t, "codesystem-clinician-outcome")["url"] {
			t.Errorf("%s is written as %+v", outcome, coding)
		}
	}
	if len(concepts) != 6 {
		t.Errorf("%d outcomes", len(concepts))
	}
}
