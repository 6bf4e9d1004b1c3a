package careline

import (
	"context"
	"log/slog"
	"sync"
)

// Line is the one log line of a request or a delivery: filled on the way by
// whoever learns something, written at the end by whoever opened it.
type Line struct {
	mu    sync.Mutex
	attrs []slog.Attr
	room  [lineRoom]slog.Attr // where attrs begins
}

// lineRoom is how many attributes the usual line has: it costs no memory of its own.
const lineRoom = 8

type lineKey struct{}

// lineContext is a context with a line of its own; both are made at once, since
// every request has them.
type lineContext struct {
	context.Context
	line Line
}

// Value implements context.Context.
func (c *lineContext) Value(key any) any {
	if _, ok := key.(lineKey); ok {
		return &c.line
	}
	return c.Context.Value(key)
}

// WithLine is ctx with a new, empty line.
func WithLine(ctx context.Context) (context.Context, *Line) {
	c := &lineContext{Context: ctx}
	c.line.attrs = c.line.room[:0]
	return c, &c.line
}

// Note adds to ctx's line; without a line it does nothing.
func Note(ctx context.Context, attrs ...slog.Attr) {
	l, ok := ctx.Value(lineKey{}).(*Line)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attrs = append(l.attrs, attrs...)
}

// Attrs is what was noted so far, in order.
func (l *Line) Attrs() []slog.Attr { return l.AppendTo(nil) }

// AppendTo appends what was noted so far, in order.
func (l *Line) AppendTo(attrs []slog.Attr) []slog.Attr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(attrs, l.attrs...)
}

// KnownMethod reports whether HTTP knows the method (RFC 9110, section 9; RFC 5789).
// Any other is a text of whoever sent it, and stays out of logs and traces.
func KnownMethod(method string) bool {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return true
	}
	return false
}
