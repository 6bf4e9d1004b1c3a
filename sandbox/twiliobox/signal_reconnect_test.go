package twiliobox_test

import (
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/webrtc/v4"

	"perci.health/careline/sandbox/media"
)

// talking is a call in progress whose member's phone says back what it hears.
func talking(t *testing.T) (*wired, *softphone, *browser, told) {
	t.Helper()
	w := newWired(t, dialTo(member, "", ""))
	w.script(member, map[string]any{"outcome": "answer", "talkSeconds": 0, "voice": "echo"})
	p := w.listening()
	b, answer := p.inCall()
	b.say(media.Tone(700))
	b.hears("our own tone", 700)
	return w, p, b, answer
}

func again(b *browser, answer told) map[string]any {
	return map[string]any{"callsid": answer.Payload.CallSID, "sdp": b.pc.LocalDescription().SDP, "reconnect": answer.Payload.Reconnect, "twilio": map[string]any{}}
}

func TestReconnect(t *testing.T) {
	t.Parallel()
	w, p, b, answer := talking(t)
	_ = p.conn.CloseNow()
	b.hears("the call without signalling", 700)
	p = w.listening()
	p.send("invite", again(b, answer))
	back := p.next("answer").Payload
	if back.CallSID != answer.Payload.CallSID || back.SDP != "" || back.Reconnect == "" {
		t.Errorf("%+v", back)
	}
	b.hears("the call with the new connection", 700)
	// Device.updateToken does it all again, though nothing was lost.
	p.listen(w.token())
	p.send("invite", again(b, answer))
	p.next("answer")
	w.press(member, "hangup", nil)
	if m := p.next("hangup").Payload; m.CallSID != back.CallSID || m.Error.Code != 0 {
		t.Errorf("%+v", m)
	}
	p.send("invite", again(b, answer))
	if m := p.next("hangup").Payload; m.CallSID != back.CallSID || m.Error.Code != 31209 {
		t.Errorf("an ended call: %+v", m)
	}
}

func TestReconnectToWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	w, p, b, answer := talking(t)
	unknown, forged := again(b, answer), again(b, answer)
	unknown["callsid"], forged["reconnect"] = "CA0", "guessed"
	for _, invite := range []map[string]any{unknown, forged} {
		p.send("invite", invite)
		if m := p.next("hangup").Payload; m.CallSID != invite["callsid"] || m.Error.Code != 31209 {
			t.Errorf("%+v", m)
		}
	}
	stranger := w.softphone()
	stranger.listen(granted(t, "b", time.Hour, mayCall))
	stranger.send("invite", again(b, answer))
	if m := stranger.next("hangup").Payload; m.Error.Code != 31209 {
		t.Errorf("%+v", m)
	}
	b.hears("the call", 700)
}

// Another device of the same identity takes a call over: it has sound of its own.
func TestReconnectTakesACallOver(t *testing.T) {
	t.Parallel()
	w, _, _, answer := talking(t)
	other := newBrowser(t)
	p := w.listening()
	p.send("invite", map[string]any{"callsid": answer.Payload.CallSID, "sdp": other.offer(nil), "reconnect": answer.Payload.Reconnect})
	taken := p.next("answer").Payload
	if taken.SDP == "" || taken.Reconnect == "" {
		t.Fatalf("%+v", taken)
	}
	other.accept(taken.SDP)
	other.say(media.Tone(900))
	other.hears("the call on the other device", 900)
	p.send("hangup", map[string]any{"callsid": answer.Payload.CallSID})
	eventually(t, "end", func() bool { return w.call(answer.Payload.CallSID).Status == "completed" })
}

func TestICERestart(t *testing.T) {
	t.Parallel()
	_, p, b, answer := talking(t)
	p.send("reinvite", map[string]any{"callsid": answer.Payload.CallSID, "sdp": b.offer(&webrtc.OfferOptions{ICERestart: true})})
	m := p.next("answer").Payload
	if m.CallSID != answer.Payload.CallSID || m.SDP == "" {
		t.Fatalf("%+v", m)
	}
	b.accept(m.SDP)
	b.hears("the call after the restart", 700)
	p.send("reinvite", map[string]any{"callsid": answer.Payload.CallSID, "sdp": "?"})
	if m := p.next("error").Payload; m.Error.Code != 31100 || m.CallSID == "" {
		t.Errorf("%+v", m)
	}
	p.send("reinvite", map[string]any{"callsid": "CA0", "sdp": b.offer(nil)})
	if m := p.next("hangup").Payload; m.CallSID != "CA0" || m.Error.Code != 31209 {
		t.Errorf("%+v", m)
	}
}

