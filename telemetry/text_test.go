package telemetry_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"perci.health/careline/telemetry"
)

func TestTextLoggerWritesForAPerson(t *testing.T) {
	t.Parallel()
	for _, colours := range []bool{false, true} {
		var out bytes.Buffer
		log := telemetry.NewTextLogger(&out, slog.LevelInfo, colours)
		log.Debug("not told")
		log.Info("request", "route", "/healthz", "status", 200, "took_ms", 1.5)
		log.With("part", "relay").Error("background", "err", errors.New("it said \x1b[2J\u009b1A to +447700900123"), "token", "very-secret", "name", "a\x1b[2Jb\u202e")

		told := out.String()
		if strings.Count(told, "\n") != 2 || strings.Contains(told, "not told") {
			t.Errorf("colours %t: %q", colours, told)
		}
		if strings.Contains(told, "\x1b[") != colours {
			t.Errorf("colours %t: %q", colours, told)
		}
		for _, hidden := range []string{"900123", "very-secret", "[2Jb\u202e", "\x1b[2J", "\u009b"} {
			if strings.Contains(told, hidden) {
				t.Errorf("colours %t: %q is in %q", colours, hidden, told)
			}
		}
		for _, part := range []string{"INF", "request", "/healthz", "ERR", "relay"} {
			if !strings.Contains(told, part) {
				t.Errorf("colours %t: no %q in %q", colours, part, told)
			}
		}
	}
}
