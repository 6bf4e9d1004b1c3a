package careline

import (
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Recovered says what a panic was, which recover answered with panicked, and where,
// for the line of whatever it ended. Values are not printed: they may be a patient's.
// An error's text goes through the log's redaction, as every error's does.
//
// It must be called by the deferred function that recovers: later the stack is gone.
func Recovered(panicked any) (what string, stack slog.Attr) {
	stack = slog.String("stack", string(debug.Stack()))
	if err, ok := panicked.(error); ok {
		return err.Error(), stack
	}

	return fmt.Sprintf("a %T", panicked), stack
}
