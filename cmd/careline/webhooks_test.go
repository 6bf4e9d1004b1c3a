package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perci.health/careline/api"
	"perci.health/careline/twilio"
)

// Twilio reads an HTTP error out, whoever in the service gave it.
func TestVoiceRoutesSpeakThroughTheWholeService(t *testing.T) {
	t.Parallel()
	service := api.New(api.Config{Mount: mounted(twilio.Webhooks{PublicURL: "https://example.org"})})
	for _, path := range []string{twilio.PathOutgoing, twilio.PathIncoming, twilio.PathDialResult} {
		large := httptest.NewRequest(http.MethodPost, path, strings.NewReader("a="+strings.Repeat("x", 80<<10)))
		large.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, r := range map[string]*http.Request{"a large form": large, "a GET": httptest.NewRequest(http.MethodGet, path+"?CallSid=CA1", nil)} {
			w := httptest.NewRecorder()
			service.ServeHTTP(w, r)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<Response>") {
				t.Errorf("%s of %s: %d %s", path, name, w.Code, w.Body)
			}
		}
	}
}
