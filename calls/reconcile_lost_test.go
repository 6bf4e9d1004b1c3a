package calls_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/credential"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
	"perci.health/careline/sandbox/twiliobox"
	"perci.health/careline/twilio"
)

const (
	account = "AC00000000000000000000000000000001"
	apiKey  = "SK00000000000000000000000000000001"
	app     = "AP00000000000000000000000000000001"
	secret  = "a secret of the api key"
	ours    = "+442079460001"
	member  = "+447700900142"
)

// lossy is Twilio of which no report ever comes, with a real log and a real record.
type lossy struct {
	*bench
	chart   *fhir.Client
	filer   calls.Projector
	twilio  string // base URL
	fhir    string
	reports atomic.Int64
	asked   chan string // SIDs of calls that the app was asked about
	refuse  atomic.Bool // the app hangs up instead of dialling
}

func newLossy(t *testing.T) *lossy {
	t.Helper()
	l := &lossy{bench: newBench(t), asked: make(chan string, 10)}
	l.now = time.Now() // Twilio has no other
	backend := httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(backend.Close)
	box, err := twiliobox.New(twiliobox.Config{AccountSID: account, AuthToken: "0123456789abcdef0123456789abcdef", APIKey: apiKey, APISecret: secret,
		Pace: 0.001, Applications: []twiliobox.Application{{SID: app, VoiceURL: backend.URL + "/outgoing"}},
		Numbers: []twiliobox.Number{{SID: "PN00000000000000000000000000000001", PhoneNumber: ours}}})
	if err != nil {
		t.Fatal(err)
	}
	l.twilio = serve(t, box.Handler())
	t.Cleanup(func() {
		if err := box.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	record, err := fhirbox.Open(fhirbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = record.Close() })
	l.fhir = serve(t, record.Handler()) + "/fhir/R4"
	if l.chart, err = fhir.New(fhir.Config{BaseURL: l.fhir}); err != nil {
		t.Fatal(err)
	}
	chart, err := fhir.NewChart(l.chart, false)
	if err != nil {
		t.Fatal(err)
	}
	l.filer = calls.Projector{Log: l.log, Chart: chart, Appointments: func(context.Context, string) (careline.Appointment, error) {
		return careline.Appointment{}, careline.NewError(careline.CodeNotFound, "There is none.", nil)
	}}
	rest, err := twilio.NewClient(twilio.ClientConfig{BaseURL: l.twilio, AccountSID: account, Username: apiKey, Password: credential.NewSecret(secret)})
	if err != nil {
		t.Fatal(err)
	}
	l.LookUp = rest.Lookup
	l.put("/faults", `{"drop":1}`)
	return l
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// serve is the app as Twilio sees it: it answers with a Dial, and counts reports.
func (l *lossy) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/outgoing" {
		l.reports.Add(1)
		return
	}
	sid := r.FormValue("CallSid")
	_, _, err := l.log.Append(r.Context(), careline.CallEvent{ID: sid + "/request", Call: sid, Leg: sid, Kind: careline.KindRequested, Appointment: "a1",
		Request: careline.Request{Clinician: "dr-1", Sender: "Practitioner/dr-1", Patient: "Patient/p1", Recipient: "Patient/p1"}})
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	l.asked <- sid
	w.Header().Set("Content-Type", "text/xml")
	if l.refuse.Load() {
		_, _ = io.WriteString(w, `<Response><Hangup/></Response>`)
		return
	}
	_, _ = fmt.Fprintf(w, `<Response><Dial callerId="%s" answerOnBridge="true"><Number statusCallback="http://%s/status" statusCallbackEvent="initiated ringing answered completed">%s</Number></Dial></Response>`, ours, r.Host, member)
}

func (l *lossy) put(path, body string) {
	l.t.Helper()
	l.send(http.MethodPut, l.twilio+"/sandbox/v1"+path, body)
}

func (l *lossy) send(method, url, body string) []byte {
	l.t.Helper()
	request, err := http.NewRequestWithContext(l.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		l.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode > 299 {
		l.t.Fatalf("%s %s: %s %s %v", method, request.URL.Path, response.Status, text, err)
	}
	return text
}

// place begins a call and returns its key.
func (l *lossy) place() string {
	l.t.Helper()
	token, err := twilio.Minter{AccountSID: account, APIKey: apiKey, APISecret: credential.NewSecret(secret), ApplicationSID: app}.Mint("dr-1")
	if err != nil {
		l.t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"token": token, "params": map[string]string{"To": member}})
	if err != nil {
		l.t.Fatal(err)
	}
	l.send(http.MethodPost, l.twilio+"/sandbox/v1/connect", string(body))
	return <-l.asked
}

// isOver waits until Twilio itself says so.
func (l *lossy) isOver(call string) {
	l.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		_, over, err := l.LookUp(l.t.Context(), call)
		if err == nil && over {
			return
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("the call does not end: %v", err)
		}
	}
}

