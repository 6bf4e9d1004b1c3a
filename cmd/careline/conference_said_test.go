package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// saidTo is how often a sentence was said to whom: by the number of a telephone, or
// "clinician" for who speaks through the app.
func (s *system) saidTo(sentence string) map[string]int {
	s.t.Helper()
	var seen struct {
		Calls []struct {
			Legs       []struct{ SID, From, To string }
			Transcript []struct{ CallSID, Kind, Text string }
		}
	}
	decode(s.t, s.get(s.world.TwilioURL+"/sandbox/v1/calls", ""), &seen)

	who := map[string]string{}
	for _, call := range seen.Calls {
		for _, leg := range call.Legs {
			who[leg.SID] = leg.To
			if strings.HasPrefix(leg.From, "client:") {
				who[leg.SID] = "clinician"
			}
		}
	}

	times := map[string]int{}
	for _, call := range seen.Calls {
		for _, said := range call.Transcript {
			if said.Kind == "say" && said.Text == sentence {
				times[who[said.CallSID]]++
			}
		}
	}
	return times
}

// tells waits until somebody has been told a sentence, ends the call, and checks that
// nobody else was, and nobody twice.
func (s *system) tells(session, key, sentence, number string, meanwhile func()) {
	s.t.Helper()
	eventually(s.t, sentence, func() bool { return s.saidTo(sentence)[number] > 0 })
	if meanwhile != nil {
		meanwhile()
	}

	s.commands(session, http.MethodPost, key+"/end", "", http.StatusAccepted)
	s.record(key, final)
	if diff := cmp.Diff(map[string]int{number: 1}, s.saidTo(sentence)); diff != "" {
		s.t.Errorf("%s: who heard it how often: %s", sentence, diff)
	}
}

// The clinician's browser is lost: the member, who is alone in the room, is asked to stay,
// and the clinician who comes back is not.
func TestServeConferenceAsksWhoWaitsToStay(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, conferring(nil))
	a, key, session := s.speaking()
	s.commands(session, http.MethodPatch, key+"/participants/p2-member", `{"muted":true}`, http.StatusOK)
	s.participants(session, key, "the room", is("open: p1-clinician connected, p2-member connected muted"))
	s.atTwilio("/Calls/"+key+".json", url.Values{"Status": {"completed"}})
	s.tells(session, key, "Please stay on the line.", manual, func() {
		s.rejoin(a, key)
		s.participants(session, key, "the clinician to be back", is("open: p3-clinician connected, p2-member connected muted"))
	})
}

// An interpreter is told that the call is recorded, when that begins while they are there
// and when they join a call that is; the two who were there from the beginning are not.
func TestServeConferenceTellsWhoJoinsThatItIsRecorded(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"the interpreter", "the recording"} {
		t.Run(first+" first", func(t *testing.T) {
			t.Parallel()
			s := newSystemAt(t, 1, conferring(recordingBy("asked")))
			a, key, session := s.speaking()
			steps := []func(){
				func() {
					s.commands(session, http.MethodPost, key+"/participants", polish, http.StatusAccepted)
					s.participants(session, key, "the interpreter", is("open: p1-clinician connected, p2-member connected, p3-interpreter connected"))
				},
				func() {
					s.wants(a, key, "start")
					s.stands(a, key, "given", "in-progress")
				},
			}
			if first == "the recording" {
				steps[0], steps[1] = steps[1], steps[0]
			}
			for _, step := range steps {
				step()
			}
			s.tells(session, key, "This call is recorded.", answers, nil)
		})
	}
}
