package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/telemetry"
)

func scrape(t *testing.T, m *telemetry.Metrics, src telemetry.Sources) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler(src).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if got := w.Header().Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	return parse(t, w.Body.String())
}

var sample = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)((?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})?) (\S+)$`)

// parse reads Prometheus's text format strictly: each metric has its HELP and
// TYPE once, before its samples, and each series comes once.
func parse(t *testing.T, text string) map[string]string {
	t.Helper()
	values, types := map[string]string{}, map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if types[name] != "" {
				t.Errorf("two types of %s", name)
			}
			types[name] = kind
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("not a sample: %q", line)
		}
		base := m[1]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if b, ok := strings.CutSuffix(m[1], suffix); ok && types[b] == "histogram" {
				base = b
			}
		}
		if _, err := strconv.ParseFloat(m[3], 64); err != nil || types[base] == "" || values[m[1]+m[2]] != "" {
			t.Errorf("sample %q: %v, type %q", line, err, types[base])
		}
		values[m[1]+m[2]] = m[3]
	}
	return values
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	m.Request("/v1/x", 200, 3*time.Millisecond)
	m.Request("/v1/x", 200, 5*time.Millisecond) // exactly a bound: it belongs below
	m.Request("/v1/x", 503, time.Minute)
	m.EventKept(careline.KindProgress)
	m.Delivery("chart", "delivered", 40*time.Millisecond)
	m.Delivery("chart", "retried", 40*time.Millisecond)
	m.Outbound("fhir", "PUT", 201, 20*time.Millisecond)
	m.Outbound("fhir", "PUT", 0, 2*time.Second)
	got := scrape(t, m, telemetry.Sources{
		Backlog: func(context.Context) (telemetry.Backlog, error) {
			return telemetry.Backlog{Pending: 3, Dead: 1, Oldest: 90 * time.Second}, nil
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
		`careline_events_kept_total{kind="progress"}`:                              "1",
		`careline_deliveries_total{consumer="chart",outcome="delivered"}`:          "1",
		`careline_deliveries_total{consumer="chart",outcome="retried"}`:            "1",
		`careline_delivery_duration_seconds_count{consumer="chart"}`:               "2",
		`careline_outbound_requests_total{party="fhir",method="PUT",status="201"}`: "1",
		`careline_outbound_requests_total{party="fhir",method="PUT",status="0"}`:   "1",
		`careline_backlog_up`:                 "1",
		`careline_backlog_pending`:            "3",
		`careline_backlog_dead`:               "1",
		`careline_backlog_oldest_age_seconds`: "90",
		`careline_caller_ids`:                 "2",
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
	got := scrape(t, m, telemetry.Sources{Backlog: func(context.Context) (telemetry.Backlog, error) {
		return telemetry.Backlog{Pending: 9}, errors.New("store is closed")
	}})
	if got["careline_backlog_up"] != "0" || got["careline_backlog_pending"] != "" {
		t.Errorf("a backlog that could not be read: %v", got)
	}
	if _, ok := scrape(t, m, telemetry.Sources{})["careline_backlog_up"]; ok {
		t.Error("a backlog that nobody counts is told")
	}
}

func TestLabelsAreEscaped(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	m.Request("a\"b\\c\nd", 200, 0)
	if got := scrape(t, m, telemetry.Sources{}); got[`careline_http_requests_total{route="a\"b\\c\nd",status="200"}`] != "1" {
		t.Errorf("series: %v", got)
	}
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

func BenchmarkRequestCounted(b *testing.B) {
	m := telemetry.NewMetrics()
	b.ReportAllocs()
	for b.Loop() {
		m.Request("/v1/twilio/webhooks/call-status", 200, time.Millisecond)
	}
}
