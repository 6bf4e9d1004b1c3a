package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/twilio"
)

// The settings reach what they are about.
func TestAudienceOfSessionsIsAsked(t *testing.T) {
	t.Parallel()
	s := newSystem(t, map[string]string{"SESSION_AUDIENCE": "somebody-else"})
	a := s.reaching(answers)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/bff_clinical/v1/appointments", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.session(a.Practitioner))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	s.stop() // so that every line is written
	if res.StatusCode != http.StatusUnauthorized || !strings.Contains(s.log.String(), "SESSION_AUDIENCE") {
		t.Errorf("a session for another audience: %s; the log:\n%s", res.Status, s.log)
	}
}

// In development nothing is signed, so a page of another site could place calls, and
// test the sound without end.
func TestDevelopmentIsForThisMachineAlone(t *testing.T) {
	t.Parallel()
	s := newSystem(t, map[string]string{"NODE_ENV": "development"})
	a := s.reaching(answers)
	form := url.Values{"AccountSid": {s.world.AccountSID}, "ApplicationSid": {s.world.ApplicationSID}, "CallSid": {"CA00000000000000000000000000000abc"},
		"Caller": {"client:" + a.Practitioner}, "From": {"client:" + a.Practitioner}, twilio.SoundTestParameter: {"true"}}
	ask := func(header http.Header) (int, string) {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, body := s.post(s.url+twilio.PathOutgoing, form.Encode(), header)
		return res.StatusCode, string(body)
	}
	if status, _ := ask(http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}); status != http.StatusForbidden {
		t.Errorf("a page of another site: %d", status)
	}
	heard := 0
	for range 20 {
		status, body := ask(http.Header{})
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		if strings.Contains(body, "This is a sound test.") {
			heard++
		}
	}
	if heard != soundTestsPerMinute {
		t.Errorf("%d of 20 sound tests were played; want %d", heard, soundTestsPerMinute)
	}
}
