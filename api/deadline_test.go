package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
)

// waits is another system that answers nothing.
type waits struct {
	hear func(ctx context.Context) error
}

func (w waits) Appointment(ctx context.Context, id string) (careline.Appointment, error) {
	return careline.Appointment{ID: id, Clinicians: []careline.Participant{{Clinician: ada}}}, w.hear(ctx)
}

func (w waits) AppointmentsOn(ctx context.Context, _ string, _, _ time.Time) ([]careline.Appointment, error) {
	return nil, w.hear(ctx)
}

func (w waits) Calls(ctx context.Context, _ string) ([]careline.RecordedCall, error) {
	return nil, w.hear(ctx)
}

func (w waits) LastCalls(ctx context.Context, _ []string) (map[string]careline.RecordedVersion, error) {
	return nil, w.hear(ctx)
}

func silence(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func fine(context.Context) error { return nil }

// Whatever is waited for, a person has an answer in time: an empty reply helps
// nobody.
func TestAPersonIsAnsweredInTime(t *testing.T) {
	t.Parallel()
	const list, one, calls = "/bff_clinical/v1/appointments", "/bff_clinical/v1/appointments/apt-1", "/bff_clinical/v1/appointments/apt-1/calls"
	for name, c := range map[string]struct {
		path string
		slow func(*api.Config)
	}{
		"list":             {list, func(cfg *api.Config) { cfg.Appointments = waits{silence} }},
		"one":              {one, func(cfg *api.Config) { cfg.Appointments = waits{silence} }},
		"its last call":    {one, func(cfg *api.Config) { cfg.Appointments, cfg.Calls = waits{fine}, waits{silence} }},
		"its calls":        {calls, func(cfg *api.Config) { cfg.Appointments, cfg.Calls = waits{fine}, waits{silence} }},
		"session":          {list, func(cfg *api.Config) { cfg.Session = slowSession }},
		"stream's session": {"/bff_clinical/v1/calls/events", func(cfg *api.Config) { cfg.Session = slowSession }},
		"stream's beginning": {"/bff_clinical/v1/calls/events", func(cfg *api.Config) {
			cfg.LiveFrom = func(ctx context.Context, _ string) (int64, error) { return 0, silence(ctx) }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				c.slow(&b.cfg)
				before := time.Now()
				p := b.problem(b.ask("GET", c.path, ada), 503, "unavailable")
				if took := time.Since(before); took > api.AnswerWithin || p["detail"] == "" {
					t.Errorf("answered after %v: %v", took, p)
				}
			})
		})
	}
}

func slowSession(ctx context.Context, _ *http.Request) (careline.Clinician, error) {
	return careline.Clinician{}, silence(ctx)
}

// asksToWait is a cause with a Retry-After of its own.
type asksToWait struct{ time.Duration }

func (a asksToWait) Error() string             { return "wait" }
func (a asksToWait) RetryAfter() time.Duration { return a.Duration }

// How long to wait is what the other system says, within reason.
func TestRetryAfterTellsAPersonHowLongToWait(t *testing.T) {
	t.Parallel()
	for want, cause := range map[int]error{
		49:   asksToWait{49 * time.Second},
		13:   fmt.Errorf("list: %w", asksToWait{12*time.Second + time.Millisecond}),
		5:    errors.New("no word of it"),
		3600: asksToWait{1000 * time.Hour},
	} {
		b := newBench(t)
		b.fhir = careline.NewError(careline.CodeUnavailable, "Not now.", cause)
		if got := b.ask("GET", "/bff_clinical/v1/appointments", ada).Header.Get("Retry-After"); got != strconv.Itoa(want) {
			t.Errorf("Retry-After %s, want %d", got, want)
		}
	}
}

const notNow = "The health record does not answer as it should at the moment. Please try again in a minute; if it stays so, tell your IT team."

// Settings are the operator's: a nurse does not read their names, the log has them.
func TestAPersonReadsNoSettingsName(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"The health record cannot answer at the moment. If this stays so, check FHIR_BASE_URL.": notNow,
		"The health record does not accept careline's login.":                                   notNow,
		"The health record's quota is used up for the moment.":                                  notNow,
		"The health record cannot be reached. Please try again in a minute.":                    "The health record cannot be reached. Please try again in a minute.",
		"The log of calls cannot be used at the moment.":                                        "The service cannot look up its calls at the moment. Please try again in a minute.",
		"Nothing of the kind. In CAPITALS.":                                                     "Nothing of the kind. In CAPITALS.",
	} {
		b := newBench(t)
		b.fhir = careline.NewError(careline.CodeUnavailable, message, nil)
		p := b.problem(b.ask("GET", "/bff_clinical/v1/appointments", ada), 503, "unavailable")
		if p["detail"] != want {
			t.Errorf("%q, want %q", p["detail"], want)
		}
		if !strings.Contains(b.log.String(), strings.TrimSuffix(message, ".")) {
			t.Errorf("the log does not have %q: %s", message, b.log.String())
		}
	}
	b := newBench(t)
	b.cfg.Mount = []api.Route{{Method: "POST", Path: "/v1/machine", Who: "machine", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.Fail(w, r, careline.NewError(careline.CodeForbidden, "Check PUBLIC_BASE_URL.", nil))
	})}}
	if p := b.problem(b.ask("POST", "/v1/machine", ""), 403, "forbidden"); p["detail"] != "Check PUBLIC_BASE_URL." {
		t.Errorf("a machine's operator reads %q", p["detail"])
	}
}
