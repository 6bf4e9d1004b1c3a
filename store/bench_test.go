package store_test

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// BenchmarkAppend is a call's six reports, each with a carrier's 600 bytes, by so
// many goroutines that each wait for their own; free is the same work without
// fsync, so that the ratio of the two is what durability costs.
//
//	go test -run - -bench Append -cpu 1 ./store/
func BenchmarkAppend(b *testing.B) {
	for _, waiting := range []int{1, 32} {
		b.Run(fmt.Sprintf("durable/waiting=%d", waiting), func(b *testing.B) { benchAppend(b, waiting, store.Config{}) })
		b.Run(fmt.Sprintf("free/waiting=%d", waiting), func(b *testing.B) { benchAppend(b, waiting, store.Config{NotDurable: true}) })
	}
}

func benchAppend(b *testing.B, waiting int, c store.Config) {
	if c.Consumers = []string{"chart"}; c.URL == "" {
		c.URL = "file:" + filepath.Join(b.TempDir(), "log.db")
	}
	s, err := sqlite.Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var events atomic.Int64
	b.SetParallelism(waiting) // times GOMAXPROCS: meant for -cpu 1
	b.ReportAllocs()
	b.ResetTimer()
	before := storetest.Processor()
	b.RunParallel(func(pb *testing.PB) {
		first := events.Add(1) << 32
		for n := first; pb.Next(); n++ {
			if _, _, err := s.Append(b.Context(), benchEvent(n)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64((storetest.Processor()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
	stats := s.Stats()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(stats.Writes)/float64(max(stats.Commits, 1)), "events/commit")
}

// benchEvent is the n-th report of many calls, six to a call.
func benchEvent(n int64) careline.CallEvent {
	call, leg := fmt.Sprintf("CA%032x", n/6), fmt.Sprintf("CB%032x", n/6)
	if n%6 == 0 {
		return careline.CallEvent{
			ID: call + "/request", Call: call, Leg: call, Kind: careline.KindRequested, Appointment: "appointment-1",
			Request: careline.Request{Clinician: fmt.Sprintf("practitioner-%d", n/6%50), Sender: "PractitionerRole/1",
				Patient: careline.Reference(fmt.Sprintf("Patient/%d", n/6*7919%20_000)), Recipient: "Patient/1"},
			Report: benchReport,
		}
	}
	statuses := []careline.Status{careline.StatusInitiated, careline.StatusRinging, careline.StatusInProgress, careline.StatusInProgress, careline.StatusCompleted}
	status := statuses[n%6-1]
	return careline.CallEvent{
		ID: fmt.Sprintf("%s/%d/%s", leg, n%6, status), Call: call, Leg: leg, Kind: careline.KindProgress,
		At: time.Unix(1_764_000_000+n%6, 0), Order: int(n % 6), Status: status, Word: string(status),
		Direction: "outbound-dial", Appointment: "appointment-1", Report: benchReport,
		Trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	}
}

var benchReport = fmt.Appendf(nil, `{"ApiVersion":"2010-04-01","Called":"+447700900123","CallStatus":"ringing","Padding":"%0480d"}`, 0)

// BenchmarkLoad is what the answer to a caller waits for, with a day's calls.
func BenchmarkLoad(b *testing.B) {
	s, err := sqlite.Open(b.Context(), store.Config{URL: "file:" + filepath.Join(b.TempDir(), "log.db"), NotDurable: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for n := range int64(6 * 1000) {
		if _, _, err := s.Append(b.Context(), benchEvent(n)); err != nil {
			b.Fatal(err)
		}
	}
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Load(b.Context(), "practitioner-7", now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppendStrangers is one report of a call of its own each, of random ids: the
// dearest that there is, and what a load test sends.
func BenchmarkAppendStrangers(b *testing.B) {
	s, err := sqlite.Open(b.Context(), store.Config{URL: "file:" + filepath.Join(b.TempDir(), "log.db"), Consumers: []string{"chart"}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var events atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	before := storetest.Processor()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := events.Add(1)
			e := benchEvent(6*n + 1)
			sum := sha256.Sum256(strconv.AppendInt(nil, n, 10))
			e.Call, e.Leg = fmt.Sprintf("CA%x", sum[:16]), fmt.Sprintf("CA%x", sum[16:])
			e.ID = e.Leg + "/1/initiated"
			if _, _, err := s.Append(b.Context(), e); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64((storetest.Processor()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
	stats := s.Stats()
	b.ReportMetric(float64(stats.Writes)/float64(max(stats.Commits, 1)), "events/commit")
}
