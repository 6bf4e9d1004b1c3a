package google_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perci.health/careline/pubsub"
	"perci.health/careline/setup"
	"perci.health/careline/setup/google"
)

// The subscription may be right while what stands at its address is not.
func TestCheckOursAsksWhetherTheServiceTakesPushes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status  int
		body    string
		verdict setup.Verdict
		says    string
	}{
		"as it should":             {401, refused, setup.VerdictGood, "refuses one without a token"},
		"without the route":        {404, `{"type":"urn:careline:problem:not-found","status":404}`, setup.VerdictFault, "PUBSUB_PUSH_AUDIENCE"},
		"a file server":            {405, "", setup.VerdictFault, "takes no pushes"},
		"a page for everything":    {200, "<html>", setup.VerdictFault, "without a token"},
		"whoever checks nothing":   {204, "", setup.VerdictFault, "without a token"},
		"Cloud Run's own check":    {403, "<html>Your client does not have permission", setup.VerdictFault, "allUsers"},
		"a proxy's sign-in":        {401, `{"type":"about:blank"}`, setup.VerdictFault, "status 401"},
		"a redirect":               {301, "", setup.VerdictFault, "https://elsewhere.example"},
		"a service that is broken": {503, `{"type":"urn:careline:problem:unavailable"}`, setup.VerdictFault, "status 503"},
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
	if found := askOurs(t, "http://127.0.0.1:1"+pubsub.PathPush); found.Verdict != setup.VerdictFault || !strings.Contains(found.Found, "could not be reached") {
		t.Errorf("nobody there: %+v", found)
	}
}

// askOurs asks at address, while Google is away.
func askOurs(t *testing.T, address string) setup.Finding {
	t.Helper()
	nowhere := pubsub.Topic{Project: "careline-test", Name: "twilio", Emulator: "127.0.0.1:1"}
	admin := newAdmin(t, google.Config{Topic: nowhere, PushURL: address, PushEmail: pushEmail, PushAudience: pushAudience})
	for _, check := range admin.Checks() {
		if check.Name == "pubsub: our push address" && check.Needs == "" {
			return check.Ask(t.Context())
		}
	}
	t.Fatal("it is not asked")
	return setup.Finding{}
}
