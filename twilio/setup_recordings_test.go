package twilio_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"perci.health/careline/setup"
	"perci.health/careline/twilio"
)

// TestChecksOfRecordings breaks each thing, and looks.
func TestChecksOfRecordings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	one := func(made, more string) string {
		return `{"sid":"` + recordingSID + `","call_sid":"` + parentSID + `","status":"completed","date_created":"` + made + `",` + more + `}`
	}
	const lately, long = "Mon, 29 Jun 2026 10:15:42 +0000", "Fri, 29 May 2026 10:15:42 +0000"
	for name, test := range map[string]struct {
		check     string
		recording string
		strange   int // how a stranger is answered
		keep      time.Duration
		verdict   setup.Verdict
		says      string
	}{
		"strangers are asked":          {"twilio: sound of recordings", one(lately, `"error_code":null`), 401, 0, setup.VerdictGood, "nobody without"},
		"strangers hear":               {"twilio: sound of recordings", one(lately, `"error_code":null`), 200, 0, setup.VerdictFault, "Whoever knows"},
		"strangers are answered oddly": {"twilio: sound of recordings", one(lately, `"error_code":null`), 500, 0, setup.VerdictDoubt, "HTTP 500"},
		"nothing was recorded":         {"twilio: sound of recordings", "", 401, 0, setup.VerdictDoubt, "nothing was recorded"},
		"clear":                        {"twilio: encryption of recordings", one(lately, `"error_code":null,"encryption_details":null`), 401, 0, setup.VerdictGood, "not encrypted"},
		"encrypted":                    {"twilio: encryption of recordings", one(lately, `"encryption_details":{"public_key_sid":"CR1"}`), 401, 0, setup.VerdictFault, "1 recordings of the last week are encrypted"},
		"encrypted with another key":   {"twilio: encryption of recordings", one(lately, `"error_code":16107`), 401, 0, setup.VerdictFault, "are encrypted"},
		"lost for want of a key":       {"twilio: encryption of recordings", one(lately, `"error_code":"16105"`), 401, 0, setup.VerdictFault, "(16105)"},
		"young":                        {"twilio: old recordings", one(lately, `"error_code":null`), 401, 30 * 24 * time.Hour, setup.VerdictGood, "older than 30 days"},
		"old":                          {"twilio: old recordings", one(long, `"error_code":null`), 401, 30 * 24 * time.Hour, setup.VerdictDoubt, "1 recordings at Twilio are older than 30 days"},
		"nobody decided":               {"twilio: old recordings", one(long, `"error_code":null`), 401, 0, setup.VerdictFault, "Nobody has decided"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, _, known := r.BasicAuth(); !known {
				w.WriteHeader(test.strange)
				return
			}
			_, _ = io.WriteString(w, `{"recordings":[`+test.recording+`]}`)
		}))
		t.Cleanup(server.Close)
		c := client(t, twilio.ClientConfig{BaseURL: server.URL})
		found := false
		for _, check := range c.Checks(twilio.Setup{Recording: true, KeepRecordings: test.keep, Now: func() time.Time { return now }}) {
			if check.Name != test.check {
				continue
			}
			found = true
			if f := check.Ask(t.Context()); f.Verdict != test.verdict || !strings.Contains(f.Found, test.says) || f.Verdict != setup.VerdictGood && f.Do == "" {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if !found {
			t.Errorf("%s: there is no check %q", name, test.check)
		}
	}
	for _, check := range client(t, twilio.ClientConfig{}).Checks(twilio.Setup{}) {
		if strings.Contains(check.Name, "recordings") {
			t.Errorf("where nothing is recorded, there is %q", check.Name)
		}
	}
}
