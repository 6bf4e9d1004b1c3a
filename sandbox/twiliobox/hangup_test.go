package twiliobox_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Who hangs up, when, and what everybody is told.
func TestHangUps(t *testing.T) {
	t.Parallel()
	const manual = "+447700900800"
	tests := []struct {
		name     string
		answer   bool   // before hanging up
		who      string // clinician, member, phone, decline, rest-child, rest-parent, rest-cancel
		statuses []string
		sip      string
		action   [3]string // CallStatus, DialCallStatus, DialBridged
		parent   string
	}{
		{"clinician while ringing", false, "clinician", []string{"0 initiated", "1 ringing", "2 canceled"}, "487", [3]string{"completed", "canceled", "false"}, "completed"},
		{"clinician while talking", true, "clinician", []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, "200", [3]string{"completed", "completed", "true"}, "completed"},
		{"member while ringing", false, "member", []string{"0 initiated", "1 ringing", "2 busy"}, "603", [3]string{"in-progress", "busy", "false"}, "completed"},
		{"member declines", false, "decline", []string{"0 initiated", "1 ringing", "2 busy"}, "603", [3]string{"in-progress", "busy", "false"}, "completed"},
		{"member while talking", true, "member", []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, "200", [3]string{"in-progress", "completed", "true"}, "completed"},
		{"member's phone while talking", true, "phone", []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, "200", [3]string{"in-progress", "completed", "true"}, "completed"},
		{"REST on the ringing child", false, "rest-child", []string{"0 initiated", "1 ringing", "2 canceled"}, "487", [3]string{"in-progress", "canceled", "false"}, "completed"},
		{"REST on the talking child", true, "rest-child", []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, "200", [3]string{"in-progress", "completed", "true"}, "completed"},
		{"REST on the talking parent", true, "rest-parent", []string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, "200", [3]string{"completed", "completed", "true"}, "completed"},
		{"REST cancels the ringing parent", false, "rest-cancel", []string{"0 initiated", "1 ringing", "2 canceled"}, "487", [3]string{"completed", "canceled", "false"}, "canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(manual, "", ""), func(w *world) {
				w.pages["/result"] = xmlPage(`<Response><Hangup/></Response>`)
				sid := w.connect(map[string]string{"To": manual})
				pass(5 * time.Second)
				v := w.call(sid)
				if v.Status != "ringing" || v.Legs[1].Status != "ringing" {
					t.Fatalf("after 5 s: %s, %s", v.Status, v.Legs[1].Status)
				}
				if tt.answer {
					w.do("POST", "/sandbox/v1/phones/"+manual+"/answer", nil, nil)
					pass(10*time.Second + 500*time.Millisecond)
					if v = w.call(sid); v.Status != "in-progress" || v.Legs[1].Status != "in-progress" {
						t.Fatalf("after the answer: %s, %s", v.Status, v.Legs[1].Status)
					}
				}
				code := w.hangUp(tt.who, sid, v.Legs[1].SID, manual)
				if code != http.StatusOK {
					t.Fatalf("hang up: %d", code)
				}
				pass(time.Second)
				reports := w.at("/status")
				if diff := cmp.Diff(tt.statuses, statuses(reports)); diff != "" {
					t.Fatal(diff)
				}
				last := reports[len(reports)-1]
				seconds := "0"
				if tt.answer {
					seconds = "10"
				}
				if last.get("SipResponseCode") != tt.sip || last.get("CallDuration") != seconds {
					t.Errorf("SipResponseCode=%s CallDuration=%s", last.get("SipResponseCode"), last.get("CallDuration"))
				}
				action := w.one("/result")
				if got := [3]string{action.get("CallStatus"), action.get("DialCallStatus"), action.get("DialBridged")}; got != tt.action {
					t.Errorf("action %v, want %v", got, tt.action)
				}
				if got := w.one("/parent").get("CallStatus"); got != tt.parent {
					t.Errorf("parent %s", got)
				}
				if code := w.do("POST", "/sandbox/v1/calls/"+sid+"/hangup", nil, nil); code != http.StatusConflict {
					t.Errorf("hanging up again: %d", code)
				}
			})
		})
	}
}

