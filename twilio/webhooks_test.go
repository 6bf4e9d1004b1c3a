package twilio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/twilio"
)

const (
	account     = "AC00000000000000000000000000000001"
	application = "AP00000000000000000000000000000001"
	parentSID   = "CA00000000000000000000000000000001"
	childSID    = "CA00000000000000000000000000000002"
	nurse       = "3f0b6a52-9d1c-4c3e-8a77-0f6f0b1c2d3e"
	member      = "+447700900123"
	ours        = "+442079460001"
	publicURL   = "https://example.org/region/api"
)

func printAll(w io.Writer, v any) {
	fmt.Fprintf(w, "%v %+v %#v %s %q %x %d", v, v, v, v, v, v, v)
	slog.New(slog.NewTextHandler(w, nil)).Info("x", "v", v)
}

func phone(t testing.TB, text string) careline.Phone {
	t.Helper()
	p, err := careline.ParsePhone(text, "GB")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func childForm() url.Values {
	return url.Values{
		"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "CallDuration": {"42"}, "CallSid": {childSID}, "ParentCallSid": {parentSID},
		"CallStatus": {"completed"}, "CallbackSource": {"call-progress-events"}, "Called": {member}, "CalledCity": {""}, "CalledCountry": {"GB"},
		"CalledState": {""}, "CalledZip": {""}, "Caller": {ours}, "CallerCity": {""}, "CallerCountry": {"GB"}, "CallerState": {"London"}, "CallerZip": {""},
		"Direction": {"outbound-dial"}, "Duration": {"1"}, "From": {ours}, "FromCity": {""}, "FromCountry": {"GB"}, "SequenceNumber": {"3"},
		"SipResponseCode": {"200"}, "Timestamp": {"Mon, 1 Jun 2026 10:15:42 +0000"}, "To": {member}, "ToCity": {""}, "ToCountry": {"GB"}, "ToState": {""},
	}
}

func outgoingForm() url.Values {
	return url.Values{
		"AccountSid": {account}, "ApplicationSid": {application}, "ApiVersion": {"2010-04-01"}, "CallSid": {parentSID}, "CallStatus": {"ringing"},
		"Called": {member}, "Caller": {"client:" + nurse}, "Direction": {"inbound"}, "From": {nurse}, "To": {member}, "appointmentId": {"abc123"},
	}
}

// app is careline's Twilio side with nothing behind it.
type app struct {
	t     testing.TB
	hooks twilio.Webhooks
	asks  []calls.Ask
	kept  []careline.CallEvent
	fail  error // of Start and Keep
	line  *careline.Line
}

func newApp(t testing.TB) *app {
	a := &app{t: t}
	a.hooks = twilio.Webhooks{
		Verifier:   verifier(t, publicURL, otherToken, token),
		AccountSID: account, ApplicationSID: application, PublicURL: publicURL + "/", Region: "GB",
		Overrides: twilio.DefaultOverrides,
		Trace:     func(context.Context) string { return "00-trace" },
		Start: func(_ context.Context, ask calls.Ask) (calls.Answer, error) {
			a.asks = append(a.asks, ask)
			if ask.Refusal != "" {
				return calls.Refuse{Why: ask.Refusal, To: ask.To}, a.fail
			}
			return dial(phone(t, ours), ask.Appointment, calls.Callee{Phone: ask.To}), a.fail
		},
		Keep: func(_ context.Context, e careline.CallEvent) error {
			a.kept = append(a.kept, e)
			return a.fail
		},
	}
	return a
}

func dial(callerID careline.Phone, appointment string, callees ...calls.Callee) calls.Answer {
	return calls.Dial{Callees: callees, CallerID: callerID, Appointment: appointment}
}

func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range a.hooks.Routes() {
		mux.Handle(route.Method+" "+route.Path, route.Handler)
	}
	return mux
}

// post sends a form as Twilio does, signed for the public URL.
func (a *app) post(uri string, form url.Values) *httptest.ResponseRecorder {
	return a.send(httptest.NewRequest("POST", uri, strings.NewReader(form.Encode())), sign(token, publicURL+uri, form))
}

