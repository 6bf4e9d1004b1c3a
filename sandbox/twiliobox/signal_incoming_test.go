package twiliobox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/media"
)

const toClient = `<Response><Dial answerOnBridge="true" ` + patient + ` callerId="` + ours + `" action="/result"><Client statusCallback="/status" statusCallbackEvent="initiated ringing answered completed">` +
	`<Identity>dr_jones</Identity><Parameter name="appointment" value="a b"/></Client></Dial></Response>`

// Every browser of a client rings; the first to answer has the call, with sound.
func TestClientAnswers(t *testing.T) {
	t.Parallel()
	w := newWired(t, toClient)
	one, two, mute := w.reachable("dr_jones"), w.reachable("dr_jones"), w.softphone()
	mute.listen(granted(t, "dr_jones", time.Hour, mayCall))
	mute.register() // its token does not let it be rung
	caller := w.listening()
	theirs := caller.invite("TJS1", "")
	theirs.accept(caller.next("ringing").Payload.SDP)
	invite := one.next("invite").Payload
	if p := invite.Parameters; p["From"] != ours || p["To"] != "client:dr_jones" || p["CallSid"] != invite.CallSID || p["AccountSid"] != account || p["Params"] != "appointment=a+b" || invite.Reconnect == "" {
		t.Errorf("%+v", invite)
	}
	if other := two.next("invite").Payload; other.CallSID != invite.CallSID || other.SDP == invite.SDP {
		t.Errorf("the second device: %+v", other)
	}
	b := newBrowser(t)
	one.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": b.answer(invite.SDP)})
	if m := two.next("cancel").Payload; m.CallSID != invite.CallSID {
		t.Errorf("%+v", m)
	}
	caller.next("answer")
	b.say(media.Tone(700))
	theirs.say(media.Tone(1200))
	theirs.hears("the client", 700)
	b.hears("the caller", 1200)
	two.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": newBrowser(t).answer(invite.SDP)}) // too late
	two.next("hangup")
	caller.send("hangup", map[string]any{"callsid": "TJS1"})
	if m := one.next("hangup").Payload; m.CallSID != invite.CallSID || m.Error.Code != 0 {
		t.Errorf("%+v", m)
	}
	eventually(t, "all reports", func() bool { return len(w.at("/status")) == 4 })
	mute.still(granted(t, "dr_jones", time.Hour, mayCall))
}

func TestClientDoesNotAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(w *wired, p *softphone, sid, parent string)
		told string // the browser, or nothing
		want string // DialCallStatus

		rings string // for how long
	}{
		{"rejects", func(_ *wired, p *softphone, sid, _ string) {
			p.send("reject", map[string]any{"callsid": sid})
		}, "", "busy", patient},
		{"the caller gives up", func(w *wired, _ *softphone, _, parent string) {
			w.do("POST", "/sandbox/v1/calls/"+parent+"/hangup", nil, nil)
		}, "cancel", "canceled", patient},
		{"nobody comes", func(*wired, *softphone, string, string) {}, "cancel", "no-answer", ""},
		{"the browser's answer is nonsense", func(_ *wired, p *softphone, sid, _ string) {
			p.send("answer", map[string]any{"callsid": sid, "sdp": "?"})
			if m := p.next("hangup").Payload; m.Error.Code != 31100 {
				p.t.Errorf("%+v", m)
			}
			p.send("reject", map[string]any{"callsid": sid})
		}, "", "busy", patient},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWired(t, strings.Replace(toClient, patient, tt.rings, 1))
			p := w.reachable("dr_jones")
			parent := w.connect(nil)
			invite := p.next("invite").Payload
			tt.do(w, p, invite.CallSID, parent)
			if tt.told != "" {
				if m := p.next(tt.told).Payload; m.CallSID != invite.CallSID {
					t.Errorf("%+v", m)
				}
			}
			eventually(t, "result", func() bool { return len(w.at("/result")) == 1 })
			if got := w.one("/result").get("DialCallStatus"); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			p.still(w.token())
		})
	}
}

func TestClientThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWired(t, toClient)
	p := w.reachable("dr_jones")
	p.send("register", map[string]any{"media": map[string]any{"audio": false}})
	p.next("offline")
	w.connect(nil)
	eventually(t, "result", func() bool { return len(w.at("/result")) == 1 })
	if got := w.one("/result"); got.get("DialCallStatus") != "no-answer" || got.get("DialCallDuration") != "0" || got.get("DialBridged") != "false" {
		t.Errorf("%v", got.form)
	}
	w.close()
	if diff := cmp.Diff([]string{"0 initiated", "1 no-answer"}, statuses(w.at("/status"))); diff != "" {
		t.Error(diff)
	}
	began, end := w.at("/status")[0], w.at("/status")[1]
	if began.get("Timestamp") != end.get("Timestamp") || end.get("CallDuration") != "0" {
		t.Errorf("from %s to %v", began.get("Timestamp"), end.form)
	}
}

// A browser whose connection breaks while it rings is rung again when it is back.
func TestRingsAgainAfterReconnect(t *testing.T) {
	t.Parallel()
	w := newWired(t, toClient)
	p := w.reachable("dr_jones")
	w.connect(nil)
	first := p.next("invite").Payload
	_ = p.conn.CloseNow()
	p = w.reachable("dr_jones")
	second := p.next("invite").Payload
	if second.CallSID != first.CallSID || second.SDP == first.SDP {
		t.Errorf("%+v", second)
	}
	b := newBrowser(t)
	p.send("answer", map[string]any{"callsid": second.CallSID, "sdp": b.answer(second.SDP)})
	eventually(t, "answered", func() bool { return len(w.at("/status")) == 3 })
	p.send("hangup", map[string]any{"callsid": second.CallSID})
	eventually(t, "completed", func() bool { return len(w.at("/status")) == 4 })
	if got := w.at("/status")[3].get("CallStatus"); got != "completed" {
		t.Errorf("%s", got)
	}
}

// Device.connect with a connectToken takes what rings at another device.
func TestTakesWhatRingsElsewhere(t *testing.T) {
	t.Parallel()
	w := newWired(t, toClient)
	p := w.reachable("dr_jones")
	caller := w.listening()
	theirs := caller.invite("TJS1", "")
	theirs.accept(caller.next("ringing").Payload.SDP)
	invite := p.next("invite").Payload
	other := w.softphone()
	other.listen(granted(t, "dr_jones", time.Hour, mayBoth))
	b := newBrowser(t)
	other.send("invite", map[string]any{"callsid": invite.CallSID, "sdp": b.offer(nil), "reconnect": invite.Reconnect})
	b.accept(other.next("answer").Payload.SDP)
	p.next("cancel")
	caller.next("answer")
	theirs.say(media.Tone(700))
	b.hears("the caller", 700)
}

// The parameters of an invite as the Voice SDK reads them: it splits at & and =, and
// decodes values alone.
func TestParametersOfAnInvite(t *testing.T) {
	t.Parallel()
	nouns := `<Parameter name="duplicate" value="1"/><Parameter name="custom + param" value="我不吃蛋"/><Parameter name="duplicate" value="2"/>` +
		`<Parameter name="Ärzte%20" value="a&amp;b=c + d"/><Parameter name="empty" value=""/><Parameter name="CallSid" value="x"/>`
	w := newWired(t, unbridged(patient, `<Client><Identity>dr_jones</Identity>`+nouns+`</Client>`))
	p := w.reachable("dr_jones")
	w.connect(nil)
	want := "duplicate=1&custom + param=%E6%88%91%E4%B8%8D%E5%90%83%E8%9B%8B&duplicate=2&Ärzte%20=a%26b%3Dc+%2B+d&empty="
	if got := p.next("invite").Payload.Parameters["Params"]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
