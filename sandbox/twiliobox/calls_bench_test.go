package twiliobox_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"perci.health/careline/sandbox/media"
	"perci.health/careline/sandbox/twiliobox"
)

// BenchmarkTwentyCallsWithSignalling holds 20 calls at once for eight seconds an
// iteration. Each is placed by WebSocket and WebRTC, as a clinician's browser
// does; its TwiML is asked of a real server; the phone that answers says a tone,
// or repeats what it hears. What is counted came to the browsers in those
// seconds. The processor's time is that of all sides, the browsers in this
// process too.
func BenchmarkTwentyCallsWithSignalling(b *testing.B) {
	const calls, length = 20, 8 * time.Second
	var all tally
	var used time.Duration
	for b.Loop() {
		e := newExchangeOf(b, calls)
		for _, c := range e.calls {
			c.sound.ear.begin()
		}
		busy := processorTime(b)
		<-time.After(length)
		used += processorTime(b) - busy
		for i, c := range e.calls {
			t := c.sound.ear.end()
			if t.loud == 0 {
				b.Fatalf("call %d: silence", i)
			}
			all.add(t)
		}
		e.close()
	}
	b.ReportMetric(float64(all.expected), "packets-expected")
	b.ReportMetric(float64(all.received), "packets-received")
	b.ReportMetric(float64(all.expected)-float64(all.received), "packets-lost")
	b.ReportMetric(float64(all.withheld), "packets-not-sent")
	b.ReportMetric(float64(all.longest)/1e6, "longest-gap-ms")
	b.ReportMetric(float64(all.silent), "seconds-without-sound")
	b.ReportMetric(used.Seconds()/(float64(b.N)*calls*length.Seconds()), "cpu-s/call-s")
}

// exchangeOf is a box, the application behind it and clinicians in calls.
type exchangeOf struct {
	b     *testing.B
	box   *twiliobox.Box
	app   *httptest.Server
	door  *httptest.Server
	calls []*clinician
}

type clinician struct {
	phone *softphone
	sound *browser
	sid   string // of the call
}

// newExchangeFor is one without calls.
func newExchangeFor(b *testing.B, app *httptest.Server) *exchangeOf {
	b.Helper()
	e := &exchangeOf{b: b, app: app}
	c := config()
	c.Applications[0].VoiceURL, c.Applications[0].StatusCallback = e.app.URL, ""
	box, err := twiliobox.New(c)
	if err != nil {
		b.Fatal(err)
	}
	e.box, e.door = box, httptest.NewServer(box.Handler())
	return e
}

func newExchangeOf(b *testing.B, calls int) *exchangeOf {
	b.Helper()
	e := newExchangeFor(b, httptest.NewServer(http.HandlerFunc(dialWhomIsAsked)))
	for i := range calls {
		e.calls = append(e.calls, e.place(i))
	}
	for _, c := range e.calls {
		c.sound.accept(c.phone.next("ringing").Payload.SDP)
	}
	for i, c := range e.calls {
		c.sid = c.phone.next("answer").Payload.CallSID
		eventually(b, fmt.Sprintf("sound in call %d", i), c.sound.ear.hears)
	}
	return e
}

// dialWhomIsAsked is the application: it calls the number that the browser asks for.
func dialWhomIsAsked(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	if r.PostFormValue("DialCallStatus") != "" {
		fmt.Fprint(w, `<Response><Hangup/></Response>`)
		return
	}
	fmt.Fprintf(w, `<Response><Dial callerId="%s" answerOnBridge="true"><Number>%s</Number></Dial></Response>`, ours, r.PostFormValue("Number"))
}

// place begins a call to a phone that answers at once and never hangs up. Every
// other one repeats what it hears, and so lets sound be lost on two ways.
func (e *exchangeOf) place(i int) *clinician {
	e.b.Helper()
	number, voice := fmt.Sprintf("+4477009001%02d", i), "tone:1000"
	if i%2 == 1 {
		voice = "echo"
	}
	script := fmt.Sprintf(`{"outcome":"answer","ringSeconds":0,"talkSeconds":0,"voice":%q}`, voice)
	r, err := http.NewRequest(http.MethodPut, e.door.URL+"/sandbox/v1/phones/"+number, strings.NewReader(script))
	if err != nil {
		e.b.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		e.b.Fatalf("script: %v %v", answer, err)
	}
	answer.Body.Close()
	c := &clinician{phone: newSoftphone(e.b, e.door.URL), sound: newBrowser(e.b)}
	c.sound.count()
	c.sound.say(media.Tone(440))
	c.phone.listen(sign(e.b, claims(), secret, nil))
	c.phone.send("invite", map[string]any{
		"callsid": fmt.Sprint("TJS", i), "sdp": c.sound.offer(nil),
		"twilio": map[string]any{"params": url.Values{"Number": {number}}.Encode()},
	})
	return c
}

func (e *exchangeOf) close() {
	e.b.Helper()
	for _, c := range e.calls {
		c.phone.send("hangup", map[string]any{"callsid": c.sid})
		c.sound.close()
		_ = c.phone.conn.CloseNow()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := e.box.Close(ctx); err != nil {
		e.b.Errorf("close: %v", err)
	}
	e.door.Close()
	e.app.Close()
}

// ear counts what comes to a browser.
type ear struct {
	mu          sync.Mutex
	now         tally
	lastAt      time.Time // of a packet, or when counting began
	first, last *rtp.Header
}

// count has the packets counted that come to a browser; their sound is not kept.
func (b *browser) count() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ear = &ear{}
}

// tally is what was heard in a time.
type tally struct {
	expected int           // packets, by their sequence numbers (RFC 3550, A.3)
	received int           // packets
	withheld int           // packets whose time passed without their being sent, by time stamps
	loud     int           // packets with more than silence in them
	longest  time.Duration // without a packet
	silent   int           // whole seconds without a packet
}

func (t *tally) add(other tally) {
	t.expected, t.received, t.withheld = t.expected+other.expected, t.received+other.received, t.withheld+other.withheld
	t.loud, t.silent, t.longest = t.loud+other.loud, t.silent+other.silent, max(t.longest, other.longest)
}

func (t *tally) waited(d time.Duration) {
	t.longest = max(t.longest, d)
	t.silent += int(d / time.Second)
}

func (e *ear) hear(p *rtp.Packet) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f, now := media.Frame(p.Payload), time.Now()
	if media.Level(&f) > 100 {
		e.now.loud++
	}
	e.now.received++
	if !e.lastAt.IsZero() {
		e.now.waited(now.Sub(e.lastAt))
	}
	e.lastAt = now
	if e.first == nil {
		e.first, e.last = &p.Header, &p.Header
	}
	if int16(p.SequenceNumber-e.last.SequenceNumber) > 0 {
		e.last = &p.Header
	}
}

func (e *ear) hears() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now.loud > 0
}

// begin forgets what came before.
func (e *ear) begin() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now, e.first, e.last, e.lastAt = tally{}, nil, nil, time.Now()
}

// end is what came since; a time without a packet that goes on counts too.
func (e *ear) end() tally {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.now
	t.waited(time.Since(e.lastAt))
	if e.first == nil {
		return t
	}
	t.expected = int(e.last.SequenceNumber-e.first.SequenceNumber) + 1
	t.withheld = int(e.last.Timestamp-e.first.Timestamp)/len(media.Frame{}) + 1 - t.expected
	return t
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
