package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

// conferring are the settings with which people can be brought into calls.
func conferring(more map[string]string) map[string]string {
	set := map[string]string{
		"CONFERENCE":           "true",
		"CONFERENCE_DIRECTORY": `[{"id":"polish","name":"Interpreter, Polish","role":"interpreter","number":"` + answers + `","language":"pl"},{"id":"nobody","name":"Interpreter, Welsh","role":"interpreter","number":"` + noAnswer + `"}]`,
		"CALL_RING_SECONDS":    "600",
	}
	maps.Copy(set, more)
	return set
}

// seated is somebody in a call, as the app reads them.
type seated struct {
	Label, Role, State, Outcome, Reference string
	Held, Muted, Self                      bool
}

type inCall struct {
	Call, Room   string
	Mine         bool
	Participants []seated
	Waiting      string
}

// command is a request about a call of a person with a session.
func (s *system) command(session, method, path, body string) (status int, answer []byte) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/bff_clinical/v1/calls/"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if session != "" {
		r.Header.Set("Authorization", "Bearer "+session)
	}
	r.Header.Set("Content-Type", "application/json")
	return s.sent(r)
}

func (s *system) sent(r *http.Request) (status int, answer []byte) {
	s.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var body json.RawMessage
	_ = json.NewDecoder(res.Body).Decode(&body) // some answers have none
	return res.StatusCode, body
}

// participants waits until those in a call are as until wants them.
func (s *system) participants(session, key, what string, until func(inCall) bool) inCall {
	s.t.Helper()
	var in inCall
	last := ""
	s.t.Cleanup(func() {
		if s.t.Failed() {
			s.t.Logf("%s: %s", what, last)
		}
	})
	eventually(s.t, what, func() bool {
		status, body := s.command(session, http.MethodGet, key+"/participants", "")
		if status == http.StatusTooManyRequests {
			return false // it was asked for many times already
		}
		if status != http.StatusOK {
			s.t.Fatalf("participants: %d %s", status, body)
		}
		in = inCall{}
		decode(s.t, body, &in)
		last = in.states()
		return until(in)
	})
	return in
}

func (i inCall) states() string {
	var all []string
	for _, p := range i.Participants {
		one := p.Label + " " + p.State + p.Outcome
		if p.Held {
			one += " held"
		}
		if p.Muted {
			one += " muted"
		}
		all = append(all, one)
	}
	return i.Room + ": " + strings.Join(all, ", ")
}

func is(states string) func(inCall) bool { return func(i inCall) bool { return i.states() == states } }

// speaking is a clinician and a member who speak with each other.
func (s *system) speaking() (a sandbox.Appointment, key, session string) {
	s.t.Helper()
	a = s.reaching(manual)
	key = s.call(a, manual)
	session = s.session(a.Practitioner)
	eventually(s.t, "the member's telephone to ring", func() bool {
		status, body := s.command(session, http.MethodGet, key+"/participants", "")
		return status == http.StatusOK && strings.Contains(string(body), `"ringing"`)
	})
	s.phone(manual, "answer")
	s.participants(session, key, "both to speak", is("none: p1-clinician connected, p2-member connected"))
	return a, key, session
}

func (s *system) commands(session, method, path, body string, want int) []byte {
	s.t.Helper()
	status, answer := s.command(session, method, path, body)
	if status != want {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, status, answer, want)
	}
	return answer
}

const polish = `{"kind":"directory","id":"polish"}`

