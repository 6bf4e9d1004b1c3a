package api_test

import (
	"net/http"
	"strings"
	"testing"

	"perci.health/careline"
)

// The API says who hung up in its two words, whatever somebody wrote into the record.
func TestCallsTellHowTheyEnded(t *testing.T) {
	t.Parallel()
	for side, want := range map[careline.Side]string{
		careline.SideClinician: `"endedBy":"clinician"`,
		careline.SideMember:    `"endedBy":"member"`,
		"the dog":              "",
		"":                     "",
	} {
		b := newBench(t)
		call := careline.Call{Status: careline.StatusBusy, Word: "busy", EndedBy: side}
		b.recorded["apt-1"] = []careline.RecordedCall{{ID: "c", Versions: []careline.RecordedVersion{{ID: "1", Call: call}}}}
		body := b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1/calls", ada).body
		if strings.Contains(body, "endedBy") != (want != "") || !strings.Contains(body, want) {
			t.Errorf("ended by %q: %s", side, body)
		}
	}
}
