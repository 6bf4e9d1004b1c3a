package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"
	"pgregory.net/rapid"

	"perci.health/careline/credential"
	"perci.health/careline/telemetry"
)

// The line that is written by hand is the one that slog's own handler writes behind
// the redaction, to the byte: the handler that With gives is still that one.
func TestLinesByHandAreThoseOfSlog(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord(t)
		ctx := context.Background()
		if rapid.Bool().Draw(t, "traced") {
			ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 2}, SpanID: trace.SpanID{3}}))
		}

		var byHand, bySlog bytes.Buffer
		hand := telemetry.NewLogger(&byHand, slog.LevelDebug).Handler()
		strict := telemetry.NewLogger(&bySlog, slog.LevelDebug).Handler().WithAttrs(nil)
		if err := errors.Join(hand.Handle(ctx, r), strict.Handle(ctx, r)); err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(bySlog.String(), byHand.String()); diff != "" {
			t.Fatalf("(-slog +by hand):\n%s", diff)
		}
	})
}

// Each of these alone makes a line that needs more than to be copied, or nearly.
func TestUnusualLinesAreThoseOfSlog(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 7, 1, 23, 30, 0, 120e6, time.UTC)
	for _, a := range []slog.Attr{
		slog.Float64("f", 0.4), slog.Float64("f", -0.001), slog.Float64("f", math.Copysign(0, -1)), slog.Float64("f", 1e-6), slog.Float64("f", 9.9e-7),
		slog.Float64("f", 1e20), slog.Float64("f", 1e21), slog.Float64("f", math.Inf(1)), slog.Float64("f", math.NaN()),
		slog.String("s", `a "quoted" word`), slog.String("s", `a\b`), slog.String("s", "a\nb"), slog.String("s", "\x7f"), slog.String("s", "é\u2028\xff"),
		slog.String("s", jwt), slog.String("s", "e"+jwt), slog.String("s", "Bearer abcdef"), slog.String("s", "basic abcdef"), slog.String("s", "07700900123"),
		slog.String("s", "447700900123"), slog.String("s", "a447700900123"), slog.String("s", phone), slog.String("s", "/x?a=b"), slog.String("s", "4e0b"),
		slog.String("name", "Kettle"), slog.Int("name", 1), slog.String("", "x"), slog.String(`a"b`, "x"), slog.String("eyJ", "x"), slog.Any("", nil),
		slog.Any("err", errors.New("no route")), slog.Any("err", errors.New(phone)), slog.Any("v", nil), slog.Any("v", slog.LevelInfo), slog.Uint64("u", 1),
		slog.Time("t", at), slog.Duration("d", time.Second), slog.Group("g"), slog.Group("g", slog.Int("a", 1)), slog.Group("", slog.Int("a", 1)), slog.Bool("b", true),
	} {
		for _, message := range []string{"request", `"quoted"`, phone} {
			r := slog.NewRecord(at, slog.LevelInfo, message, 0)
			r.AddAttrs(slog.Int("first", 1), a, slog.Int("last", 2))
			var byHand, bySlog bytes.Buffer
			hand := telemetry.NewLogger(&byHand, slog.LevelDebug).Handler()
			strict := telemetry.NewLogger(&bySlog, slog.LevelDebug).Handler().WithAttrs(nil)
			if err := errors.Join(hand.Handle(t.Context(), r), strict.Handle(t.Context(), r)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(bySlog.String(), byHand.String()); diff != "" {
				t.Errorf("(-slog +by hand):\n%s", diff)
			}
		}
	}
}

func TestLinesHaveWhatTheirLoggerHas(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := telemetry.NewLogger(&out, slog.LevelInfo)
	log.With("part", "relay").WithGroup("g").Info("m", "n", 1)
	log.With("part", "relay").Info("m", "n", 1)
	log.WithGroup("g").Info("m", "n", 1)
	for _, want := range []string{`"msg":"m","part":"relay","g":{"n":1}}`, `"msg":"m","part":"relay","n":1}`, `"msg":"m","g":{"n":1}}`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, out.String())
		}
	}
	log.Debug("not wanted")
	if got := out.String(); strings.Contains(got, "wanted") {
		t.Errorf("written: %s", got)
	}
}

func anyRecord(t *rapid.T) slog.Record {
	at := time.Unix(rapid.Int64Range(-1e10, 1e12).Draw(t, "seconds"), rapid.Int64Range(0, 1e9).Draw(t, "nanoseconds"))
	zone := rapid.SampledFrom([]*time.Location{time.UTC, time.Local, time.FixedZone("", 5400)}).Draw(t, "zone")
	level := slog.Level(rapid.IntRange(-5, 12).Draw(t, "level"))
	r := slog.NewRecord(at.In(zone), level, anyText(t, "message"), 0)
	if rapid.IntRange(0, 20).Draw(t, "timeless") == 0 {
		r.Time = time.Time{}
	}

	for range rapid.IntRange(0, 12).Draw(t, "attributes") {
		key := rapid.OneOf(
			rapid.SampledFrom([]string{"id", "route", "status", "took_ms", "", "name", "access-token", "Body", "err", `a"b`}),
			rapid.Custom(func(t *rapid.T) string { return anyText(t, "key") }),
		).Draw(t, "key")
		r.AddAttrs(slog.Attr{Key: key, Value: anyValue(t)})
	}
	return r
}

// anyText has much of what JSON escapes and of what is redacted.
func anyText(t *rapid.T, label string) string {
	parts := rapid.SampledFrom([]string{"CA0123456789abcdef0123456789abcdef", "/v1/twilio/outgoing", " ", "call", phone, jwt, "07700900123", "447700900123",
		"bearer abcdef", "basic xyzw", "?a=b", "a@b.cd", "%2B", `"`, `\`, "\n", "\t", "\x00", "\x7f", "é", "\u2028", "\xff", "…", "0", "4", "b", "B", "e", "ey"})
	text := ""
	for range rapid.IntRange(0, 4).Draw(t, label+"'s parts") {
		text += parts.Draw(t, label)
	}
	return text
}

func anyValue(t *rapid.T) slog.Value {
	switch rapid.IntRange(0, 12).Draw(t, "kind") {
	case 0, 1, 2, 3:
		return slog.StringValue(anyText(t, "text"))
	case 4:
		return slog.Int64Value(rapid.Int64().Draw(t, "number"))
	case 5:
		return slog.BoolValue(rapid.Bool().Draw(t, "truth"))
	case 6:
		return slog.Float64Value(rapid.Float64().Draw(t, "float"))
	case 7:
		return slog.Float64Value(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 0.4, 1.234, 1e-6, 9.9e-7, 1e20, 1e21, math.NaN(), math.Inf(-1)}).Draw(t, "odd float"))
	case 8:
		return slog.AnyValue(errors.New(anyText(t, "error")))
	case 9:
		return slog.AnyValue(rapid.SampledFrom([]any{nil, credential.NewSecret("x"), []string{"a", phone}, struct{ A int }{1}, []byte("x")}).Draw(t, "anything"))
	case 10:
		return slog.DurationValue(time.Duration(rapid.Int64().Draw(t, "duration")))
	case 11:
		return slog.GroupValue(slog.String("inner", anyText(t, "inner")))
	}
	return slog.Uint64Value(rapid.Uint64().Draw(t, "unsigned"))
}
