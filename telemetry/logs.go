package telemetry

import (
	"context"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// NewLogger writes one JSON object a line to w, from level on, each in one Write.
// Its texts are redacted as Redact does, attributes with the name of something
// private hold Hidden, and of a value with fields only the type is told. A line
// written within a trace names it in trace_id. If w is a Gathered, a line of level
// Error or above is written at once, with all that came before it.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	to := &inTurn{to: w}
	strict := gate{slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level})}
	return slog.New(&lines{Handler: strict, to: to})
}

// gate is the last one before a line is written. It stands before the handler,
// and not in its ReplaceAttr, which would cost every line four times as much: a
// line with nothing to hide passes as it is.
type gate struct{ slog.Handler }

var _ slog.Handler = gate{}

// Handle implements slog.Handler.
func (g gate) Handle(ctx context.Context, r slog.Record) error {
	if needsRedaction(r) {
		clean := slog.NewRecord(r.Time, r.Level, Redact(r.Message), r.PC)
		r.Attrs(func(a slog.Attr) bool {
			clean.AddAttrs(redactAttr(a))
			return true
		})
		r = clean
	}

	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		r = r.Clone() // the caller may share its attributes with others
		r.AddAttrs(slog.String("trace_id", sc.TraceID().String()))
	}

	return g.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (g gate) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = redactAttr(a)
	}
	return gate{g.Handler.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (g gate) WithGroup(name string) slog.Handler { return gate{g.Handler.WithGroup(name)} }

func needsRedaction(r slog.Record) bool {
	found := suspicious(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		found = found || mayHide(a)
		return !found
	})
	return found
}

// mayHide reports whether an attribute must be looked at closely.
func mayHide(a slog.Attr) bool {
	switch a.Value.Kind() {
	case slog.KindAny, slog.KindGroup, slog.KindLogValuer:
		return true
	case slog.KindString:
		return isPrivate(a.Key) || suspicious(a.Value.String())
	}
	return isPrivate(a.Key)
}
