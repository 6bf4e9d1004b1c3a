package twiliobox_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Every outcome: what the application hears of the member's leg, of the Dial and
// of the clinician's leg.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	answered := []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}
	tests := []struct {
		name, to   string
		want       []string
		sip        string
		seconds    string
		minutes    string
		bridged    string
		afterStart time.Duration // of the terminal report
	}{
		{"answer", "+447700900142", answered, "200", "12", "1", "true", 16 * time.Second},
		{"London answers too", "+442079460142", answered, "200", "12", "1", "true", 16 * time.Second},
		{"voicemail", "+447700900705", answered, "200", "20", "1", "true", 33 * time.Second},
		{"busy", "+447700900486", []string{"0 initiated", "1 busy"}, "486", "0", "0", "false", time.Second},
		{"no answer", "+447700900487", []string{"0 initiated", "1 ringing", "2 no-answer"}, "487", "0", "0", "false", 35 * time.Second},
		{"manual, nobody there", "+447700900801", []string{"0 initiated", "1 ringing", "2 no-answer"}, "487", "0", "0", "false", 35 * time.Second},
		{"unknown number", "+447700900404", []string{"0 initiated", "1 failed"}, "404", "0", "0", "false", time.Second},
		{"unavailable", "+447700900480", []string{"0 initiated", "1 failed"}, "480", "0", "0", "false", time.Second},
		{"carrier failure", "+447700900503", []string{"0 initiated", "1 failed"}, "503", "0", "0", "false", time.Second},
		{"declined", "+447700900603", []string{"0 initiated", "1 ringing", "2 busy"}, "603", "0", "0", "false", 4 * time.Second},
		{"outside the ranges", "+15005550006", []string{"0 initiated", "1 failed"}, "404", "0", "0", "false", time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(tt.to, "", ""), func(w *world) {
				w.pages["/result"] = xmlPage(`<Response><Hangup/></Response>`)
				began := time.Now()
				parent := w.connect(map[string]string{"To": tt.to})
				pass(time.Minute)
				reports := w.at("/status")
				if diff := cmp.Diff(tt.want, statuses(reports)); diff != "" {
					t.Fatal(diff)
				}
				last := reports[len(reports)-1]
				final := last.get("CallStatus")
				child := last.get("CallSid")
				want := map[string]string{
					"AccountSid": account, "ApiVersion": "2010-04-01", "CallSid": child, "ParentCallSid": parent, "CallStatus": final,
					"Direction": "outbound-dial", "From": ours, "Caller": ours, "To": tt.to, "Called": tt.to,
					"CallbackSource": "call-progress-events", "SequenceNumber": last.get("SequenceNumber"), "AppointmentId": "abc",
					"Timestamp":    began.Add(tt.afterStart).UTC().Format(time.RFC1123Z),
					"CallDuration": tt.seconds, "Duration": tt.minutes, "SipResponseCode": tt.sip,
				}
				addGeography(want)
				if diff := cmp.Diff(want, flat(last.form)); diff != "" {
					t.Error(diff)
				}
				action := w.one("/result")
				want = map[string]string{
					"AccountSid": account, "ApiVersion": "2010-04-01", "ApplicationSid": appSID, "CallSid": parent, "CallStatus": "in-progress",
					"Direction": "inbound", "From": "client:clinician_7f3a", "Caller": "client:clinician_7f3a", "To": tt.to, "Called": tt.to,
					"DialCallStatus": final, "DialCallSid": child, "DialCallDuration": tt.seconds, "DialBridged": tt.bridged,
				}
				if diff := cmp.Diff(want, flat(action.form)); diff != "" {
					t.Error(diff)
				}
				ended := w.one("/parent")
				want = map[string]string{
					"AccountSid": account, "ApiVersion": "2010-04-01", "ApplicationSid": appSID, "CallSid": parent, "CallStatus": "completed",
					"Direction": "inbound", "From": "client:clinician_7f3a", "Caller": "client:clinician_7f3a", "To": tt.to, "Called": tt.to,
					"CallbackSource": "call-progress-events", "SequenceNumber": "0", "CallDuration": tt.seconds, "Duration": tt.minutes,
					"Timestamp": began.Add(tt.afterStart).UTC().Format(time.RFC1123Z),
				}
				if diff := cmp.Diff(want, flat(ended.form)); diff != "" {
					t.Error(diff)
				}
				for _, s := range slices.Concat(reports, w.at("/voice"), w.at("/result"), w.at("/parent")) {
					if !s.signed || s.method != http.MethodPost {
						t.Errorf("%s %s: signed %v", s.method, s.path, s.signed)
					}
				}
			})
		})
	}
}

func addGeography(m map[string]string) {
	for _, who := range []string{"From", "To", "Caller", "Called"} {
		m[who+"City"], m[who+"State"], m[who+"Zip"], m[who+"Country"] = "", "", "", ""
		if strings.HasPrefix(m[who], "+44") {
			m[who+"Country"] = "GB"
		}
	}
}

func flat(form url.Values) map[string]string {
	m := map[string]string{}
	for name, values := range form {
		m[name] = strings.Join(values, "|")
	}
	return m
}

func TestVoiceRequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		params map[string]string
		want   map[string]string
	}{
		{"as the quickstart", map[string]string{"To": member, "appointmentId": "a b+c&é", "empty": ""},
			map[string]string{"To": member, "Called": member, "appointmentId": "a b+c&é", "empty": ""}},
		{"no To", nil, map[string]string{"To": "", "Called": ""}},
		{"To is not normalised", map[string]string{"To": "(910) 755-5577"}, map[string]string{"To": "(910) 755-5577", "Called": "(910) 755-5577"}},
		{"a From of its own", map[string]string{"From": "prac-1"}, map[string]string{"To": "", "Called": "", "From": "prac-1"}},
		{"Twilio's own names are not the client's", map[string]string{"CallSid": "x", "Caller": "x", "AccountSid": "x", "Direction": "x"},
			map[string]string{"To": "", "Called": ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, `<Response><Hangup/></Response>`, func(w *world) {
				parent := w.connect(tt.params)
				pass(time.Second)
				got := w.one("/voice")
				want := map[string]string{
					"AccountSid": account, "ApiVersion": "2010-04-01", "ApplicationSid": appSID, "CallSid": parent, "CallStatus": "ringing",
					"Caller": "client:clinician_7f3a", "From": "client:clinician_7f3a", "Direction": "inbound",
				}
				maps.Copy(want, tt.want)
				if diff := cmp.Diff(want, flat(got.form)); diff != "" {
					t.Error(diff)
				}
				if !got.signed || got.url != base+"/voice" {
					t.Errorf("signed %v, url %s", got.signed, got.url)
				}
				h := got.header
				for name, value := range map[string]string{
					"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "TwilioProxy/1.1",
					"X-Home-Region": "us1", "Accept": "*/*", "Cache-Control": "max-age=259200",
				} {
					if h.Get(name) != value {
						t.Errorf("%s is %q", name, h.Get(name))
					}
				}
				if len(h.Get("I-Twilio-Idempotency-Token")) != 36 {
					t.Error("no idempotency token")
				}
			})
		})
	}
}

func TestIncomingCall(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.pages["/incoming"] = xmlPage(`<Response><Say voice="Polly.Amy-Neural" language="en-GB">Thank you for calling. Goodbye.</Say><Hangup/></Response>`)
		var out struct{ CallSid string }
		if code := w.do("POST", "/sandbox/v1/incoming", map[string]string{"from": member, "to": ours}, &out); code != http.StatusCreated {
			t.Fatal(code)
		}
		pass(time.Minute)
		first := w.one("/incoming")
		want := map[string]string{
			"AccountSid": account, "ApiVersion": "2010-04-01", "CallSid": out.CallSid, "CallStatus": "ringing", "Direction": "inbound",
			"From": member, "Caller": member, "To": ours, "Called": ours, "StirVerstat": "TN-Validation-Passed-A",
		}
		addGeography(want)
		if diff := cmp.Diff(want, flat(first.form)); diff != "" {
			t.Error(diff)
		}
		if end := w.one("/number"); end.get("CallStatus") != "completed" || end.get("CallDuration") != "2" || end.get("ParentCallSid") != "" {
			t.Errorf("at the end: %v", end.form)
		}
		v := w.call(out.CallSid)
		if len(v.Transcript) != 1 || v.Transcript[0].Voice != "Polly.Amy-Neural" || v.Transcript[0].Text != "Thank you for calling. Goodbye." {
			t.Errorf("transcript %+v", v.Transcript)
		}
		for _, bad := range []map[string]string{{"from": member, "to": "+447700900001"}, {"from": "0123", "to": ours}} {
			if code := w.do("POST", "/sandbox/v1/incoming", bad, nil); code != http.StatusBadRequest {
				t.Errorf("%v: %d", bad, code)
			}
		}
	})
}

// A call at any pace reports the same times.
func TestPace(t *testing.T) {
	t.Parallel()
	c := config()
	c.Pace = 0.001
	w := newWorld(t, c)
	w.pages["/voice"] = xmlPage(dialTo(member, "", ""))
	if code := w.do("PUT", "/sandbox/v1/phones/"+member, map[string]any{"outcome": "answer", "ringSeconds": 7, "talkSeconds": 60}, nil); code != 200 {
		t.Fatal(code)
	}
	done := make(chan struct{})
	w.pages["/parent"] = func(http.ResponseWriter, *http.Request) { close(done) }
	began := time.Now()
	w.connect(nil)
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("a 68 s call at pace 0.001 takes more than 30 s")
	}
	w.close()
	reports := w.at("/status")
	slices.SortFunc(reports, func(a, b seen) int {
		return strings.Compare(a.get("SequenceNumber"), b.get("SequenceNumber"))
	})
	end := reports[len(reports)-1]
	if end.get("CallDuration") != "60" || end.get("Duration") != "1" {
		t.Errorf("CallDuration=%s Duration=%s", end.get("CallDuration"), end.get("Duration"))
	}
	first, err := time.Parse(time.RFC1123Z, reports[0].get("Timestamp"))
	if err != nil {
		t.Fatal(err)
	}
	last, err := time.Parse(time.RFC1123Z, end.get("Timestamp"))
	if err != nil {
		t.Fatal(err)
	}
	if got := last.Sub(first); got != 68*time.Second {
		t.Errorf("from first to last report %v, want 1+7+60 s", got)
	}
	if first.Before(began.Truncate(time.Second)) {
		t.Error("the clock began before the call")
	}
}
