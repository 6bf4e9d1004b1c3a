package main

import (
	"strings"
	"testing"
)

const notAsked = "This was not asked, because of what "

// A cause is told by the first check of a party, and by no other.
func TestDoctorTellsACauseOnce(t *testing.T) {
	t.Parallel()
	s := provisioned(t)
	away := map[string]string{"FHIR_BASE_URL": "http://127.0.0.1:1/fhir/R4", "FHIR_TOKEN_URL": "http://127.0.0.1:1/oauth2/token"}
	for name, test := range map[string]struct {
		set    map[string]string
		by     string
		behind []string // not asked
		asked  []string // all the same
	}{
		"health record": {away, "fhir: server", []string{"fhir: login", "fhir: search", "fhir: write", "fhir: quota", "fhir: definitions"}, []string{"twilio: API key"}},
		"its login":     {map[string]string{"FHIR_CLIENT_SECRET": "swordfish"}, "fhir: login", []string{"fhir: search", "fhir: write", "fhir: quota", "fhir: definitions"}, []string{"fhir: server"}},
		"Twilio": {map[string]string{"TWILIO_API_BASE_URL": "http://127.0.0.1:1"}, "twilio: API key",
			[]string{"twilio: auth token", "twilio: access tokens", "twilio: TwiML App", "twilio: numbers", "twilio: numbers' webhooks", "twilio: countries"}, []string{"fhir: server"}},
	} {
		e := s.examine(test.set)
		if verdict, text := e.of(t, test.by); verdict != "fault" || strings.Contains(text, notAsked) {
			t.Errorf("%s: %s: %s", name, verdict, text)
		}
		for _, check := range test.behind {
			if verdict, text := e.of(t, check); verdict != "doubt" || !strings.HasPrefix(text, notAsked+test.by+" found. ") {
				t.Errorf("%s: %s: %s: %s", name, check, verdict, text)
			}
		}
		for _, check := range test.asked {
			if verdict, text := e.of(t, check); verdict != "good" {
				t.Errorf("%s: %s: %s: %s", name, check, verdict, text)
			}
		}
		if e.err == nil || exitStatus(e.err) != 1 || e.Summary["fault"] != 1 {
			t.Errorf("%s: %v with %v", name, e.err, e.Summary)
		}
	}
	// Who asks for one check alone gets its answer.
	if e := s.examine(away, "--only", "fhir: write"); e.err == nil || e.Summary["fault"] != 1 {
		t.Errorf("alone: %v with %+v", e.err, e.Checks)
	}
}
