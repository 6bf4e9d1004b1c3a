package calls_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// listed are the carrier's recordings made in a time.
func listed(all ...calls.Carried) func(context.Context, time.Time, time.Time) ([]calls.Carried, error) {
	return func(_ context.Context, from, to time.Time) (some []calls.Carried, err error) {
		for _, c := range all {
			if !c.Created.Before(from) && c.Created.Before(to) {
				some = append(some, c)
			}
		}
		return some, nil
	}
}

func sweep(s *studio, now time.Time, all ...calls.Carried) (*calls.RecordingSweep, *[]string) {
	outcomes := []string{}
	return &calls.RecordingSweep{
		Log: s, Listed: listed(all...), Keep: 30 * 24 * time.Hour,
		Held:    func(context.Context, string) (bool, error) { return false, nil },
		Now:     func() time.Time { return now },
		Observe: func(outcome string) { outcomes = append(outcomes, outcome) },
		Overdue: func(n int) { outcomes = append(outcomes, fmt.Sprint("overdue ", n)) },
	}, &outcomes
}

func keptMedia(sid string) careline.CallEvent {
	return careline.CallEvent{ID: sid + "/kept", Kind: careline.KindRecordingKept, Recording: sid, At: noon, Sound: careline.RecordingSaid{Media: "m-" + sid}}
}

// TestRecordingSweepExpires: what is old enough is deleted, in steps that may be repeated;
// what is younger, held, deleted already, or somebody else's, is not.
func TestRecordingSweepExpires(t *testing.T) {
	t.Parallel()
	month := noon.Add(30 * 24 * time.Hour)
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1), report("RE1", "CA1", "completed"), keptMedia("RE1"), report("RE2", "CA2", "completed"),
		report("RE3", "CA1", "completed"), keptMedia("RE3"), report("RE4", "CA1", "completed"), careline.CallEvent{ID: "RE4/gone", Kind: careline.KindRecordingGone, Recording: "RE4", Sound: careline.RecordingSaid{Why: "withdrawn"}}, report("RE5", "CA1", "completed"))
	hungUp(s)
	for i, sid := range []string{"RE1", "RE2", "RE3", "RE4", "RE5", "RE6"} {
		s.takes = append(s.takes, take{sid: sid, leg: []string{"CA1", "CA2", "CA1", "CA1", "CA1", "CA1"}[i], state: careline.RecordingCompleted, deleted: sid == "RE4"})
	}
	old := noon.Add(-time.Minute)
	w, outcomes := sweep(s, month,
		calls.Carried{Sid: "RE1", Leg: "CA1", State: careline.RecordingCompleted, Created: old},
		calls.Carried{Sid: "RE2", Leg: "CA2", State: careline.RecordingCompleted, Created: old}, // of the leg on which the clinician came back
		calls.Carried{Sid: "RE3", Leg: "CA1", State: careline.RecordingCompleted, Created: old}, // held
		calls.Carried{Sid: "RE4", Leg: "CA1", State: careline.RecordingCompleted, Created: old}, // deleted before
		calls.Carried{Sid: "RE5", Leg: "CA1", State: careline.RecordingCompleted, Created: noon},
		calls.Carried{Sid: "RE6", Leg: "CA1", State: careline.RecordingCompleted, Created: old},
		calls.Carried{Sid: "RE7", Leg: "CA7", State: careline.RecordingCompleted, Created: old})
	w.Held = func(_ context.Context, media string) (bool, error) { return media == "m-RE3", nil }
	for range 2 {
		must(t, w.Look(t.Context()))
		must(t, s.settle(false))
	}
	s.want("RE1 deleted, RE2 deleted, RE3 completed, RE4 deleted, RE5 completed, RE6 completed")
	if want := []string{"overdue 0", calls.SweptExpired, calls.SweptExpired, calls.SweptHeld, "overdue 0", calls.SweptHeld}; !slices.Equal(*outcomes, want) {
		t.Errorf("observed %v, want %v", *outcomes, want)
	}
	for _, one := range s.call().Recordings {
		if one.Sid == "RE1" && one.Gone != calls.WhyExpired {
			t.Errorf("%+v", one)
		}
	}
}

