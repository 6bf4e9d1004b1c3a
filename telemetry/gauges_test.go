package telemetry_test

import (
	"context"
	"errors"
	"testing"

	"perci.health/careline/telemetry"
)

func TestGauges(t *testing.T) {
	t.Parallel()
	answers := func(v float64, err error) func(context.Context) (float64, error) {
		return func(context.Context) (float64, error) { return v, err }
	}
	got := scrape(t, telemetry.NewMetrics(), telemetry.Sources{Gauges: []telemetry.Gauge{
		{Name: "careline_known", Help: "h", Ask: answers(3, nil)},
		{Name: "careline_silent", Help: "h", Ask: answers(0, telemetry.ErrNothingToTell)},
		{Name: "careline_broken", Help: "h", Ask: answers(0, errors.New("down"))},
	}})
	for series, want := range map[string]string{
		`careline_known`: "3", `careline_silent`: "", `careline_broken`: "",
		`careline_source_failures_total{source="careline_broken"}`: "1",
		`careline_source_failures_total{source="careline_silent"}`: "0",
	} {
		if got[series] != want {
			t.Errorf("%s is %q; want %q", series, got[series], want)
		}
	}
}