func (a *app) send(r *http.Request, signature string) *httptest.ResponseRecorder {
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", formType)
	}
	r.Header.Set(twilio.SignatureHeader, signature)
	ctx, line := careline.WithLine(r.Context())
	a.line = line
	w := httptest.NewRecorder()
	a.handler().ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (a *app) wantStatus(w *httptest.ResponseRecorder, status int) {
	a.t.Helper()
	if w.Code != status {
		a.t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	for _, attr := range a.line.Attrs() {
		if text := attr.String(); strings.Contains(text, member[3:]) || strings.Contains(text, ours[3:]) {
			a.t.Errorf("a number is in the log line: %s", text)
		}
	}
}

const head = `<?xml version="1.0" encoding="UTF-8"?><Response>`

func spoken(sentence string) string {
	return head + `<Say voice="Polly.Amy-Neural" language="en-GB">` + sentence + `</Say><Hangup/></Response>`
}

const (
	dialled = head + `<Dial callerId="+442079460001" answerOnBridge="true" timeLimit="14400" timeout="30" action="https://example.org/region/api/v1/twilio/webhooks/dial-result#rc=3&amp;rp=ct,rt,5xx">` +
		`<Number statusCallback="https://example.org/region/api/v1/twilio/webhooks/call-status?AppointmentId=abc123#rc=3&amp;rp=ct,rt,5xx" statusCallbackEvent="initiated ringing answered completed">+447700900123</Number></Dial></Response>`
	dialledBare = head + `<Dial callerId="+442079460001" answerOnBridge="true" timeLimit="600" timeout="20" action="https://example.org/region/api/v1/twilio/webhooks/dial-result">` +
		`<Number statusCallback="https://example.org/region/api/v1/twilio/webhooks/call-status?AppointmentId=abc123" statusCallbackEvent="initiated ringing answered completed" machineDetection="DetectMessageEnd"` +
		` amdStatusCallback="https://example.org/region/api/v1/twilio/webhooks/amd?AppointmentId=abc123">+447700900123</Number></Dial></Response>`
)

func TestOutgoingDials(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	w := a.post(twilio.PathOutgoing, outgoingForm())
	a.wantStatus(w, 200)
	if diff := cmp.Diff(dialled, w.Body.String()); diff != "" {
		t.Error(diff)
	}
	if got := w.Header().Get("Content-Type"); got != "text/xml; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	want := calls.Ask{Call: parentSID, Clinician: nurse, To: phone(t, member), Appointment: "abc123", Trace: "00-trace"}
	got := a.asks[0]
	if !strings.Contains(string(got.Report), `"To":"`+member+`"`) {
		t.Errorf("report %s", got.Report)
	}
	if got.Report = nil; fmt.Sprint(got) != fmt.Sprint(want) || !got.To.Equal(want.To) {
		t.Errorf("ask %+v", got)
	}

	a.hooks.MachineDetection, a.hooks.Overrides = "DetectMessageEnd", ""
	a.hooks.DialTimeout, a.hooks.TimeLimit = 20*time.Second, 10*time.Minute
	if diff := cmp.Diff(dialledBare, a.post(twilio.PathOutgoing, outgoingForm()).Body.String()); diff != "" {
		t.Error(diff)
	}
}

// The app may say whom the clinician chose; what it says in two ways is nobody.
func TestOutgoingTellsWhoWasChosen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		set       url.Values
		recipient careline.Reference
		household bool
	}{
		{name: "an older app"},
		{name: "the patient", set: url.Values{"recipient": {"Patient/p1"}}, recipient: "Patient/p1"},
		{name: "a relative, with blanks", set: url.Values{"recipient": {" RelatedPerson/d1 "}}, recipient: "RelatedPerson/d1"},
		{name: "two people", set: url.Values{"recipient": {"Patient/p1", "Patient/p2"}}, recipient: "nobody"},
		{name: "empty", set: url.Values{"recipient": {""}}},
		{name: "the household", set: url.Values{"recipient": {"Patient/p1"}, "householdConfirmed": {"true"}}, recipient: "Patient/p1", household: true},
		{name: "not confirmed", set: url.Values{"householdConfirmed": {"false"}}},
		{name: "confirmed and not", set: url.Values{"householdConfirmed": {"true", "false"}}},
		{name: "confirmed in another word", set: url.Values{"householdConfirmed": {"1"}}},
	}
	for _, test := range tests {
		a, form := newApp(t), outgoingForm()
		for name, values := range test.set {
			form[name] = values
		}
		a.wantStatus(a.post(twilio.PathOutgoing, form), 200)
		if got := a.asks[0]; got.Recipient != test.recipient || got.Household != test.household {
			t.Errorf("%s: recipient %q, household %v", test.name, got.Recipient, got.Household)
		}
	}
}

