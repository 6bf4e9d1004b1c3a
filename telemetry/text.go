package telemetry

import (
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"github.com/lmittmann/tint"
)

// NewTextLogger writes a line for a person, with colours if there is a screen that
// shows them. What NewLogger takes out of a line is taken out of these too, and of a
// value from outside nothing moves the screen. It is slower: a service logs as
// NewLogger does.
func NewTextLogger(w io.Writer, level slog.Leveler, colours bool) *slog.Logger {
	to := &inTurn{to: w}
	text := tint.NewTextHandler(to, &tint.Options{
		Level:       level,
		TimeFormat:  time.TimeOnly + ".000",
		NoColor:     !colours,
		ReplaceAttr: still,
	})
	return slog.New(&lines{
		Handler: gate{text},
		to:      to,
		preset:  true, // only the handler knows this form
	})
}

// still is an attribute without characters that nobody sees: tint lets those pass
// that begin a colour.
func still(_ []string, a slog.Attr) slog.Attr {
	text := ""
	switch v := a.Value; v.Kind() {
	case slog.KindString:
		text = v.String()
	case slog.KindAny:
		err, ok := v.Any().(error)
		if !ok {
			return a
		}
		text = err.Error()
	default:
		return a
	}

	a.Value = slog.StringValue(strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text))
	return a
}
