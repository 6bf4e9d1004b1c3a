package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

// Numbers of the sandbox's clinic, and what their telephones do.
const (
	answers   = "+447700900142"
	busy      = "+447700900486"
	noAnswer  = "+447700900487"
	voicemail = "+447700900703"
	fails     = "+442079460503"
	declines  = "+447700900603"
	manual    = "+447700900801"
	daughter  = "+447700900318" // of the member whose own telephone fails
	nobodys   = "+447700900999" // on nobody's file
)

// One step after the other: each report is in the record before the next thing
// happens, so that the history is the same every time. The telephone rings for
// ten real minutes, which no machine needs.
func TestServeRecordsACallWithItsHistory(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, map[string]string{"CALL_RING_SECONDS": "600", "CALLS_AT_ONCE": "1"})
	a := s.reaching(manual)
	key := s.call(a, manual)
	upTo := func(word string) func([]communication) bool {
		return func(v []communication) bool { return v[len(v)-1].says("callStatus") == word }
	}
	s.record(key, upTo("ringing"))
	if second := s.record(s.call(a, manual), final)[0]; second.StatusReason == nil || second.StatusReason.Coding[0].Code != "too-many-calls-at-once" {
		t.Errorf("a second call at once: %s", second.raw)
	}
	s.phone(manual, "answer")
	s.record(key, func(v []communication) bool { return v[len(v)-1].says("answeredBy") == "human" })
	s.phone(manual, "hangup")
	// Who hung up is told by the Dial's result alone, when by the leg's own report:
	// whichever comes second makes one version more.
	versions := s.record(key, func(v []communication) bool {
		last := v[len(v)-1]
		return final(v) && last.says("endedBy") != "" && last.says("ended") != ""
	})
	var life []string
	for _, v := range versions {
		life = append(life, strings.Join([]string{v.Status, v.says("callStatus"), v.says("answeredBy")}, "/"))
	}
	told := strings.Join(slices.Compact(life), " ")
	want := "preparation// in-progress/initiated/ in-progress/ringing/ in-progress/in-progress/ in-progress/in-progress/human completed/completed/human"
	if told != want {
		t.Errorf("its life is %s\nwant        %s", told, want)
	}
	last := versions[len(versions)-1]
	if last.says("endedBy") != "member" || last.says("dialledEnding") != manual[len(manual)-4:] || last.says("eventTime") < last.says("ended") || last.says("ended") < last.Received {
		t.Errorf("how it ended: %s", last.raw)
	}
	if last.says("direction") != "outbound-dial" || last.says("callSid") == key || last.says("parentCallSid") != key || len(last.Identifier) != 2 {
		t.Errorf("ended as %s", last.raw)
	}
	checkShape(s, last, a)
}

// phone makes a member's telephone do what its owner does: answer, decline, hangup.
func (s *system) phone(number, does string) {
	s.t.Helper()
	res, body := s.post(s.world.TwilioURL+"/sandbox/v1/phones/"+number+"/"+does, "{}", http.Header{"Content-Type": {"application/json"}})
	if res.StatusCode >= 300 {
		s.t.Fatalf("%s of …%s: %s %s", does, number[9:], res.Status, body)
	}
}

// role is the PractitionerRole as which the appointment's clinician is booked.
func (s *system) role(a sandbox.Appointment) string {
	for _, c := range s.world.Clinic.Clinicians {
		if c.ID == a.Practitioner {
			return c.RoleID
		}
	}
	return ""
}

// named is what a member or a clinician is called.
func (s *system) named(id string) string {
	for _, m := range s.world.Clinic.Members {
		if m.ID == id {
			return m.Name
		}
	}
	for _, c := range s.world.Clinic.Clinicians {
		if c.ID == id {
			return c.Name
		}
	}
	return ""
}

// checkShape holds the record to the shape that its readers know, element by
// element; what differs from call to call is only asked to be there.
func checkShape(s *system, c communication, a sandbox.Appointment) {
	t := s.t
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(c.raw, &got); err != nil {
		t.Fatal(err)
	}
	text := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	want := map[string]string{
		"resourceType": `"Communication"`, "status": `"completed"`,
		"category":  `[{"coding":[{"code":"twilio-voice","display":"Twilio voice call","system":"https://perci.health/communication-category"}]}]`,
		"medium":    `[{"coding":[{"code":"TEL","display":"telephone","system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"},{"code":"PHONE","display":"telephone","system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"}]}]`,
		"subject":   fmt.Sprintf(`{"display":%q,"reference":"Patient/%s"}`, s.named(a.Patient), a.Patient),
		"recipient": fmt.Sprintf(`[{"display":%q,"reference":"Patient/%s"}]`, s.named(a.Patient), a.Patient),
		"basedOn":   fmt.Sprintf(`[{"reference":"Appointment/%s"}]`, a.ID),
		"sender":    fmt.Sprintf(`{"display":%q,"reference":"PractitionerRole/%s"}`, s.named(a.Practitioner), s.role(a)),
		"payload":   fmt.Sprintf(`[{"contentString":"Outbound Twilio voice call; status=completed; answeredBy=human; duration=%ss"}]`, c.says("durationSeconds")),
	}
	for element, value := range want {
		if text(got[element]) != value {
			t.Errorf("%s is %s, want %s", element, text(got[element]), value)
		}
	}
	second := regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"$`)
	for _, element := range []string{"sent", "received"} {
		if !second.MatchString(text(got[element])) {
			t.Errorf("%s is %s", element, text(got[element]))
		}
	}
	for element := range got {
		if _, known := want[element]; !known && !strings.Contains(" id meta identifier extension sent received ", " "+element+" ") {
			t.Errorf("an element nobody asked for: %s", element)
		}
	}
}

