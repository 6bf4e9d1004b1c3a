package twiliobox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/golang-jwt/jwt/v5"
)

// wired is a world whose box is reached over real sockets; its calls run fast,
// sound is in real time.
type wired struct {
	*world
	url string
}

func newWired(t *testing.T, twiml string) *wired {
	t.Helper()
	c := config()
	c.Pace = 0.02
	w := &wired{world: newWorld(t, c)}
	w.pages["/voice"], w.pages["/result"] = xmlPage(twiml), xmlPage(`<Response><Hangup/></Response>`)
	server := httptest.NewServer(w.box.Handler())
	w.url = server.URL
	t.Cleanup(func() {
		w.close()
		server.Close()
	})
	return w
}

// script tells the member's phone what to do.
func (w *wired) script(number string, p map[string]any) {
	w.t.Helper()
	if code := w.do("PUT", "/sandbox/v1/phones/"+number, p, nil); code != http.StatusOK {
		w.t.Fatalf("script: %d", code)
	}
}

// press does something at a phone, as soon as it can be done.
func (w *wired) press(number, act string, body any) {
	w.t.Helper()
	eventually(w.t, act, func() bool {
		return w.do("POST", "/sandbox/v1/phones/"+number+"/"+act, body, nil) == http.StatusOK
	})
}

// eventually polls; its deadline is for a machine that is very busy.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	late := time.After(30 * time.Second)
	for !is() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("no %s within 30 s", what)
		}
	}
}

// told is a message of the gateway.
type told struct {
	Type    string
	Version string
	Payload struct {
		CallSID, SDP, Reconnect, AckType, VoiceEventSID string
		Parameters                                      map[string]string
		Content                                         json.RawMessage
		ContentType, MessageType                        string
		Error                                           struct{ Code int }
		Edge, Region, Home                              string
		Token                                           struct {
			Identity string
			TTL      int
		}
	}
}

// softphone is the Voice SDK on one connection.
type softphone struct {
	t     testing.TB
	conn  *websocket.Conn
	in    chan told // closed with the connection
	beats atomic.Int64
	mute  atomic.Bool // answers no heartbeat
}

func (w *wired) softphone() *softphone {
	w.t.Helper()
	return newSoftphone(w.t, w.url)
}

func newSoftphone(t testing.TB, box string) *softphone {
	t.Helper()
	return softphoneAt(t, box+"/signal", "")
}

// softphoneAt is one that asks for a host, or for that of the URL.
func softphoneAt(t testing.TB, url, host string) *softphone {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{Host: host, HTTPHeader: http.Header{"Origin": {"http://localhost:8080"}}})
	if err != nil {
		t.Fatal(err)
	}
	p := &softphone{t: t, conn: conn, in: make(chan told, 100)}
	go p.read()
	t.Cleanup(func() { _ = conn.CloseNow() })
	return p
}

func (p *softphone) read() {
	defer close(p.in)
	for {
		_, raw, err := p.conn.Read(context.Background())
		if err != nil {
			return
		}
		if string(raw) == "\n" {
			p.beats.Add(1)
			if !p.mute.Load() {
				_ = p.conn.Write(context.Background(), websocket.MessageText, []byte("\n"))
			}
			continue
		}
		var m told
		if err := json.Unmarshal(raw, &m); err != nil {
			p.t.Errorf("%v in %s", err, raw)
			return
		}
		p.in <- m
	}
}

func (p *softphone) send(kind string, payload any) {
	p.t.Helper()
	raw, err := json.Marshal(map[string]any{"type": kind, "payload": payload, "version": "1.6"})
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.conn.Write(p.t.Context(), websocket.MessageText, raw); err != nil {
		p.t.Fatal(err)
	}
}

// next is the gateway's next message, which must be of a type.
func (p *softphone) next(kind string) told {
	p.t.Helper()
	m := p.any()
	if m.Type != kind || m.Version != "1.6" {
		p.t.Fatalf("got %s %+v, want %s", m.Type, m.Payload, kind)
	}
	return m
}

// any is the gateway's next message.
func (p *softphone) any() told {
	p.t.Helper()
	select {
	case m, ok := <-p.in:
		if !ok {
			p.t.Fatal("connection closed, want a message")
		}
		return m
	case <-time.After(30 * time.Second):
		p.t.Fatal("no message within 30 s")
	}
	return told{}
}

// closed waits until the gateway has ended the connection; no message may come.
func (p *softphone) closed() {
	p.t.Helper()
	select {
	case m, ok := <-p.in:
		if ok {
			p.t.Fatalf("got %s, want the connection closed", m.Type)
		}
	case <-time.After(30 * time.Second):
		p.t.Fatal("connection not closed within 30 s")
	}
}

// still says whether nothing has come: a message with an answer shows that all
// before it has been handled.
func (p *softphone) still(token string) {
	p.t.Helper()
	p.listen(token)
}

func (p *softphone) listen(token string) told {
	p.t.Helper()
	p.send("listen", map[string]any{"token": token, "reconnectTimeout": 0, "browserinfo": map[string]any{"p": "browser"}})
	return p.next("connected")
}

// register makes the device reachable.
func (p *softphone) register() {
	p.t.Helper()
	p.send("register", map[string]any{"media": map[string]any{"audio": true}})
	p.next("ready")
}

// granted is a token for an identity; hours of life may be negative.
func granted(t *testing.T, identity string, life time.Duration, voice map[string]any) string {
	t.Helper()
	c := claims()
	c["exp"] = jwt.NewNumericDate(time.Now().Add(life)).Unix()
	c["grants"] = map[string]any{"identity": identity, "voice": voice}
	return sign(t, c, secret, nil)
}

var (
	mayCall   = map[string]any{"outgoing": map[string]any{"application_sid": appSID}}
	mayListen = map[string]any{"incoming": map[string]any{"allow": true}}
	mayBoth   = map[string]any{"incoming": map[string]any{"allow": true}, "outgoing": map[string]any{"application_sid": appSID}}
)

func (w *wired) token() string { return sign(w.t, claims(), secret, nil) }

// listening is a softphone that has shown a good token.
func (w *wired) listening() *softphone {
	w.t.Helper()
	p := w.softphone()
	p.listen(w.token())
	return p
}

// reachable is a softphone that can be rung.
func (w *wired) reachable(identity string) *softphone {
	w.t.Helper()
	p := w.softphone()
	p.listen(granted(w.t, identity, time.Hour, mayBoth))
	p.register()
	return p
}

// invite places a call and returns the browser's sound and name for the call.
func (p *softphone) invite(own, params string) *browser {
	p.t.Helper()
	b := newBrowser(p.t)
	p.send("invite", map[string]any{"callsid": own, "sdp": b.offer(nil), "twilio": map[string]any{"params": params}})
	return b
}

// inCall places a call that a phone answers by itself, up to its answer.
func (p *softphone) inCall() (*browser, told) {
	p.t.Helper()
	b := p.invite("TJS1", "To=%2B447700900142")
	b.accept(p.next("ringing").Payload.SDP)
	answer := p.next("answer")
	if answer.Payload.Reconnect == "" || !strings.HasPrefix(answer.Payload.CallSID, "CA") {
		p.t.Fatalf("answer %+v", answer)
	}
	return b, answer
}
