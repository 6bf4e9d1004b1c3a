package pubsub_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perci.health/careline"
	"perci.health/careline/pubsub"
)

// The subscription may be right while what stands at its address is not.
func TestTheServiceIsAskedWhetherItTakesPushes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status  int
		body    string
		verdict careline.Verdict
		says    string
	}{
		"as it should":             {401, refused, careline.VerdictGood, "refuses one without a token"},
		"without the route":        {404, `{"type":"urn:careline:problem:not-found","status":404}`, careline.VerdictFault, "PUBSUB_PUSH_AUDIENCE"},
		"a file server":            {405, "", careline.VerdictFault, "takes no pushes"},
		"a page for everything":    {200, "<html>", careline.VerdictFault, "without a token"},
		"whoever checks nothing":   {204, "", careline.VerdictFault, "without a token"},
		"Cloud Run's own check":    {403, "<html>Your client does not have permission", careline.VerdictFault, "allUsers"},
		"a proxy's sign-in":        {401, `{"type":"about:blank"}`, careline.VerdictFault, "status 401"},
		"a redirect":               {301, "", careline.VerdictFault, "https://elsewhere.example"},
		"a service that is broken": {503, `{"type":"urn:careline:problem:unavailable"}`, careline.VerdictFault, "status 503"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); r.Method != http.MethodPost || r.URL.Path != pubsub.PathPush || r.Header.Get("Authorization") != "" || err != nil || string(body) != "{}" {
					t.Errorf("asked with %s %s, %q", r.Method, r.URL, body)
				}
				w.Header().Set("Location", "https://elsewhere.example")
				w.WriteHeader(tt.status)
				if _, err := io.WriteString(w, tt.body); err != nil && tt.body != "" {
					t.Error(err)
				}
			}))
			defer served.Close()
			found := askOurs(t, served.URL+pubsub.PathPush)
			if found.Verdict != tt.verdict || !strings.Contains(found.Found+found.Do, tt.says) {
				t.Errorf("%+v", found)
			}
		})
	}
	if found := askOurs(t, "http://127.0.0.1:1"+pubsub.PathPush); found.Verdict != careline.VerdictFault || !strings.Contains(found.Found, "could not be reached") {
		t.Errorf("nobody there: %+v", found)
	}
}

// askOurs asks at address, while Google is away.
func askOurs(t *testing.T, address string) careline.Finding {
	t.Helper()
	nowhere := pubsub.Topic{Project: "careline-test", Name: "twilio", Emulator: "127.0.0.1:1"}
	admin := newAdmin(t, pubsub.AdminConfig{Topic: nowhere, PushURL: address, PushEmail: pushEmail, PushAudience: pushAudience})
	for _, check := range admin.Checks() {
		if check.Name == "pubsub: our push address" && check.Needs == "" {
			return check.Ask(t.Context())
		}
	}
	t.Fatal("it is not asked")
	return careline.Finding{}
}
