package twiliobox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/media"
)

// arrived is the call that came to our number, which must be the only one.
func (w *world) arrived() callView {
	w.t.Helper()
	return w.call(w.one("/incoming").get("CallSid"))
}

// Whoever dials a number of the account reaches that number's application.
func TestTrunkToAnApplication(t *testing.T) {
	t.Parallel()
	answered := []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}
	rang := func(end string) []string { return []string{"0 initiated", "1 ringing", "2 " + end} }
	tests := []struct {
		name, incoming string
		statuses       []string // of the leg that dials
		sip            string
		bridged        string
		arrived        string // status of the call that arrives
		heard          string
	}{
		{"it speaks", `<Response><Say>one two three four five</Say></Response>`, answered, "200", "true", "completed", "one two three four five"},
		{"it dials on", strings.Replace(dialTo(member, "", ""), `action="/result"`, "", 1), answered, "200", "true", "completed", ""},
		{"busy", `<Response><Reject reason="busy"/></Response>`, rang("busy"), "486", "false", "busy", ""},
		{"rejected", `<Response><Reject/></Response>`, rang("no-answer"), "480", "false", "no-answer", ""},
		{"nothing to do", `<Response/>`, rang("no-answer"), "480", "false", "completed", ""},
		{"it fails", `<`, rang("failed"), "503", "false", "failed", "We are sorry, an application error has occurred. Goodbye."},
		{"it lets it ring", `<Response><Pause length="60"/><Say>late</Say></Response>`, rang("no-answer"), "487", "false", "completed", "60"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, strings.Replace(dialTo(ours, "", ""), "/status", "/dialled", 1), func(w *world) {
				w.pages["/incoming"] = xmlPage(tt.incoming)
				sid := w.connect(nil)
				pass(2 * time.Minute)
				reports := w.at("/dialled")
				if diff := cmp.Diff(tt.statuses, statuses(reports)); diff != "" {
					t.Error(diff)
				}
				last, action := reports[len(reports)-1], w.one("/result")
				if last.get("SipResponseCode") != tt.sip || action.get("DialBridged") != tt.bridged || action.get("DialCallStatus") != last.get("CallStatus") {
					t.Errorf("%v\n%v", last.form, action.form)
				}
				first := w.one("/incoming")
				if first.get("From") != ours || first.get("To") != ours || first.get("Direction") != "inbound" || first.form.Has("ParentCallSid") || first.get("CallSid") == sid {
					t.Errorf("%v", first.form)
				}
				if v := w.arrived(); v.Status != tt.arrived || v.heard() != tt.heard {
					t.Errorf("%s, heard %q", v.Status, v.heard())
				}
				if got := w.one("/number").get("CallStatus"); got != tt.arrived {
					t.Errorf("reported %s", got)
				}
			})
		})
	}
}

// Both ends may hang up; the other then ends too.
func TestTrunkHangUps(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"the caller", "the one who was reached", "the application by REST"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(ours, "", ""), func(w *world) {
				w.pages["/incoming"] = xmlPage(`<Response><Dial callerId="` + ours + `"><Number>+447700900800</Number></Dial></Response>`)
				w.pages["/result"] = xmlPage(`<Response><Hangup/></Response>`)
				sid := w.connect(nil)
				pass(5 * time.Second)
				w.do("POST", "/sandbox/v1/phones/+447700900800/answer", nil, nil)
				pass(10 * time.Second)
				switch who {
				case "the caller":
					w.do("POST", "/sandbox/v1/calls/"+sid+"/hangup", nil, nil)
				case "the one who was reached":
					w.do("POST", "/sandbox/v1/phones/+447700900800/hangup", nil, nil)
				default:
					w.rest("POST", "/Calls/"+w.arrived().SID+".json", "Status=completed", nil)
				}
				pass(time.Second)
				near, far := w.call(sid), w.arrived()
				for _, v := range []callView{near, far} {
					if len(v.Legs) != 2 || v.Legs[0].Status != "completed" || v.Legs[1].Status != "completed" {
						t.Errorf("%+v", v.Legs)
					}
				}
				if d := far.Legs[1].DurationSeconds; d != 10 {
					t.Errorf("talked for %d s", d)
				}
			})
		})
	}
}

