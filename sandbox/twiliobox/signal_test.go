package twiliobox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"perci.health/careline/sandbox/media"
)

// A call as a clinician hears it: ringback while it rings, then the phone; and
// the phone hears the clinician.
func TestCallWithSound(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, ""))
	w.script("+447700900801", map[string]any{"outcome": "manual", "voice": "echo"})
	p := w.softphone()
	connected := p.listen(w.token())
	if c := connected.Payload.Token; c.Identity != "clinician_7f3a" || c.TTL < 3590 || c.TTL > 3600 {
		t.Errorf("connected %+v", c)
	}
	b := p.invite("TJS1", "To=%2B447700900801&appointmentId=a%20b%26c")
	ringing := p.next("ringing").Payload
	if !strings.HasPrefix(ringing.CallSID, "CA") {
		t.Errorf("ringing %+v", ringing)
	}
	b.accept(ringing.SDP)
	b.hears("ringback", 400, 450)
	w.press("+447700900801", "answer", nil)
	answer := p.next("answer").Payload
	if answer.CallSID != ringing.CallSID || answer.SDP != "" || answer.Reconnect == "" {
		t.Errorf("answer after early media %+v", answer)
	}
	b.say(media.Tone(700))
	b.hears("our own tone from the other side", 700)
	voice := w.one("/voice")
	if voice.get("To") != "+447700900801" || voice.get("appointmentId") != "a b&c" || voice.get("Caller") != "client:clinician_7f3a" || voice.get("CallSid") != ringing.CallSID {
		t.Errorf("asked for TwiML with %v", voice.form)
	}
	var view struct {
		Legs []struct {
			Media *struct {
				Connected                   bool
				PacketsIn, PacketsOut, Gaps int
			}
		}
	}
	eventually(t, "count of some packets each way", func() bool {
		w.do("GET", "/sandbox/v1/calls/"+ringing.CallSID, nil, &view)
		m := view.Legs[0].Media
		return m != nil && m.PacketsIn >= 10 && m.PacketsOut >= 10
	})
	if !view.Legs[0].Media.Connected || view.Legs[1].Media != nil {
		t.Errorf("media of the legs %+v", view)
	}
	p.send("hangup", map[string]any{"callsid": ringing.CallSID})
	eventually(t, "report of the parent's end", func() bool { return len(w.at("/parent")) == 1 })
	if end := w.one("/parent"); end.get("CallStatus") != "completed" {
		t.Errorf("parent %v", end.form)
	}
	p.still(w.token())
}

// What a browser is told of calls that come to nothing, and of those that end.
func TestEndsOnTheWire(t *testing.T) {
	t.Parallel()
	rejected := `<Response><Reject reason="busy"/></Response>`
	tests := []struct {
		name, twiml string
		early       []string // before the end
		own         bool     // the browser knows no other name than its own
		code        int
	}{
		{"busy", dialTo("+447700900486", "", ""), nil, true, 0},
		{"failed", dialTo("+447700900404", "", ""), nil, true, 0},
		{"no answer", dialTo("+447700900487", "", ""), []string{"ringing"}, false, 0},
		{"declined", dialTo("+447700900603", "", ""), []string{"ringing"}, false, 0},
		{"the other side hangs up", dialTo(member, "", ""), []string{"ringing", "answer"}, false, 0},
		{"without answerOnBridge", strings.Replace(dialTo(member, "", ""), `answerOnBridge="true"`, "", 1), []string{"answer"}, false, 0},
		{"refused in words", `<Response><Say>This call could not be placed.</Say><Hangup/></Response>`, []string{"answer"}, false, 0},
		{"rejected as busy", rejected, nil, true, 31486},
		{"rejected", `<Response><Reject/></Response>`, nil, true, 31603},
		{"application error", `no TwiML`, nil, true, 31005},
		{"application error after an answer", `<Response><Say>Hello</Say><Redirect>/broken</Redirect></Response>`, []string{"answer"}, false, 31005},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWired(t, tt.twiml)
			w.pages["/result"] = xmlPage(`<Response><Hangup/></Response>`)
			w.pages["/broken"] = xmlPage(`<`)
			p := w.listening()
			p.invite("TJS1", "To=x")
			sid, sdp := "TJS1", ""
			for _, kind := range tt.early {
				m := p.next(kind).Payload
				sid, sdp = m.CallSID, sdp+m.SDP
			}
			end := p.next("hangup").Payload
			if end.CallSID != sid || (sid == "TJS1") != tt.own || end.Error.Code != tt.code {
				t.Errorf("hangup %+v, call is %s", end, sid)
			}
			if tt.early != nil && strings.Count(sdp, "v=0") != 1 {
				t.Errorf("one answer to the offer is due, got %q", sdp)
			}
			p.still(w.token())
		})
	}
}

func TestCancelBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, ""))
	p := w.listening()
	p.invite("TJS1", "")
	p.next("ringing")
	p.send("hangup", map[string]any{"callsid": "TJS1"}) // it may not have seen the ringing yet
	eventually(t, "end of both legs", func() bool { return len(w.at("/parent")) == 1 && len(w.at("/status")) == 3 })
	if got := w.at("/status")[2].get("CallStatus"); got != "canceled" {
		t.Errorf("the member's leg is %s", got)
	}
	p.still(w.token())
}

// What TwiML says is heard.
func TestSpeechIsHeard(t *testing.T) {
	t.Parallel()
	w := newWired(t, `<Response><Say>Yes, I can hear you well.</Say><Play loop="0">http://app.example/x.mp3</Play></Response>`)
	p := w.listening()
	b := p.invite("TJS1", "")
	b.accept(p.next("answer").Payload.SDP)
	b.hears("the tone of Play", 523.25)
}

func TestTokensAtTheGateway(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		token func(*testing.T) string
		code  int
	}{
		{"no JWT", func(*testing.T) string { return "x" }, 31204},
		{"another secret", func(t *testing.T) string { return sign(t, claims(), "wrong", nil) }, 31204},
		{"expired", func(t *testing.T) string { return granted(t, "a", -time.Second, mayCall) }, 31205},
		{"no grant", func(t *testing.T) string { return granted(t, "a", time.Hour, nil) }, 31201},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWired(t, `<Response/>`)
			p := w.softphone()
			p.send("register", map[string]any{"media": map[string]any{"audio": true}})
			if m := p.next("error"); m.Payload.Error.Code != 31201 {
				t.Errorf("register before listen: %+v", m)
			}
			p.send("listen", map[string]any{"token": tt.token(t)})
			if m := p.next("error"); m.Payload.Error.Code != tt.code {
				t.Errorf("error %+v, want %d", m, tt.code)
			}
			p.next("close")
			p.closed()
		})
	}
}

func TestTokenOnlyForIncomingCalls(t *testing.T) {
	t.Parallel()
	w := newWired(t, `<Response/>`)
	p := w.softphone()
	p.listen(granted(t, "a", time.Hour, mayListen))
	p.register()
	p.invite("TJS1", "")
	if m := p.next("hangup").Payload; m.CallSID != "TJS1" || m.Error.Code != 31201 {
		t.Errorf("%+v", m)
	}
	p.send("register", map[string]any{"media": map[string]any{"audio": false}})
	p.next("offline")
	if len(w.at("/voice")) != 0 {
		t.Error("a call was placed")
	}
}

// A token that runs out: the call goes on, nothing new begins, and a refused new
// token does not end the connection.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo(member, "", ""))
	w.script(member, map[string]any{"outcome": "answer", "talkSeconds": 0, "voice": "tone:1000"})
	p := w.softphone()
	p.listen(granted(t, "a", 10*time.Second, mayCall))
	b, answer := p.inCall()
	eventually(t, "refusal", func() bool {
		p.send("register", map[string]any{"media": map[string]any{"audio": true}})
		m := p.any()
		return m.Type == "error" && m.Payload.Error.Code == 31205
	})
	b.hears("the phone after the token's end", 1000)
	p.invite("TJS2", "")
	p.next("error")
	if m := p.next("hangup").Payload; m.CallSID != "TJS2" || m.Error.Code != 31205 {
		t.Errorf("%+v", m)
	}
	p.send("listen", map[string]any{"token": "x"})
	p.next("error")
	p.listen(granted(t, "a", time.Hour, mayCall))
	p.send("invite", map[string]any{"callsid": answer.Payload.CallSID, "sdp": b.pc.LocalDescription().SDP, "reconnect": answer.Payload.Reconnect})
	p.next("answer")
	b.hears("the phone still", 1000)
}

func TestTwoConnections(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo(member, "", ""))
	w.script(member, map[string]any{"outcome": "answer", "talkSeconds": 0, "voice": "tone:1000"})
	one, two := w.listening(), w.softphone()
	two.listen(granted(t, "b", time.Hour, mayCall))
	first, a := one.inCall()
	_, b := two.inCall()
	one.invite("TJS2", "")
	if m := one.next("hangup").Payload; m.CallSID != "TJS2" || m.Error.Code != 31486 {
		t.Errorf("a second call on one connection: %+v", m)
	}
	two.send("hangup", map[string]any{"callsid": a.Payload.CallSID}) // another's
	two.send("hangup", map[string]any{"callsid": b.Payload.CallSID})
	eventually(t, "end of the second call", func() bool { return w.call(b.Payload.CallSID).Status == "completed" })
	first.hears("the first call", 1000)
	if got := w.call(a.Payload.CallSID).Status; got != "in-progress" {
		t.Errorf("the first call is %s", got)
	}
}