func TestOutgoingAsks(t *testing.T) {
	t.Parallel()
	mobile, _ := careline.MobileIdentity(nurse)
	tests := []struct {
		name        string
		set         url.Values
		clinician   string
		appointment string
		noNumber    bool
		refusal     careline.Refusal
	}{
		{name: "From with client", set: url.Values{"From": {"client:" + nurse}}, clinician: nurse, appointment: "abc123"},
		{name: "From absent", set: url.Values{"From": nil}, clinician: nurse, appointment: "abc123"},
		{name: "mobile identity, bare From", set: url.Values{"Caller": {"client:" + mobile}}, clinician: nurse, appointment: "abc123"},
		{name: "national number", set: url.Values{"To": {"07700 900123"}}, clinician: nurse, appointment: "abc123"},
		{name: "AppointmentId", set: url.Values{"appointmentId": nil, "AppointmentId": {"abc123"}}, clinician: nurse, appointment: "abc123"},
		{name: "both spellings", set: url.Values{"AppointmentId": {"abc123"}}, clinician: nurse, appointment: "abc123"},
		{name: "two appointments", set: url.Values{"AppointmentId": {"other"}}, clinician: nurse},
		{name: "no appointment", set: url.Values{"appointmentId": nil}, clinician: nurse},
		{name: "a reference", set: url.Values{"appointmentId": {"Appointment/abc123"}}, clinician: nurse, appointment: "abc123"},
		{name: "blanks around it", set: url.Values{"appointmentId": {" abc123\n"}}, clinician: nurse, appointment: "abc123"},
		{name: "blanks around a reference", set: url.Values{"appointmentId": {" Appointment/abc123 "}}, clinician: nurse, appointment: "abc123"},
		{name: "one appointment in two ways", set: url.Values{"AppointmentId": {"Appointment/abc123"}}, clinician: nurse, appointment: "abc123"},
		{name: "blanks around the number", set: url.Values{"To": {" \t+447700900123\r\n"}}, clinician: nurse, appointment: "abc123"},
		{name: "direction marks in the number", set: url.Values{"To": {"\u202a+44 7700\u200e 900123\u202c"}}, clinician: nurse, appointment: "abc123"},
		{name: "letters in the number", set: url.Values{"To": {"792 4100 Mum"}}, clinician: nurse, appointment: "abc123", noNumber: true},
		{name: "Caller absent", set: url.Values{"Caller": nil}, appointment: "abc123"},
		{name: "Caller a number", set: url.Values{"Caller": {ours}, "From": {ours}}, appointment: "abc123"},
		{name: "Caller without client", set: url.Values{"Caller": {nurse}}, appointment: "abc123"},
		{name: "Caller twice", set: url.Values{"Caller": {"client:" + nurse, "client:other"}}, appointment: "abc123"},
		{name: "identity malformed", set: url.Values{"Caller": {"client:a b"}, "From": nil}, appointment: "abc123"},
		{name: "From somebody else", set: url.Values{"From": {"client:other"}}, appointment: "abc123"},
		{name: "From a number", set: url.Values{"From": {ours}}, appointment: "abc123"},
		{name: "From twice", set: url.Values{"From": {nurse, "other"}}, appointment: "abc123"},
		{name: "no number", set: url.Values{"To": {""}}, clinician: nurse, appointment: "abc123", noNumber: true},
		{name: "a client to dial", set: url.Values{"To": {"client:x"}}, clinician: nurse, appointment: "abc123", noNumber: true},
		{name: "two numbers", set: url.Values{"To": {member, ours}}, clinician: nurse, appointment: "abc123", noNumber: true},
		{name: "other account", set: url.Values{"AccountSid": {"AC00000000000000000000000000000009"}}, clinician: nurse, appointment: "abc123", refusal: careline.RefusedAccount},
		{name: "no account", set: url.Values{"AccountSid": nil}, clinician: nurse, appointment: "abc123", refusal: careline.RefusedAccount},
		{name: "other application", set: url.Values{"ApplicationSid": {"AP9"}}, clinician: nurse, appointment: "abc123", refusal: careline.RefusedAccount},
		{name: "no application", set: url.Values{"ApplicationSid": nil}, clinician: nurse, appointment: "abc123", refusal: careline.RefusedAccount},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, form := newApp(t), outgoingForm()
			for name, values := range test.set {
				form[name] = values
			}
			a.wantStatus(a.post(twilio.PathOutgoing, form), 200)
			got := a.asks[0]
			if got.Clinician != test.clinician || got.Appointment != test.appointment || got.To.IsZero() != test.noNumber || got.Refusal != test.refusal {
				t.Errorf("clinician %q appointment %q number %v refusal %q", got.Clinician, got.Appointment, !got.To.IsZero(), got.Refusal)
			}
		})
	}
}

func TestOutgoingSpeaksRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		answer     calls.Answer
		fail       error
		form       url.Values
	}{
		{name: "refused", answer: calls.Refuse{Why: careline.RefusedNumberType}, want: careline.RefusedNumberType.Sentence()},
		{name: "a country", answer: calls.Refuse{Why: careline.RefusedCountry, To: phone(t, "+447797123456")}, want: "Calls to Jersey are not allowed."},
		{name: "not kept", fail: errors.New("disk full"), want: "This call could not be recorded, so it was not placed. Please try again."},
		{name: "nothing to dial", want: careline.Refusal("").Sentence()},
		{name: "no call", form: url.Values{"CallSid": {"CA1"}}, want: careline.RefusedAccount.Sentence()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, form := newApp(t), outgoingForm()
			a.hooks.Start = func(context.Context, calls.Ask) (calls.Answer, error) { return test.answer, test.fail }
			for name, values := range test.form {
				form[name] = values
			}
			w := a.post(twilio.PathOutgoing, form)
			a.wantStatus(w, 200)
			if diff := cmp.Diff(spoken(strings.ReplaceAll(test.want, "'", "&#39;")), strings.ReplaceAll(w.Body.String(), "'", "&#39;")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIncoming(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	w := a.post(twilio.PathIncoming, url.Values{"AccountSid": {account}, "CallSid": {parentSID}, "From": {member}})
	a.wantStatus(w, 200)
	want := "Thank you for calling Perci Health. You have missed a call from one of our clinicians. " +
		"Please log in to your Perci Health account to send a message to your nurse. Thank you, goodbye."
	if diff := cmp.Diff(spoken(want), w.Body.String()); diff != "" {
		t.Error(diff)
	}
	a.hooks.Greeting = twilio.Greeting{Organisation: "Ash & Oak", Words: "This is {organisation}.", Voice: "alice", Language: "cy-GB"}
	w = a.post(twilio.PathIncoming, url.Values{"AccountSid": {account}})
	if diff := cmp.Diff(head+`<Say voice="alice" language="cy-GB">This is Ash &amp; Oak.</Say><Hangup/></Response>`, w.Body.String()); diff != "" {
		t.Error(diff)
	}
}

func TestCallbacksAnswerAfterKeeping(t *testing.T) {
	t.Parallel()
	other := childForm()
	other.Set("AccountSid", "AC00000000000000000000000000000009")
	odd := childForm()
	odd.Set("CallSid", "CA00000000000000000000000000000002 ")
	nobody := childForm()
	nobody.Set("AccountSid", "x")
	strange := childForm()
	for name, value := range map[string]string{"RecordingSid": "x", "?a=b": "1", "": "2", strings.Repeat("n", 300): "3", "\xff": "4", "CallStatus": "all done", "SequenceNumber": "third"} {
		strange.Set(name, value)
	}
	named := childForm()
	named.Set("AppointmentId", "another")
	notReport := "The report cannot be understood, so it was not kept. Check what sent it.\n"
	amd := url.Values{"AccountSid": {account}, "CallSid": {childSID}, "AnsweredBy": {"human"}, "MachineDetectionDuration": {"2900"}}
	dial := url.Values{"AccountSid": {account}, "CallSid": {parentSID}, "DialCallSid": {childSID}, "DialCallStatus": {"busy"}, "CallStatus": {"in-progress"}}
	hangup := head + "<Hangup/></Response>"
	tests := []struct {
		name, uri string
		form      url.Values
		fail      error
		status    int
		kept      int
		body      string
	}{
		{name: "call-status", uri: twilio.PathCallStatus + "?AppointmentId=abc123", form: childForm(), status: 200, kept: 1},
		{name: "call-status without appointment", uri: twilio.PathCallStatus, form: childForm(), status: 200, kept: 1},
		{name: "call-status not kept", uri: twilio.PathCallStatus, form: childForm(), fail: errors.New("disk full"), status: 503, kept: 1, body: "The report could not be kept. Please send it again.\n"},
		{name: "other account", uri: twilio.PathCallStatus, form: other, status: 403, body: "This report is about another account.\n"},
		{name: "malformed", uri: twilio.PathCallStatus, form: odd, status: 400, body: notReport},
		{name: "no account", uri: twilio.PathCallStatus, form: nobody, status: 400, body: notReport},
		{name: "odd fields", uri: twilio.PathCallStatus + "?AppointmentId=abc123", form: strange, status: 200, kept: 1},
		{name: "another appointment in the form", uri: twilio.PathCallStatus + "?AppointmentId=abc123", form: named, status: 200, kept: 1},
		{name: "malformed appointment", uri: twilio.PathCallStatus + "?AppointmentId=a%20b", form: childForm(), status: 200, kept: 1},
		{name: "two appointments", uri: twilio.PathCallStatus + "?AppointmentId=a&AppointmentId=b", form: childForm(), status: 200, kept: 1},
		{name: "other query", uri: twilio.PathCallStatus + "?AppointmentId=abc123&x=1", form: childForm(), status: 200, kept: 1},
		{name: "unreadable query", uri: twilio.PathCallStatus + "?a=%25zz&%zz", form: childForm(), status: 200, kept: 1},
		{name: "amd", uri: twilio.PathAMD + "?AppointmentId=abc123", form: amd, status: 200, kept: 1},
		{name: "amd not kept", uri: twilio.PathAMD, form: amd, fail: errors.New("disk full"), status: 503, kept: 1, body: "The report could not be kept. Please send it again.\n"},
		{name: "dial-result", uri: twilio.PathDialResult, form: dial, status: 200, kept: 1, body: hangup},
		{name: "dial-result not kept", uri: twilio.PathDialResult, form: dial, fail: errors.New("disk full"), status: 200, kept: 1, body: hangup},
		{name: "dial-result, other query", uri: twilio.PathDialResult + "?env=prod", form: dial, status: 200, kept: 1, body: hangup},
		{name: "dial-result without outcome", uri: twilio.PathDialResult, form: childForm(), status: 200, kept: 1, body: hangup},
		{name: "dial-result malformed", uri: twilio.PathDialResult, form: odd, status: 200, body: hangup},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			a.fail = test.fail
			w := a.post(test.uri, test.form)
			a.wantStatus(w, test.status)
			if len(a.kept) != test.kept || w.Body.String() != test.body {
				t.Errorf("kept %d, body %q", len(a.kept), w.Body)
			}
			if strings.Contains(test.uri, "abc123") && (a.kept[0].Appointment != "abc123" || !strings.Contains(string(a.kept[0].Report), `"AppointmentId":"abc123"`)) {
				t.Errorf("the URL's appointment is not in the event: %s", a.kept[0].Report)
			}
		})
	}
}

// What Twilio signed is answered with TwiML, whatever stands in the URL or in
// names that mean nothing here.
func TestVoiceRoutesAnswerWhatIsSigned(t *testing.T) {
	t.Parallel()
	form := outgoingForm()
	for _, name := range []string{"", "\xff", strings.Repeat("n", 300)} {
		form.Set(name, "1")
	}
	for _, query := range []string{"", "?env=prod", "?AppointmentId=other", "?a=1&a=2", "?%zz", "?" + strings.Repeat("q", 2000)} {
		a := newApp(t)
		w := a.post(twilio.PathOutgoing+query, form)
		a.wantStatus(w, 200)
		if diff := cmp.Diff(dialled, w.Body.String()); diff != "" {
			t.Errorf("%.20s: %s", query, diff)
		}
		a.wantStatus(a.post(twilio.PathIncoming+query, form), 200)
		forged := httptest.NewRequest("POST", twilio.PathOutgoing+query, strings.NewReader(form.Encode()))
		a.wantStatus(a.send(forged, sign("wrong", publicURL+twilio.PathOutgoing+query, form)), 403)
	}
}

func TestCallbackIsNoted(t *testing.T) {
	t.Parallel()
	form := childForm()
	noted := func(clock string) string {
		a := newApp(t)
		now, err := time.Parse(time.RFC3339Nano, clock)
		if err != nil {
			t.Fatal(err)
		}
		a.hooks.Now = func() time.Time { return now }
		a.wantStatus(a.post(twilio.PathCallStatus, form), 200)
		return fmt.Sprint(a.line.Attrs())
	}
	want := "[call=" + parentSID + " kind=progress call_status=completed lag_ms=1250]"
	if diff := cmp.Diff(want, noted("2026-06-01T10:15:43.25Z")); diff != "" {
		t.Error(diff)
	}
	form.Set("CallStatus", "a man's "+member)
	form.Set("RecordingSid", member)
	want = "[call=" + parentSID + " kind=progress call_status=(odd) left_out=RecordingSid lag_ms=-2000]"
	if diff := cmp.Diff(want, noted("2026-06-01T10:15:40Z")); diff != "" {
		t.Error(diff)
	}
}

// oversized is a body above what is read, told by its length and not.
func oversized(path string) []*http.Request {
	body := strings.Repeat("x", 64<<10+1)
	unsized := httptest.NewRequest("POST", path, nil)
	unsized.Body, unsized.ContentLength = io.NopCloser(strings.NewReader(body)), -1
	return []*http.Request{httptest.NewRequest("POST", path, strings.NewReader(body)), unsized}
}

func TestRefusedBeforeReading(t *testing.T) {
	t.Parallel()
	voice := map[string]string{
		twilio.PathOutgoing:   spoken("This call could not be understood, so it was not placed. Please tell your IT team."),
		twilio.PathIncoming:   "Thank you for calling Perci Health.",
		twilio.PathDialResult: head + "<Hangup/></Response>",
	}
	for _, path := range []string{twilio.PathOutgoing, twilio.PathIncoming, twilio.PathCallStatus, twilio.PathDialResult, twilio.PathAMD} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			a, form := newApp(t), outgoingForm()
			request := func(body string) *http.Request { return httptest.NewRequest("POST", path, strings.NewReader(body)) }
			good := sign(token, publicURL+path, form)
			a.wantStatus(a.send(request(form.Encode()), sign("wrong", publicURL+path, form)), 403)
			a.wantStatus(a.send(request(form.Encode()), sign(token, "https://example.org"+path, form)), 403)
			a.wantStatus(a.send(request(form.Encode()+"&x=1"), good), 403)

			a.wantStatus(a.send(request("a=%"), good), 400)
			typed := request("{}")
			typed.Header.Set("Content-Type", "application/json")
			a.wantStatus(a.send(typed, good), 415)

			said, speaks := voice[path]
			for _, large := range append(oversized(path), request(strings.Repeat("a&", 1001))) {
				w := a.send(large, good)
				if !speaks {
					a.wantStatus(w, 413)
					continue
				}
				a.wantStatus(w, 200)
				if !strings.Contains(w.Body.String(), said) || w.Header().Get("Content-Type") != "text/xml; charset=utf-8" {
					t.Errorf("it says %s", w.Body)
				}
			}
			for _, r := range append(oversized(path), request("")) {
				w := httptest.NewRecorder()
				if a.handler().ServeHTTP(w, r); w.Code != 403 {
					t.Errorf("without a signature: %d", w.Code)
				}
			}
			if len(a.kept)+len(a.asks) > 0 {
				t.Error("something was done for a refused request")
			}
		})
	}
}

