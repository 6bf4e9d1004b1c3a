package main

import (
	"io"
	"log/slog"

	"perci.health/careline/telemetry"
)

// logForm is how lines of the log look.
type logForm struct {
	text    bool // LOG_FORMAT=text
	colours bool // they go to a screen
}

// onScreen is where a service with these settings logs to, and in what form. Colours
// are what a terminal acts on, so lines with them go past what keeps such things
// from it: they hold nothing else of the kind (telemetry.NewTextLogger).
func (c config) onScreen(out io.Writer) (io.Writer, logForm) {
	to, seen := screen(out)
	if !c.logText || !seen {
		return out, logForm{text: c.logText}
	}
	return to, logForm{text: true, colours: true}
}

func newLogger(out io.Writer, level slog.Level, form logForm) *slog.Logger {
	if !form.text {
		return telemetry.NewLogger(out, level)
	}
	return telemetry.NewTextLogger(out, level, form.colours)
}
