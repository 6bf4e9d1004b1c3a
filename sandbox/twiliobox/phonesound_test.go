package twiliobox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

type phoneView struct {
	Number, State, Outcome, Voice, From, CallSid, Digits, SDP string
	Since                                                     time.Time
	Attended                                                  bool
}

func (w *wired) phone(number string) (v phoneView) {
	w.t.Helper()
	if code := w.do("GET", "/sandbox/v1/phones/"+number, nil, &v); code != http.StatusOK {
		w.t.Fatalf("phone: %d", code)
	}
	return v
}

// page answers a phone with the sound of a browser, or takes its call over.
func (w *wired) page(number string) *browser {
	w.t.Helper()
	b := newBrowser(w.t)
	offer := b.offer(nil)
	var v phoneView
	eventually(w.t, "answer of the page", func() bool {
		v = phoneView{}
		return w.do("POST", "/sandbox/v1/phones/"+number+"/answer", map[string]any{"sdp": offer}, &v) == http.StatusOK
	})
	if v.State != "in-call" || v.SDP == "" {
		w.t.Fatalf("%+v", v)
	}
	b.accept(v.SDP)
	return b
}

// Two people: a clinician in the browser, a member at the phone's page. Each
// hears the other, and the other's keys.
func TestPageAnswersWithSound(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, ""))
	p := w.listening()
	b := p.invite("TJS1", "")
	b.accept(p.next("ringing").Payload.SDP)
	page := w.page("+447700900801")
	answer := p.next("answer")
	b.say(media.Tone(700))
	page.say(media.Tone(1200))
	page.hears("the clinician", 700)
	b.hears("the member", 1200)
	b.say(nil)
	page.say(nil)
	b.press(5)
	page.hears("the clinician's key 5", 770, 1336)
	eventually(t, "the key at the phone", func() bool { return w.phone("+447700900801").Digits == "5" })
	p.send("dtmf", map[string]any{"callsid": answer.Payload.CallSID, "dtmf": "1"})
	page.hears("the clinician's key 1", 697, 1209)
	w.press("+447700900801", "digits", map[string]any{"digits": "9"})
	b.hears("the member's key 9", 852, 1477)
	v := w.phone("+447700900801")
	if v.Digits != "51" || v.From != ours || v.CallSid == "" || v.State != "in-call" || v.Since.IsZero() || v.Voice != "auto" {
		t.Errorf("%+v", v)
	}
	call := w.call(answer.Payload.CallSID)
	heard := ""
	for _, u := range call.Transcript {
		heard += u.Kind + " " + u.Text + " " + map[bool]string{true: "clinician", false: "member"}[u.CallSid == call.SID] + ","
	}
	if heard != "digits 5 clinician,digits 1 clinician,digits 9 member," {
		t.Errorf("transcript: %s", heard)
	}
	if m := call.Legs[1].Media; m == nil || m.PacketsIn == 0 {
		t.Errorf("the member's leg: %+v", m)
	}
	// The page is loaded again.
	page.close()
	page = w.page("+447700900801")
	page.say(media.Tone(900))
	b.hears("the member after the reload", 900)
	w.press("+447700900801", "hangup", nil)
	p.next("hangup")
	if v := w.phone("+447700900801"); v.State != "idle" || v.CallSid != "" || v.Digits != "" || v.Since.IsZero() {
		t.Errorf("after the call: %+v", v)
	}
}

// A page takes the automatic voice's place; then the person decides when to hang
// up. When the page goes for good the call does not stay.
func TestPageTakesOver(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo(member, "", ""))
	w.box.Endure(time.Second, time.Minute, time.Minute, 5*time.Second)
	w.script(member, map[string]any{"outcome": "answer", "talkSeconds": 250, "voice": "tone:1000"}) // five seconds at this pace
	p := w.listening()
	b, answer := p.inCall()
	b.hears("the automatic voice", 1000)
	page := w.page(member)
	page.say(media.Tone(600))
	eventually(t, "more sound of the page than its endurance, or the automatic voice's", func() bool {
		m := w.call(answer.Payload.CallSID).Legs[1].Media
		return m != nil && m.PacketsIn > 350
	})
	b.hears("the member", 600)
	page.close()
	p.next("hangup")
}

func TestVoices(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo(member, "", ""))
	for _, voice := range []string{"loud", "tone:", "tone:9", "tone:9000", "tone:x"} {
		if code := w.do("PUT", "/sandbox/v1/phones/"+member, map[string]any{"outcome": "answer", "voice": voice}, nil); code != http.StatusBadRequest {
			t.Errorf("%s: %d", voice, code)
		}
	}
	w.script(member, map[string]any{"outcome": "answer", "talkSeconds": 0})
	p := w.listening()
	b, answer := p.inCall()
	b.hearsSomething("greeting")
	b.say(media.Speech("Hello, this is the patient speaking."))
	eventually(t, "end of the sentence", func() bool { return w.call(answer.Payload.CallSID).Legs[0].Media.PacketsIn > 150 })
	b.hearsSomething("reply")
}