// A number that leads to itself does so for a while, and then fails.
func TestTrunkInCircles(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(ours, "", ""), func(w *world) {
		w.pages["/incoming"] = xmlPage(strings.Replace(dialTo(ours, "", ""), "/status", "/dialled", 1))
		w.connect(nil)
		pass(5 * time.Minute)
		if n := len(w.at("/incoming")); n != 10 {
			t.Errorf("%d calls arrived", n)
		}
		tooMany := 0
		for _, s := range w.at("/dialled") {
			if s.get("SipResponseCode") == "483" && s.get("CallStatus") == "failed" {
				tooMany++
			}
		}
		if tooMany != 1 {
			t.Errorf("%d legs ended with SIP 483, want one", tooMany)
		}
	})
}

// A call that the REST API places to a number of the account arrives there too.
func TestTrunkByREST(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.pages["/incoming"], w.pages["/placed"] = xmlPage(`<Response><Say>Hello.</Say></Response>`), xmlPage(`<Response><Pause length="20"/></Response>`)
		form := url.Values{"To": {ours}, "From": {ours}, "Url": {base + "/placed"}}
		if code := w.rest("POST", "/Calls.json", form.Encode(), nil); code != http.StatusCreated {
			t.Fatal(code)
		}
		pass(time.Minute)
		if v := w.arrived(); v.Status != "completed" || v.heard() != "Hello." {
			t.Errorf("%s, heard %q", v.Status, v.heard())
		}
		w.one("/placed")
	})
}

// Sound and keys go all the way, from browser to browser.
func TestTrunkWithSound(t *testing.T) {
	t.Parallel()
	w := newWired(t, unbridged(patient, `<Number>`+ours+`</Number>`))
	w.pages["/incoming"] = xmlPage(`<Response><Dial answerOnBridge="true" ` + patient + `><Client>dr_jones</Client></Dial></Response>`)
	callee, caller := w.reachable("dr_jones"), w.listening()
	theirs := caller.invite("TJS1", "")
	invite := callee.next("invite").Payload
	if p := invite.Parameters; p["From"] != ours || p["StirStatus"] != "TN-Validation-Passed-A" {
		t.Errorf("%v", p)
	}
	answer := caller.next("answer").Payload
	theirs.accept(answer.SDP)
	b := newBrowser(t)
	callee.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": b.answer(invite.SDP)})
	b.say(media.Tone(700))
	theirs.say(media.Tone(1200))
	theirs.hears("the client", 700)
	b.hears("the caller", 1200)
	caller.send("dtmf", map[string]any{"callsid": answer.CallSID, "dtmf": "5"})
	eventually(t, "key at the far end", func() bool { return w.arrived().heard() == "5" })
	callee.send("hangup", map[string]any{"callsid": invite.CallSID})
	caller.next("hangup")
}

// A number of the account may lead into a room: who dialled it speaks with everybody
// there.
func TestTrunkIntoARoom(t *testing.T) {
	t.Parallel()
	w := newWired(t, "")
	room := `<Response><Dial><Conference waitUrl="">ward</Conference></Dial></Response>`
	w.pages["/incoming"] = xmlPage(room)
	w.pages["/voice"] = func(rw http.ResponseWriter, r *http.Request) {
		if r.FormValue("To") == "room" {
			xmlPage(room)(rw, r)
			return
		}
		xmlPage(unbridged(patient, `<Number>`+ours+`</Number>`))(rw, r)
	}
	inside, outside := w.listening(), w.listening()
	b := inside.invite("TJS1", "To=room")
	b.accept(inside.next("answer").Payload.SDP)
	theirs := outside.invite("TJS2", "To=number")
	theirs.accept(outside.next("answer").Payload.SDP)
	b.say(media.Tone(700))
	theirs.say(media.Tone(1200))
	theirs.hears("who is in the room", 700)
	b.hears("who dialled the number", 1200)
	outside.send("hangup", map[string]any{"callsid": "TJS2"})
	eventually(t, "end of the call that arrived", func() bool { return w.arrived().Status == "completed" })
}
