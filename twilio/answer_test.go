package twilio_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/twilio"
)

const (
	hooks     = "https://example.org/region/api/v1/twilio/webhooks/"
	allEvents = ` statusCallbackEvent="initiated ringing answered completed"`
	voice     = `<Say voice="Polly.Amy-Neural" language="en-GB">`
)

// Each answer is TwiML as Twilio documents it, to the letter.
func TestAnswers(t *testing.T) {
	t.Parallel()
	opening := `<Dial callerId="+442079460001" answerOnBridge="true" timeLimit="14400" timeout="30" action="` + hooks + `dial-result">`
	telephone := `<Number statusCallback="` + hooks + `call-status?AppointmentId=a1"` + allEvents + `>+447700900123</Number>`
	app := `<Client statusCallback="` + hooks + `call-status?AppointmentId=a1"` + allEvents + `><Identity>dr_1</Identity></Client>`
	number := calls.Callee{Phone: phone(t, member)}
	tests := map[string]struct {
		answer calls.Answer
		want   string
	}{
		"refuse": {
			calls.Refuse{Why: careline.RefusedRate},
			voice + careline.RefusedRate.Sentence() + `</Say><Hangup/>`,
		},
		"refuse a country": {
			calls.Refuse{Why: careline.RefusedCountry, To: phone(t, "+447797123456")},
			voice + `Calls to Jersey are not allowed.</Say><Hangup/>`,
		},
		"say": {
			calls.Say{Text: "Fish & chips are over."},
			voice + `Fish &amp; chips are over.</Say><Hangup/>`,
		},
		"dial a telephone": {
			dial(phone(t, ours), "a1", number),
			opening + telephone + `</Dial>`,
		},
		"dial an app": {
			dial(phone(t, ours), "a1", calls.Callee{Identity: "dr_1"}),
			opening + app + `</Dial>`,
		},
		"dial several at once": {
			dial(phone(t, ours), "a1", calls.Callee{Identity: "dr_1"}, number),
			opening + app + telephone + `</Dial>`,
		},
		"join a room": {
			calls.Join{Room: parentSID, Label: "p2-member"},
			`<Dial timeLimit="14400" action="` + hooks + `dial-result?call=` + parentSID + `"><Conference participantLabel="p2-member" startConferenceOnEnter="true" ` +
				`endConferenceOnExit="false" beep="onEnter" waitUrl="" jitterBufferSize="small" statusCallback="` + hooks + `conference?call=` + parentSID + `"` +
				` statusCallbackEvent="start end join leave mute hold modify">` + parentSID + `</Conference></Dial>`,
		},
		"wait in a queue": {
			calls.Wait{Queue: "careline"},
			`<Enqueue>careline</Enqueue><Hangup/>`,
		},
		"take a message": {
			calls.TakeMessage{Greeting: "Please leave a message.", Seconds: 120},
			voice + `Please leave a message.</Say><Record maxLength="120" playBeep="true" timeout="5" trim="trim-silence" action="` + hooks + `dial-result" ` +
				`recordingStatusCallback="` + hooks + `call-status"/>`,
		},
		"take a message without a greeting": {
			calls.TakeMessage{Seconds: 10},
			`<Record maxLength="10" playBeep="true" timeout="5" trim="trim-silence" action="` + hooks + `dial-result" recordingStatusCallback="` + hooks + `call-status"/>`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(head+test.want+`</Response>`, answered(t, test.answer)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// answered is the TwiML of an answer to a call from an app.
func answered(t *testing.T, a calls.Answer) string {
	t.Helper()
	app := newApp(t)
	app.hooks.Overrides = ""
	app.hooks.Start = func(context.Context, calls.Ask) (calls.Answer, error) { return a, nil }
	w := app.post(twilio.PathOutgoing, outgoingForm())
	app.wantStatus(w, 200)
	return w.Body.String()
}

// Machines are looked for where a telephone is answered, and nowhere else.
func TestAnswersDetectMachinesOnTelephonesAlone(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.hooks.MachineDetection = "Enable"
	a.hooks.Start = func(context.Context, calls.Ask) (calls.Answer, error) {
		return dial(phone(t, ours), "", calls.Callee{Identity: "dr_1"}, calls.Callee{Phone: phone(t, member)}), nil
	}
	body := a.post(twilio.PathOutgoing, outgoingForm()).Body.String()
	client, number, _ := strings.Cut(body, "</Client>")
	if strings.Contains(client, "machineDetection") || !strings.Contains(number, ` machineDetection="Enable" amdStatusCallback="`+hooks+`amd#`) {
		t.Error(body)
	}
}

// An answer that cannot be obeyed is said to be none.
func TestAnswersThatCannotBeObeyed(t *testing.T) {
	t.Parallel()
	number := calls.Callee{Phone: phone(t, member)}
	for name, a := range map[string]calls.Answer{
		"nothing":               nil,
		"nobody to dial":        dial(phone(t, ours), "a1"),
		"nothing to call from":  dial(careline.Phone{}, "a1", number),
		"an empty callee":       dial(phone(t, ours), "a1", number, calls.Callee{}),
		"a callee who is two":   dial(phone(t, ours), "a1", calls.Callee{Phone: number.Phone, Identity: "dr_1"}),
		"more than can be rung": dial(phone(t, ours), "a1", slices.Repeat([]calls.Callee{number}, 11)...),
		"a room of no name":     calls.Join{Label: "p2-member"},
		"a queue of no name":    calls.Wait{},
		"a message of no time":  calls.TakeMessage{Greeting: "Speak."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(spoken(careline.Refusal("").Sentence()), answered(t, a)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := answered(t, dial(phone(t, ours), "a1", slices.Repeat([]calls.Callee{number}, 10)...)); strings.Count(got, "<Number ") != 10 {
		t.Errorf("ten are rung as %s", got)
	}
}

// What the answers do not use yet of the nouns and verbs.
func TestResponseOfNounsAndVerbs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		verb twilio.Verb
		want string
	}{
		"an app that is told something": {
			twilio.Dial{Nouns: []twilio.Noun{twilio.App{Identity: "dr<1", Parameters: []twilio.Parameter{{Name: "call", Value: parentSID}, {Name: "a", Value: `"`}}}}},
			`<Dial><Client><Identity>dr&lt;1</Identity><Parameter name="call" value="` + parentSID + `"/><Parameter name="a" value="&#34;"/></Client></Dial>`,
		},
		"a room that reports": {
			twilio.Dial{Nouns: []twilio.Noun{twilio.Conference{Name: "r&1", StatusCallback: "https://example.org/c?call=" + parentSID}}},
			`<Dial><Conference startConferenceOnEnter="true" endConferenceOnExit="false" beep="onEnter" waitUrl="" jitterBufferSize="small" ` +
				`statusCallback="https://example.org/c?call=` + parentSID + `" statusCallbackEvent="start end join leave mute hold modify">r&amp;1</Conference></Dial>`,
		},
		"a queue with its own sound": {
			twilio.Enqueue{Queue: "careline", WaitURL: "https://example.org/wait", Action: "https://example.org/result"},
			`<Enqueue waitUrl="https://example.org/wait" action="https://example.org/result">careline</Enqueue>`,
		},
		"a recording of whatever comes": {
			twilio.Record{},
			`<Record playBeep="true" trim="trim-silence"/>`,
		},
	}
	for name, test := range tests {
		if diff := cmp.Diff(head+test.want+`</Response>`, string(twilio.Response(test.verb))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What ends after a message ends the call, and its recording is kept with it.
func TestTheEndOfAMessageIsKept(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	w := a.post(twilio.PathDialResult, url.Values{
		"AccountSid":        {account},
		"CallSid":           {parentSID},
		"CallStatus":        {"in-progress"},
		"RecordingSid":      {"RE00000000000000000000000000000003"},
		"RecordingDuration": {"9"},
	})
	a.wantStatus(w, 200)
	if len(a.kept) != 1 || a.kept[0].Recording == "" || a.kept[0].Ends() || w.Body.String() != head+`<Hangup/></Response>` {
		t.Errorf("kept %+v, answered %s", a.kept, w.Body)
	}
}

// legs posts reports of legs, and folds what was kept of them.
type legs struct{ *app }

func newLegs(t *testing.T) legs {
	l := legs{newApp(t)}
	l.kept = append(l.kept, careline.CallEvent{ID: "request", Call: parentSID, Leg: parentSID, Kind: careline.KindRequested})
	return l
}

func (l legs) report(uri, at string, parameters ...string) {
	l.t.Helper()
	form := url.Values{"AccountSid": {account}, "Timestamp": {"Mon, 1 Jun 2026 10:15:" + at + " +0000"}}
	for _, p := range parameters {
		name, value, _ := strings.Cut(p, "=")
		form.Set(name, value)
	}
	l.wantStatus(l.post(uri, form), 200)
}

// call is what is known of the parent's call, in the log's way: whatever names it.
func (l legs) call() careline.Call {
	l.t.Helper()
	var events []careline.CallEvent
	for _, e := range l.kept {
		if e.Key() != parentSID {
			l.t.Errorf("a report of %s is kept under %s", e.Leg, e.Key())
			continue
		}
		events = append(events, e)
	}
	return careline.Fold(events)
}

// What Twilio reports of one leg, or one Dial, does not end a call that goes on.
func TestReportsThatDoNotEndACall(t *testing.T) {
	t.Parallel()
	const third = "CA00000000000000000000000000000003"
	status, result := twilio.PathCallStatus, twilio.PathDialResult
	of := func(sid string) []string {
		return []string{"CallSid=" + sid, "ParentCallSid=" + parentSID, "Direction=outbound-dial"}
	}
	say := func(l legs, uri, at string, base []string, more ...string) {
		l.t.Helper()
		l.report(uri, at, slices.Concat(base, more)...)
	}
	own := []string{"CallSid=" + parentSID, "Direction=inbound", "From=client:dr_1"}
	alone := []string{"CallSid=" + third, "Direction=outbound-api", "To=" + member}
	tests := map[string]struct {
		reports func(legs)
		leg     string
		status  careline.Status
	}{
		"the clinician leaves a conference": {func(l legs) {
			say(l, result, "20", own, "CallStatus=completed", "DialCallStatus=answered")
			say(l, status, "21", own, "CallStatus=completed")
		}, childSID, "in-progress"},
		"a second Dial": {func(l legs) {
			say(l, status, "20", of(childSID), "CallStatus=completed", "SequenceNumber=3")
			say(l, result, "20", own, "CallStatus=in-progress", "DialCallStatus=completed", "DialCallSid="+childSID)
			say(l, status, "22", of(third), "CallStatus=ringing", "SequenceNumber=1")
		}, third, "ringing"},
		"a loser of simultaneous ringing": {func(l legs) {
			say(l, status, "04", of(third), "CallStatus=ringing", "SequenceNumber=1")
			say(l, status, "06", of(third), "CallStatus=canceled", "SequenceNumber=2")
		}, childSID, "in-progress"},
		"an app that was rung": {func(l legs) {
			say(l, status, "06", of(third), "CallStatus=no-answer", "SequenceNumber=2", "To=client:dr_2", "Called=client:dr_2")
		}, childSID, "in-progress"},
		"a leg that joined by the URL": {func(l legs) {
			say(l, status+"?AppointmentId=a1&call="+parentSID+"&party=p3-interpreter", "30", alone, "CallStatus=completed", "SequenceNumber=3", "CallDuration=9")
		}, childSID, "in-progress"},
		"a leg that joined by the URL, a child of another": {func(l legs) {
			say(l, status+"?call="+parentSID+"&party=p4-second-clinician", "30", []string{"CallSid=" + third, "ParentCallSid=" + childSID, "To=client:dr_2"}, "CallStatus=busy")
		}, childSID, "in-progress"},
		"a participant leaves": {func(l legs) {
			say(l, status+"?call="+parentSID, "30", []string{"CallSid=" + third, "ConferenceSid=CF1", "StatusCallbackEvent=participant-leave", "ParticipantCallStatus=completed"})
		}, childSID, "in-progress"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLegs(t)
			say(l, status, "03", of(childSID), "CallStatus=ringing", "SequenceNumber=1")
			say(l, status, "05", of(childSID), "CallStatus=in-progress", "SequenceNumber=2")
			test.reports(l)
			if c := l.call(); c.Status != test.status || c.MemberLeg != test.leg || c.Final() {
				t.Errorf("it is %s by the leg %s", c.Status, c.MemberLeg)
			}
		})
	}
}

// A call is named by our own URL, and by nobody's parameter.
func TestAFormDoesNotSayWhichCallALegJoined(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	form := childForm()
	form.Set("call", "CA00000000000000000000000000000009")
	form.Set("party", "p3-interpreter")
	a.wantStatus(a.post(twilio.PathCallStatus+"?AppointmentId=a1", form), 200)
	if e := a.kept[0]; e.Call != parentSID || e.Kind != careline.KindProgress || strings.Contains(string(e.Report), "interpreter") {
		t.Errorf("kept %s of %s: %s", e.Kind, e.Call, e.Report)
	}
}
