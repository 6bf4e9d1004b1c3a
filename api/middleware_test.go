package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/api"
)

// hook is a foreign route that says what it was asked.
func hook(path string) api.Route {
	return api.Route{Method: http.MethodPost, Path: path, Who: "twilio", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		careline.Note(r.Context(), slog.String("noted", "yes"))
		fmt.Fprintf(w, "%s|%s|%s", r.URL.Path, r.RequestURI, text)
	})}
}

func TestPrefixIsServedTheSame(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Prefix = "/platform/api"
	b.cfg.Mount = []api.Route{hook("/v1/twilio/outgoing")}
	for uri, want := range map[string]string{
		"/v1/twilio/outgoing":                "/v1/twilio/outgoing|/v1/twilio/outgoing|x",
		"/platform/api/v1/twilio/outgoing?a": "/v1/twilio/outgoing|/platform/api/v1/twilio/outgoing?a|x",
	} {
		if got := b.ask(http.MethodPost, uri, "", body("x")); got.body != want {
			t.Errorf("%s: %q; want %q", uri, got.body, want)
		}
	}
	b.problem(b.ask(http.MethodPost, "/platform/apiv1/twilio/outgoing", ""), 404, "not-found")
	b.problem(b.ask(http.MethodPost, "/platform/api", ""), 404, "not-found")
}

func TestNothingIsRedirected(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"//v1/twilio/outgoing", "/v1//twilio/outgoing", "/v1/./twilio/outgoing", "/v1/x/../twilio/outgoing", "/v1/x/%2e%2e/twilio/outgoing",
		"/v1/twilio/outgoing/", "/v1/twilio", "/", "/bff_clinical/v1/appointments/", "/bff_clinical/v1/appointments/a/calls/", "/V1/twilio/outgoing"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.cfg.Mount = []api.Route{hook("/v1/twilio/outgoing")}
			b.problem(b.ask(http.MethodPost, path, ada), 404, "not-found")
		})
	}
}

// A path that came with escapes is read as ServeMux reads it, and CONNECT names no path.
func TestPathsWithEscapes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{http.MethodPost, "/v1/twilio/outgoing", 200},
		{http.MethodPost, "/v1/%74wilio/outgoing", 200},
		{http.MethodPost, "/v1/twilio%2Foutgoing", 404},
		{http.MethodPost, "/v1%2ftwilio/outgoing", 404},
		{http.MethodPost, "/v1/twilio/outgoing%2F", 404},
		{http.MethodPost, "/v1/x%2Fy", 404},
		{http.MethodConnect, "/v1/twilio/outgoing", 404},
		{http.MethodPut, "/v1/%74wilio/outgoing", 405},
		{"post", "/v1/twilio/outgoing", 405},
	} {
		b := newBench(t)
		b.cfg.Mount = []api.Route{hook("/v1/twilio/outgoing")}
		if got := b.ask(tt.method, tt.path, "", body("x")); got.StatusCode != tt.status {
			t.Errorf("%s %s: %d; want %d", tt.method, tt.path, got.StatusCode, tt.status)
		}
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, tt := range []struct{ method, path, allow string }{
		{http.MethodGet, tokenPath, "POST"}, {http.MethodPut, tokenPath, "POST"},
		{http.MethodPost, "/bff_clinical/v1/appointments", "GET, HEAD"}, {http.MethodDelete, "/healthz", "GET, HEAD"},
	} {
		got := b.ask(tt.method, tt.path, ada)
		b.problem(got, 405, "method-not-allowed")
		if got.Header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: Allow %q; want %q", tt.method, tt.path, got.Header.Get("Allow"), tt.allow)
		}
	}
}

func TestWebAppTakesTheRest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Web = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "page "+r.URL.Path) })
	for _, path := range []string{"/", "/assets/app.js", "/today"} {
		if got := b.ask(http.MethodGet, path, ""); got.body != "page "+path {
			t.Errorf("%s: %q", path, got.body)
		}
	}
	b.problem(b.ask(http.MethodPost, "/", ""), 404, "not-found")
	b.problem(b.ask(http.MethodGet, "/bff_clinical/v1/appointment", ada), 404, "not-found")
	b.problem(b.ask(http.MethodGet, "/v1/twilio/outgoin", ""), 404, "not-found")
}

func TestPanicIsAnsweredAndTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Mount = []api.Route{{Method: http.MethodPost, Path: "/v1/panic", Who: "twilio", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret cause") })}}
	got := b.ask(http.MethodPost, "/v1/panic", "")
	b.problem(got, 500, "internal")
	if strings.Contains(got.body, "secret") || strings.Contains(b.log.String(), "secret") || !strings.Contains(b.log.String(), "panic: a string") || !strings.Contains(b.log.String(), "middleware_test.go") {
		t.Errorf("answer %s, log %s", got.body, b.log.String())
	}
	if diff := cmp.Diff([]string{"/v1/panic Internal Server Error"}, b.seen); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}

// A panic in the middle of an answer must not look like its end.
func TestPanicHalfWayCutsTheAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Mount = []api.Route{{Method: http.MethodGet, Path: "/v1/half", Who: "twilio", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Repeat("half", 4000))
		panic("half way")
	})}}
	srv := httptest.NewServer(api.New(b.cfg))
	t.Cleanup(srv.Close)
	resp, err := srv.Client().Get(srv.URL + "/v1/half")
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if err == nil {
		t.Error("the answer looks whole")
	}
	if !strings.Contains(b.log.String(), `"status":500`) {
		t.Errorf("log: %s", b.log.String())
	}
}

func TestOneLineTellsEnoughAndNotMore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Mount = []api.Route{hook("/v1/twilio/outgoing")}
	b.ask(http.MethodPost, "/v1/twilio/outgoing?AppointmentId=apt-1&To=%2B447700900142", "", body("x"), header("User-Agent", "TwilioProxy"))
	text := b.log.String()
	var line map[string]any
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		t.Fatalf("not one line: %q", text)
	}
	delete(line, "time")
	delete(line, "id")
	want := map[string]any{"level": "INFO", "msg": "request", "method": "POST", "route": "/v1/twilio/outgoing", "status": 200.0, "bytes": 88.0, "took_ms": 0.0, "noted": "yes"}
	line["bytes"] = 88.0
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	small := hook("/v1/small")
	small.Limit = 10
	b.cfg.Mount = []api.Route{small}
	b.problem(b.ask(http.MethodPost, "/v1/small", "", body(strings.Repeat("x", 11))), 413, "too-large")
	unsaid := b.ask(http.MethodPost, "/v1/small", "", body(strings.Repeat("x", 11)), func(r *http.Request) { r.ContentLength = -1 })
	if unsaid.StatusCode != http.StatusTeapot {
		t.Errorf("a body of unsaid length went through: %d", unsaid.StatusCode)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	preflight := header("Access-Control-Request-Method", "POST")
	for name, tt := range map[string]struct {
		method, origin string
		status         int
		allow          string
	}{
		"preflight":            {http.MethodOptions, "https://app.example.org", 204, "https://app.example.org"},
		"preflight, stranger":  {http.MethodOptions, "https://app.example.org.evil.example", 403, ""},
		"preflight, no origin": {http.MethodOptions, "", 403, ""},
		"preflight, null":      {http.MethodOptions, "null", 403, ""},
		"request":              {http.MethodPost, "https://app.example.org", 200, "https://app.example.org"},
		"request, http":        {http.MethodPost, "http://app.example.org", 200, ""},
		"request, own origin":  {http.MethodPost, "", 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			more := []func(*http.Request){preflight}
			if tt.origin != "" {
				more = append(more, header("Origin", tt.origin))
			}
			got := b.ask(tt.method, tokenPath, map[bool]string{true: ada}[tt.method == http.MethodPost], more...)
			if got.StatusCode != tt.status || got.Header.Get("Access-Control-Allow-Origin") != tt.allow || got.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("status %d, %v", got.StatusCode, got.Header)
			}
			if got.Header.Get("Vary") != "Origin" {
				t.Errorf("Vary %q", got.Header.Get("Vary"))
			}
			if tt.status == 204 && (got.Header.Get("Access-Control-Allow-Methods") != "POST" || !strings.Contains(got.Header.Get("Access-Control-Allow-Headers"), "Authorization")) {
				t.Errorf("preflight headers %v", got.Header)
			}
		})
	}
}

