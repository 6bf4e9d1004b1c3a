package twiliobox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// midCall runs a test in which a clinician and a member have talked for ten seconds.
func midCall(t *testing.T, test func(w *world, parent, child string)) {
	t.Helper()
	const manual = "+447700900800"
	inWorld(t, dialTo(manual, "", ""), func(w *world) {
		w.pages["/result"] = xmlPage(`<Response><Pause length="20"/></Response>`)
		w.pages["/elsewhere"] = xmlPage(`<Response><Say>Somewhere else</Say><Pause length="60"/></Response>`)
		parent := w.connect(map[string]string{"To": manual})
		pass(5 * time.Second)
		w.do("POST", "/sandbox/v1/phones/"+manual+"/answer", nil, nil)
		pass(10*time.Second + 500*time.Millisecond)
		test(w, parent, w.call(parent).Legs[1].SID)
	})
}

func (w *world) said(sid string) (texts []string) {
	w.t.Helper()
	for _, u := range w.call(sid).Transcript {
		if u.CallSid == sid {
			texts = append(texts, u.Kind+" "+u.Text)
		}
	}
	return texts
}

func (w *world) state(sid string) string {
	w.t.Helper()
	var call struct{ Status string }
	if code := w.rest("GET", "/Calls/"+sid+".json", "", &call); code != http.StatusOK {
		w.t.Fatalf("fetch: %d", code)
	}
	return call.Status
}

// The child of a Dial is taken out of it alive: it runs the new TwiML, the parent
// goes on with the Dial's action.
func TestRedirectTheChild(t *testing.T) {
	t.Parallel()
	midCall(t, func(w *world, parent, child string) {
		if code := w.rest("POST", "/Calls/"+child+".json", url.Values{"Url": {base + "/elsewhere?a=1"}, "Method": {"GET"}}.Encode(), nil); code != http.StatusOK {
			w.t.Fatalf("redirect: %d", code)
		}
		pass(time.Second)
		asked := w.one("/elsewhere")
		if asked.method != "GET" || asked.get("CallSid") != child || asked.get("ParentCallSid") != parent || asked.get("CallStatus") != "in-progress" || asked.get("a") != "1" || !asked.signed {
			t.Errorf("asked %+v", asked)
		}
		action := w.one("/result")
		want := map[string]string{"CallSid": parent, "CallStatus": "in-progress", "DialCallSid": child, "DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": ""}
		for name, value := range want {
			if got := action.get(name); got != value || name == "DialCallDuration" && action.form.Has(name) {
				t.Errorf("action: %s=%q, want %q", name, got, value)
			}
		}
		if w.state(parent) != "in-progress" || w.state(child) != "in-progress" {
			t.Errorf("parent %s, child %s", w.state(parent), w.state(child))
		}
		if diff := cmp.Diff([]string{"say Somewhere else", "pause 60"}, w.said(child)); diff != "" {
			t.Error(diff)
		}
		pass(30 * time.Second)
		if w.state(parent) != "completed" || w.state(child) != "in-progress" {
			t.Errorf("after the parent: parent %s, child %s", w.state(parent), w.state(child))
		}
		pass(time.Minute)
		if diff := cmp.Diff([]string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, statuses(w.at("/status"))); diff != "" {
			t.Error(diff)
		}
		last := w.at("/status")[3]
		if got := last.get("CallDuration"); got != "71" || last.get("ParentCallSid") != parent {
			t.Errorf("the child's end: %s s of %s", got, last.get("ParentCallSid"))
		}
	})
}

// A phone that hangs up by itself does so at its time, wherever its leg is by then.
func TestRedirectKeepsTheTime(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(member, "", ""), func(w *world) {
		w.pages["/result"] = xmlPage(`<Response><Pause length="600"/></Response>`)
		w.do("PUT", "/sandbox/v1/phones/"+member, map[string]any{"outcome": "answer", "talkSeconds": 30}, nil)
		parent := w.connect(nil)
		pass(10 * time.Second)
		child := w.call(parent).Legs[1].SID
		w.rest("POST", "/Calls/"+child+".json", "Twiml="+url.QueryEscape(`<Response><Pause length="600"/></Response>`), nil)
		pass(5 * time.Second)
		w.rest("POST", "/Calls/"+parent+".json", "TimeLimit=60&Twiml="+url.QueryEscape(`<Response><Pause length="600"/></Response>`), nil)
		pass(30 * time.Second)
		if last := w.at("/status"); len(last) != 4 || last[3].get("CallDuration") != "30" {
			t.Errorf("the phone: %v", statuses(last))
		}
		if w.state(parent) != "in-progress" {
			t.Error("the parent ended with the child that it has no more")
		}
		pass(35 * time.Second)
		if w.state(parent) != "completed" {
			t.Error("the parent outlived its TimeLimit")
		}
	})
}

