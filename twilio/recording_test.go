package twilio_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/twilio"
)

const recordingSID = "RE00000000000000000000000000000001"

// announcing is an app whose members are told that they are recorded, once.
func announcing(t *testing.T) (*app, map[string]bool) {
	a, may := newApp(t), map[string]bool{parentSID: true}
	a.hooks.Announcement = &twilio.Announcement{Words: "{organisation} records. Press 9.", May: func(_ context.Context, call string) bool { return may[call] }}
	a.hooks.Greeting.Organisation = "Perci"
	return a, may
}

func whisperForm(digits string) url.Values {
	f := url.Values{"AccountSid": {account}, "CallSid": {childSID}, "ParentCallSid": {parentSID}, "CallStatus": {"in-progress"}}
	if digits != "" {
		f.Set("Digits", digits)
	}
	return f
}

const connects = `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`

func TestAnnounce(t *testing.T) {
	t.Parallel()
	a, may := announcing(t)
	got := a.post(twilio.PathAnnounce+"?call="+parentSID, whisperForm(""))
	want := `<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf" numDigits="1" timeout="3" actionOnEmptyResult="true" action="` + publicURL + `/v1/twilio/consent?call=` + parentSID +
		`&amp;text=` + twilio.Fingerprint("Perci records. Press 9.") + `#rc=3&amp;rp=ct,rt,5xx"><Say voice="Polly.Amy-Neural" language="en-GB">Perci records. Press 9.</Say></Gather></Response>`
	if got.Code != 200 || got.Body.String() != want {
		t.Errorf("%d %s\nwant %s", got.Code, got.Body, want)
	}

	other := whisperForm("")
	other.Set("AccountSid", "AC00000000000000000000000000000002")
	for name, got := range map[string]string{
		"unknown call":    a.post(twilio.PathAnnounce+"?call="+childSID, whisperForm("")).Body.String(),
		"no call":         a.post(twilio.PathAnnounce, whisperForm("")).Body.String(),
		"odd call":        a.post(twilio.PathAnnounce+"?call=CA1", whisperForm("")).Body.String(),
		"another account": a.post(twilio.PathAnnounce+"?call="+parentSID, other).Body.String(),
	} {
		if got != connects {
			t.Errorf("%s: %s", name, got)
		}
	}
	may[parentSID] = false
	if got := a.post(twilio.PathAnnounce+"?call="+parentSID, whisperForm("")).Body.String(); got != connects {
		t.Errorf("one who is not to be told: %s", got)
	}
	a.hooks.Announcement = nil
	if got := a.post(twilio.PathAnnounce+"?call="+parentSID, whisperForm("")); got.Code != 200 || got.Body.String() != connects {
		t.Errorf("switched off: %d %s", got.Code, got.Body)
	}
	if len(a.kept) != 0 {
		t.Errorf("kept %+v", a.kept)
	}
}

func TestConsent(t *testing.T) {
	t.Parallel()
	uri := twilio.PathConsent + "?call=" + parentSID + "&text=0123456789ab"
	for digits, want := range map[string]careline.Decision{"": careline.ConsentAnnounced, "9": careline.ConsentDeclined, "1": careline.ConsentAnnounced, "*": careline.ConsentAnnounced} {
		a, _ := announcing(t)
		got := a.post(uri, whisperForm(digits))
		if got.Code != 200 || got.Body.String() != connects || len(a.kept) != 1 {
			t.Fatalf("%q: %d %s, kept %d", digits, got.Code, got.Body, len(a.kept))
		}
		e := a.kept[0]
		if e.Kind != careline.KindConsent || e.Call != parentSID || e.Leg != childSID || e.Consent != (careline.Consent{Decision: want, By: "key", Text: "0123456789ab"}) {
			t.Errorf("%q: kept %+v", digits, e)
		}
		form, err := twilio.FormFromJSON(e.Report)
		again, _ := twilio.Event(twilio.SubjectOf(e.Kind), form)
		if again.ID != e.ID || again.Consent != e.Consent || err != nil {
			t.Errorf("%q: over Pub/Sub it is %+v", digits, again)
		}
	}

	a, may := announcing(t)
	forged := whisperForm("9")
	forged.Set("text", "ffffffffffff")
	forged.Set("call", childSID)
	a.post(uri, forged)
	if a.kept[0].Call != parentSID || a.kept[0].Consent.Text != "0123456789ab" {
		t.Errorf("the form's own word counts: %+v", a.kept[0])
	}
	may[parentSID] = false
	for _, off := range []bool{false, true} {
		if off {
			a.hooks.Announcement = nil
		}
		if got := a.post(uri, whisperForm("")); got.Code != 200 || got.Body.String() != connects || len(a.kept) != 1 {
			t.Errorf("%d %s, kept %d", got.Code, got.Body, len(a.kept))
		}
	}
}