func TestVoicemail(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, `machineDetection="Enable" amdStatusCallback="/amd"`))
	w.box.Endure(time.Second, time.Minute, time.Minute, time.Minute)
	p := w.listening()
	b := p.invite("TJS1", "")
	b.accept(p.next("ringing").Payload.SDP)
	b.hears("ringback", 400, 450)
	w.press("+447700900801", "voicemail", nil)
	p.next("answer")
	p.next("hangup") // 20 s of recording at this pace
	eventually(t, "detection", func() bool { return len(w.at("/amd")) == 1 })
	if got := w.one("/amd").get("AnsweredBy"); got != "machine_start" {
		t.Errorf("%s", got)
	}
}

// The machine's announcement and tone, at a pace that leaves time for them.
func TestVoicemailIsHeard(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900705", "", ""))
	w.script("+447700900705", map[string]any{"outcome": "voicemail", "talkSeconds": 0})
	p := w.listening()
	b := p.invite("TJS1", "")
	b.accept(p.next("ringing").Payload.SDP)
	p.next("answer")
	b.hearsSomething("announcement")
	b.hears("the tone", 1000)
}

func TestPhoneActsAtTheWrongTime(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, ""))
	at := func(act string, body any) int {
		return w.do("POST", "/sandbox/v1/phones/+447700900801/"+act, body, nil)
	}
	if got := at("answer", map[string]any{"sdp": newBrowser(t).offer(nil)}); got != http.StatusConflict {
		t.Errorf("answer without a call: %d", got)
	}
	w.listening().invite("TJS1", "")
	eventually(t, "ringing", func() bool { return w.phone("+447700900801").State == "ringing" })
	for _, tt := range []struct {
		act  string
		body any
		want int
	}{
		{"digits", map[string]any{"digits": "1"}, 409}, {"digits", map[string]any{"digits": "x"}, 400}, {"digits", map[string]any{"digits": strings.Repeat("1", 257)}, 400}, {"digits", map[string]any{}, 400},
		{"answer", map[string]any{"sdp": "?"}, 400}, {"answer", 7, 400}, {"sing", nil, 400}, {"voicemail", nil, 200}, {"voicemail", nil, 409},
	} {
		if got := at(tt.act, tt.body); got != tt.want {
			t.Errorf("%s %v: %d, want %d", tt.act, tt.body, got, tt.want)
		}
	}
}

// attend opens a phone's stream as its page does.
func (w *wired) attend(number string) (views <-chan phoneView, leave context.CancelFunc) {
	w.t.Helper()
	ctx, leave := context.WithCancel(w.t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", w.url+"/sandbox/v1/phones/"+number+"/events?attend=true", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	out := make(chan phoneView, 100)
	go func() {
		defer close(out)
		defer resp.Body.Close()
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var v phoneView
			if ok && json.Unmarshal([]byte(data), &v) == nil {
				out <- v
			}
		}
	}()
	w.t.Cleanup(leave)
	return out, leave
}

func TestAttendedPhone(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo(member, patient, ""))
	w.script(member, map[string]any{"outcome": "answer", "ringSeconds": 1, "talkSeconds": 1})
	views, leave := w.attend(member)
	see := func(what string, is func(phoneView) bool) phoneView {
		t.Helper()
		for {
			select {
			case v, ok := <-views:
				if !ok {
					t.Fatalf("the stream ended before %s", what)
				}
				if is(v) {
					return v
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("no %s within 30 s", what)
			}
		}
	}
	if v := see("the first view", func(phoneView) bool { return true }); v.State != "idle" || !v.Attended || v.Number != member {
		t.Errorf("%+v", v)
	}
	p := w.listening()
	b := p.invite("TJS1", "")
	b.accept(p.next("ringing").Payload.SDP)
	if v := see("ringing", func(v phoneView) bool { return v.State == "ringing" }); v.From != ours {
		t.Errorf("%+v", v)
	}
	b.hears("ringback, long after the script's one second", 400, 450)
	w.press(member, "answer", map[string]any{})
	see("in-call", func(v phoneView) bool { return v.State == "in-call" })
	answer := p.next("answer")
	b.hearsSomething("the voice, long after the script's one second")
	p.send("dtmf", map[string]any{"callsid": answer.Payload.CallSID, "dtmf": "12"})
	see("digits", func(v phoneView) bool { return v.Digits == "12" })
	p.send("hangup", map[string]any{"callsid": answer.Payload.CallSID})
	see("idle", func(v phoneView) bool { return v.State == "idle" })
	leave()
	eventually(t, "an empty chair", func() bool { return !w.phone(member).Attended })
	p.inCall() // now it answers by itself
}

// A phone that goes during its whisper rings no longer for the caller.
func TestNoRingbackAfterAWhisperThatHangsUp(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, `url="/whisper"`))
	w.pages["/whisper"] = xmlPage(`<Response><Hangup/></Response>`)
	w.pages["/result"] = xmlPage(`<Response><Pause length="14400"/></Response>`)
	p := w.listening()
	b := p.invite("TJS1", "")
	b.accept(p.next("ringing").Payload.SDP)
	b.hears("ringback", 400, 450)
	w.press("+447700900801", "answer", nil)
	eventually(t, "result", func() bool { return len(w.at("/result")) == 1 })
	const longer = 150 // frames: than ringback's two seconds of rest
	still := 0
	eventually(t, "silence", func() bool {
		for _, f := range b.frames() {
			if still++; media.Level(&f) > 100 {
				still = 0
			}
		}
		return still > longer
	})
}