func (w *world) hangUp(who, parent, child, phone string) int {
	switch who {
	case "clinician":
		return w.do("POST", "/sandbox/v1/calls/"+parent+"/hangup", nil, nil)
	case "member":
		return w.do("POST", "/sandbox/v1/calls/"+child+"/hangup", nil, nil)
	case "phone":
		return w.do("POST", "/sandbox/v1/phones/"+phone+"/hangup", nil, nil)
	case "decline":
		return w.do("POST", "/sandbox/v1/phones/"+phone+"/decline", nil, nil)
	case "rest-child":
		return w.rest("POST", "/Calls/"+child+".json", "Status=completed", nil)
	case "rest-parent":
		return w.rest("POST", "/Calls/"+parent+".json", "Status=completed", nil)
	case "rest-cancel":
		return w.rest("POST", "/Calls/"+parent+".json", "Status=canceled", nil)
	}
	return 0
}

// A clinician who gives up before the application has answered.
func TestHangUpBeforeTwiML(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.pages["/voice"] = func(rw http.ResponseWriter, r *http.Request) {
			<-time.After(3 * time.Second)
			xmlPage(dialTo(member, "", ""))(rw, r)
		}
		sid := w.connect(nil)
		pass(time.Second)
		w.do("POST", "/sandbox/v1/calls/"+sid+"/hangup", nil, nil)
		pass(time.Minute)
		if v := w.call(sid); v.Status != "completed" || len(v.Legs) != 1 || len(w.at("/status")) != 0 {
			t.Errorf("%s, %d legs: the TwiML came too late to be run", v.Status, len(v.Legs))
		}
		if got := w.one("/parent"); got.get("CallDuration") != "0" {
			t.Errorf("CallDuration=%s", got.get("CallDuration"))
		}
	})
}

func TestDialVariants(t *testing.T) {
	t.Parallel()
	t.Run("timeout", func(t *testing.T) {
		t.Parallel()
		inWorld(t, dialTo("+447700900487", `timeout="10"`, ""), func(w *world) {
			began := time.Now()
			w.connect(nil)
			pass(time.Minute)
			reports := w.at("/status")
			if last := reports[len(reports)-1]; last.get("CallStatus") != "no-answer" || last.at.Sub(began) != 15*time.Second {
				t.Errorf("%s after %v: ten seconds and the five that Twilio adds", last.get("CallStatus"), last.at.Sub(began))
			}
		})
	})
	t.Run("timeLimit", func(t *testing.T) {
		t.Parallel()
		inWorld(t, dialTo(member, `timeLimit="5"`, ""), func(w *world) {
			w.connect(nil)
			pass(time.Minute)
			reports := w.at("/status")
			if last := reports[len(reports)-1]; last.get("CallStatus") != "completed" || last.get("CallDuration") != "5" {
				t.Errorf("%s CallDuration=%s", last.get("CallStatus"), last.get("CallDuration"))
			}
		})
	})
	t.Run("without answerOnBridge the caller is answered when it rings", func(t *testing.T) {
		t.Parallel()
		inWorld(t, `<Response><Dial callerId="`+ours+`"><Number>+447700900487</Number></Dial><Say>sorry</Say></Response>`, func(w *world) {
			sid := w.connect(nil)
			pass(2 * time.Second)
			if v := w.call(sid); v.Status != "in-progress" {
				t.Error(v.Status)
			}
			pass(time.Minute)
			v := w.call(sid)
			if len(v.Transcript) != 1 || v.Transcript[0].Text != "sorry" {
				t.Errorf("without action the next verb runs: %+v", v.Transcript)
			}
			if d := w.one("/parent").get("CallDuration"); d != "35" {
				t.Errorf("CallDuration=%s, want 34 s of ringing and 1 s of sorry", d)
			}
		})
	})
	t.Run("completed alone by default, counted from 0", func(t *testing.T) {
		t.Parallel()
		inWorld(t, `<Response><Dial callerId="`+ours+`"><Number statusCallback="/status">`+member+`</Number></Dial></Response>`, func(w *world) {
			w.connect(nil)
			pass(time.Minute)
			if diff := cmp.Diff([]string{"0 completed"}, statuses(w.at("/status"))); diff != "" {
				t.Error(diff)
			}
		})
	})
	t.Run("first answer wins", func(t *testing.T) {
		t.Parallel()
		body := `<Response><Dial callerId="` + ours + `" action="/result"><Number>+447700900487</Number><Number>` + member + `</Number><Number>+447700900486</Number></Dial></Response>`
		inWorld(t, body, func(w *world) {
			sid := w.connect(nil)
			pass(time.Minute)
			var got []string
			for _, l := range w.call(sid).Legs[1:] {
				got = append(got, l.Status)
			}
			if diff := cmp.Diff([]string{"canceled", "completed", "busy"}, got); diff != "" {
				t.Error(diff)
			}
			if s := w.one("/result").get("DialCallStatus"); s != "completed" {
				t.Error(s)
			}
		})
	})
	t.Run("sequential", func(t *testing.T) {
		t.Parallel()
		body := `<Response><Dial callerId="` + ours + `" sequential="true"><Number>+447700900486</Number><Number>` + member + `</Number><Number>+447700900143</Number></Dial></Response>`
		inWorld(t, body, func(w *world) {
			sid := w.connect(nil)
			pass(time.Minute)
			if v := w.call(sid); len(v.Legs) != 3 || v.Legs[1].Status != "busy" || v.Legs[2].Status != "completed" {
				t.Errorf("%+v", v.Legs)
			}
		})
	})
	t.Run("client", func(t *testing.T) {
		t.Parallel()
		body := `<Response><Dial><Client statusCallback="/status" statusCallbackEvent="answered completed"><Identity>alice</Identity><Parameter name="a" value="b"/></Client></Dial></Response>`
		inWorld(t, body, func(w *world) {
			w.do("PUT", "/sandbox/v1/phones/client:alice", map[string]any{"outcome": "answer"}, nil)
			w.connect(nil)
			pass(time.Minute)
			all := w.at("/status")
			if diff := cmp.Diff([]string{"0 in-progress", "1 completed"}, statuses(all)); diff != "" {
				t.Fatal(diff)
			}
			if all[0].get("To") != "client:alice" || all[0].form.Has("ToCountry") || all[0].get("From") != "client:clinician_7f3a" {
				t.Error(all[0].form)
			}
		})
	})
	t.Run("whisper that hangs up is completed and not bridged", func(t *testing.T) {
		t.Parallel()
		inWorld(t, dialTo(member, "", `url="/whisper"`), func(w *world) {
			w.pages["/whisper"] = xmlPage(`<Response><Say>a call from your clinic</Say><Hangup/></Response>`)
			w.connect(nil)
			pass(time.Minute)
			whisper, action := w.one("/whisper"), w.one("/result")
			if whisper.get("Direction") != "outbound-dial" || whisper.get("CallStatus") != "in-progress" || whisper.get("ParentCallSid") == "" {
				t.Error(whisper.form)
			}
			if action.get("DialCallStatus") != "completed" || action.get("DialBridged") != "false" {
				t.Error(action.form)
			}
		})
	})
	t.Run("whisper, then bridged", func(t *testing.T) {
		t.Parallel()
		inWorld(t, dialTo(member, "", `url="/whisper" sendDigits="ww12"`), func(w *world) {
			w.pages["/whisper"] = xmlPage(`<Response><Say>a call</Say></Response>`)
			w.connect(nil)
			pass(time.Minute)
			// 1.5 s of digits, 1 s of whisper, 12 s of talk
			if a := w.one("/result"); a.get("DialBridged") != "true" || a.get("DialCallDuration") != "14" {
				t.Error(a.form)
			}
		})
	})
}