// A call of two goes on in a room, an interpreter joins it, the member is put on hold,
// muted and taken off it, the interpreter is removed, and the call is ended: one call,
// one record.
func TestServeConference(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, conferring(nil))
	a, key, session := s.speaking()
	heard := s.listening(a.Practitioner, `"label":"p3-interpreter","role":"interpreter"`)

	added := s.commands(session, http.MethodPost, key+"/participants", polish, http.StatusAccepted)
	if !strings.Contains(string(added), `"label":"p3-interpreter"`) || strings.Contains(string(added), answers) {
		t.Errorf("added %s", added)
	}
	s.participants(session, key, "the interpreter", is("open: p1-clinician connected, p2-member connected, p3-interpreter connected"))
	s.heard("the browser to hear of the interpreter", heard)

	s.commands(session, http.MethodPatch, key+"/participants/p2-member", `{"hold":true,"muted":true}`, http.StatusOK)
	s.participants(session, key, "the hold", is("open: p1-clinician connected, p2-member connected held muted, p3-interpreter connected"))
	s.commands(session, http.MethodPatch, key+"/participants/p2-member", `{"hold":false,"muted":false}`, http.StatusOK)
	s.commands(session, http.MethodDelete, key+"/participants/p3-interpreter", "", http.StatusNoContent)
	s.participants(session, key, "the interpreter to be out", is("open: p1-clinician connected, p2-member connected, p3-interpreter leftremoved"))

	s.commands(session, http.MethodPost, key+"/end", "", http.StatusAccepted)
	s.participants(session, key, "the end", func(i inCall) bool { return i.Room == "over" })
	versions := s.record(key, final)
	if last := versions[len(versions)-1]; last.says("callStatus") != "completed" || last.says("conferenceSid") == "" {
		t.Errorf("ended as %s", last.raw)
	}
	s.commands(session, http.MethodPost, key+"/end", "", http.StatusConflict)
	s.logTellsNobody()
}

// Hold alone moves a call of two to a room; the member hangs up, and the clinician is not
// left in it.
func TestServeConferenceHoldAndHangUp(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, conferring(nil))
	_, key, session := s.speaking()
	s.commands(session, http.MethodPatch, key+"/participants/p2-member", `{"hold":true}`, http.StatusOK)
	s.participants(session, key, "the hold", is("open: p1-clinician connected, p2-member connected held"))
	s.phone(manual, "hangup")
	s.participants(session, key, "the room to end", func(i inCall) bool { return i.Room == "over" })
	if last := s.record(key, final); last[len(last)-1].says("callStatus") != "completed" {
		t.Errorf("ended as %s", last[len(last)-1].raw)
	}
}

// A redirect that Twilio does not carry out leaves the call as it was.
func TestServeConferenceRedirectFails(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, conferring(nil))
	_, key, session := s.speaking()
	s.put(s.world.TwilioURL+"/sandbox/v1/faults", map[string]any{"redirect": []string{"404", "lost"}})
	answer := s.commands(session, http.MethodPatch, key+"/participants/p2-member", `{"hold":true}`, http.StatusConflict)
	if !strings.Contains(string(answer), `"reason":"not-in-progress"`) {
		t.Errorf("refused with %s", answer)
	}
	s.participants(session, key, "the call as it was", is("none: p1-clinician connected, p2-member connected"))

	// The next one is done, though its answer never comes.
	s.command(session, http.MethodPatch, key+"/participants/p2-member", `{"hold":true}`)
	s.participants(session, key, "the hold", is("open: p1-clinician connected, p2-member connected held"))
	s.phone(manual, "hangup")
	s.record(key, final)
}

// The clinician's browser is lost: the member waits, and the clinician comes back to the
// same call, and too late to one that is over.
func TestServeConferenceRejoin(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, conferring(map[string]string{"CALL_RING_SECONDS": "600"}))
	a, key, session := s.speaking()
	s.commands(session, http.MethodPatch, key+"/participants/p2-member", `{"muted":true}`, http.StatusOK)
	s.participants(session, key, "the room", is("open: p1-clinician connected, p2-member connected muted"))
	s.atTwilio("/Calls/"+key+".json", url.Values{"Status": {"completed"}})
	waiting := s.participants(session, key, "the clinician to be missed", func(i inCall) bool { return i.Waiting != "" })
	if !strings.HasPrefix(waiting.states(), "open: p1-clinician left") {
		t.Errorf("meanwhile %s", waiting.states())
	}

	again := s.rejoin(a, key)
	s.participants(session, key, "the clinician to be back", is("open: p3-clinician connected, p2-member connected muted"))
	s.commands(session, http.MethodPost, key+"/end", "", http.StatusAccepted)
	s.record(key, final)
	if found := s.search("Communication?identifier=" + url.QueryEscape("https://www.twilio.com/|"+again)); len(found) > 1 {
		t.Errorf("the leg on which the clinician came back has %d records", len(found))
	}
	late := s.rejoin(a, key)
	eventually(t, "the refusal to be heard", func() bool { return strings.Contains(s.spoken(late), "ended") })
}

