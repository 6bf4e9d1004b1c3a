package fhirbox

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// routes is the table of all that is served.
func (b *Box) routes() http.Handler {
	served := http.NewServeMux()
	served.HandleFunc("GET /healthcheck", b.health)
	served.HandleFunc("POST /oauth2/token", b.token)
	served.HandleFunc("/fhir/R4/", b.fhir)
	served.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { b.sendOutcome(w, r, notFound()) })

	all := http.NewServeMux()
	all.HandleFunc("GET /sandbox/v1/faults", b.listFaults)
	all.HandleFunc("PUT /sandbox/v1/faults", b.putFaults)
	all.HandleFunc("GET /sandbox/v1/events", b.events)
	all.HandleFunc("POST /sandbox/v1/reset", b.reset)
	all.Handle("/", b.faulty(served))
	return b.logged(all)
}

func (b *Box) health(w http.ResponseWriter, _ *http.Request) {
	b.sendJSON(w, http.StatusOK, map[string]any{"ok": true, "fhirVersion": "4.0.1"})
}

// reset forgets all resources, tokens and faults.
func (b *Box) reset(w http.ResponseWriter, r *http.Request) {
	if err := b.store.clear(r.Context()); err != nil {
		b.sendError(w, r, err)
		return
	}
	b.logins.forget()
	b.faults.set(nil)
	w.WriteHeader(http.StatusNoContent)
}

// logged writes a line for each request. A query may hold names and numbers
// and is left out.
func (b *Box) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, seen := time.Now(), &statusWriter{ResponseWriter: w}
		defer func() {
			b.log.DebugContext(r.Context(), "request", slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.Int("status", seen.status), slog.Duration("took", time.Since(start)))
		}()
		next.ServeHTTP(seen, r)
	})
}

// statusWriter remembers the status; 0 when the connection was dropped.
type statusWriter struct {
	http.ResponseWriter
	status int
}

var _ http.ResponseWriter = (*statusWriter)(nil)

func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// send answers with FHIR JSON.
func (b *Box) send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/fhir+json; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		b.log.Debug("the answer could not be sent", slog.Any("error", err))
	}
}

// sendError tells the client of an *outcome; any other error is the server's
// own fault and only its log says what it was.
func (b *Box) sendError(w http.ResponseWriter, r *http.Request, err error) {
	var o *outcome
	if !errors.As(err, &o) {
		b.log.ErrorContext(r.Context(), "request failed", slog.String("path", r.URL.Path), slog.Any("error", err))
		o = newOutcome(http.StatusInternalServerError, "", "exception", "Internal server error")
	}
	b.sendOutcome(w, r, o)
}

func (b *Box) sendOutcome(w http.ResponseWriter, r *http.Request, o *outcome) {
	body, err := o.body(newUUID(), traceID(r.Header))
	if err != nil {
		b.log.ErrorContext(r.Context(), "cannot write an outcome", slog.Any("error", err))
	}
	b.send(w, o.status, body)
}

// traceID is the client's: X-Trace-Id when it is a UUID, or the trace of a
// W3C traceparent; else a new one.
func traceID(h http.Header) string {
	if id := h.Get("X-Trace-Id"); isUUID(id) {
		return id
	}
	if parts := strings.Split(h.Get("Traceparent"), "-"); len(parts) == 4 && len(parts[1]) == 32 {
		t := parts[1]
		return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
	}
	return newUUID()
}