func TestServeRecordsEveryOutcome(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	tests := []struct{ number, status, word, answeredBy, text string }{
		{answers, "completed", "completed", "human", ""},
		{busy, "completed", "busy", "", ""},
		{noAnswer, "completed", "no-answer", "", ""},
		{fails, "completed", "failed", "", "; summary=Could not be connected: The "},
		{voicemail, "completed", "completed", "machine_start", "; summary=Left for voicemail, lasted "},
		{declines, "completed", "busy", "", "; summary=Declined"},
		{daughter, "completed", "completed", "human", ""},
		{nobodys, "not-done", "", "", "Not placed: This number is not on file"},
	}
	keys := make([]string, len(tests))
	for i, test := range tests {
		number := test.number
		if number == nobodys {
			number = answers
		}
		keys[i] = s.call(s.reaching(number), test.number)
		s.record(keys[i], final) // one at a time: a clinician has few calls at once
	}
	for i, test := range tests {
		last := func() communication {
			// The dial's result and the detection's may overtake the report of the answer.
			v := s.record(keys[i], func(v []communication) bool {
				last := v[len(v)-1]
				return final(v) && last.says("answeredBy") == test.answeredBy && (test.answeredBy == "" || last.Received != "") && strings.Contains(last.text(), test.text)
			})
			return v[len(v)-1]
		}()
		if last.Status != test.status || last.says("callStatus") != test.word {
			t.Errorf("…%s: %s %q, want %s %q", test.number[9:], last.Status, last.says("callStatus"), test.status, test.word)
		}
		if payload := last.text(); test.text == "" && strings.Contains(payload, "summary=") {
			t.Errorf("…%s: its text is %q", test.number[9:], payload)
		}
		if (last.Received != "") != (test.answeredBy != "") {
			t.Errorf("…%s: received %q", test.number[9:], last.Received)
		}
	}
	s.logTellsNobody()
}

func TestServeSpeaksAndRecordsARefusal(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	good := s.reaching(answers)
	other := s.reaching(voicemail)
	if other.Practitioner == good.Practitioner {
		other = s.reaching(busy)
	}
	foreign := good
	foreign.Practitioner = other.Practitioner
	unknown := good
	unknown.ID = "00000000-0000-4000-8000-000000000000"
	tests := []struct {
		name   string
		a      sandbox.Appointment
		to     string
		reason string
	}{
		{"a number on nobody's file", good, nobodys, "number-not-on-file"},
		{"an appointment that is not", unknown, answers, "appointment-not-found"},
		{"no number at all", good, "the patient", "number-malformed"},
		{"another clinician's", foreign, answers, "not-a-participant"},
	}
	for _, test := range tests {
		versions := s.record(s.call(test.a, test.to), final)
		last := versions[len(versions)-1]
		if len(versions) != 1 || last.Status != "not-done" || last.StatusReason == nil || last.StatusReason.Coding[0].Code != test.reason {
			t.Errorf("%s: %d versions, %s", test.name, len(versions), last.raw)
			continue
		}
		if last.StatusReason.Text == "" {
			t.Errorf("%s: recorded without a reason to speak", test.name)
		}
		eventually(t, fmt.Sprintf("%q to be spoken", last.StatusReason.Text), func() bool { // it may be recorded first
			return strings.Contains(s.spoken(last.Identifier[0].Value), last.StatusReason.Text)
		})
	}
}

// spoken is what the sandbox's Twilio read to the clinician.
func (s *system) spoken(key string) string {
	s.t.Helper()
	return string(s.get(s.world.TwilioURL+"/sandbox/v1/calls/"+key, ""))
}

// logTellsNobody stops the service, so that every line is written, and checks that
// its log names nobody and no number; so of instances beside it, who share its work.
func (s *system) logTellsNobody(beside ...*system) {
	s.t.Helper()
	secrets := []string{s.world.AuthToken, s.world.APISecret, s.world.FHIRClientSecret, "eyJ"}
	for _, m := range s.world.Clinic.Members {
		secrets = append(secrets, strings.Fields(m.Name)[1], m.Phones[0].Number[3:])
	}

	var log strings.Builder
	for _, one := range append(beside, s) {
		one.stop()
		log.WriteString(one.log.String())
	}
	if strings.Count(log.String(), "\n") < 10 {
		s.t.Errorf("the log has hardly a line:\n%s", log.String())
	}
	for _, secret := range secrets {
		if strings.Contains(log.String(), secret) {
			s.t.Errorf("the log tells %q", secret)
		}
	}
}

func TestServeUnderAPath(t *testing.T) {
	t.Parallel()
	// FUNCTIONS_URL has a path that the platform would strip; here nobody does,
	// so every request still carries it.
	s := newSystem(t, map[string]string{"FUNCTIONS_URL": "{service}/project/region/api"})
	s.record(s.call(s.reaching(answers), answers), final)
	for _, path := range []string{"/healthz", "/project/region/api/healthz", "/readyz"} {
		eventually(t, path, func() bool { // whoever is asked whether all is ready has two seconds to find out
			res, err := http.Get(s.url + path)
			if err != nil {
				t.Fatal(err)
			}
			return res.Body.Close() == nil && res.StatusCode == http.StatusOK
		})
	}
}
