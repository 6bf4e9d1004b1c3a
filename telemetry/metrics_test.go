package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/telemetry"
)

// scrape is the metrics as a reader gets them: each series, as it is written,
// with its value.
func scrape(t *testing.T, m *telemetry.Metrics, src telemetry.Sources) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler(src).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || !strings.HasPrefix(got, "text/plain; version=0.0.4; charset=utf-8") {
		t.Errorf("status %d, Content-Type %q", w.Code, got)
	}
	values := map[string]string{}
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimSuffix(line, "\n")
		end := strings.LastIndexByte(line, ' ')
		if end < 0 {
			t.Fatalf("not a sample: %q", line)
		}
		values[line[:end]] = line[end+1:]
	}
	return values
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	m.Request("/v1/x", 200, 3*time.Millisecond)
	m.Request("/v1/x", 200, 5*time.Millisecond) // exactly a bound: it belongs below
	m.Request("/v1/x", 503, time.Minute)
	m.Request("/v1/stream", 200, -1) // it lasted as long as somebody listened
	m.CallEnded(careline.OutcomeBusy)
	m.Refused(careline.RefusedRate)
	m.Build("v1")
	m.EventKept(careline.KindProgress)
	m.Delivery("chart", "delivered", 40*time.Millisecond)
	m.Delivery("chart", "retried", 40*time.Millisecond)
	m.Outbound("fhir", "PUT", 201, 20*time.Millisecond)
	m.Outbound("fhir", "PUT", 0, 2*time.Second)
	got := scrape(t, m, telemetry.Sources{
		Backlog: func(context.Context) ([]telemetry.Backlog, error) {
			return []telemetry.Backlog{{Consumer: "chart", Pending: 3, Dead: 1, Oldest: 90 * time.Second}, {Consumer: "pubsub"}}, nil
		},
		CallerIDs: func() int { return 2 },
	})
	for series, want := range map[string]string{
		`careline_http_requests_total{route="/v1/x",status="200"}`:                 "2",
		`careline_http_requests_total{route="/v1/x",status="503"}`:                 "1",
		`careline_http_request_duration_seconds_bucket{route="/v1/x",le="0.0025"}`: "0",
		`careline_http_request_duration_seconds_bucket{route="/v1/x",le="0.005"}`:  "2",
		`careline_http_request_duration_seconds_bucket{route="/v1/x",le="15"}`:     "2",
		`careline_http_request_duration_seconds_bucket{route="/v1/x",le="+Inf"}`:   "3",
		`careline_http_request_duration_seconds_count{route="/v1/x"}`:              "3",
		`careline_http_request_duration_seconds_sum{route="/v1/x"}`:                "60.008",
		`careline_http_requests_total{route="/v1/stream",status="200"}`:            "1",
		`careline_http_request_duration_seconds_count{route="/v1/stream"}`:         "0",
		`careline_calls_total{outcome="busy"}`:                                     "1",
		`careline_refusals_total{reason="` + string(careline.RefusedRate) + `"}`:   "1",
		`careline_build_info{goversion="` + runtime.Version() + `",version="v1"}`:  "1",
		`careline_events_kept_total{kind="progress"}`:                              "1",
		`careline_deliveries_total{consumer="chart",outcome="delivered"}`:          "1",
		`careline_deliveries_total{consumer="chart",outcome="retried"}`:            "1",
		`careline_delivery_duration_seconds_count{consumer="chart"}`:               "2",
		`careline_outbound_requests_total{method="PUT",party="fhir",status="201"}`: "1",
		`careline_outbound_requests_total{method="PUT",party="fhir",status="0"}`:   "1",
		`careline_backlog_up`:                                    "1",
		`careline_backlog_pending{consumer="chart"}`:             "3",
		`careline_backlog_dead{consumer="chart"}`:                "1",
		`careline_backlog_oldest_age_seconds{consumer="chart"}`:  "90",
		`careline_backlog_pending{consumer="pubsub"}`:            "0",
		`careline_backlog_oldest_age_seconds{consumer="pubsub"}`: "0",
		`careline_caller_ids`:                                    "2",
	} {
		if got[series] != want {
			t.Errorf("%s is %q; want %q", series, got[series], want)
		}
	}
	for _, series := range []string{"go_goroutines", "go_memstats_heap_alloc_bytes", "process_start_time_seconds"} {
		if v, err := strconv.ParseFloat(got[series], 64); err != nil || v <= 0 {
			t.Errorf("%s is %q", series, got[series])
		}
	}
}

func TestMetricsWithoutTheirSources(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	m.EventKept(careline.KindProgress)
	broken := telemetry.Sources{
		Backlog: func(context.Context) ([]telemetry.Backlog, error) {
			return []telemetry.Backlog{{Consumer: "chart", Pending: 9}}, errors.New("store is closed")
		},
		CallerIDs: func() int { return 2 },
	}
	for _, failures := range []string{"1", "2"} {
		got := scrape(t, m, broken)
		for series, want := range map[string]string{
			`careline_backlog_up`:                              "0",
			`careline_backlog_pending{consumer="chart"}`:       "",
			`careline_source_failures_total{source="backlog"}`: failures,
			`careline_events_kept_total{kind="progress"}`:      "1",
			`careline_caller_ids`:                              "2",
		} {
			if got[series] != want {
				t.Errorf("reading %s: %s is %q; want %q", failures, series, got[series], want)
			}
		}
	}
	if _, ok := scrape(t, m, telemetry.Sources{})["careline_backlog_up"]; ok {
		t.Error("a backlog that nobody counts is told")
	}
}

// A store that hangs must not hang the reader: the question to it ends.
func TestSourcesAreAskedWithinABound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		got := scrape(t, telemetry.NewMetrics(), telemetry.Sources{Backlog: func(ctx context.Context) ([]telemetry.Backlog, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		if took := time.Since(began); got["careline_backlog_up"] != "0" || took != 2*time.Second {
			t.Errorf("backlog up is %q after %v", got["careline_backlog_up"], took)
		}
	})
}

func TestMetricsFromManyAtOnce(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				m.Request("/v1/"+strconv.Itoa(i%7), 200, time.Millisecond)
			}
		})
		all.Go(func() { scrape(t, m, telemetry.Sources{}) })
	}
	all.Wait()
	total := 0
	for series, v := range scrape(t, m, telemetry.Sources{}) {
		if strings.HasPrefix(series, "careline_http_requests_total") {
			n, err := strconv.Atoi(v)
			if err != nil {
				t.Fatal(err)
			}
			total += n
		}
	}
	if total != 8000 {
		t.Errorf("counted %d of 8000", total)
	}
}

func TestMetricsCountWithoutAllocating(t *testing.T) {
	m := telemetry.NewMetrics() // not parallel: AllocsPerRun counts everybody's
	if got := testing.AllocsPerRun(1000, func() {
		m.Request("/v1/twilio/webhooks/call-status", 204, time.Millisecond)
		m.EventKept(careline.KindProgress)
		m.Delivery("chart", "delivered", time.Millisecond)
		m.Outbound("fhir", "PUT", 200, time.Millisecond)
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkRequestCounted(b *testing.B) {
	m := telemetry.NewMetrics()
	b.ReportAllocs()
	for b.Loop() {
		m.Request("/v1/twilio/webhooks/call-status", 200, time.Millisecond)
	}
}
