package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"perci.health/careline"
)

// registered is a clinician's page that is open and can be rung: its Voice SDK is
// registered at Twilio, and the page says so to careline.
func (s *system) registered(practitioner string) {
	s.t.Helper()
	token := s.voiceToken(practitioner)
	page, _, err := websocket.Dial(s.t.Context(), s.world.TwilioURL+"/signal", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {s.url}}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = page.CloseNow() })

	for _, step := range []struct {
		says    string
		payload map[string]any
		told    string
	}{
		{"listen", map[string]any{"token": token, "reconnectTimeout": 0, "browserinfo": map[string]any{}}, "connected"},
		{"register", map[string]any{"media": map[string]any{"audio": true}}, "ready"},
	} {
		message, err := json.Marshal(map[string]any{"type": step.says, "payload": step.payload, "version": "1.6"})
		if err != nil {
			s.t.Fatal(err)
		}
		if err := page.Write(s.t.Context(), websocket.MessageText, message); err != nil {
			s.t.Fatal(err)
		}
		eventually(s.t, step.told, func() bool {
			_, answer, err := page.Read(s.t.Context())
			if err != nil {
				s.t.Fatal(err)
			}
			return strings.Contains(string(answer), `"`+step.told+`"`)
		})
	}
	page.CloseRead(s.t.Context()) // what else it is told, it does not look at

	if res, body := s.bff(s.session(practitioner), http.MethodPut, "/availability", `{"ready":true,"device":"page"}`); res.StatusCode != http.StatusNoContent {
		s.t.Fatalf("availability: %s %s", res.Status, body)
	}
}

// A colleague whose page hangs is rung for as long as a call rings, and has not answered
// then: the call goes on as if nobody had been asked.
func TestServeConferenceColleagueWhosePageHangs(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 0.1, conferring(nil))
	a, key, session := s.speaking()
	colleague := s.stranger(a)
	s.put(s.world.TwilioURL+"/sandbox/v1/faults", map[string]any{"frozen": []string{careline.WebIdentity(colleague)}})
	s.registered(colleague)

	s.commands(session, http.MethodPost, key+"/participants", `{"kind":"clinician","id":"`+colleague+`"}`, http.StatusAccepted)
	s.participants(session, key, "the colleague not to have answered", is("open: p1-clinician connected, p2-member connected, p3-second-clinician leftno-answer"))
	if !s.rang("client:" + careline.WebIdentity(colleague)) {
		t.Error("the colleague's page did not ring: the test proves nothing")
	}

	s.commands(session, http.MethodPatch, key+"/participants/p2-member", `{"muted":true}`, http.StatusOK)
	s.participants(session, key, "the call to go on", is("open: p1-clinician connected, p2-member connected muted, p3-second-clinician leftno-answer"))
	s.commands(session, http.MethodPost, key+"/end", "", http.StatusAccepted)
	s.record(key, final)
}

// rang says whether somebody's telephone or page has been rung.
func (s *system) rang(to string) bool {
	s.t.Helper()
	var seen struct {
		Calls []struct {
			Legs []struct {
				To     string
				States []struct{ Status string }
			}
		}
	}
	decode(s.t, s.get(s.world.TwilioURL+"/sandbox/v1/calls", ""), &seen)
	for _, call := range seen.Calls {
		for _, leg := range call.Legs {
			for _, state := range leg.States {
				if strings.HasPrefix(leg.To, to) && state.Status == "ringing" {
					return true
				}
			}
		}
	}
	return false
}