// Somebody set Twilio up to ask by GET. Its parameters are in the URL, which is all
// that is signed, and whoever waits on the telephone is told something.
func TestVoiceRoutesAnswerAGet(t *testing.T) {
	t.Parallel()
	for path, said := range map[string]string{
		twilio.PathOutgoing:   spoken("This call could not be understood, so it was not placed. Please tell your IT team."),
		twilio.PathIncoming:   "Thank you for calling Perci Health.",
		twilio.PathDialResult: head + "<Hangup/></Response>",
	} {
		a := newApp(t)
		uri := path + "?" + outgoingForm().Encode()
		w := a.send(httptest.NewRequest("GET", uri, nil), sign(token, publicURL+uri, nil))
		a.wantStatus(w, 200)
		if !strings.Contains(w.Body.String(), said) || w.Header().Get("Content-Type") != "text/xml; charset=utf-8" {
			t.Errorf("%s says %s", path, w.Body)
		}
		a.wantStatus(a.send(httptest.NewRequest("GET", uri, nil), sign("wrong", publicURL+uri, nil)), 403)
		a.wantStatus(a.send(httptest.NewRequest("GET", uri+"1", nil), sign(token, publicURL+uri, nil)), 403)
		w = httptest.NewRecorder()
		if a.handler().ServeHTTP(w, httptest.NewRequest("GET", uri, nil)); w.Code != 403 || len(a.asks)+len(a.kept) > 0 {
			t.Errorf("unsigned: %d, asked %v", w.Code, a.asks)
		}
	}
}

