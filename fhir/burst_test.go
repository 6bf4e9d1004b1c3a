package fhir_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
)

// direct is a transport that needs no network, so that synctest holds the clocks
// of both sides.
type direct struct {
	handler http.Handler
	refused *atomic.Int64 // answers of 429
	delay   time.Duration
}

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	wait(d.delay)
	seen := httptest.NewRecorder()
	d.handler.ServeHTTP(seen, r)
	if seen.Code == http.StatusTooManyRequests {
		d.refused.Add(1)
	}
	return seen.Result(), nil
}

// burst files calls until each is recorded, by several instances on one quota,
// while a clinician has an appointment checked every second.
type burst struct {
	instances, calls, workers int
	refused                   atomic.Int64
}

func (b *burst) client(t *testing.T, box *fhirbox.Box) *fhir.Client {
	t.Helper()
	c, err := fhir.New(fhir.Config{BaseURL: "http://fhir.test/fhir/R4", HTTP: &http.Client{
		Transport: direct{handler: box.Handler(), refused: &b.refused, delay: 20 * time.Millisecond}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *burst) file(t *testing.T, chart *fhir.Chart, n int) {
	call := ringing()
	call.Key = fmt.Sprintf("CA%06d", n)
	call.ClinicianLeg, call.MemberLeg = call.Key, ""
	f := careline.Filing{Call: call.Key}

	for {
		_, err := chart.File(t.Context(), call, f, nil)
		if err == nil {
			return
		}
		if careline.CodeOf(err) != careline.CodeUnavailable {
			t.Errorf("call %d: %v", n, err)
			return
		}
		f.Tried = true // as the projector keeps it
		wait(max(asked(err), time.Second))
	}
}

func (b *burst) run(t *testing.T, box *fhirbox.Box) time.Duration {
	start := time.Now()
	jobs := make(chan int)
	var working sync.WaitGroup
	clients := make([]*fhir.Client, b.instances)

	for i := range clients {
		clients[i] = b.client(t, box)
		chart := newChart(t, clients[i])
		for range b.workers {
			working.Go(func() {
				for n := range jobs {
					b.file(t, chart, n)
				}
			})
		}
	}

	done := make(chan struct{})
	checks := make(chan int)
	go func() { checks <- b.check(t, clients[0], done) }()
	for n := range b.calls {
		jobs <- n
	}

	close(jobs)
	working.Wait()
	close(done)
	if n := <-checks; n < 10 {
		t.Errorf("only %d checks of an appointment", n)
	}
	return time.Since(start)
}

func (b *burst) check(t *testing.T, c *fhir.Client, done <-chan struct{}) int {
	for n := 0; ; n++ {
		before := time.Now()
		_, err := c.Appointment(t.Context(), "a1")
		if careline.CodeOf(err) != careline.CodeNotFound || time.Since(before) > 100*time.Millisecond {
			t.Errorf("check %d: %v after %v", n, err, time.Since(before))
		}
		select {
		case <-done:
			return n
		case <-time.After(time.Second):
		}
	}
}

// stored counts the calls in the record; every one must be there once.
func stored(t *testing.T, box *fhirbox.Box, want int) {
	t.Helper()
	wait(time.Minute) // a new window
	b := burst{}
	entries, err := b.client(t, box).Search(t.Context(), "Communication", url.Values{"category": {"https://perci.health/communication-category|twilio-voice"}, "_count": {"1000"}})
	if err != nil {
		t.Fatal(err)
	}

	seen := map[string]int{}
	for _, e := range entries {
		seen[communication(t, e.Resource).Identifier[0].Value]++
	}

	for key, n := range seen {
		if n != 1 {
			t.Errorf("%s is stored %d times", key, n)
		}
	}

	if len(seen) != want {
		t.Errorf("%d calls stored, want %d", len(seen), want)
	}
}

func TestABurstIsSpreadOverTheQuota(t *testing.T) {
	t.Parallel()

	for name, b := range map[string]*burst{
		"one instance":    {instances: 1, calls: 2000, workers: 16},
		"all at once":     {instances: 1, calls: 800, workers: 800},
		"three instances": {instances: 3, calls: 800, workers: 16},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				box, err := fhirbox.Open(fhirbox.Config{Quota: fhirbox.Quota{FHIRUnits: 50_000}, Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				took := b.run(t, box)
				t.Logf("%d calls in %v, %d refused", b.calls, took, b.refused.Load())
				// 450 writes a minute leave a tenth to the readers.
				if whole := time.Duration(b.calls/450) * time.Minute; took < whole || took > whole+time.Minute {
					t.Errorf("took %v", took)
				}
				if n := b.refused.Load(); n > 0 {
					t.Errorf("%d requests were refused for the quota", n)
				}
				stored(t, box, b.calls)
				if err := box.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// filesThroughFaults files sixty calls, of two versions each, while the server
// loses answers, refuses, breaks off and forgets its sessions. The faults are met
// in the order of the list, whoever comes first.
func filesThroughFaults(t *testing.T, s *server) {
	const calls = 60
	full := fault{
		Method:  http.MethodPost,
		Status:  429,
		Times:   2,
		Body:    outcome("throttled", "Too Many Requests"),
		Headers: map[string]string{"RateLimit": `"fhirInteractions";r=0;t=1`},
	}

	if !strings.HasSuffix(s.faultsURL, "/_test/faults") {
		full.Headers = nil // fhirbox has no place for them
	}
	s.fail(t,
		fault{
			Method: http.MethodPost,
			Path:   "/Communication",
			After:  true,
			Times:  5,
		},
		fault{Method: http.MethodPost, Path: "/Communication", Times: 5},
		full,
		fault{Method: http.MethodPut, After: true, Times: 5},
		fault{
			Method: http.MethodPut,
			Status: 502,
			Times:  5,
			Body:   "<html>",
		},
		fault{
			Method: http.MethodPut,
			Status: 400,
			Times:  5,
			Body:   outcome("invalid", "connect ECONNREFUSED 10.0.0.3:5432"),
		},
	)

	chart := s.chart(t)
	var working sync.WaitGroup
	jobs := make(chan int)
	for range 8 {
		working.Go(func() {
			for n := range jobs {
				fileTwice(t, chart, n)
			}
		})
	}

	for n := range calls {
		if n == calls/2 && !s.plain {
			s.logout(t)
		}
		jobs <- n
	}

	close(jobs)
	working.Wait()
	entries, err := s.client(t).Search(t.Context(), "Communication", url.Values{"_count": {"500"}})
	if err != nil {
		t.Fatal(err)
	}

	seen := map[string]int{}
	for _, e := range entries {
		if m := communication(t, e.Resource); m.Status == "completed" {
			seen[m.Identifier[0].Value]++
		} else if m.Status != "entered-in-error" {
			t.Errorf("%s is %s", m.Identifier[0].Value, m.Status)
		}
	}

	if len(seen) != calls {
		t.Errorf("%d calls stored, want %d", len(seen), calls)
	}
	for key, n := range seen {
		if n != 1 {
			t.Errorf("%s is stored %d times", key, n)
		}
	}
}

// fileTwice tries until the record has both versions, keeping what a projector
// keeps in between, at once where nobody asks to wait.
func fileTwice(t *testing.T, chart *fhir.Chart, n int) {
	f := careline.Filing{Call: fmt.Sprintf("CA%06d", n)}
	for _, call := range []careline.Call{ringing(), completed()} {
		call.Key, call.ClinicianLeg, call.MemberLeg = f.Call, f.Call, ""
		for try := 0; ; try++ {
			filed, err := chart.File(t.Context(), call, f, nil)
			if err == nil {
				f = filed
				break
			}
			if code := careline.CodeOf(err); code != careline.CodeUnavailable && code != careline.CodeConflict || try > 50 {
				t.Errorf("call %d: %v", n, err)
				return
			}
			f.Tried = f.Tried || filed.Tried
			wait(asked(err))
		}
	}

	if err := chart.Settle(t.Context(), completedAs(f.Call), f); err != nil {
		t.Errorf("call %d: %v", n, err)
	}
}

func completedAs(key string) careline.Call {
	call := completed()
	call.Key, call.ClinicianLeg, call.MemberLeg = key, key, ""
	return call
}
