package twiliobox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// place asks the REST API for a call and returns its sid.
func (w *world) place(form url.Values) string {
	w.t.Helper()
	var made struct{ SID, Status, Direction string }
	if code := w.rest("POST", "/Calls.json", form.Encode(), &made); code != http.StatusCreated {
		w.t.Fatalf("place: %d %+v", code, made)
	}
	if made.Status != "queued" || made.Direction != "outbound-api" {
		w.t.Errorf("made %+v", made)
	}
	return made.SID
}

func asked(to string, more ...string) url.Values {
	form := url.Values{"To": {to}, "From": {ours}, "Url": {base + "/placed"}, "StatusCallback": {base + "/status?AppointmentId=abc"},
		"StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// A call that the REST API places is one leg without a parent, reported as that.
func TestCallsPlacedByTheRESTAPI(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		form     url.Values
		script   map[string]any
		act      string // on the phone, after five seconds
		statuses []string
		sip      string
		answered string // AnsweredBy of the last report
	}{
		"answered":               {form: asked(member), statuses: []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, sip: "200"},
		"completed alone":        {form: url.Values{"To": {member}, "From": {ours}, "Url": {base + "/placed"}, "StatusCallback": {base + "/status?AppointmentId=abc"}}, statuses: []string{"0 completed"}, sip: "200"},
		"busy":                   {form: asked("+447700900486"), statuses: []string{"0 initiated", "1 busy"}, sip: "486"},
		"declined":               {form: asked("+447700900603"), statuses: []string{"0 initiated", "1 ringing", "2 busy"}, sip: "603"},
		"declined by hand":       {form: asked("+447700900800"), act: "decline", statuses: []string{"0 initiated", "1 ringing", "2 busy"}, sip: "603"},
		"hung up while it rings": {form: asked("+447700900800"), act: "hangup", statuses: []string{"0 initiated", "1 ringing", "2 busy"}, sip: "603"},
		"nobody answers":         {form: asked("+447700900487", "Timeout", "20"), statuses: []string{"0 initiated", "1 ringing", "2 no-answer"}, sip: "487"},
		"no such number":         {form: asked("+447700900404"), statuses: []string{"0 initiated", "1 failed"}, sip: "404"},
		"a machine":              {form: asked("+447700900703", "MachineDetection", "Enable"), statuses: []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, sip: "200", answered: "machine_start"},
		"a person, sound asked":  {form: asked(member, "MachineDetection", "Enable"), script: map[string]any{"outcome": "answer", "talkSeconds": 5}, statuses: []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, sip: "200", answered: "human"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, "", func(w *world) {
				w.pages["/placed"] = xmlPage(`<Response><Say>This is the clinic.</Say><Pause length="60"/></Response>`)
				if c.script != nil {
					w.do("PUT", "/sandbox/v1/phones/"+c.form.Get("To"), c.script, nil)
				}
				sid := w.place(c.form)
				pass(5 * time.Second)
				if c.act != "" {
					if code := w.do("POST", "/sandbox/v1/phones/"+c.form.Get("To")+"/"+c.act, nil, nil); code != http.StatusOK {
						t.Errorf("%s: %d", c.act, code)
					}
				}
				pass(3 * time.Minute)
				reports := w.at("/status")
				if diff := cmp.Diff(c.statuses, statuses(reports)); diff != "" {
					t.Fatal(diff)
				}
				for _, r := range reports {
					if r.get("CallSid") != sid || r.get("Direction") != "outbound-api" || r.form.Has("ParentCallSid") || !strings.Contains(r.url, "AppointmentId=abc") || !r.signed ||
						r.get("From") != ours || r.get("To") != c.form.Get("To") || r.get("CallbackSource") != "call-progress-events" {
						t.Errorf("%s %v", r.url, r.form)
					}
				}
				last := reports[len(reports)-1]
				if last.get("SipResponseCode") != c.sip || last.get("AnsweredBy") != c.answered {
					t.Errorf("last: %v", last.form)
				}
				wantsPage := slices.Contains(c.statuses, "3 completed") || len(c.statuses) == 1
				if pages := w.at("/placed"); wantsPage != (len(pages) == 1) || wantsPage && pages[0].get("AnsweredBy") != c.answered {
					t.Errorf("%d pages asked for", len(pages))
				}
			})
		})
	}
}

