package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// place lets Twilio's REST API call somebody, with reports that name the appointment.
func (s *system) place(to, appointment string) string {
	s.t.Helper()
	form := url.Values{"To": {to}, "From": {s.world.Numbers[0]}, "Url": {s.url + "/v1/twilio/incoming"},
		"StatusCallback":      {s.url + "/v1/twilio/webhooks/call-status?AppointmentId=" + appointment},
		"StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"}}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.world.TwilioURL+"/2010-04-01/Accounts/"+s.world.AccountSID+"/Calls.json", strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(s.world.AccountSID, s.world.AuthToken)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()

	var made struct{ SID string }
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || answer.StatusCode != http.StatusCreated {
		s.t.Fatalf("%s: %v", answer.Status, err)
	}
	return made.SID
}

// The system that careline replaces placed calls in this way, and recorded them.
func TestServeRecordsACallThatTheRESTAPIPlaced(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	a := s.reaching(answers)
	sid := s.place(answers, a.ID)
	versions := s.record(sid, final)
	last := versions[len(versions)-1]
	if last.says("callSid") != sid || last.says("parentCallSid") != "" || last.says("direction") != "outbound-api" || last.says("callStatus") != "completed" || len(last.Identifier) != 1 {
		t.Errorf("recorded as %s", last.raw)
	}

	var people struct {
		Subject, Sender struct{ Reference string }
		Recipient       []struct{ Reference string }
	}
	decode(t, last.raw, &people)
	if people.Subject.Reference != "Patient/"+a.Patient || len(people.Recipient) != 1 || people.Recipient[0].Reference != "Patient/"+a.Patient || people.Sender.Reference != string(s.clinicianOf(a)) {
		t.Errorf("its people are %+v", people)
	}
}
