package twiliobox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

// BenchmarkRooms holds 20 rooms of three browsers at once for eight seconds an
// iteration: all speak and listen, by WebSocket and WebRTC. What is counted came to
// the browsers in those seconds; seconds-without-sound are whole ones in which a
// browser got nothing. The processor's time is that of all sides, the 60 browsers in
// this process too; cores is its ratio to the time that passed.
func BenchmarkRooms(b *testing.B) {
	const rooms, people, length = 20, 3, 8 * time.Second
	var all tally
	var used time.Duration
	for b.Loop() {
		e := newBuildingOf(b, rooms, people)
		for _, c := range e.calls {
			c.sound.ear.begin()
		}
		busy := processorTime(b)
		<-time.After(length)
		used += processorTime(b) - busy
		for i, c := range e.calls {
			t := c.sound.ear.end()
			if t.loud == 0 {
				b.Fatalf("browser %d: silence", i)
			}
			all.add(t)
		}
		e.close()
	}
	b.ReportMetric(float64(all.expected), "packets-expected")
	b.ReportMetric(float64(all.expected)-float64(all.received), "packets-lost")
	b.ReportMetric(float64(all.withheld), "packets-not-sent")
	b.ReportMetric(100*float64(all.loud)/float64(all.received), "%-loud")
	b.ReportMetric(float64(all.longest)/1e6, "longest-gap-ms")
	b.ReportMetric(float64(all.silent), "seconds-without-sound")
	b.ReportMetric(used.Seconds()/(float64(b.N)*length.Seconds()), "cores")
}

// newBuildingOf is a box with rooms, and an application that leads browsers to the
// room they name.
func newBuildingOf(b *testing.B, rooms, people int) *exchangeOf {
	b.Helper()
	e := newExchangeFor(b, httptest.NewServer(http.HandlerFunc(leadToRoom)))
	for i := range rooms * people {
		c := &clinician{phone: newSoftphone(b, e.door.URL), sound: newBrowser(b)}
		c.sound.count()
		c.sound.say(media.Tone(440))
		c.phone.listen(sign(b, claims(), secret, nil))
		c.phone.send("invite", map[string]any{
			"callsid": fmt.Sprint("TJS", i), "sdp": c.sound.offer(nil),
			"twilio": map[string]any{"params": url.Values{"Room": {fmt.Sprint(i / people)}}.Encode()},
		})
		answer := c.phone.next("answer")
		c.sound.accept(answer.Payload.SDP)
		c.sid = answer.Payload.CallSID
		e.calls = append(e.calls, c)
	}
	for i, c := range e.calls {
		eventually(b, fmt.Sprintf("sound at browser %d", i), c.sound.ear.hears)
	}
	return e
}

func leadToRoom(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<Response><Dial><Conference beep="false" waitUrl="">%s</Conference></Dial></Response>`, r.PostFormValue("Room"))
}