// rejoin is the clinician's app that comes back to a call.
func (s *system) rejoin(a sandbox.Appointment, key string) string {
	s.t.Helper()
	return s.connects(a, map[string]string{"To": manual, "appointmentId": a.ID, "join": key}, "")
}

// connects is the clinician's app that connects at Twilio, with a voice of the sandbox's
// in the place of a microphone.
func (s *system) connects(a sandbox.Appointment, params map[string]string, voice string) string {
	s.t.Helper()
	ask, err := json.Marshal(map[string]any{"token": s.voiceToken(a.Practitioner), "params": params, "voice": voice})
	if err != nil {
		s.t.Fatal(err)
	}
	_, body := s.post(s.world.TwilioURL+"/sandbox/v1/connect", string(ask), http.Header{"Content-Type": {"application/json"}})
	var connected struct{ CallSID string }
	decode(s.t, body, &connected)
	return connected.CallSID
}

// voiceToken is what a clinician's app has from careline to speak with Twilio.
func (s *system) voiceToken(practitioner string) string {
	s.t.Helper()
	res, body := s.post(s.url+"/bff_clinical/v1/twilio/access-token", "{}", http.Header{"Authorization": {"Bearer " + s.session(practitioner)}, "Content-Type": {"application/json"}})
	var granted struct{ Data struct{ Token string } }
	decode(s.t, body, &granted)
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("access token: %s %s", res.Status, body)
	}
	return granted.Data.Token
}

// Where rooms are off, their routes say so, and a call can be ended all the same.
func TestServeWithoutConference(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, map[string]string{"CALL_RING_SECONDS": "600"})
	a := s.reaching(manual)
	key := s.call(a, manual)
	session := s.session(a.Practitioner)
	answer := s.commands(session, http.MethodPost, key+"/participants", polish, http.StatusNotFound)
	if !strings.Contains(string(answer), `"reason":"feature-off"`) {
		t.Errorf("%s", answer)
	}
	eventually(t, "the call to be known", func() bool {
		status, _ := s.command(session, http.MethodPost, key+"/end", "")
		return status == http.StatusAccepted
	})
	if last := s.record(key, final); last[len(last)-1].Status == "completed" && last[len(last)-1].says("callStatus") == "completed" {
		t.Errorf("ended as %s", last[len(last)-1].raw)
	}
}

// converses is a call of three in which the member is held, and its end.
func converses(s *system) {
	s.t.Helper()
	a, key, session := s.speaking()
	heard := s.listening(a.Practitioner, `"label":"p3-interpreter","role":"interpreter"`)
	s.commands(session, http.MethodPost, key+"/participants", polish, http.StatusAccepted)
	s.participants(session, key, "the interpreter", is("open: p1-clinician connected, p2-member connected, p3-interpreter connected"))
	s.heard("the browser to hear of the interpreter", heard)
	s.command(session, http.MethodPatch, key+"/participants/p2-member", `{"hold":true}`)
	s.participants(session, key, "the hold", is("open: p1-clinician connected, p2-member connected held, p3-interpreter connected"))
	s.commands(session, http.MethodPost, key+"/end", "", http.StatusAccepted)
	last := s.record(key, final)
	if said := last[len(last)-1]; said.says("callStatus") != "completed" {
		s.t.Errorf("ended as %s", said.raw)
	}
}

// What one instance is asked, any may carry out, and whichever Twilio talks to.
func TestServeConferenceOnTwoInstances(t *testing.T) {
	t.Parallel()
	first := newSystemAt(t, 1, conferring(map[string]string{"DATABASE_URL": newDatabase(t)}))
	second := first.beside()
	converses(first)
	if !strings.Contains(second.log.String(), `"route":"/v1/twilio/outgoing"`) {
		t.Error("the second instance was not asked by Twilio: the test proves nothing")
	}
	first.logTellsNobody(second)
}

// Reports of rooms come over Pub/Sub as others do.
func TestServeConferenceOverPubSub(t *testing.T) {
	t.Parallel()
	topic, subscription := newTopic(t, "perci-rooms")
	converses(newSystemAt(t, 1, conferring(over(topic, map[string]string{"PUBSUB_SUBSCRIPTION": subscription}))))
}