// What could not be kept is no consent; the legs are connected all the same.
func TestConsentThatCannotBeKept(t *testing.T) {
	t.Parallel()
	a, _ := announcing(t)
	a.fail = context.DeadlineExceeded
	if got := a.post(twilio.PathConsent+"?call="+parentSID, whisperForm("")); got.Code != 200 || got.Body.String() != connects {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func reportForm(status string, more url.Values) url.Values {
	f := url.Values{"AccountSid": {account}, "CallSid": {parentSID}, "RecordingSid": {recordingSID}, "RecordingStatus": {status}, "RecordingChannels": {"2"},
		"RecordingSource": {"StartCallRecordingAPI"}, "RecordingStartTime": {"Mon, 01 Jun 2026 10:15:42 +0000"}, "RecordingUrl": {"https://api.twilio.com/x"}, "ErrorCode": {"0"}}
	for name, values := range more {
		if f[name] = values; values == nil {
			delete(f, name)
		}
	}
	return f
}

func TestRecordingReports(t *testing.T) {
	t.Parallel()
	uri := twilio.PathRecording + "?call=" + parentSID
	for name, test := range map[string]struct {
		uri  string
		form url.Values
		id   string
		want careline.CallEvent
	}{
		"in progress": {uri, reportForm("in-progress", nil), "/in-progress", careline.CallEvent{Call: parentSID, Leg: parentSID, Sound: careline.RecordingSaid{State: careline.RecordingRunning, Channels: 2}}},
		"completed": {uri, reportForm("completed", url.Values{"RecordingDuration": {"61"}}), "/completed",
			careline.CallEvent{Call: parentSID, Leg: parentSID, Seconds: careline.SecondsOf(61), Sound: careline.RecordingSaid{State: careline.RecordingCompleted, Channels: 2}}},
		"absent":     {uri, reportForm("absent", nil), "/absent", careline.CallEvent{Call: parentSID, Leg: parentSID, Sound: careline.RecordingSaid{State: careline.RecordingAbsent, Channels: 2}}},
		"a new word": {uri, reportForm("transmogrified", nil), "/transmogrified", careline.CallEvent{Call: parentSID, Leg: parentSID, Sound: careline.RecordingSaid{Channels: 2}}},
		"of another leg of the call": {uri, reportForm("completed", url.Values{"CallSid": {childSID}}), "/completed",
			careline.CallEvent{Call: parentSID, Leg: childSID, Sound: careline.RecordingSaid{State: careline.RecordingCompleted, Channels: 2}}},
		"of a room": {uri, reportForm("completed", url.Values{"CallSid": nil, "ConferenceSid": {"CF00000000000000000000000000000001"}, "RecordingChannels": {"1"}}), "/completed",
			careline.CallEvent{Call: parentSID, Sound: careline.RecordingSaid{State: careline.RecordingCompleted, Channels: 1, Whole: true}}},
		"of no call that is named": {twilio.PathRecording, reportForm("completed", nil), "/completed", careline.CallEvent{Leg: parentSID, Sound: careline.RecordingSaid{State: careline.RecordingCompleted, Channels: 2}}},
		"of nothing at all":        {twilio.PathRecording, reportForm("completed", url.Values{"CallSid": nil}), "/completed", careline.CallEvent{Leg: recordingSID, Sound: careline.RecordingSaid{State: careline.RecordingCompleted, Channels: 2}}},
		"lost for want of a key": {uri, reportForm("failed", url.Values{"ErrorCode": {"16105"}}), "/failed",
			careline.CallEvent{Call: parentSID, Leg: parentSID, Failure: careline.Failure{Code: 16105}, Sound: careline.RecordingSaid{State: careline.RecordingFailed, Channels: 2}}},
	} {
		a := newApp(t)
		if got := a.post(test.uri, test.form); got.Code != 200 || len(a.kept) != 1 {
			t.Fatalf("%s: %d %s", name, got.Code, got.Body)
		}
		e := a.kept[0]
		began := time.Date(2026, 6, 1, 10, 15, 42, 0, time.UTC)
		if !e.Sound.Started.Equal(began) || e.ID != recordingSID+test.id || e.Kind != careline.KindRecording || e.Recording != recordingSID {
			t.Errorf("%s: kept %+v", name, e)
		}
		e.Sound.Started = time.Time{}
		if e.Call != test.want.Call || e.Leg != test.want.Leg || e.Sound != test.want.Sound || e.Seconds != test.want.Seconds || e.Failure != test.want.Failure {
			t.Errorf("%s: kept %+v, want %+v", name, e, test.want)
		}
		form, _ := twilio.FormFromJSON(e.Report)
		if again, err := twilio.Event(twilio.SubjectOf(e.Kind), form); err != nil || again.ID != e.ID || again.Call != e.Call {
			t.Errorf("%s: over Pub/Sub it is %+v, %v", name, again, err)
		}
	}

	a := newApp(t)
	for _, odd := range []url.Values{reportForm("completed", url.Values{"RecordingSid": nil}), reportForm("completed", url.Values{"RecordingSid": {"RE1"}})} {
		if got := a.post(uri, odd); got.Code != 400 {
			t.Errorf("without a SID: %d", got.Code)
		}
	}
	if got := a.post(uri, reportForm("completed", url.Values{"AccountSid": {"AC00000000000000000000000000000002"}})); got.Code != 403 {
		t.Errorf("another account: %d", got.Code)
	}
	if a.fail = context.DeadlineExceeded; a.post(uri, reportForm("completed", nil)).Code != 503 {
		t.Error("what is not kept was answered")
	}
}

// The member is told as they answer, and only where the call is one that may be recorded.
func TestDialAnnounces(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	announced := false
	a.hooks.Start = func(context.Context, calls.Ask) (calls.Answer, error) {
		d := calls.Dial{Callees: []calls.Callee{{Phone: phone(t, member)}}, CallerID: phone(t, ours)}
		if announced {
			d.Announce = parentSID
		}
		return d, nil
	}
	const whisper = `url="` + publicURL + `/v1/twilio/announce?call=` + parentSID + `#rc=3&amp;rp=ct,rt,5xx"`
	for _, announced = range []bool{false, true} {
		got := a.post(twilio.PathOutgoing, outgoingForm())
		if strings.Contains(got.Body.String(), whisper) != announced || strings.Contains(got.Body.String(), "url=") != announced {
			t.Errorf("announced is %v: %s", announced, got.Body)
		}
	}
}