func TestPlacingByRESTIsChecked(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(member, "", ""), func(w *world) {
		for name, c := range map[string]struct {
			form url.Values
			code int
		}{
			"no To":          {asked(""), 21201},
			"To is no E.164": {asked("07700900142"), 21211},
			"no From":        {asked(member, "From", ""), 21213},
			"foreign From":   {asked(member, "From", "+442079460999"), 21210},
			"no page":        {asked(member, "Url", ""), 21205},
			"no application": {asked(member, "ApplicationSid", "AP00000000000000000000000000000009"), 21205},
			"wrong event":    {asked(member, "StatusCallbackEvent", "busy"), 21205},
			"wrong timeout":  {asked(member, "Timeout", "1"), 20001},
		} {
			var fault struct{ Code int }
			if status := w.rest("POST", "/Calls.json", c.form.Encode(), &fault); status != 400 || fault.Code != c.code {
				t.Errorf("%s: %d %d", name, status, fault.Code)
			}
		}
		// An application's own page and callback are used, and its TwiML may dial on.
		sid := w.place(url.Values{"To": {member}, "From": {ours}, "ApplicationSid": {appSID}})
		pass(time.Minute)
		if v := w.call(sid); v.Status != "completed" || len(v.Legs) != 2 || v.Legs[1].ParentCallSid != sid {
			t.Errorf("%+v", v)
		}
		if got := w.one("/parent"); got.get("CallSid") != sid || got.get("Direction") != "outbound-api" || got.get("CallStatus") != "completed" {
			t.Errorf("%v", got.form)
		}
		ringing := w.place(asked("+447700900800"))
		pass(5 * time.Second)
		if code := w.rest("POST", "/Calls/"+ringing+".json", "Status=canceled", nil); code != 200 {
			t.Errorf("cancel: %d", code)
		}
		pass(time.Second)
		reports := w.at("/status")
		if last := reports[len(reports)-1]; last.get("CallStatus") != "canceled" || last.get("SipResponseCode") != "487" {
			t.Errorf("%v", last.form)
		}
	})
}

// Why a call failed, as far as Twilio says it; what a detector says before it is
// sure; and a refusal after ringing, which is no engaged line, with either code.
func TestWhyItFailedAndWhoWasHeardFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script      map[string]any
		numberAttrs string
		callerID    string
		statuses    string
		sip, code   string
		amd         string
	}{
		"failed with a code":    {script: map[string]any{"outcome": "failed", "sipResponseCode": 480, "errorCode": 32009}, statuses: "[0 initiated 1 failed]", sip: "480", code: "32009"},
		"failed without one":    {script: map[string]any{"outcome": "failed"}, statuses: "[0 initiated 1 failed]", sip: "503"},
		"declined with 486":     {script: map[string]any{"outcome": "decline", "sipResponseCode": 486}, statuses: "[0 initiated 1 ringing 2 busy]", sip: "486"},
		"declined":              {script: map[string]any{"outcome": "decline"}, statuses: "[0 initiated 1 ringing 2 busy]", sip: "603"},
		"engaged everywhere":    {script: map[string]any{"outcome": "busy", "sipResponseCode": 600}, statuses: "[0 initiated 1 busy]", sip: "600"},
		"unsure, then a person": {script: map[string]any{"outcome": "answer", "answeredByFirst": "unknown"}, numberAttrs: `machineDetection="Enable" amdStatusCallback="/amd"`, statuses: "[0 initiated 1 ringing 2 in-progress 3 completed]", sip: "200", amd: "[unknown human]"},
		"sure at once":          {script: map[string]any{"outcome": "answer"}, numberAttrs: `machineDetection="Enable" amdStatusCallback="/amd"`, statuses: "[0 initiated 1 ringing 2 in-progress 3 completed]", sip: "200", amd: "[human]"},
		"Twilio refuses":        {callerID: "+442079460999", statuses: "[0 failed]", code: "13214"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			twiml := dialTo(member, "", c.numberAttrs)
			if c.callerID != "" {
				twiml = strings.Replace(twiml, ours, c.callerID, 1)
			}
			inWorld(t, twiml, func(w *world) {
				if c.script != nil {
					if code := w.do("PUT", "/sandbox/v1/phones/"+member, c.script, nil); code != 200 {
						t.Fatalf("script: %d", code)
					}
				}
				w.connect(map[string]string{"To": member})
				pass(time.Minute)
				reports := w.at("/status")
				if got := fmt.Sprint(statuses(reports)); got != c.statuses {
					t.Fatal(got)
				}
				last := reports[len(reports)-1]
				if last.get("SipResponseCode") != c.sip || last.get("ErrorCode") != c.code {
					t.Errorf("%v", last.form)
				}
				heard := []string{}
				for _, r := range w.at("/amd") {
					heard = append(heard, r.get("AnsweredBy"))
				}
				if got := fmt.Sprint(heard); c.amd != "" && got != c.amd {
					t.Errorf("detected %s", got)
				}
			})
		})
	}
	inWorld(t, "", func(w *world) {
		for _, script := range []map[string]any{{"outcome": "failed", "errorCode": 7}, {"outcome": "answer", "answeredByFirst": "somebody"}} {
			if code := w.do("PUT", "/sandbox/v1/phones/"+member, script, nil); code != 400 {
				t.Errorf("%v: %d", script, code)
			}
		}
	})
}

// A call whose TwiML comes with it asks nobody.
func TestCallsPlacedWithTwiml(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		form := asked(member, "Twiml", `<Response><Say>Hello</Say></Response>`)
		form.Del("Url")
		sid := w.place(form)
		pass(time.Minute)
		if said := w.call(sid).Transcript; len(said) != 1 || said[0].Text != "Hello" || len(w.at("/placed")) != 0 {
			t.Errorf("%+v", said)
		}
		form.Set("Twiml", strings.Repeat("x", 4001))
		var got struct{ Code int }
		if code := w.rest("POST", "/Calls.json", form.Encode(), &got); code != http.StatusBadRequest || got.Code != 32018 {
			t.Errorf("too long: %d, %d", code, got.Code)
		}
	})
}