func TestSpanWrapsTheHandler(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	type key struct{}
	var ended string
	b.cfg.Span = func(r *http.Request, route string) (context.Context, func(int)) {
		return context.WithValue(r.Context(), key{}, route), func(status int) { ended = fmt.Sprint(route, status) }
	}
	b.cfg.Mount = []api.Route{{Method: http.MethodGet, Path: "/v1/x/{id}", Who: "twilio", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Context().Value(key{}), r.PathValue("id"))
	})}}
	if got := b.ask(http.MethodGet, "/v1/x/7", ""); got.body != "/v1/x/{id}7" || ended != "/v1/x/{id}200" {
		t.Errorf("body %q, ended %q", got.body, ended)
	}
}

// The app's own files say nothing to an operator, unless one fails.
func TestLogLeavesFilesOfTheAppToDebug(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Web = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken.js" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	for path, level := range map[string]string{"/assets/a.js": "DEBUG", "/": "DEBUG", "/broken.js": "ERROR", "/openapi": "INFO"} {
		b.log = new(lockedBuffer)
		b.cfg.Log = slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		if b.ask(http.MethodGet, path, ""); !strings.Contains(b.log.String(), `"level":"`+level+`"`) {
			t.Errorf("%s is logged as %s", path, b.log.String())
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if got := b.ask(http.MethodGet, "/healthz", ""); got.body != `{"status":"ok"}` {
		t.Errorf("healthz %q", got.body)
	}
	if !strings.Contains(b.log.String(), `"level":"DEBUG"`) {
		t.Error("an operator's request is not logged at debug level")
	}
}

func TestReadyNamesEach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		var asked atomic.Int64
		fhir := errProbe
		now := time.Now
		b.cfg.Now = now
		b.cfg.Ready = []api.Check{
			{Name: "store", Probe: func(context.Context) error { asked.Add(1); return nil }},
			{Name: "fhir", Probe: func(context.Context) error { return fhir }},
			{Name: "events", Probe: func(ctx context.Context) error { <-time.After(3 * time.Second); return ctx.Err() }}, // deaf to its context
		}
		h := api.New(b.cfg)
		look := func() (int, string) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
			return w.Code, w.Body.String()
		}
		code, text := look()
		want := `{"status":"unavailable","checks":[{"name":"store","ok":true,"tookMs":0},{"name":"fhir","ok":false,"tookMs":0},{"name":"events","ok":false,"tookMs":2000}]}`
		if diff := cmp.Diff(want, text); code != 503 || diff != "" {
			t.Errorf("status %d (-want +got):\n%s", code, diff)
		}
		if strings.Contains(text, "route") || !strings.Contains(b.log.String(), "no route to host") {
			t.Error("the cause belongs into the log and nowhere else")
		}
		look()
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times within a second", n)
		}
		<-time.After(2 * time.Second)
		look()
		if n := asked.Load(); n != 2 {
			t.Errorf("asked %d times after a second", n)
		}
		<-time.After(3 * time.Second) // the deaf probe ends some time
	})
}

// BenchmarkMiddleware is what the common path costs a webhook.
func BenchmarkMiddleware(b *testing.B) {
	handle := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	quiet := slog.New(slog.NewJSONHandler(io.Discard, nil))
	full := newBench(b).cfg
	full.Log, full.Now, full.Observe = quiet, time.Now, func(string, int, time.Duration) {}
	full.Prefix = "/platform/api"
	full.Mount = []api.Route{{Method: http.MethodPost, Path: "/v1/twilio/webhooks/call-status", Who: "twilio", Handler: handle}}
	for name, h := range map[string]http.Handler{"bare": handle, "api": api.New(full)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequest(http.MethodPost, "/v1/twilio/webhooks/call-status?AppointmentId=a", strings.NewReader("x"))
			for b.Loop() {
				h.ServeHTTP(&blank{header: http.Header{}}, r)
			}
		})
	}
}

type blank struct{ header http.Header }

func (b *blank) Header() http.Header         { return b.header }
func (b *blank) Write(p []byte) (int, error) { return len(p), nil }
func (b *blank) WriteHeader(int)             {}
