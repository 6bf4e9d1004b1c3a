package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline/sandbox"
)

// judge is Twilio's own Node library, asked over its standard input.
type judge struct {
	t   *testing.T
	mu  sync.Mutex
	in  io.Writer
	out *bufio.Scanner
}

func newJudge(t *testing.T) *judge {
	t.Helper()
	if _, err := os.Stat(filepath.Join("judge", "node_modules", "twilio")); err != nil {
		t.Fatal("Twilio's library is not there: run `make node` (make test does)")
	}
	cmd := exec.Command("node", filepath.Join("judge", "judge.mjs"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // ends the judge
		if err := cmd.Wait(); err != nil {
			t.Error("judge:", err)
		}
	})
	return &judge{t: t, in: in, out: bufio.NewScanner(out)}
}

func (j *judge) ask(question map[string]any, answer any) {
	j.t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := json.NewEncoder(j.in).Encode(question); err != nil {
		j.t.Fatal(err)
	}
	if !j.out.Scan() {
		j.t.Fatal("the judge says nothing:", j.out.Err())
	}
	decode(j.t, j.out.Bytes(), answer)
}

func (j *judge) sign(token, address string, form map[string]string) string {
	j.t.Helper()
	var answer struct{ Signature string }
	j.ask(map[string]any{"ask": "sign", "token": token, "url": address, "params": form}, &answer)
	return answer.Signature
}

// Twilio's library reads the access token that the service gives out.
func TestTheJudgeReadsOurAccessToken(t *testing.T) {
	t.Parallel()
	s, j := newSystem(t, map[string]string{"TWILIO_TOKEN_TTL": "600"}), newJudge(t)
	clinician := s.world.Clinic.Clinicians[0].ID
	res, body := s.post(s.url+"/bff_clinical/v1/twilio/access-token", "", http.Header{"Authorization": {"Bearer " + s.session(clinician)}})
	var given struct {
		Status string
		Data   struct{ Token, Identity, FromNumber string }
	}
	decode(t, body, &given)
	if res.StatusCode != http.StatusOK || given.Status != "success" || given.Data.Identity != clinician || given.Data.FromNumber == "" {
		t.Fatalf("%s %s", res.Status, body)
	}
	var read struct {
		Error  string
		Header map[string]any
		Claims struct {
			Iss, Sub, Jti string
			Iat, Nbf, Exp int64
			Grants        struct {
				Identity string
				Voice    map[string]map[string]any
			}
		}
	}
	j.ask(map[string]any{"ask": "read", "jwt": given.Data.Token, "secret": s.world.APISecret}, &read)
	c := read.Claims
	if read.Error != "" || read.Header["cty"] != "twilio-fpa;v=1" || c.Iss != s.world.APIKey || c.Sub != s.world.AccountSID ||
		c.Grants.Identity != clinician || c.Grants.Voice["outgoing"]["application_sid"] != s.world.ApplicationSID || c.Grants.Voice["incoming"] != nil {
		t.Errorf("Twilio's library reads %+v", read)
	}
	if c.Exp-c.Iat != 600 || c.Nbf >= c.Iat || c.Exp > time.Now().Unix()+600 {
		t.Errorf("issued %d, not before %d, expires %d: want a life of 600 s", c.Iat, c.Nbf, c.Exp)
	}
	j.ask(map[string]any{"ask": "read", "jwt": given.Data.Token, "secret": "another"}, &read)
	if read.Error == "" {
		t.Error("the token verifies with any secret")
	}
}

// The service takes what Twilio's library signs, and nothing that was changed.
func TestWebhooksSignedByTheJudge(t *testing.T) {
	t.Parallel()
	s, j := newSystem(t, nil), newJudge(t)
	a := s.reaching(answers)
	forms := map[string]map[string]string{
		"/v1/twilio/outgoing": {"AccountSid": s.world.AccountSID, "ApplicationSid": s.world.ApplicationSID, "ApiVersion": "2010-04-01",
			"CallSid": "CA0123456789abcdef0123456789abcdef", "CallStatus": "ringing", "Direction": "inbound", "Caller": "client:" + a.Practitioner,
			"From": "client:" + a.Practitioner, "To": answers, "Called": answers, "appointmentId": a.ID, "note": "Zoë & co = ½ 😀"},
		"/v1/twilio/webhooks/call-status?AppointmentId=" + a.ID: {"AccountSid": s.world.AccountSID, "CallSid": "CA00000000000000000000000000000002",
			"ParentCallSid": "CA0123456789abcdef0123456789abcdef", "CallStatus": "ringing", "Direction": "outbound-dial", "SequenceNumber": "1",
			"Timestamp": "Mon, 4 Aug 2025 09:05:07 +0000", "ToCity": "", "To": answers},
		"/v1/twilio/incoming": {"AccountSid": s.world.AccountSID, "CallSid": "CA00000000000000000000000000000003", "CallStatus": "ringing",
			"Direction": "inbound", "From": answers, "To": s.world.Numbers[0]},
	}
	for path, form := range forms {
		signature := j.sign(s.world.AuthToken, s.url+path, form)
		if res, body := s.postForm(path, form, signature); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %s", path, res.Status, body)
		}
		form["To"] += "0"
		if res, _ := s.postForm(path, form, signature); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s with another number: %s, want 403", path, res.Status)
		}
		if res, _ := s.postForm(path, form, j.sign("", s.url+path, form)); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s signed with the empty token: %s, want 403", path, res.Status)
		}
	}
}

// What the sandbox's Twilio signs would pass Twilio's own library, so that the
// two ends of our tests cannot share a mistake.
func TestTheJudgeBelievesTheSandbox(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	type request struct {
		url, signature string
		form           map[string]string
	}
	seen := make(chan request, 10)
	var app *httptest.Server
	app = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		form := map[string]string{}
		for name, values := range r.PostForm {
			form[name] = values[0]
		}
		seen <- request{app.URL + r.RequestURI, r.Header.Get("X-Twilio-Signature"), form}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, "<Response><Hangup/></Response>")
	}))
	defer app.Close()
	w, err := sandbox.Start(t.Context(), sandbox.Config{Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	a := w.Clinic.Appointments[0]
	if _, err := w.Place(t.Context(), sandbox.Ask{Practitioner: a.Practitioner, Appointment: a.ID, To: answers}); err != nil {
		t.Fatal(err)
	}
	_ = w.SetApp(app.URL)
	system := &system{t: t, world: w}
	system.post(w.TwilioURL+"/sandbox/v1/incoming", `{"from":"`+answers+`","to":"`+w.Numbers[0]+`"}`, http.Header{"Content-Type": {"application/json"}})
	r := <-seen
	for _, test := range []struct {
		token string
		valid bool
	}{{w.AuthToken, true}, {"another", false}} {
		var answer struct{ Valid bool }
		j.ask(map[string]any{"ask": "verify", "token": test.token, "signature": r.signature, "url": r.url, "params": r.form}, &answer)
		if answer.Valid != test.valid {
			t.Errorf("valid is %v, want %v, for %+v", answer.Valid, test.valid, r)
		}
	}
}

func (s *system) postForm(path string, form map[string]string, signature string) (*http.Response, []byte) {
	s.t.Helper()
	values := url.Values{}
	for name, value := range form {
		values.Set(name, value)
	}
	return s.post(s.url+path, values.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {signature}})
}

func (s *system) post(address, body string, header http.Header) (*http.Response, []byte) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res, answer
}
