package telemetry

import (
	"context"
	"io"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// lines writes the usual line by hand, and leaves every other to the handler that
// it holds: one that needs redaction, escapes, or a form of its own. The bytes are
// the same either way.
type lines struct {
	slog.Handler // for the unusual
	to           *inTurn
	preset       bool // has attributes or a group of its own, which only Handler knows
	room         sync.Pool
}

var _ slog.Handler = (*lines)(nil)

// Handle implements slog.Handler.
func (l *lines) Handle(ctx context.Context, r slog.Record) error {
	err := l.write(ctx, r)
	if err != nil || r.Level < slog.LevelError {
		return err
	}

	if g, ok := l.to.to.(*Gathered); ok {
		return g.Flush()
	}

	return nil
}

func (l *lines) write(ctx context.Context, r slog.Record) error {
	if l.preset {
		return l.Handler.Handle(ctx, r)
	}

	room, ok := l.room.Get().(*[]byte)
	if !ok {
		room = new([]byte)
	}
	defer l.room.Put(room)

	line, usual := appendLine((*room)[:0], r)
	*room = line
	if !usual {
		return l.Handler.Handle(ctx, r)
	}

	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		line = append(line, `,"trace_id":"`...)
		line = append(append(line, sc.TraceID().String()...), '"')
	}

	line = append(line, "}\n"...)
	*room = line
	_, err := l.to.Write(line)
	return err
}

// WithAttrs implements slog.Handler.
func (l *lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &lines{Handler: l.Handler.WithAttrs(attrs), to: l.to, preset: true}
}

// WithGroup implements slog.Handler.
func (l *lines) WithGroup(name string) slog.Handler {
	return &lines{Handler: l.Handler.WithGroup(name), to: l.to, preset: true}
}

// inTurn lets one line after the other be written.
type inTurn struct {
	mu sync.Mutex
	to io.Writer
}

func (w *inTurn) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}

// appendLine is r as slog.JSONHandler writes it, but for the end of the line; not
// usual when something in it needs more than to be copied.
func appendLine(dst []byte, r slog.Record) (line []byte, usual bool) {
	if y := r.Time.Year(); y < 0 || y > 9999 || r.Time.IsZero() || !plain(r.Message) {
		return dst, false
	}

	dst = append(dst, `{"time":"`...)
	dst = r.Time.AppendFormat(dst, time.RFC3339Nano)
	dst = append(append(dst, `","level":"`...), r.Level.String()...)
	dst = append(append(dst, `","msg":"`...), r.Message...)
	dst = append(dst, '"')

	usual = true
	r.Attrs(func(a slog.Attr) bool {
		dst, usual = appendAttr(dst, a)
		return usual
	})

	return dst, usual
}

func appendAttr(dst []byte, a slog.Attr) ([]byte, bool) {
	if a.Key == "" || isPrivate(a.Key) || !plain(a.Key) {
		return dst, false
	}

	dst = append(dst, ',', '"')
	dst = append(dst, a.Key...)
	dst = append(dst, '"', ':')

	switch v := a.Value; v.Kind() {
	case slog.KindString:
		return appendPlain(dst, v.String())
	case slog.KindInt64:
		return strconv.AppendInt(dst, v.Int64(), 10), true
	case slog.KindBool:
		return strconv.AppendBool(dst, v.Bool()), true
	case slog.KindFloat64:
		return appendFloat(dst, v.Float64())
	case slog.KindAny:
		if err, ok := v.Any().(error); ok {
			return appendPlain(dst, err.Error())
		}
	}

	return dst, false
}

func appendPlain(dst []byte, text string) ([]byte, bool) {
	if !plain(text) {
		return dst, false
	}
	return append(append(append(dst, '"'), text...), '"'), true
}

// appendFloat writes what encoding/json writes without an exponent.
func appendFloat(dst []byte, f float64) ([]byte, bool) {
	if abs := math.Abs(f); f != 0 && (abs < 1e-6 || !(abs < 1e21)) {
		return dst, false
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64), true
}

// plain reports whether a text is itself in a JSON string, and has no mark of
// something that Redact takes out.
func plain(text string) bool {
	for i := range len(text) {
		switch marks[text[i]] {
		case markNone:
		case markLook:
			if suspiciousAt(text, i) {
				return false
			}
		default:
			return false
		}
	}
	return true
}
