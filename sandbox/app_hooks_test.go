package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

// Nor of the connection overrides that provision wrote behind a number's status
// callback: without them a report that could not be kept is not sent again.
func TestSetAppKeepsTheNumbersOverrides(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	const one, two, path = "http://127.0.0.1:8080/care", "https://care.example.org", "/v1/twilio/webhooks/call-status"
	const overrides = "#rc=3&rp=ct,rt,5xx"
	if err := world.SetApp(one); err != nil {
		t.Fatal(err)
	}
	statuses(t, world, url.Values{"StatusCallback": {one + path + overrides}})
	for _, step := range []struct{ app, status string }{
		{one, one + path + overrides},
		{two, two + path + overrides},
		{"", ""},
		{one, one + path},
	} {
		if err := world.SetApp(step.app); err != nil {
			t.Fatal(err)
		}
		for _, status := range statuses(t, world, nil) {
			if status != step.status {
				t.Errorf("at %q: status callback %q, want %q", step.app, status, step.status)
			}
		}
	}
}

// statuses are the status callbacks of the account's numbers, after each was changed
// by fields, if there are any.
func statuses(t *testing.T, world *sandbox.World, fields url.Values) (all []string) {
	t.Helper()
	ask := func(method, path string, body string, into any) {
		t.Helper()
		req, _ := http.NewRequest(method, world.TwilioURL+path, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(world.AccountSID, world.AuthToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode/100 != 2 {
			t.Fatalf("%s %s: %s %v", method, path, resp.Status, err)
		}
	}
	type number struct {
		SID    string `json:"sid"`
		Status string `json:"status_callback"`
	}
	base := "/2010-04-01/Accounts/" + world.AccountSID + "/IncomingPhoneNumbers"
	var list struct {
		Numbers []number `json:"incoming_phone_numbers"`
	}
	ask(http.MethodGet, base+".json", "", &list)
	for _, n := range list.Numbers {
		if fields != nil {
			ask(http.MethodPost, base+"/"+n.SID+".json", fields.Encode(), &n)
		}
		all = append(all, n.Status)
	}
	if len(all) == 0 {
		t.Fatal("the account has no number")
	}
	return all
}
