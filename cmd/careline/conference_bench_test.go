package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/telemetry"
	"perci.health/careline/twilio"
)

// BenchmarkRequestToAdd is bringing somebody into a call, kept on disk and answered,
// beside reports of Twilio's that are kept and answered in the same run: the first one of
// a call that nobody knew (kept), and a further one of a call that is known (known). Of a
// call in a room, and of one of two, of which a room has to be asked for as well; with the
// call's events in memory, and read from the log. Nobody carries it out.
func BenchmarkRequestToAdd(b *testing.B) {
	for _, room := range []bool{true, false} {
		for _, held := range []bool{true, false} {
			name := map[bool]string{true: "room", false: "two"}[room] + map[bool]string{true: "/held", false: "/read"}[held]
			b.Run(name, func(b *testing.B) { benchToAdd(b, room, held) })
		}
	}
}

// benchAbreast is how many calls go on at once: no more than the service has in memory.
const benchAbreast = 256

func benchToAdd(b *testing.B, room, held bool) {
	var p *parts
	var h http.Handler
	var kept, known, added []float64
	n := 0
	for b.Loop() {
		if n%benchAbreast == 0 {
			p, h = benchRooms(b)
		}
		if !held {
			p.rooms.Held = nil
		}
		key := fmt.Sprintf("CA7%031x", n)
		benchCallOf(b, p, key, room)

		report := benchReport(0)
		report.Set("CallSid", fmt.Sprintf("CA8%031x", n))
		report.Set("ParentCallSid", fmt.Sprintf("CA9%031x", n))
		webhook := func() float64 {
			return timed(b, h, signedRequest("127.0.0.1:8080", twilio.PathCallStatus, report), http.StatusOK)
		}
		kept = append(kept, webhook())
		added = append(added, timed(b, h, benchAdd(key), http.StatusAccepted))
		report.Set("CallStatus", "ringing")
		report.Set("SequenceNumber", "1")
		known = append(known, webhook())
		n++
	}

	b.ReportMetric(median(added)/median(kept), "added/kept")
	b.ReportMetric(median(added)/median(known), "added/known")
	b.ReportMetric(median(kept), "µs/kept")
	b.ReportMetric(median(known), "µs/known")
	b.ReportMetric(median(added), "µs/added")
	b.ReportMetric(0, "ns/op") // what is timed is a part of it
}

// benchAdd asks for the interpreter, as the clinician who is named like the call.
func benchAdd(key string) []byte {
	return fmt.Appendf(nil, "POST /bff_clinical/v1/calls/%s/participants HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", key, key, len(polish), polish)
}

// timed is how many microseconds the service takes for a request.
func timed(b testing.TB, h http.Handler, text []byte, status int) float64 {
	b.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(text)))
	if err != nil {
		b.Fatal(err)
	}
	w := benchAnswer{header: make(http.Header, 8)}
	begun := time.Now()
	h.ServeHTTP(&w, r)
	took := time.Since(begun)
	if w.status != status {
		b.Fatal(w.status)
	}
	return float64(took.Nanoseconds()) / 1000
}

// benchRooms is a service that has rooms, with its log on disk.
func benchRooms(b testing.TB) (*parts, http.Handler) {
	b.Helper()
	return benchService(b, conferring(nil))
}

// benchService is the service, and nothing that runs beside requests.
func benchService(b testing.TB, more map[string]string) (*parts, http.Handler) {
	b.Helper()
	settings := benchSettings("127.0.0.1:8080", filepath.Join(b.TempDir(), "careline.db"), "http://127.0.0.1:8080")
	maps.Copy(settings, more)
	c, err := readConfig(func(name string) string { return settings[name] })
	if err != nil {
		b.Fatal(err)
	}
	out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	p, err := assemble(b.Context(), c, telemetry.Gather(terminal{out}))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.store.Close(); err != nil {
			b.Error(err)
		}
		out.Close()
	})

	routes := p.routes(c, p.hooks(c), nil)
	routes.Session = func(_ context.Context, r *http.Request) (careline.Clinician, error) {
		return careline.Clinician{ID: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}, nil
	}
	return p, api.New(routes)
}

// benchCallOf is a call whose clinician and member speak, in a room or not.
func benchCallOf(b testing.TB, p *parts, key string, room bool) {
	b.Helper()
	now := time.Now()
	events := []careline.CallEvent{
		{ID: key + "/request", Leg: key, Kind: careline.KindRequested, Request: careline.Request{Clinician: key}},
		{ID: key + "/up", Leg: key + "m", Kind: careline.KindProgress, Status: careline.StatusInProgress, Word: "in-progress", At: now},
	}
	if room {
		events = append(events,
			careline.CallEvent{ID: key + "/room/1", Kind: careline.KindRoomAsked, At: now},
			careline.CallEvent{ID: key + "/1", Leg: key, Kind: careline.KindRoom, At: now, Order: 1, Room: careline.RoomSaid{Conference: "CF1", Act: careline.ActJoin, Label: careline.LabelClinician}},
			careline.CallEvent{ID: key + "/2", Leg: key + "m", Kind: careline.KindRoom, At: now, Order: 2, Room: careline.RoomSaid{Conference: "CF1", Act: careline.ActJoin, Label: careline.LabelMember}},
		)
	}
	for _, e := range events {
		e.Call = key
		if err := p.append(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}
