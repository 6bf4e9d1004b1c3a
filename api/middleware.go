package api

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"perci.health/careline"
)

// answering is the ResponseWriter of one request, and what its log line tells.
type answering struct {
	http.ResponseWriter
	id     string
	status int // 0 until the header is written
	bytes  int64
	left   bool // the client was gone before the answer was whole
}

func (a *answering) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answering) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answering) gone(err error) {
	if a != nil {
		a.left = true
	}
	_ = err // it says only that the client left, which the status says
}

// newID is a request's id, and the incident's if it fails: 64 random bits, told
// to the client and written to the log. It protects nothing.
func newID() string {
	const digits = "0123456789abcdef"
	var b [16]byte
	n := rand.Uint64()
	for i := range b {
		b[i] = digits[n&15]
		n >>= 4
	}
	return string(b[:])
}

// run takes a request through all that is common to the routes.
func (s *server) run(w http.ResponseWriter, r *http.Request, route *Route) {
	began := s.cfg.Now()
	a := &answering{ResponseWriter: w, id: newID()}
	ctx, end := r.Context(), func(int) {}
	if s.cfg.Span != nil {
		ctx, end = s.cfg.Span(r, route.Path)
	}
	ctx, line := careline.WithLine(ctx)
	within, done := bounded(ctx, route)
	defer done()
	r = r.WithContext(within)
	defer func() {
		took := s.cfg.Now().Sub(began)
		status := s.finish(a, r, recover())
		end(status)
		if s.cfg.Observe != nil {
			s.cfg.Observe(route.Path, status, took)
		}
		s.log(ctx, entry{r: r, a: a, line: line, route: route, status: status, took: took})
		if a.left {
			panic(http.ErrAbortHandler)
		}
	}()
	w.Header()["X-Request-Id"] = []string{a.id}
	if r := s.guard(a, r, route); r != nil {
		route.Handler.ServeHTTP(a, r)
	}
}

// finish answers a request whose handler panicked, and returns the status that
// is told to operators. It leaves a marked when the connection must be cut.
func (s *server) finish(a *answering, r *http.Request, panicked any) int {
	switch {
	case panicked == nil && a.left:
		return statusClientGone
	case panicked == nil && a.status == 0:
		return http.StatusOK // net/http writes it when a handler writes nothing
	case panicked == nil:
		return a.status
	case panicked == http.ErrAbortHandler:
		a.left = true
		return http.StatusInternalServerError
	}
	what, stack := careline.Recovered(panicked)
	err := fmt.Errorf("panic: %s", what)
	careline.Note(r.Context(), slog.Any("err", err), stack)
	if a.status != 0 {
		a.left = true
		return http.StatusInternalServerError
	}
	p := problemOf(err)
	p.Incident = a.id
	writeProblem(a, p)
	return a.status
}

// entry is what a log line is made of.
type entry struct {
	r      *http.Request
	a      *answering
	line   *careline.Line
	route  *Route
	status int
	took   time.Duration
}

// log writes the request's one line. It has the route's pattern for the path and
// no query: both could name a patient.
func (s *server) log(ctx context.Context, e entry) {
	level := slog.LevelInfo
	switch {
	case e.status >= http.StatusInternalServerError:
		level = slog.LevelError
	case e.route.Who == Operator:
		level = slog.LevelDebug
	}
	if s.cfg.Log == nil || !s.cfg.Log.Enabled(ctx, level) {
		return
	}
	var room [16]slog.Attr
	attrs := append(room[:0],
		slog.String("id", e.a.id),
		slog.String("method", methodOf(e.r)),
		slog.String("route", e.route.Path),
		slog.Int("status", e.status),
		slog.Int64("bytes", e.a.bytes),
		slog.Float64("took_ms", float64(e.took.Microseconds())/1000),
	)
	s.cfg.Log.LogAttrs(ctx, level, "request", append(attrs, e.line.Attrs()...)...)
}

// methodOf is a method that HTTP knows (RFC 9110, section 9; RFC 5789). Any other
// is a text of whoever sent it, and stays out of the log.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return r.Method
	}
	return "other"
}
