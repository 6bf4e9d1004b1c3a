package main

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

// heldAtTwilio is whether somebody in the room of a call hears music and not the others,
// and whether they are muted, by Twilio's own list.
func (s *system) heldAtTwilio(key, label string) (held, muted bool) {
	s.t.Helper()
	var rooms struct {
		Conferences []struct{ SID string }
	}
	s.listed("Conferences.json?FriendlyName="+key, &rooms)
	if len(rooms.Conferences) != 1 {
		s.t.Fatalf("%d rooms", len(rooms.Conferences))
	}

	var in struct {
		Participants []struct {
			Label       string
			Hold, Muted bool
		}
	}
	s.listed("Conferences/"+rooms.Conferences[0].SID+"/Participants.json", &in)
	for _, p := range in.Participants {
		if p.Label == label {
			return p.Hold, p.Muted
		}
	}
	s.t.Fatalf("%s is not in the room", label)
	return false, false
}

// listed asks Twilio's REST API.
func (s *system) listed(path string, into any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.world.TwilioURL+"/2010-04-01/Accounts/"+s.world.AccountSID+"/"+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetBasicAuth(s.world.AccountSID, s.world.AuthToken)
	_, body := s.sent(r)
	decode(s.t, body, into)
}

// Whatever becomes of Twilio's reports of who is on hold, careline knows: what is asked for
// is done, and told, and the recording rests from before the member is on hold until they
// are off it again.
func TestServeConferenceHoldWithoutReports(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"lost", "late"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			settings := conferring(recordingBy("asked"))
			s := newSystemAt(t, 1, settings)
			a, key, session := s.speaking()
			s.wants(a, key, "start")
			s.stands(a, key, "given", "in-progress")
			s.commands(session, http.MethodPost, key+"/participants", polish, http.StatusAccepted)
			s.participants(session, key, "the interpreter", is("open: p1-clinician connected, p2-member connected, p3-interpreter connected"))

			faults := map[string]any{"only": []string{"participant-hold", "participant-unhold", "participant-mute", "participant-unmute"}}
			maps.Copy(faults, map[string]map[string]any{"lost": {"drop": 1}, "late": {"delayMs": 3_000}}[fault])
			s.put(s.world.TwilioURL+"/sandbox/v1/faults", faults)
			for _, step := range []struct {
				ask, told   string
				held, muted bool
				recording   string
			}{
				{`{"hold":true}`, `"held":true`, true, false, "paused"},
				{`{"hold":false}`, `"held":false`, false, false, "in-progress"},
				{`{"hold":true,"muted":true}`, `"held":true`, true, true, "paused"},
				{`{"hold":false,"muted":false}`, `"muted":false`, false, false, "in-progress"},
			} {
				told := string(s.commands(session, http.MethodPatch, key+"/participants/p2-member", step.ask, http.StatusOK))
				if held, muted := s.heldAtTwilio(key, "p2-member"); held != step.held || muted != step.muted || !strings.Contains(told, step.told) {
					t.Errorf("%s: at Twilio held %t, muted %t, and answered %s", step.ask, held, muted, told)
				}
				s.stands(a, key, "given", step.recording)
			}

			// An interpreter on hold leaves the clinician and the member to speak.
			s.commands(session, http.MethodPatch, key+"/participants/p3-interpreter", `{"hold":true}`, http.StatusOK)
			s.participants(session, key, "the interpreter on hold", is("open: p1-clinician connected, p2-member connected, p3-interpreter connected held"))
			s.stands(a, key, "given", "in-progress")
			s.commands(session, http.MethodPost, key+"/end", "", http.StatusAccepted)
			s.record(key, final)
		})
	}
}
