package main

import (
	"bytes"
	"strings"
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

// Whether recordings are encrypted, by which nobody could hear them, is found by what
// became of those of the last week.
func TestDoctorFindsRecordingsThatAreEncrypted(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]struct{ verdict, says string }{
		"":      {"good", "not encrypted"},
		"key":   {"fault", "1 recordings of the last week are encrypted"},
		"16107": {"fault", "1 recordings of the last week are encrypted"},
		"16105": {"fault", "(16105)"},
	} {
		t.Run("key "+fault, func(t *testing.T) {
			t.Parallel()
			s := newSystemAt(t, 1, recordingBy("asked"))
			s.put(s.world.TwilioURL+"/sandbox/v1/faults", map[string]any{"recordings": map[string]any{"encryption": []string{fault}, "processingMs": 1}})
			a, key := s.speaks(manual)
			s.wants(a, key, "start")
			s.stands(a, key, "given", "in-progress")
			s.wants(a, key, "stop")
			s.times(map[bool]string{true: "absent", false: "completed"}[fault == "16105"])
			if verdict, text := s.examine(nil).of(t, "twilio: encryption of recordings"); verdict != want.verdict || !strings.Contains(text, want.says) {
				t.Errorf("%s: %s", verdict, text)
			}
		})
	}
}