// Whether the Number's callback goes on after that, and what the action says, can be
// chosen.
func TestRedirectUnproven(t *testing.T) {
	t.Parallel()
	midCall(t, func(w *world, _, child string) {
		for _, wrong := range []any{7, map[string]any{"dialCallStatus": "fine"}, map[string]any{"other": true}} {
			if code := w.do("PUT", "/sandbox/v1/unproven", wrong, nil); code != http.StatusBadRequest {
				t.Errorf("%v: %d", wrong, code)
			}
		}
		w.do("PUT", "/sandbox/v1/unproven", map[string]any{"reportsAfterRedirect": false, "dialCallStatus": "answered"}, nil)
		w.rest("POST", "/Calls/"+child+".json", "Twiml="+url.QueryEscape(`<Response><Say>Inline</Say></Response>`), nil)
		pass(5 * time.Second)
		if got := w.one("/result").get("DialCallStatus"); got != "answered" {
			t.Errorf("action: %s", got)
		}
		if diff := cmp.Diff([]string{"say Inline"}, w.said(child)); diff != "" || w.state(child) != "completed" {
			t.Errorf("%s; %s", diff, w.state(child))
		}
		if diff := cmp.Diff([]string{"0 initiated", "1 ringing", "2 in-progress"}, statuses(w.at("/status"))); diff != "" {
			t.Error(diff)
		}
		var now struct{ ReportsAfterRedirect bool }
		if w.do("GET", "/sandbox/v1/unproven", nil, &now); now.ReportsAfterRedirect {
			t.Error("the switch is not kept")
		}
	})
}

// The parent's redirect hangs the child up; the action is asked, and not heeded.
func TestRedirectTheParent(t *testing.T) {
	t.Parallel()
	midCall(t, func(w *world, parent, child string) {
		w.rest("POST", "/Calls/"+parent+".json", "Url="+url.QueryEscape(base+"/elsewhere"), nil)
		pass(10 * time.Second)
		if w.state(parent) != "in-progress" || w.state(child) != "completed" {
			t.Errorf("parent %s, child %s", w.state(parent), w.state(child))
		}
		if got := w.one("/result"); got.get("DialCallStatus") != "completed" || got.get("DialCallDuration") != "10" {
			t.Errorf("action %v", got.form)
		}
		if diff := cmp.Diff([]string{"say Somewhere else", "pause 60"}, w.said(parent)); diff != "" {
			t.Error(diff)
		}
		// And once more, in the middle of the Pause.
		w.rest("POST", "/Calls/"+parent+".json", "Twiml="+url.QueryEscape(`<Response><Say>Bye</Say></Response>`), nil)
		pass(3 * time.Second)
		if w.state(parent) != "completed" || w.said(parent)[2] != "say Bye" {
			t.Errorf("%s, said %v", w.state(parent), w.said(parent))
		}
	})
}

func TestRedirectRefusals(t *testing.T) {
	t.Parallel()
	const manual = "+447700900800"
	to := "Url=" + url.QueryEscape(base+"/elsewhere")
	inWorld(t, dialTo(manual, "", ""), func(w *world) {
		parent := w.connect(map[string]string{"To": manual})
		pass(5 * time.Second)
		child := w.call(parent).Legs[1].SID
		for _, tt := range []struct {
			name, sid, form string
			status, code    int
		}{
			{"a child that rings", child, to, 400, 21220},
			{"canceled of a child that rings does nothing", child, "Status=canceled", 200, 0},
			{"Url and Twiml", parent, to + "&Twiml=x", 400, 20001},
			{"Url and Status", parent, to + "&Status=completed", 400, 20001},
			{"another status", parent, "Status=busy", 400, 20001},
			{"a relative Url", parent, "Url=/elsewhere", 400, 21205},
			{"another Method", parent, to + "&Method=PUT", 400, 21205},
			{"long Twiml", parent, "Twiml=" + strings.Repeat("x", 4001), 400, 32018},
			{"unknown", "CA00000000000000000000000000000009", to, 404, 20404},
		} {
			var answer struct{ Code int }
			if got := w.rest("POST", "/Calls/"+tt.sid+".json", tt.form, &answer); got != tt.status || answer.Code != tt.code {
				t.Errorf("%s: %d, code %d", tt.name, got, answer.Code)
			}
		}
		if w.state(child) != "ringing" || w.state(parent) != "ringing" {
			t.Errorf("parent %s, child %s", w.state(parent), w.state(child))
		}
		w.hangUp("clinician", parent, child, manual)
		pass(time.Second)
		if got := w.rest("POST", "/Calls/"+child+".json", to, nil); got != 400 {
			t.Errorf("a finished one: %d", got)
		}
	})
}

// What goes wrong with a redirect: not done, or done without a good answer.
func TestRedirectFaults(t *testing.T) {
	t.Parallel()
	to := "Url=" + url.QueryEscape(base+"/elsewhere")
	midCall(t, func(w *world, parent, child string) {
		if code := w.do("PUT", "/sandbox/v1/faults", map[string]any{"redirect": []string{"401"}}, nil); code != http.StatusBadRequest {
			t.Errorf("an unknown fault: %d", code)
		}
		w.do("PUT", "/sandbox/v1/faults", map[string]any{"redirect": []string{"404", "500", "", "done-500", "lost"}}, nil)
		for i, want := range []int{404, 500, 200, 500} {
			sid := child
			if i == 3 {
				sid = parent
			}
			if got := w.rest("POST", "/Calls/"+sid+".json", to, nil); got != want {
				t.Errorf("%d: %d, want %d", i, got, want)
			}
			pass(time.Second)
			if asked := len(w.at("/elsewhere")); asked != max(0, i-1) {
				t.Errorf("%d: asked %d times", i, asked)
			}
		}
		func() {
			defer func() {
				if recover() != http.ErrAbortHandler {
					t.Error("the lost answer came")
				}
			}()
			w.rest("POST", "/Calls/"+child+".json", to, nil)
		}()
		pass(time.Second)
		if asked := len(w.at("/elsewhere")); asked != 3 {
			t.Errorf("the lost one: asked %d times", asked)
		}
	})
}
