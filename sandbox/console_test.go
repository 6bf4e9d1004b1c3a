package sandbox_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

// newRefusing is an app that has no phone number to call from.
func newRefusing(t *testing.T) string {
	t.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, `{"title":"Service Unavailable","detail":"No phone number is available."}`)
	}))
	t.Cleanup(app.Close)
	return app.URL
}

func TestConsolePageIsWhole(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	for path, kind := range map[string]string{
		"/": "text/html", "/console.css": "text/css", "/app.js": "text/javascript", "/model.js": "text/javascript", "/icons.svg": "image/svg+xml",
	} {
		resp, err := http.Get(world.ConsoleURL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), kind) || len(body) == 0 {
			t.Errorf("%s: %s, %s, %d bytes", path, resp.Status, resp.Header.Get("Content-Type"), len(body))
		}
		if policy := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if strings.Contains(string(body), "https://") {
			t.Errorf("%s names another site", path)
		}
	}
}

func TestConsoleRefusesOtherSites(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	for name, c := range map[string]struct {
		header map[string]string
		want   int
	}{
		"another site":            {map[string]string{"Content-Type": "application/json", "Origin": "http://evil.example"}, http.StatusForbidden},
		"another local port":      {map[string]string{"Content-Type": "application/json", "Origin": "http://127.0.0.1:1"}, http.StatusForbidden},
		"cross-site by the fetch": {map[string]string{"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		"an opaque origin":        {map[string]string{"Content-Type": "application/json", "Origin": "null"}, http.StatusForbidden},
		"a form":                  {map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Origin": world.ConsoleURL}, http.StatusUnsupportedMediaType},
		"the page":                {map[string]string{"Content-Type": "application/json", "Origin": world.ConsoleURL, "Sec-Fetch-Site": "same-origin"}, http.StatusOK},
	} {
		req, _ := http.NewRequest(http.MethodPut, world.ConsoleURL+"/console/v1/twilio/faults", strings.NewReader(`{"drop":0}`))
		for k, v := range c.header {
			req.Header.Set(k, v)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s: %s, want %d", name, resp.Status, c.want)
		}
	}
}

func TestConsoleLinksOnlyToAnAppWithAPage(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!doctype html><title>Clinic</title>")
	}))
	t.Cleanup(page.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	world := startWorld(t, nil)
	for name, c := range map[string]struct{ app, want string }{
		"no app":                   {"", ""},
		"an app with a page":       {page.URL, page.URL},
		"a backend without one":    {newRefusing(t), ""},
		"an app that is not there": {gone.URL, ""},
	} {
		if err := world.SetApp(c.app); err != nil {
			t.Fatal(err)
		}
		resp, err := http.Get(world.ConsoleURL + "/console/v1/app")
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ URL string }
		err = json.NewDecoder(resp.Body).Decode(&got)
		resp.Body.Close()
		if err != nil || got.URL != c.want {
			t.Errorf("%s: %q (%v), want %q", name, got.URL, err, c.want)
		}
	}
}

func TestConsoleSteersTheBoxes(t *testing.T) {
	t.Parallel()
	world := startWorld(t, func(c *sandbox.Config) { c.Pace = 1 }) // somebody has to answer while it rings
	startApp(t, world)
	api := world.ConsoleURL + "/console/v1/"
	var state struct {
		Clinic   sandbox.Clinic
		AppURL   string
		Settings []struct{ Name, Value string }
	}
	getJSON(t, api+"state", &state)
	if len(state.Clinic.Appointments) == 0 || state.AppURL != world.AppURL() {
		t.Errorf("state: %d appointments, app %q", len(state.Clinic.Appointments), state.AppURL)
	}
	for _, s := range state.Settings {
		if s.Value == world.AuthToken || s.Value == world.APISecret || s.Value == world.FHIRClientSecret {
			t.Errorf("%s shows a secret", s.Name)
		}
	}
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"PUT", "twilio/phones/+447700900142", `{"outcome":"manual"}`, 200},
		{"PUT", "twilio/phones/%2B447700900142", `{"outcome":"manual"}`, 200},
		{"PUT", "twilio/phones/+447700900142", `{"outcome":"sleeps"}`, 400},
		{"PUT", "twilio/faults", `{"drop":2}`, 400},
		{"PUT", "fhir/faults", `[{"down":true}]`, 200},
		{"PUT", "fhir/faults", `[]`, 200},
		{"POST", "calls", `{"practitioner":"stranger","appointment":"a","to":"+447700900142"}`, 502},
		{"POST", "calls", `{"unknown":1}`, 400},
		{"PUT", "app", `{"url":"nonsense"}`, 400},
		{"POST", "records/Communication", `{}`, 405},
		{"DELETE", "", `{}`, 405},
	} {
		if status, answer := postJSON(t, c.method, api+c.path, c.body); status != c.want {
			t.Errorf("%s %s %s: %d %v, want %d", c.method, c.path, c.body, status, answer, c.want)
		}
	}
	a := world.Clinic.Appointments[0]
	var stored struct{ ResourceType, ID string }
	getJSON(t, api+"records/Appointment/"+a.ID, &stored)
	if stored.ResourceType != "Appointment" || stored.ID != a.ID {
		t.Errorf("records answered %+v", stored)
	}
	status, answer := postJSON(t, "POST", api+"calls", fmt.Sprintf(`{"practitioner":%q,"appointment":%q,"to":"+447700900142"}`, a.Practitioner, a.ID))
	if status != http.StatusCreated {
		t.Fatalf("call: %d %v", status, answer)
	}
	until(t, "the phone to be answered by hand", func() bool {
		status, _ := postJSON(t, "POST", api+"twilio/phones/+447700900142/answer", "{}")
		return status == http.StatusOK
	})
	if status, answer := postJSON(t, "POST", api+"twilio/calls/"+answer["callSid"].(string)+"/hangup", "{}"); status != http.StatusOK {
		t.Errorf("hang up: %d %v", status, answer)
	}
}

