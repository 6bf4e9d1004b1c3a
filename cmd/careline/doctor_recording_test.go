package main

import (
	"bytes"
	"testing"
)

// recording30 are the settings of a clinic that records calls.
func recording30() map[string]string {
	return map[string]string{"RECORDING": "asked", "RECORDING_RETENTION_DAYS": "30"}
}

// Where calls are recorded, provision makes what recordings need in the health record,
// and doctor asks for it; each of the two kinds that they need can be away.
func TestDoctorAsksForRecordings(t *testing.T) {
	t.Parallel()
	s := provisioned(t)
	if verdict, text := s.examine(recording30()).of(t, "fhir: definitions"); verdict != "doubt" {
		t.Errorf("before provision: %s: %s", verdict, text)
	}
	var out bytes.Buffer
	if err := typedOf(t.Context(), provisionCommand, s.with(recording30()), &out, "--apply"); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}

	for _, check := range []string{"fhir: definitions", "fhir: recording", "fhir: audit"} {
		if verdict, text := s.examine(recording30()).of(t, check); verdict != "good" {
			t.Errorf("%s: %s: %s", check, verdict, text)
		}
	}
	for check, paths := range map[string][]string{"fhir: recording": {"/Consent", "/Media"}, "fhir: audit": {"/AuditEvent"}} {
		for _, path := range paths {
			s.put(s.fhirRoot()+"/sandbox/v1/faults", []map[string]any{{"path": path, "status": 403, "times": 1_000}})
			if verdict, text := s.examine(recording30()).of(t, check); verdict != "fault" {
				t.Errorf("%s without %s: %s: %s", check, path, verdict, text)
			}
		}
	}
}
