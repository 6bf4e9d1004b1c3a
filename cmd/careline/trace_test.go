package main

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"perci.health/careline/sandbox"
)

// collectorOf is an OpenTelemetry collector: the names of the spans it was sent,
// by trace.
type collectorOf struct {
	mu    sync.Mutex
	spans map[string][]string
}

func (c *collectorOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	text, err := io.ReadAll(body)
	var request collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(text, &request) != nil {
		http.Error(w, "not OTLP", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				id := hex.EncodeToString(span.TraceId)
				c.spans[id] = append(c.spans[id], span.Name)
			}
		}
	}
}

// follows reports whether one trace goes from a webhook to a write in the health
// record.
func (c *collectorOf) follows() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, names := range c.spans {
		has := func(part string) bool {
			return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, part) })
		}
		if has("/v1/twilio/webhooks/call-status") && has("chart") && has("PUT") {
			return true
		}
	}
	return false
}

// A real process, since the exporter reads the environment itself.
func TestServeTracesACallFromWebhookToRecord(t *testing.T) {
	t.Parallel()
	c := &collectorOf{spans: map[string][]string{}}
	server := httptest.NewServer(c)
	defer server.Close()
	w, err := sandbox.Start(t.Context(), sandbox.Config{Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	port := freePort(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(w.Env(), "CARELINE_TEST_RUN=serve", "FUNCTIONS_URL=http://127.0.0.1:"+port, "PORT="+port, "LISTEN_HOST=127.0.0.1",
		"DATABASE_URL=file:"+filepath.Join(t.TempDir(), "careline.db"), "OTEL_EXPORTER_OTLP_ENDPOINT="+server.URL, "OTEL_BSP_SCHEDULE_DELAY=50")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	s := &system{t: t, world: w, url: "http://127.0.0.1:" + port}
	if err := w.SetApp(s.url); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the service's first answer", func() bool {
		res, err := http.Get(s.url + "/healthz")
		if err != nil {
			return false
		}
		return res.Body.Close() == nil && res.StatusCode == http.StatusOK
	})
	s.record(s.call(s.reaching(answers), answers), final)
	eventually(t, "a trace from the webhook to the record", c.follows)
}