func TestMachineDetection(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, to, attrs, override string
		want, millis              string
	}{
		{"human", member, `machineDetection="Enable"`, "", "human", "2000"},
		{"machine", "+447700900700", `machineDetection="Enable"`, "", "machine_start", "4000"},
		{"end of the message", "+447700900700", `machineDetection="DetectMessageEnd"`, "", "machine_end_beep", "10000"},
		{"gives up", "+447700900700", `machineDetection="DetectMessageEnd" machineDetectionTimeout="5"`, "", "unknown", "5000"},
		{"as told", member, `machineDetection="Enable"`, "fax", "fax", "2000"},
		{"hung up first", "+447700900101", `machineDetection="Enable"`, "short", "unknown", "1000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(tt.to, "", tt.attrs+` amdStatusCallback="/amd"`), func(w *world) {
				switch tt.override {
				case "fax":
					w.do("PUT", "/sandbox/v1/phones/"+tt.to, map[string]any{"outcome": "answer", "answeredBy": "fax"}, nil)
				case "short":
					w.do("PUT", "/sandbox/v1/phones/"+tt.to, map[string]any{"outcome": "answer", "talkSeconds": 1}, nil)
				}
				sid := w.connect(nil)
				pass(time.Minute)
				child := w.call(sid).Legs[1]
				want := map[string]string{"AccountSid": account, "CallSid": child.SID, "AnsweredBy": tt.want, "MachineDetectionDuration": tt.millis}
				got := w.one("/amd")
				if diff := cmp.Diff(want, flat(got.form)); diff != "" {
					t.Error(diff)
				}
				if !got.signed || child.AnsweredBy != tt.want {
					t.Errorf("signed %v, on the leg %q", got.signed, child.AnsweredBy)
				}
			})
		})
	}
}
