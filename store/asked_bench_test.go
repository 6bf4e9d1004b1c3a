package store_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// auditedCalls is how many calls the log has of which an auditor reads.
const auditedCalls = 100_000

// BenchmarkAudit reads pages of a long log: the newest, one from its middle, one of a
// clinician of fifty, and one that one call of fifty passes.
//
//	go test -run - -bench Audit -benchtime 20x -cpu 1 -timeout 30m ./store/
func BenchmarkAudit(b *testing.B) {
	for name, open := range map[string]func(*testing.B, store.Config) (store.Store, error){
		"sqlite": func(b *testing.B, c store.Config) (store.Store, error) {
			c.URL = "file:" + filepath.Join(b.TempDir(), "log.db")
			return sqlite.Open(b.Context(), c)
		},
		"postgres": func(b *testing.B, c store.Config) (store.Store, error) {
			c.URL = newDatabase(b)
			return postgres.Open(b.Context(), c)
		},
	} {
		b.Run(name, func(b *testing.B) {
			s, err := open(b, store.Config{Now: newTicking().now, NotDurable: true})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { storetest.CloseStore(b, s) })
			fillAudit(b, s)
			audit := calls.Audit{Log: s}
			all := calls.AuditFilter{AskedFor: careline.AskedFor{From: noon, To: noon.AddDate(1, 0, 0)}}
			middle, of, rare := all, all, all
			middle.To = noon.Add(auditedCalls / 2 * time.Minute)
			of.Clinician = "p7"
			rare.Refusal = careline.RefusedRate

			for what, filter := range map[string]calls.AuditFilter{"newest": all, "middle": middle, "clinician": of, "refusal": rare} {
				b.Run(what, func(b *testing.B) {
					before := storetest.Processor()
					for b.Loop() {
						page, err := audit.Page(b.Context(), filter)
						if err != nil || len(page.Calls) == 0 {
							b.Fatal(len(page.Calls), err)
						}
					}
					b.ReportMetric(float64((storetest.Processor()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
				})
			}
		})
	}
}

// ticking is a clock that goes on by ten seconds with each event.
type ticking struct {
	mu sync.Mutex
	at time.Time
}

func newTicking() *ticking { return &ticking{at: noon} }

func (c *ticking) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(10 * time.Second)
	return c.at
}

// fillAudit keeps calls of six events each, with reports of the usual size; one of fifty
// is refused.
func fillAudit(b *testing.B, s store.Store) {
	b.Helper()
	report := make([]byte, 0, 700)
	report = fmt.Appendf(report, `{"CallSid":"CA","Padding":%q}`, make([]byte, 150))
	var at atomic.Int64
	var all sync.WaitGroup
	for range 256 { // who wait together are written together
		all.Go(func() {
			for i := int(at.Add(1)); i <= auditedCalls; i = int(at.Add(1)) {
				for _, e := range auditedCall(i, report) {
					if _, _, err := s.Append(b.Context(), e); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
}

func auditedCall(i int, report []byte) []careline.CallEvent {
	key := fmt.Sprintf("CA%032d", i)
	asks := storetest.RequestFor(key, fmt.Sprint("p", i%50), careline.Reference(fmt.Sprint("Patient/", i%5000)))
	if i%50 == 0 {
		asks.Kind, asks.Request.Refusal = careline.KindRefused, careline.RefusedRate
		return []careline.CallEvent{asks}
	}

	events := []careline.CallEvent{asks}
	for order, status := range []careline.Status{careline.StatusInitiated, careline.StatusRinging, careline.StatusInProgress, careline.StatusCompleted} {
		e := storetest.Progress(key, "B"+key, order, status)
		e.Report = report
		events = append(events, e)
	}
	return append(events, storetest.DialEnded(key, "B"+key, careline.StatusCompleted))
}
