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
}

type lineKey struct{}

// WithLine is ctx with a new, empty line.
func WithLine(ctx context.Context) (context.Context, *Line) {
	l := new(Line)
	return context.WithValue(ctx, lineKey{}, l), l
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
func (l *Line) Attrs() []slog.Attr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]slog.Attr(nil), l.attrs...)
}
