package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perci.health/careline/sandbox"
)

// recordingBy is what a system records with.
func recordingBy(mode string) map[string]string {
	return map[string]string{
		"RECORDING":                mode,
		"RECORDING_RETENTION_DAYS": "30",
		"CALL_RING_SECONDS":        "600",
		"SESSION_REVIEWER_ROLE":    "reviewer",
	}
}

// bff asks the service on a person's behalf.
func (s *system) bff(bearer, method, path, body string, header ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/bff_clinical/v1"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res, string(answer)
}

// standing is how it stands with recording a call.
type standing struct{ Consent, State, Refused string }

// stands waits until a call is recorded so.
func (s *system) stands(a sandbox.Appointment, key, consent, state string) {
	s.t.Helper()
	bearer := s.session(a.Practitioner)
	var last string
	eventually(s.t, "the call to be "+consent+" and "+state, func() bool {
		_, last = s.bff(bearer, http.MethodGet, "/calls/"+key+"/recording", "")
		var now standing
		decode(s.t, []byte(last), &now)
		return now.Consent == consent && now.State == state
	})
}

// sounds waits until what runs has sound: what ends before its first 20 ms have passed
// has none.
func (s *system) sounds() {
	s.t.Helper()
	began := time.Now()
	eventually(s.t, "some sound to be recorded", func() bool { return time.Since(began) > 100*time.Millisecond })
}

// wants asks for something of a recording, which must be taken.
func (s *system) wants(a sandbox.Appointment, key, action string) {
	s.t.Helper()
	if action == "stop" || action == "withdraw" {
		s.sounds()
	}

	res, body := s.bff(s.session(a.Practitioner), http.MethodPost, "/calls/"+key+"/recording", `{"action":"`+action+`"}`)
	if res.StatusCode != http.StatusAccepted {
		s.t.Fatalf("%s: %s %s", action, res.Status, body)
	}
}

// tapes are the carrier's recordings of a call, as "status", the oldest first.
func (s *system) tapes() (all []string) {
	s.t.Helper()
	var seen struct {
		Recordings []struct{ Sid, Status string }
	}
	decode(s.t, s.get(s.world.TwilioURL+"/sandbox/v1/recordings", ""), &seen)
	for _, r := range seen.Recordings {
		all = append([]string{r.Status}, all...)
	}
	return all
}

// audible is what a call has that can be heard.
func (s *system) audible(bearer, key string) (sid string) {
	s.t.Helper()
	eventually(s.t, "a recording to be ready", func() bool {
		_, body := s.bff(bearer, http.MethodGet, "/calls/"+key+"/recordings", "")
		var list struct {
			Recordings []struct {
				Sid   string
				Ready bool
			}
		}
		decode(s.t, []byte(body), &list)
		for _, r := range list.Recordings {
			if r.Ready {
				sid = r.Sid
			}
		}
		return sid != ""
	})
	return sid
}

// speaks places a call that a person answers.
func (s *system) speaks(number string) (sandbox.Appointment, string) {
	s.t.Helper()
	a := s.reaching(number)
	key := s.call(a, number)
	s.answered(key, number)
	return a, key
}

// answered has a person answer a call, once it rings.
func (s *system) answered(key, number string) {
	s.t.Helper()
	s.record(key, func(v []communication) bool { return v[len(v)-1].says("callStatus") == "ringing" })
	s.phone(number, "answer")
	s.record(key, func(v []communication) bool { return v[len(v)-1].says("callStatus") == "in-progress" })
}

// media are the Media of a recording in the record.
func (s *system) media(sid string) []communication {
	s.t.Helper()
	return s.search("Media?identifier=" + url.QueryEscape("https://www.twilio.com/|"+sid))
}