func TestMalformedMessages(t *testing.T) {
	t.Parallel()
	w := newWired(t, `<Response/>`)
	p := w.listening()
	for _, raw := range []string{"{", `{"type":"listen","payload":7}`} {
		if err := p.conn.Write(t.Context(), websocket.MessageText, []byte(raw)); err != nil {
			t.Fatal(err)
		}
		if m := p.next("error"); m.Payload.Error.Code != 31100 {
			t.Errorf("%s: %+v", raw, m)
		}
	}
	p.send("something", nil)
	p.send("invite", map[string]any{"callsid": "TJS1", "sdp": "no sdp"})
	if m := p.next("hangup").Payload; m.CallSID != "TJS1" || m.Error.Code != 31100 {
		t.Errorf("%+v", m)
	}
	p.send("invite", map[string]any{"callsid": "TJS1"})
	if m := p.next("error").Payload; m.Error.Code != 31100 {
		t.Errorf("%+v", m)
	}
	for _, kind := range []string{"hangup", "reject"} {
		p.send(kind, map[string]any{"callsid": "CA0"})
	}
	p.still(w.token())
}

// An invite that comes twice is one call.
func TestInviteTwice(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, ""))
	p := w.listening()
	b := newBrowser(t)
	offer := map[string]any{"callsid": "TJS1", "sdp": b.offer(nil)}
	p.send("invite", offer)
	p.send("invite", offer)
	p.next("ringing")
	p.still(w.token())
	if n := len(w.at("/voice")); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestUserDefinedMessages(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo(member, "", ""))
	w.script(member, map[string]any{"outcome": "answer", "talkSeconds": 0})
	p := w.listening()
	_, answer := p.inCall()
	message := map[string]any{"callsid": answer.Payload.CallSID, "content": map[string]any{"mood": "good"}, "contenttype": "application/json", "messagetype": "user-defined-message", "voiceeventsid": "KX1"}
	p.send("message", message)
	if m := p.next("ack").Payload; m.AckType != "message" || m.VoiceEventSID != "KX1" || m.CallSID != answer.Payload.CallSID {
		t.Errorf("%+v", m)
	}
	message["callsid"] = "CA0"
	p.send("message", message)
	if m := p.next("error").Payload; m.VoiceEventSID != "KX1" || m.Error.Code != 31209 {
		t.Errorf("%+v", m)
	}
	if said := w.call(answer.Payload.CallSID).Transcript; len(said) != 1 || said[0].Kind != "message" || said[0].Text != `{"mood":"good"}` {
		t.Errorf("%+v", said)
	}
}

func TestHeartbeats(t *testing.T) {
	t.Parallel()
	w := newWired(t, `<Response/>`)
	w.box.Endure(10*time.Millisecond, 5*time.Second, time.Minute, time.Minute)
	alive, dead := w.listening(), w.listening()
	dead.mute.Store(true)
	dead.closed()
	eventually(t, "heartbeats", func() bool { return alive.beats.Load() > 600 })
	alive.still(w.token())
}

func TestExchangeTakesSocketsOfTheseOrigins(t *testing.T) {
	t.Parallel()
	w := newWired(t, `<Response/>`)
	for origin, want := range map[string]int{
		"http://localhost:8080": 101, "http://127.0.0.1": 101, "https://[::1]:3": 101, "": 101,
		"http://evil.example": 403, "http://localhost.evil.example": 403, "null": 403, "file://localhost": 403,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		conn, resp, err := websocket.Dial(t.Context(), w.url+"/signal", &websocket.DialOptions{HTTPHeader: header})
		if err == nil {
			_ = conn.CloseNow()
		}
		if resp == nil || resp.StatusCode != want {
			t.Errorf("%q: %v, want %d", origin, err, want)
		}
	}
}

// A form of another site needs no answer to do harm.
func TestPagesFromElsewhereSteerNothing(t *testing.T) {
	t.Parallel()
	w := newWired(t, `<Response/>`)
	for origin, want := range map[string]int{"http://evil.example": 403, "null": 403, "http://127.0.0.1:8470": 200, "": 200} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, w.url+"/sandbox/v1/network", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "text/plain")
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%q: HTTP %d, want %d", origin, resp.StatusCode, want)
		}
	}
}

func TestCloseSaysGoodbye(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo(member, "", ""))
	w.script(member, map[string]any{"outcome": "answer", "talkSeconds": 0})
	p, idle := w.listening(), w.listening()
	_, answer := p.inCall()
	w.close()
	if m := p.next("hangup").Payload; m.CallSID != answer.Payload.CallSID {
		t.Errorf("%+v", m)
	}
	for _, p := range []*softphone{p, idle} {
		p.next("close")
		p.closed()
	}
	if _, resp, err := websocket.Dial(t.Context(), w.url+"/signal", nil); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a closed box takes a connection: %v", err)
	}
}
