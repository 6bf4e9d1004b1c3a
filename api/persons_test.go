package api_test

import (
	"net/http"
	"strings"
	"testing"

	"perci.health/careline"
)

// On a screen careline's sentences have the app's apostrophe, and what people wrote
// themselves stays as they wrote it.
func TestShownSentencesHaveTheAppsApostrophes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	told := "This number is not on file for the appointment's patient."
	refused := careline.RecordedVersion{ID: "1", Call: careline.Call{
		Status: careline.StatusRefused,
		Told:   told,
		Names:  careline.Names{Sender: "Moira O'Brien"},
		Note:   careline.CallNote{Text: "Ring the daughter's number.", At: noon},
	}}
	b.last = map[string]careline.RecordedVersion{"apt-1": refused}
	b.recorded["apt-1"] = []careline.RecordedCall{{ID: "c", Versions: []careline.RecordedVersion{refused}}}

	for _, path := range []string{"/bff_clinical/v1/appointments", "/bff_clinical/v1/appointments/apt-1/calls"} {
		got := b.ask(http.MethodGet, path, ada).body
		if !strings.Contains(got, "appointment’s patient") || strings.Contains(got, "appointment's") {
			t.Errorf("%s: %s", path, got)
		}
		if !strings.Contains(got, "daughter's number") {
			t.Errorf("%s: the clinician's own text was changed: %s", path, got)
		}
	}
}
