package main

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

// types gives careline a command with the service's settings, but for some.
func (s *system) types(without []string, args ...string) (said string, err error) {
	s.t.Helper()
	var out, aside bytes.Buffer
	get := func(name string) string {
		for _, missing := range without {
			if name == missing {
				return ""
			}
		}
		return s.setting(name)
	}
	err = run(s.t.Context(), source{get: get}, console{out: &out, aside: &aside}, args)
	return out.String(), err
}

// recorded is a call of which there are so many recordings, each with its Media. It is
// over.
func (s *system) recorded(number string, times int) (a sandbox.Appointment, key string, sids []string) {
	s.t.Helper()
	before := len(s.sids())
	a, key = s.speaks(number)
	for range times {
		s.wants(a, key, "start")
		s.stands(a, key, "given", "in-progress")
		s.wants(a, key, "stop")
		s.stands(a, key, "given", "completed")
	}

	sids = s.sids()[before:]
	for _, sid := range sids {
		eventually(s.t, "the Media of "+sid, func() bool { return len(s.media(sid)) == 1 })
		s.record(key, func(v []communication) bool {
			return strings.Contains(string(v[len(v)-1].raw), "Media/"+s.media(sid)[0].ID)
		})
	}
	s.phone(number, "hangup")
	s.record(key, final)
	return a, key, sids
}

// TestPurgeErasesWhatWasRecordedOfAPatient, also what is under legal hold, which stops
// deletions by age and nothing else. What was recorded of others stays, and who listened
// is told as before.
func TestPurgeErasesWhatWasRecordedOfAPatient(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, recordingBy("asked"))
	a, key, sids := s.recorded(manual, 2)
	s.put(s.world.TwilioURL+"/sandbox/v1/phones/"+answers, map[string]any{"outcome": "manual"})
	other, otherKey, others := s.recorded(answers, 1)
	s.hold(s.media(sids[0])[0])
	if res, body := s.bff(s.session(a.Practitioner), http.MethodGet, "/recordings/"+sids[1]+"/audio", ""); res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", res.Status, body)
	}
	heard := "AuditEvent?entity=" + url.QueryEscape("Media/"+s.media(sids[1])[0].ID)
	eventually(t, "who listened", func() bool { return len(s.search(heard)) == 1 })
	s.stop()

	patient := "Patient/" + a.Patient
	untouched := func(what string) {
		t.Helper()
		if tapes := strings.Join(s.tapes(), " "); tapes != "completed completed completed" || len(s.media(sids[0])) != 1 || len(s.media(sids[1])) != 1 {
			t.Fatalf("%s: the carrier has %s, and the record %d and %d Media", what, tapes, len(s.media(sids[0])), len(s.media(sids[1])))
		}
		said, err := s.types(nil, "purge", "--patient", patient)
		if err != nil || !strings.HasPrefix(said, "1 call of "+patient+" would be forgotten.") || !strings.Contains(said, "but for what was recorded of 1 call, which would be deleted") {
			t.Fatalf("%s: %q, %v", what, said, err)
		}
	}
	untouched("only planned")
	for _, missing := range []string{"TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET", "FHIR_BASE_URL"} {
		said, err := s.types([]string{missing}, "purge", "--patient", patient, "--apply")
		if err == nil || !strings.Contains(err.Error(), missing) && !strings.Contains(err.Error(), "the settings of serve") {
			t.Errorf("without %s: %q, %v", missing, said, err)
		}
		untouched("without " + missing)
	}

	said, err := s.types(nil, "purge", "--patient", patient, "--apply")
	if err != nil || !strings.HasPrefix(said, "Forgot 1 call of "+patient+". Deleted 2 recordings at Twilio") {
		t.Fatalf("%q, %v", said, err)
	}
	if tapes := strings.Join(s.tapes(), " "); tapes != "deleted deleted completed" {
		t.Errorf("the carrier has %s", tapes)
	}
	for _, sid := range sids {
		if left := s.media(sid); len(left) != 0 {
			t.Errorf("the record has %s", left[0].raw)
		}
	}
	if kept := s.media(others[0]); len(kept) != 1 {
		t.Error("another patient's Media is gone")
	}
	if who := s.search(heard); len(who) != 1 {
		t.Errorf("the record has %d AuditEvents of who listened", len(who))
	}
	if last := s.record(key, final); strings.Contains(string(last[len(last)-1].raw), "Media/") {
		t.Errorf("the call still leads to a Media: %s", last[len(last)-1].raw)
	}
	if said, err := s.types(nil, "purge", "--patient", patient, "--apply"); err != nil || !strings.HasPrefix(said, "Forgot 0 calls of "+patient+". The health record and Twilio were not touched.") {
		t.Errorf("once more: %q, %v", said, err)
	}

	s.start()
	if res, body := s.bff(s.session(a.Practitioner), http.MethodGet, "/calls/"+key+"/recordings", ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("the call is known: %s %s", res.Status, body)
	}
	if res, _ := s.bff(s.session(other.Practitioner), http.MethodGet, "/calls/"+otherKey+"/recordings/"+others[0]+"/audio", ""); res.StatusCode != http.StatusOK {
		t.Errorf("another patient's: %s", res.Status)
	}
	s.logTellsNobody()
}
