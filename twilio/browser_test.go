package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perci.health/careline/twilio"
)

// Without signatures, any page in a developer's browser could place calls.
func TestUncheckedWebhooksRefuseOtherSites(t *testing.T) {
	t.Parallel()
	const at = "http://localhost:8080"
	for name, tt := range map[string]struct {
		host    string
		headers []string // name, value, …
		good    bool
	}{
		"no browser":                     {"localhost:8080", nil, true},
		"by its number":                  {"127.0.0.1:8080", nil, true},
		"by its other number":            {"[::1]:8080", nil, true},
		"a page of ours":                 {"localhost:8080", []string{"Origin", at, "Sec-Fetch-Site", "same-origin"}, true},
		"typed by a person":              {"localhost:8080", []string{"Sec-Fetch-Site", "none"}, true},
		"another site":                   {"localhost:8080", []string{"Sec-Fetch-Site", "cross-site"}, false},
		"another port":                   {"localhost:8080", []string{"Sec-Fetch-Site", "same-site"}, false},
		"another origin":                 {"localhost:8080", []string{"Origin", "https://evil.example"}, false},
		"another scheme":                 {"localhost:8080", []string{"Origin", "https://localhost:8080"}, false},
		"an origin that is hidden":       {"localhost:8080", []string{"Origin", "null"}, false},
		"two origins":                    {"localhost:8080", []string{"Origin", at, "Origin", "https://evil.example"}, false},
		"an origin that begins alike":    {"localhost:8080", []string{"Origin", at + ".evil.example"}, false},
		"a name that leads here":         {"evil.example:8080", nil, false},
		"a name that leads here, ours":   {"evil.example:8080", []string{"Origin", "http://evil.example:8080", "Sec-Fetch-Site", "same-origin"}, false},
		"a word that is new to browsers": {"localhost:8080", []string{"Sec-Fetch-Site", "nearby"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			a.hooks.Verifier, a.hooks.PublicURL = nil, at
			for path, form := range map[string]string{twilio.PathOutgoing: outgoingForm().Encode(), twilio.PathCallStatus: childForm().Encode()} {
				r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form))
				r.Host = tt.host
				for i := 0; i < len(tt.headers); i += 2 {
					r.Header.Add(tt.headers[i], tt.headers[i+1])
				}
				if w := a.send(r, ""); (w.Code == http.StatusOK) != tt.good || !tt.good && w.Code != http.StatusForbidden {
					t.Errorf("%s: %d %s", path, w.Code, w.Body)
				}
			}
			if !tt.good && len(a.asks)+len(a.kept) > 0 {
				t.Error("it was taken nevertheless")
			}
		})
	}
}

// With signatures a browser's headers decide nothing: a proxy may add its own.
func TestSignedRequestsMayCarryAnyOrigin(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	r := httptest.NewRequest(http.MethodPost, twilio.PathOutgoing, strings.NewReader(outgoingForm().Encode()))
	r.Header.Set("Origin", "https://elsewhere.example")
	if w := a.send(r, sign(token, publicURL+twilio.PathOutgoing, outgoingForm())); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
