package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"perci.health/careline"
)

// run takes a request through all that is common to the routes.
func (s *server) run(w http.ResponseWriter, r *http.Request, route *Route) {
	began := s.cfg.Now()
	ctx, end := r.Context(), func(int) {}
	if s.cfg.Span != nil {
		ctx, end = s.cfg.Span(r, route.Path)
	}

	ctx, line := careline.WithLine(ctx)
	within, done := bounded(ctx, route)
	defer done()
	v := &visit{
		Context:        within,
		ResponseWriter: w,
		id:             [1]string{newID()},
	}
	r = r.WithContext(v)

	defer func() {
		ended := s.cfg.Now()
		took := ended.Sub(began)
		status := s.finish(v, r, recover())
		end(status)
		if s.cfg.Observe != nil {
			s.cfg.Observe(route.Path, status, measured(route, v, took))
		}

		s.log(ctx, entry{
			r:      r,
			v:      v,
			line:   line,
			route:  route,
			status: status,
			ended:  ended,
			took:   took,
		})
		if v.left {
			panic(http.ErrAbortHandler)
		}
	}()

	w.Header()["X-Request-Id"] = v.id[:]
	if s.guard(v, r, route) {
		route.Handler.ServeHTTP(v, r)
	}
}

// measured is how long an answer took; negative for an open stream of events, which
// took as long as somebody listened.
func measured(route *Route, v *visit, took time.Duration) time.Duration {
	if (route.Path == streamPath || sounds(route.Path)) && v.status < http.StatusMultipleChoices {
		return -1
	}
	return took
}

// finish answers a request whose handler panicked, and returns the status that
// is told to operators. It leaves v marked when the connection must be cut.
func (s *server) finish(v *visit, r *http.Request, panicked any) int {
	switch {
	case panicked == nil && v.left:
		return statusClientGone
	case panicked == nil && v.status == 0:
		return http.StatusOK // net/http writes it when a handler writes nothing
	case panicked == nil:
		return v.status
	case panicked == http.ErrAbortHandler:
		v.left = true
		return http.StatusInternalServerError
	}

	what, stack := careline.Recovered(panicked)
	err := fmt.Errorf("panic: %s", what)
	careline.Note(r.Context(), slog.Any("err", err), stack)
	if v.status != 0 {
		v.left = true
		return http.StatusInternalServerError
	}

	p := problemOf(err)
	p.Incident = v.id[0]
	writeProblem(v, p)
	return v.status
}

// entry is what a log line is made of.
type entry struct {
	r      *http.Request
	v      *visit
	line   *careline.Line
	route  *Route
	status int
	ended  time.Time
	took   time.Duration
}

// log writes the request's one line. It has the route's pattern for the path and
// no query: both could name a patient.
//
// It goes to the handler itself: slog would first find out from which line of ours
// it is called, which is always this one.
func (s *server) log(ctx context.Context, e entry) {
	level := slog.LevelInfo
	switch {
	case e.status >= http.StatusInternalServerError:
		level = slog.LevelError
	case e.route.Who == Operator || e.route.Path == webPath:
		level = slog.LevelDebug // a page of the app is twenty files
	}
	if s.cfg.Log == nil || !s.cfg.Log.Enabled(ctx, level) {
		return
	}

	var room [16]slog.Attr
	attrs := append(room[:0],
		slog.String("id", e.v.id[0]),
		slog.String("method", e.method()),
		slog.String("route", e.route.Path),
		slog.Int("status", e.status),
		slog.Int64("bytes", e.v.bytes),
		slog.Float64("took_ms", float64(e.took.Microseconds())/1000),
	)

	record := slog.NewRecord(e.ended, level, "request", 0)
	record.AddAttrs(e.line.AppendTo(attrs)...)
	_ = s.cfg.Log.Handler().Handle(ctx, record) // there is nowhere else to tell of it; slog itself passes over it
}

// method is one that HTTP knows. Any other is a text of whoever sent it, and stays
// out of the log.
func (e entry) method() string {
	if careline.KnownMethod(e.r.Method) {
		return e.r.Method
	}
	return "other"
}