func TestServeRecordsWhatWasAgreed(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, recordingBy("asked"))
	a, key := s.speaks(manual)
	s.stands(a, key, "none", "none")
	for _, step := range []struct{ action, state string }{
		{"start", "in-progress"}, {"pause", "paused"}, {"resume", "in-progress"}, {"stop", "completed"},
	} {
		s.wants(a, key, step.action)
		s.stands(a, key, "given", step.state)
	}
	own := s.session(a.Practitioner)
	sid := s.audible(own, key)

	// In the record: a Media, to which the call refers. Who listens before it is there is
	// told of the recording by the carrier's id alone.
	var there []communication
	eventually(t, "the Media", func() bool { there = s.media(sid); return len(there) == 1 })
	s.record(key, func(v []communication) bool { return strings.Contains(string(v[len(v)-1].raw), "Media/"+there[0].ID) })

	audio := "/calls/" + key + "/recordings/" + sid + "/audio"
	res, sound := s.bff(own, http.MethodGet, audio, "")
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "audio/") || len(sound) == 0 || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%s %s, %d bytes", res.Status, res.Header, len(sound))
	}
	res, part := s.bff(own, http.MethodGet, audio, "", "Range", "bytes=10-19")
	if res.StatusCode != http.StatusPartialContent || part != sound[10:20] || !strings.HasPrefix(res.Header.Get("Content-Range"), "bytes 10-19/") {
		t.Errorf("%s %s, %d bytes", res.Status, res.Header.Get("Content-Range"), len(part))
	}
	if res, body := s.bff(own, http.MethodGet, audio, "", "Range", "bytes=999999999-"); res.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %s %s", res.Status, body)
	}
	if res, byItself := s.bff(own, http.MethodGet, "/recordings/"+sid+"/audio", ""); res.StatusCode != http.StatusOK || byItself != sound {
		t.Errorf("by itself: %s, %d bytes", res.Status, len(byItself))
	}
	if res, body := s.bff(s.session(s.stranger(a)), http.MethodGet, audio, ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger: %s %s", res.Status, body)
	}

	eventually(t, "who listened, once", func() bool {
		return len(s.search("AuditEvent?entity="+url.QueryEscape("Media/"+there[0].ID))) == 1
	})

	// It is taken back: nothing is left of it, neither there nor here.
	s.wants(a, key, "withdraw")
	s.stands(a, key, "withdrawn", "deleted")
	if res, body := s.bff(own, http.MethodGet, audio, ""); res.StatusCode != http.StatusGone {
		t.Errorf("after it was taken back: %s %s", res.Status, body)
	}
	if tapes := s.tapes(); len(tapes) != 1 || tapes[0] != "deleted" {
		t.Errorf("the carrier has %v", tapes)
	}
	eventually(t, "the Media to go", func() bool { return len(s.media(sid)) == 0 })
	s.record(key, func(v []communication) bool { return !strings.Contains(string(v[len(v)-1].raw), "Media/") })

	s.phone(manual, "hangup")
	s.record(key, final)
	s.logTellsNobody()
}

func TestServeTellsTheMemberBeforeItRecords(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]struct{ consent, state string }{"": {"announced", "in-progress"}, "9": {"declined", "none"}, "5": {"announced", "in-progress"}} {
		t.Run("keys "+keys, func(t *testing.T) {
			t.Parallel()
			s := newSystemAt(t, 1, recordingBy("announced"))
			s.put(s.world.TwilioURL+"/sandbox/v1/phones/"+answers, map[string]any{"outcome": "answer", "presses": keys, "talkSeconds": 600, "ringSeconds": 0})
			a := s.reaching(answers)
			key := s.call(a, answers)
			s.stands(a, key, want.consent, want.state)
			if tapes := s.tapes(); (len(tapes) == 1) != (want.state == "in-progress") {
				t.Errorf("the carrier has %v", tapes)
			}
		})
	}
}

func TestServeRecordsNobodyWhoRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"asked", "announced"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newSystemAt(t, 1, recordingBy(mode))
			a := s.reaching(answers)
			s.refuses(a.Patient)
			s.put(s.world.TwilioURL+"/sandbox/v1/phones/"+answers, map[string]any{"outcome": "answer", "talkSeconds": 600, "ringSeconds": 0})
			key := s.call(a, answers)
			s.record(key, func(v []communication) bool { return v[len(v)-1].says("callStatus") == "in-progress" })
			s.stands(a, key, "declined", "none")
			res, body := s.bff(s.session(a.Practitioner), http.MethodPost, "/calls/"+key+"/recording", `{"action":"start"}`)
			if res.StatusCode != http.StatusConflict || !strings.Contains(body, "consent-declined") {
				t.Errorf("%s %s", res.Status, body)
			}
			if tapes := s.tapes(); len(tapes) != 0 {
				t.Errorf("the carrier has %v", tapes)
			}
		})
	}
}

// refuses writes a standing refusal of a patient's into the record.
func (s *system) refuses(patient string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{
		"resourceType": "Consent", "status": "active", "patient": map[string]string{"reference": "Patient/" + patient},
		"scope":      map[string]any{"coding": []map[string]string{{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}}},
		"category":   []map[string]any{{"coding": []map[string]string{{"system": "https://perci.health/fhir/CodeSystem/consent-category", "code": "call-recording"}}}},
		"policyRule": map[string]any{"text": "On the patient's word"},
		"provision":  map[string]string{"type": "deny"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	res, answer := s.post(s.world.FHIRURL+"/Consent", string(body), http.Header{"Content-Type": {"application/fhir+json"}, "Authorization": {"Bearer " + s.fhirToken()}})
	if res.StatusCode != http.StatusCreated {
		s.t.Fatalf("%s %s", res.Status, answer)
	}
}