func TestWebhooksUnderAPathPrefix(t *testing.T) {
	t.Parallel()
	a, form := newApp(t), outgoingForm()
	stripped := http.StripPrefix("/region/api", a.handler())
	r := httptest.NewRequest("POST", "/region/api"+twilio.PathOutgoing, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	r.Header.Set(twilio.SignatureHeader, sign(token, publicURL+twilio.PathOutgoing, form))
	w := httptest.NewRecorder()
	stripped.ServeHTTP(w, r)
	if w.Code != 200 || w.Body.String() != dialled {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}

func TestDevelopmentSwitch(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.hooks.Verifier = nil
	a.wantStatus(a.send(httptest.NewRequest("POST", twilio.PathCallStatus, strings.NewReader(childForm().Encode())), ""), 200)
}

// Memory that one request used serves the next; nothing kept may change with it.
func TestEventsOutliveTheirRequests(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.hooks.Keep = func(_ context.Context, e careline.CallEvent) error { a.kept = append(a.kept, e); return nil }
	handler := a.handler()
	form := childForm()
	for i := range 50 {
		form.Set("SequenceNumber", fmt.Sprint(i))
		r := httptest.NewRequest("POST", twilio.PathCallStatus, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", formType)
		r.Header.Set(twilio.SignatureHeader, sign(token, publicURL+twilio.PathCallStatus, form))
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	for i, e := range a.kept {
		if e.Order != i || named(e) != fmt.Sprintf("%s/%d/completed", childSID, i) || !strings.Contains(string(e.Report), fmt.Sprintf(`"SequenceNumber":"%d"`, i)) {
			t.Fatalf("event %d became %q", i, e.ID)
		}
	}
}

// answerer writes nowhere, so that a benchmark measures the handler.
type answerer struct{ header http.Header }

func (a answerer) Header() http.Header         { return a.header }
func (a answerer) Write(b []byte) (int, error) { return len(b), nil }
func (a answerer) WriteHeader(int)             {}

func benchmark(b *testing.B, uri string, form url.Values, hooks twilio.Webhooks) {
	mux := http.NewServeMux()
	for _, route := range hooks.Routes() {
		mux.Handle(route.Method+" "+route.Path, route.Handler)
	}
	body := form.Encode()
	r := httptest.NewRequest("POST", uri, nil)
	r.Header.Set("Content-Type", formType)
	r.Header.Set(twilio.SignatureHeader, sign(token, publicURL+uri, form))
	reader := strings.NewReader(body)
	r.Body = io.NopCloser(reader)
	w := answerer{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(body)
		mux.ServeHTTP(w, r)
	}
}

func BenchmarkCallStatus(b *testing.B) {
	a := newApp(b)
	a.hooks.Keep = func(context.Context, careline.CallEvent) error { return nil }
	benchmark(b, twilio.PathCallStatus+"?AppointmentId=abc123", childForm(), a.hooks)
}

func BenchmarkOutgoing(b *testing.B) {
	a := newApp(b)
	to, from := phone(b, member), phone(b, ours)
	a.hooks.Start = func(context.Context, calls.Ask) (calls.Answer, error) {
		return dial(from, "abc123", calls.Callee{Phone: to}), nil
	}
	b.Run("handler", func(b *testing.B) { benchmark(b, twilio.PathOutgoing, outgoingForm(), a.hooks) })
	// The incoming route does nothing but verify: the bare signed handler.
	b.Run("bare", func(b *testing.B) { benchmark(b, twilio.PathIncoming, outgoingForm(), a.hooks) })
}
