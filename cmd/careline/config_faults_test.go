package main

import (
	"errors"
	"slices"
	"testing"
)

// What is wrong with the settings can be told from the error as values, and reads
// as it always did.
func TestFaultsOfSettingsAreValues(t *testing.T) {
	t.Parallel()
	settings := enough()
	settings["EVENTS"], settings["FHIR_CLIENT_ID"], settings["TWILIO_TOKEN_TTL"] = "pubsub", "x", "1"
	settings["PUBSUB_PROJECT"] = "perci-production"
	_, err := readConfig(func(name string) string { return settings[name] })

	found, ok := errors.AsType[faults](err)
	if !ok {
		t.Fatalf("the error is %T: %v", err, err)
	}
	want := []string{"EVENTS", "TWILIO_TOKEN_TTL", "FHIR_TOKEN_URL", "FHIR_CLIENT_ID", "FHIR_CLIENT_SECRET"}
	if got := found.settings(); !slices.Equal(got, want) {
		t.Errorf("at fault are %q, want %q", got, want)
	}

	const told = `these settings must be put right before careline can start:
  EVENTS=pubsub needs a way back: set PUBSUB_PUSH_AUDIENCE and PUBSUB_PUSH_SERVICE_ACCOUNT for a push subscription, or PUBSUB_SUBSCRIPTION to pull
  TWILIO_TOKEN_TTL must be a whole number from 60 to 86400, and is "1"
  FHIR_TOKEN_URL, FHIR_CLIENT_ID, FHIR_CLIENT_SECRET must be set together, or none of them for a server without login
(to try it without any: careline demo)`
	if err.Error() != told {
		t.Errorf("told:\n%v\nwant:\n%s", err, told)
	}
}