func TestConsoleStreamMergesBothSides(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	startApp(t, world)
	a := world.Clinic.Appointments[0]
	sid, err := world.Place(t.Context(), sandbox.Ask{Practitioner: a.Practitioner, Appointment: a.ID, To: "+447700900142"})
	if err != nil {
		t.Fatal(err)
	}
	// The end of the call is its last version; the parent's last webhook may
	// come before or after it.
	all := readStream(t, world, "", func(e sandbox.Entry) bool {
		return e.Record != nil && strings.Contains(string(e.Record.Resource), "status=completed")
	})
	var webhooks, versions int
	for i, e := range all {
		if e.ID != int64(i+1) {
			t.Fatalf("entry %d has id %d", i+1, e.ID)
		}
		if e.Twilio != nil && e.Twilio.Type == "webhook.request" {
			webhooks++
		}
		if e.Record != nil {
			versions++
			if e.Record.Number != versions {
				t.Errorf("version %d is numbered %d", versions, e.Record.Number)
			}
		}
		if e.Twilio != nil && e.Twilio.Type == "phone" {
			continue
		}
		if e.Call != sid {
			t.Errorf("entry %d belongs to call %q, want %q", e.ID, e.Call, sid)
		}
	}
	// voice, initiated, ringing, in-progress, completed; the Dial's action may
	// still be on its way.
	if webhooks < 5 || versions < 5 {
		t.Errorf("%d webhooks and %d versions, want at least 5 of each", webhooks, versions)
	}
	rest := readStream(t, world, "3", func(e sandbox.Entry) bool { return e.ID == int64(len(all)) })
	if rest[0].ID != 4 {
		t.Errorf("resumed at %d, want 4", rest[0].ID)
	}
	if early := readStream(t, world, "999999", func(sandbox.Entry) bool { return true }); early[0].ID != 1 {
		t.Errorf("an id of an earlier world resumed at %d, want 1", early[0].ID)
	}
}

// readStream reads entries up to and with the one that is last.
func readStream(t *testing.T, world *sandbox.World, after string, last func(sandbox.Entry) bool) (all []sandbox.Entry) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, world.ConsoleURL+"/console/v1/events", nil)
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e sandbox.Entry
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
		if last(e) {
			return all
		}
	}
	t.Fatalf("the stream ended after %d entries: %v", len(all), lines.Err())
	return nil
}

// Who points Twilio at an app says nothing of what else was set up there.
func TestSetAppKeepsWhatWasSetUp(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	at := func(url string) {
		t.Helper()
		req, _ := http.NewRequest(http.MethodPut, world.ConsoleURL+"/console/v1/app", strings.NewReader(`{"url":"`+url+`"}`))
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNoContent {
			t.Fatalf("%s: %s", url, resp.Status)
		}
	}
	application := func(fields url.Values) (voice, status string) {
		t.Helper()
		path := world.TwilioURL + "/2010-04-01/Accounts/" + world.AccountSID + "/Applications/" + world.ApplicationSID + ".json"
		method, body := http.MethodGet, strings.NewReader("")
		if fields != nil {
			method, body = http.MethodPost, strings.NewReader(fields.Encode())
		}
		req, _ := http.NewRequest(method, path, body)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(world.AccountSID, world.AuthToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var app struct {
			Voice  string `json:"voice_url"`
			Status string `json:"status_callback"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&app); err != nil || resp.StatusCode/100 != 2 {
			t.Fatalf("%s %v", resp.Status, err)
		}
		return app.Voice, app.Status
	}
	const one, two, other = "http://127.0.0.1:8080/care", "https://care.example.org", "https://elsewhere.example.org/ended"
	at(one)
	application(url.Values{"StatusCallback": {one + "/v1/twilio/webhooks/call-status"}})
	for _, step := range []struct{ app, voice, status string }{
		{one, one + "/v1/twilio/outgoing", one + "/v1/twilio/webhooks/call-status"},
		{two, two + "/v1/twilio/outgoing", two + "/v1/twilio/webhooks/call-status"},
		{"", "", ""},
		{two, two + "/v1/twilio/outgoing", ""},
	} {
		at(step.app)
		if voice, status := application(nil); voice != step.voice || status != step.status {
			t.Errorf("at %q: voice %q, status %q", step.app, voice, status)
		}
	}
	application(url.Values{"StatusCallback": {other}})
	for _, app := range []string{one, "", two} {
		at(app)
		if _, status := application(nil); status != other {
			t.Errorf("at %q: another's status callback is %q", app, status)
		}
	}
}