// TestRecordingSweepAsksAgain: a deletion that was given up, as after days in which the
// carrier refused it, is asked for again, once a day, while the carrier has the sound.
func TestRecordingSweepAsksAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after time.Duration
		told  careline.CallEvent
		held  bool
		want  string
	}{
		"withdrawn":                {3 * 24 * time.Hour, consent(careline.ConsentWithdrawn, "dr-1"), false, "RE1 deleted"},
		"withdrawn, and forgotten": {31 * 24 * time.Hour, consent(careline.ConsentWithdrawn, "dr-1"), false, "RE1 deleted"},
		"wanted":                   {3 * 24 * time.Hour, wish(careline.RecordStop, 2), false, "RE1 completed"},
		"expired": {32 * 24 * time.Hour, careline.CallEvent{ID: "RE1/expired", Kind: careline.KindRecordingAsked, Recording: "RE1",
			Sound: careline.RecordingSaid{Act: careline.RecordDelete, Why: calls.WhyExpired}}, false, "RE1 deleted"},
		"expired, and held since": {32 * 24 * time.Hour, careline.CallEvent{ID: "RE1/expired", Kind: careline.KindRecordingAsked, Recording: "RE1",
			Sound: careline.RecordingSaid{Act: careline.RecordDelete, Why: calls.WhyExpired}}, true, "RE1 completed"},
	} {
		s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1), report("RE1", "CA1", "completed"), keptMedia("RE1"), test.told)
		hungUp(s)
		s.takes = []take{{sid: "RE1", leg: "CA1", state: careline.RecordingCompleted}}
		w, _ := sweep(s, noon.Add(test.after), calls.Carried{Sid: "RE1", Leg: "CA1", State: careline.RecordingCompleted, Created: noon})
		w.Held = func(context.Context, string) (bool, error) { return test.held, nil }
		for range 2 {
			must(t, w.Look(t.Context()))
		}
		if len(s.given) > 0 {
			must(t, s.settle(false))
		}
		t.Log(name)
		if s.want(test.want); len(s.given) > 0 != (test.want == "RE1 deleted") {
			t.Errorf("asked for %v", s.given)
		}
	}
}

// While the record does not say whether one is held, nothing is deleted; others are.
func TestRecordingSweepAsksForHolds(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), report("RE1", "CA1", "completed"), keptMedia("RE1"), report("RE2", "CA1", "completed"))
	s.takes = []take{{sid: "RE1", leg: "CA1", state: careline.RecordingCompleted}, {sid: "RE2", leg: "CA1", state: careline.RecordingCompleted}}
	old := noon.Add(-time.Minute)
	w, _ := sweep(s, noon.Add(30*24*time.Hour), calls.Carried{Sid: "RE1", Leg: "CA1", State: careline.RecordingCompleted, Created: old}, calls.Carried{Sid: "RE2", Leg: "CA1", State: careline.RecordingCompleted, Created: old})
	down := errors.New("the record is down")
	w.Held = func(context.Context, string) (bool, error) { return false, down }
	if err := w.Look(t.Context()); !errors.Is(err, down) {
		t.Error(err)
	}
	must(t, s.settle(false))
	s.want("RE1 completed, RE2 deleted")
}

// TestRecordingSweepFindsEnds: the reports of some recordings did not come.
func TestRecordingSweepFindsEnds(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1), report("RE1", "CA1", "in-progress"), report("RE2", "CA1", "in-progress"), report("RE4", "CA1", "completed"))
	hungUp(s)
	w, outcomes := sweep(s, noon.Add(3*time.Hour),
		calls.Carried{Sid: "RE1", Leg: "CA1", State: careline.RecordingCompleted, Created: noon},
		calls.Carried{Sid: "RE2", Leg: "CA1", State: careline.RecordingStopped, Created: noon}, // it goes on, two hours after its call
		calls.Carried{Sid: "RE3", Leg: "CA1", State: careline.RecordingCompleted, Created: noon},
		calls.Carried{Sid: "RE4", Leg: "CA1", State: careline.RecordingCompleted, Created: noon},
		calls.Carried{Sid: "RE5", Leg: "CA7", State: careline.RecordingCompleted, Created: noon},
		calls.Carried{Sid: "RE6", Leg: "CA1", State: careline.RecordingCompleted, Created: noon.Add(150 * time.Minute)})
	before := len(s.events)
	for range 2 {
		must(t, w.Look(t.Context()))
	}
	var found []string
	for _, e := range s.events[before:] {
		if !e.Reconciled() || e.Call != "CA1" {
			t.Errorf("kept %+v", e)
		}
		found = append(found, e.ID)
	}
	if want := []string{"RE1/completed/reconciled", "RE3/completed/reconciled"}; !slices.Equal(found, want) || !slices.Equal(s.given, want) {
		t.Errorf("found %v, given %v", found, s.given)
	}
	if want := []string{calls.SweptFound, calls.SweptFound, "overdue 1", "overdue 1"}; !slices.Equal(*outcomes, want) {
		t.Errorf("observed %v, want %v", *outcomes, want)
	}
}

// What somebody else recorded in a call that is not ours to record stays unknown.
func TestRecordingSweepLeavesWhatOthersRecord(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	hungUp(s)
	w, _ := sweep(s, noon.Add(60*24*time.Hour), calls.Carried{Sid: "RE1", Leg: "CA1", State: careline.RecordingCompleted, Created: noon})
	before := len(s.events)
	if must(t, w.Look(t.Context())); len(s.events) != before {
		t.Errorf("kept %+v", s.events[before:])
	}
}

func TestRecordingSweepRunsEveryHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t)
		w, _ := sweep(s, noon)
		looks, failed := 0, 0
		w.Listed = func(context.Context, time.Time, time.Time) ([]calls.Carried, error) {
			looks++
			return nil, errors.New("down")
		}
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute+2*calls.SweepEvery+time.Second)
		defer stop()
		w.Run(ctx, func(error) { failed++ })
		if looks != 9 || failed != 3 {
			t.Errorf("%d looks, %d failures", looks, failed)
		}
	})
}
