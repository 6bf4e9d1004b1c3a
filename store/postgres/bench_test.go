package postgres_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

// BenchmarkAppend is a call's six reports, each with a carrier's 600 bytes, by so many
// goroutines that each wait for their own.
//
//	go test -run - -bench Append -cpu 1 ./store/postgres/
func BenchmarkAppend(b *testing.B) {
	for _, waiting := range []int{1, 32, 256} {
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) { benchAppend(b, waiting, store.Config{URL: newDatabase(b)}) })
	}
	b.Run("free/waiting=32", func(b *testing.B) { benchAppend(b, 32, store.Config{URL: newDatabase(b), NotDurable: true}) })
}

// BenchmarkLongLog is BenchmarkAppend to an empty log and to one of five million
// events, in turns: their ratio is what the length costs.
//
//	go test -run - -bench LongLog -cpu 1 -timeout 1h ./store/postgres/
func BenchmarkLongLog(b *testing.B) {
	const calls = 714_286
	long, empty := newDatabase(b), newDatabase(b)
	fillLong(b, long, calls)
	for round := range 3 {
		b.Run(fmt.Sprintf("empty/%d", round), func(b *testing.B) { benchAppend(b, 32, store.Config{URL: empty}) })
		b.Run(fmt.Sprintf("long/%d", round), func(b *testing.B) { benchAppend(b, 32, store.Config{URL: long}) })
	}
}

// fillLong makes a log of so many calls of seven events each, that are all filed.
func fillLong(b *testing.B, url string, calls int) {
	s, err := postgres.Open(b.Context(), store.Config{URL: url})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}

	for _, sql := range []string{
		`INSERT INTO calls (number, key, first, clinician, patient, begun, heard, over, look)
			SELECT n, 'CA' || md5(n::text), n, 'practitioner-' || n % 50, 'Patient/' || n % 20000, n, true, true, 0 FROM generate_series(1, $calls) n`,
		`INSERT INTO keys SELECT p.prefix || md5(n::text), n FROM generate_series(1, $calls) n, (VALUES ('CA'), ('CB')) p (prefix)`,
		`INSERT INTO log_events SELECT (n - 1) * 7 + k, n, 'CB' || md5(n::text) || '/' || k || '/ringing', n, '',
			convert_to('{"leg":"CB' || md5(n::text) || '"}' || chr(10) || repeat('r', 800), 'UTF8') FROM generate_series(1, $calls) n, generate_series(1, 7) k`,
		`INSERT INTO filings SELECT n, 'comm-' || n, '7', n * 7, true, false FROM generate_series(1, $calls) n`,
		`UPDATE log_end SET seq = $calls * 7`,
		`SELECT setval('calls_number', $calls)`,
		`VACUUM ANALYZE`,
		`CHECKPOINT`,
	} {
		execute(b, url, strings.ReplaceAll(sql, "$calls", fmt.Sprint(calls)))
	}
}

func benchAppend(b *testing.B, waiting int, c store.Config) {
	c.Consumers = []string{chart}
	s, err := postgres.Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()

	var workers atomic.Int64
	began := time.Now().UnixNano() // so that no call is there already
	b.SetParallelism(waiting)      // times GOMAXPROCS: meant for -cpu 1
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		worker := workers.Add(1)
		for n := 0; pb.Next(); n++ {
			if _, _, err := s.Append(b.Context(), benchEvent(began, worker, n)); err != nil {
				b.Error(err)
				return
			}
		}
	})

	stats := s.Stats()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(stats.Writes)/float64(max(stats.Commits, 1)), "events/commit")
}

// benchEvent is the n-th report of a worker's calls, six to a call, whose names are as
// random as a carrier's.
func benchEvent(began, worker int64, n int) careline.CallEvent {
	name := scrambled(began, worker, int64(n/6))
	call, leg := "CA"+name, "CB"+name
	if n%6 == 0 {
		e := storetest.Request(call, fmt.Sprintf("practitioner-%d", n/6%50))
		e.Appointment, e.Request.Patient, e.Report = "appointment-1", careline.Reference(fmt.Sprintf("Patient/%d", n/6*7919%20_000)), benchReport
		return e
	}

	statuses := []careline.Status{careline.StatusInitiated, careline.StatusRinging, careline.StatusInProgress, careline.StatusInProgress, careline.StatusCompleted}
	e := storetest.Progress(call, leg, n%6, statuses[n%6-1])
	e.At, e.Direction, e.Appointment, e.Report = time.Unix(1_764_000_000, 0), "outbound-dial", "appointment-1", benchReport
	e.Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	return e
}

// scrambled are 32 hexadecimal digits that follow no order.
func scrambled(numbers ...int64) string {
	h := uint64(14695981039346656037)
	for _, n := range numbers {
		h = (h ^ uint64(n)) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	return fmt.Sprintf("%016x%016x", h, h*0xBF58476D1CE4E5B9)
}

var benchReport = fmt.Appendf(nil, `{"ApiVersion":"2010-04-01","Called":"+447700900123","CallStatus":"ringing","Padding":"%0480d"}`, 0)
