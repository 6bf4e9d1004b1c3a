package calls_test

import (
	"errors"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// rung is the log of a call of dr-1's: one that ended at noon, one that was refused, or
// one that goes on; of any other key it has none.
func rung(key string) *log {
	asked := careline.CallEvent{Seq: 1, ID: "r", Call: key, Leg: key, Kind: careline.KindRequested, Request: careline.Request{Clinician: "dr-1"}}
	switch key {
	case "ended":
		ended := careline.CallEvent{Seq: 2, ID: "e", Call: key, Leg: "CA2", Kind: careline.KindProgress, Status: careline.StatusNoAnswer, Word: "no-answer", At: noon}
		return &log{events: []careline.CallEvent{asked, ended}}
	case "refused":
		asked.Kind, asked.Request.Refusal = careline.KindRefused, careline.RefusedRate
		return &log{events: []careline.CallEvent{asked}}
	case "goes on":
		return &log{events: []careline.CallEvent{asked}}
	}
	return &log{}
}

func TestNoterKeepsWhatIsNew(t *testing.T) {
	t.Parallel()
	l, at := rung("ended"), noon.Add(time.Minute)
	noter := calls.Noter{Log: l, Now: func() time.Time { return at }}
	for i, step := range []struct {
		note careline.CallNote
		kept int
		at   time.Duration
	}{
		{careline.CallNote{}, 0, time.Minute}, // nothing to take back
		{careline.CallNote{Text: "A"}, 1, time.Minute},
		{careline.CallNote{Text: "A"}, 1, time.Minute},                      // sent again
		{careline.CallNote{Text: "B"}, 2, time.Minute + time.Microsecond},   // by an instance whose clock is behind
		{careline.CallNote{Text: "A"}, 3, time.Minute + 2*time.Microsecond}, // and back
		{careline.CallNote{}, 4, time.Minute + 3*time.Microsecond},          // taken back
	} {
		got, err := noter.Note(t.Context(), "dr-1", "ended", step.note)
		if err != nil || !got.Same(step.note) || !got.At.Equal(noon.Add(step.at)) || len(l.events) != 2+step.kept {
			t.Errorf("step %d: %v at %v, %v, %d events", i, got.Text, got.At, err, len(l.events))
		}
		if call := careline.Fold(l.events[:2]); call.Note != (careline.CallNote{}) {
			t.Errorf("step %d: %v", i, call.Note)
		}
	}
	last := l.events[len(l.events)-1]
	if last.Kind != careline.KindNoted || last.Note.By != "dr-1" || last.Leg != "" || last.ID == l.events[2].ID {
		t.Errorf("kept %+v", last)
	}
}

func TestNoterRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk full")
	for name, test := range map[string]struct {
		clinician, key string
		after          time.Duration
		fault          error
		code           careline.Code
		reason         careline.Reason
	}{
		"nobody's":        {"dr-1", "nothing", 0, nil, careline.CodeNotFound, careline.ReasonNoCall},
		"somebody else's": {"dr-2", "ended", 0, nil, careline.CodeNotFound, careline.ReasonNoCall},
		"nobody asks":     {"", "nothing", 0, nil, careline.CodeNotFound, careline.ReasonNoCall},
		"not placed":      {"dr-1", "refused", 0, nil, careline.CodeConflict, careline.ReasonNotPlaced},
		"too late":        {"dr-1", "ended", 24*time.Hour + 1, nil, careline.CodeConflict, careline.ReasonTooLate},
		"in time":         {"dr-1", "ended", 24 * time.Hour, nil, "", ""},
		"it goes on":      {"dr-1", "goes on", 99 * time.Hour, nil, "", ""},
		"not durable":     {"dr-1", "ended", 0, broken, careline.CodeInternal, ""},
	} {
		l := rung(test.key)
		before := len(l.events)
		l.err = test.fault
		noter := calls.Noter{Log: l, Now: func() time.Time { return noon.Add(test.after) }}
		_, err := noter.Note(t.Context(), test.clinician, test.key, careline.CallNote{Text: "A"})
		if test.code == "" {
			if err != nil || len(l.events) != before+1 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		e, _ := errors.AsType[*careline.Error](err)
		if careline.CodeOf(err) != test.code || len(l.events) != before || e != nil && e.Reason != test.reason {
			t.Errorf("%s: %v, %d events", name, err, len(l.events))
		}
	}
}