// file delivers what waits of a call, and returns it as it is recorded.
func (l *lossy) file(call string) []careline.RecordedVersion {
	l.t.Helper()
	for {
		d, ok, err := l.log.Next(l.t.Context(), "chart", call, l.clock().Add(time.Second))
		if err != nil {
			l.t.Fatal(err)
		}
		if !ok {
			break
		}
		if err := handle(l.filer, d); err != nil {
			l.t.Fatal(err)
		}
		if err := l.log.Done(l.t.Context(), d, careline.Filing{}); err != nil {
			l.t.Fatal(err)
		}
	}
	recorded, err := l.chart.Calls(l.t.Context(), "a1")
	if err != nil {
		l.t.Fatal(err)
	}
	for _, r := range recorded {
		if r.Latest().Call.Key == call {
			return r.Versions
		}
	}
	l.t.Fatalf("%s is not recorded", call)
	return nil
}

// found is how many Communications the record has under a leg's SID.
func (l *lossy) found(sid string) (total int) {
	l.t.Helper()
	var bundle struct {
		Entry []json.RawMessage `json:"entry"`
	}
	text := l.send(http.MethodGet, l.fhir+"/Communication?identifier="+url.QueryEscape("https://www.twilio.com/|"+sid), "")
	if err := json.Unmarshal(text, &bundle); err != nil {
		l.t.Fatal(err)
	}
	return len(bundle.Entry)
}

func TestReconcilerRightsTheRecordWhenEveryReportWasLost(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[string]struct {
		phone  string
		status careline.Status
		talked int // seconds; -1: nobody answered
	}{
		"answered":    {`{"outcome":"answer","ringSeconds":6,"talkSeconds":42}`, careline.StatusCompleted, 42},
		"busy":        {`{"outcome":"busy"}`, careline.StatusBusy, -1},
		"nobody home": {`{"outcome":"no-answer"}`, careline.StatusNoAnswer, -1},
		"declined":    {`{"outcome":"decline","ringSeconds":3}`, careline.StatusBusy, -1},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			l := newLossy(t)
			l.put("/phones/"+member, want.phone)
			call := l.place()
			l.isOver(call)
			before := l.file(call)
			if n := l.reports.Load(); n != 0 || len(before) != 1 || before[0].Call.Final() || before[0].Call.Reconciled {
				t.Fatalf("%d reports came, and before the sweep there are %d versions: %+v", n, len(before), before)
			}
			l.forward(careline.LookAfter)
			l.look()
			versions := l.file(call)
			got := versions[0].Call
			if got.Status != want.status || got.Word != string(want.status) || !got.Reconciled || got.Direction != "outbound-dial" {
				t.Errorf("recorded as %+v", got)
			}
			if n, known := got.Seconds.Value(); want.talked >= 0 && (!known || n != want.talked) {
				t.Errorf("lasted %d s (known: %v), want %d", n, known, want.talked)
			}
			if got.Received.IsZero() != (want.talked < 0) || got.Sent.IsZero() || got.Received.Before(got.Sent) && want.talked >= 0 {
				t.Errorf("sent %v, received %v", got.Sent, got.Received)
			}
			for _, leg := range []string{got.MemberLeg, call} {
				if n := l.found(leg); n != 1 || got.MemberLeg == call {
					t.Errorf("the record has %d Communications under the leg %q", n, leg)
				}
			}
			if last := versions[len(versions)-1].Call; last.Reconciled {
				t.Error("the first version says that it was looked up")
			}
			l.wantLookedUpNoMore(call, len(versions))
		})
	}
}

// wantLookedUpNoMore sweeps once more, a day later.
func (l *lossy) wantLookedUpNoMore(call string, versions int) {
	l.t.Helper()
	l.forward(24 * time.Hour)
	if _, all, err := l.log.Unsettled(l.t.Context(), l.clock(), 10); all != 0 || err != nil {
		l.t.Errorf("%d calls are still to be looked at (error: %v)", all, err)
	}
	l.look()
	if now := l.file(call); len(now) != versions {
		l.t.Errorf("another sweep made %d versions of %d", len(now), versions)
	}
}

func TestReconcilerRightsTheRecordWhenNobodyWasDialled(t *testing.T) {
	t.Parallel()
	l := newLossy(t)
	l.refuse.Store(true)
	call := l.place()
	l.isOver(call)
	l.forward(careline.LookAfter)
	l.look()
	versions := l.file(call)
	recorded, err := l.log.Events(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	if got := careline.Fold(recorded); got.Status != careline.StatusCanceled || got.MemberLeg != "" || got.Ended.IsZero() {
		t.Errorf("told as %+v", got)
	}
	if got := versions[0].Call; !got.Final() || !got.Reconciled || got.MemberLeg != "" {
		t.Errorf("recorded as %+v", got)
	}
	l.wantLookedUpNoMore(call, len(versions))
}

func TestACallThatGoesOnIsLeftAlone(t *testing.T) {
	t.Parallel()
	l := newLossy(t)
	l.put("/phones/"+member, `{"outcome":"answer","ringSeconds":1,"talkSeconds":0}`)
	call := l.place()
	l.forward(careline.LookAfter)
	l.look()
	if got := l.file(call)[0].Call; got.Final() || got.Reconciled {
		t.Errorf("a call that goes on is recorded as %+v", got)
	}
	l.send(http.MethodPost, l.twilio+"/sandbox/v1/calls/"+call+"/hangup", "")
	l.isOver(call)
	l.forward(2 * time.Minute)
	l.look()
	if got := l.file(call)[0].Call; !got.Final() || !got.Reconciled {
		t.Errorf("when it is over it is recorded as %+v", got)
	}
}