// A browser that does not come back: its call ends, but not before the SDK would
// have given up too.
func TestGraceAfterALostConnection(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo(member, "", ""))
	w.box.Endure(time.Second, time.Minute, 300*time.Millisecond, time.Minute)
	w.script(member, map[string]any{"outcome": "answer", "talkSeconds": 0})
	for _, timeout := range []float64{0, 0.7} {
		p := w.softphone()
		p.send("listen", map[string]any{"token": w.token(), "reconnectTimeout": timeout})
		p.next("connected")
		_, answer := p.inCall()
		lost := time.Now()
		_ = p.conn.CloseNow()
		eventually(t, "end of the call", func() bool { return w.call(answer.Payload.CallSID).Status == "completed" })
		if waited := time.Since(lost).Seconds(); waited < max(0.3, timeout) {
			t.Errorf("the call ended after %.3f s, timeout was %g", waited, timeout)
		}
	}
}

// A browser that closes its sound without a word has left.
func TestLostMediaEndsTheCall(t *testing.T) {
	t.Parallel()
	w, p, b, answer := talking(t)
	b.close()
	p.next("hangup")
	if got := w.call(answer.Payload.CallSID).Status; got != "completed" {
		t.Errorf("the call is %s", got)
	}
}

func TestNetworkSwitch(t *testing.T) {
	t.Parallel()
	w, p, b, answer := talking(t)
	var is map[string]bool
	w.do("PUT", "/sandbox/v1/network", map[string]bool{"signalling": false}, &is)
	if is["signalling"] || !is["media"] {
		t.Errorf("%v", is)
	}
	p.closed()
	if _, _, err := websocket.Dial(t.Context(), w.url+"/signal", nil); err == nil {
		t.Error("a connection without a network")
	}
	b.hears("the call without signalling", 700)
	w.do("PUT", "/sandbox/v1/network", map[string]bool{"media": false}, nil)
	p = w.listening()
	p.send("invite", again(b, answer))
	p.next("answer")
	b.frames()
	if w.do("GET", "/sandbox/v1/network", nil, &is); !is["signalling"] || is["media"] {
		t.Errorf("%v", is)
	}
	before := w.call(answer.Payload.CallSID).Legs[0].Media.PacketsIn
	w.do("PUT", "/sandbox/v1/network", map[string]bool{}, nil)
	b.hears("the call again", 700)
	if len(w.call(answer.Payload.CallSID).Legs) != 2 || before == 0 {
		t.Errorf("%d packets", before)
	}
	if code := w.do("PUT", "/sandbox/v1/network", map[string]any{"media": "no"}, nil); code != 400 {
		t.Errorf("%d", code)
	}
}

// While the sound's network is cut nothing is heard.
func TestMediaCut(t *testing.T) {
	t.Parallel()
	w, _, b, answer := talking(t)
	w.do("PUT", "/sandbox/v1/network", map[string]bool{"media": false}, nil)
	gap := func() int { return w.call(answer.Payload.CallSID).Legs[0].Media.LongestGapMs }
	before := gap() // a busy machine has gaps too
	eventually(t, "gap", func() bool { return gap() > before+300 })
	b.frames() // what was on its way
	eventually(t, "longer gap", func() bool { return gap() > before+600 })
	if packets := w.call(answer.Payload.CallSID).Legs[0].Media.PacketsIn; packets == 0 {
		t.Error("no packets before the cut")
	}
	if n := len(b.frames()); n > 0 {
		t.Errorf("%d frames came through the cut", n)
	}
	w.do("PUT", "/sandbox/v1/network", map[string]bool{}, nil)
	b.hears("the call again", 700)
}
