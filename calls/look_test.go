package calls_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// lookLog keeps each event once by its key, as the shared log does.
type lookLog struct {
	kept map[string]careline.CallEvent
	down error
}

func (l *lookLog) Append(_ context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	if l.down != nil {
		return careline.CallEvent{}, false, l.down
	}
	if first, ok := l.kept[e.Call]; ok {
		return first, true, nil
	}
	l.kept[e.Call] = e
	return e, false, nil
}

func (l *lookLog) Events(ctx context.Context, call string) ([]careline.CallEvent, error) {
	if l.down != nil {
		<-ctx.Done()
		return nil, l.down
	}
	if e, ok := l.kept[call]; ok {
		return []careline.CallEvent{e}, nil
	}
	return nil, nil
}

func opened(clinician, appointment string) careline.Look {
	return careline.Look{Clinician: clinician, Appointment: appointment, What: careline.LookOpened, Outcome: careline.LookShown}
}

// One of a person and appointment in ten minutes, whichever instance is asked and
// wherever the ten minutes begin.
func TestLooksKeepOneInTenMinutes(t *testing.T) {
	t.Parallel()
	for _, begin := range []time.Duration{0, 4 * time.Minute, 9*time.Minute + 50*time.Second} {
		synctest.Test(t, func(t *testing.T) {
			<-time.After(begin)
			log := &lookLog{kept: map[string]careline.CallEvent{}}
			instances := []*calls.Looks{calls.NewLooks(log, time.Now), calls.NewLooks(log, time.Now)}
			for i := range 200 { // a page that asks every 15 s, for 50 minutes
				if err := instances[i%2].Seen(t.Context(), opened("dr-1", "a1")); err != nil {
					t.Fatal(err)
				}
				<-time.After(15 * time.Second)
			}
			var last time.Time
			if n := len(log.kept); n != 5 {
				t.Errorf("begun after %v: %d kept, want 5", begin, n)
			}
			for _, e := range log.kept {
				for _, other := range log.kept {
					if d := e.At.Sub(other.At); d > 0 && d < careline.LookEvery {
						t.Errorf("begun after %v: %v between two", begin, d)
					}
				}
				last = e.At
			}
			if last.IsZero() {
				t.Error("it is not known when")
			}
		})
	}
}

func TestLooksTellApart(t *testing.T) {
	t.Parallel()
	log := &lookLog{kept: map[string]careline.CallEvent{}}
	looks := calls.NewLooks(log, time.Now)
	revealed, refused := opened("dr-1", "a1"), opened("dr-1", "a1")
	revealed.What, revealed.Of, refused.Outcome = careline.LookRevealed, "Patient/m1", careline.LookRefused
	daughters := revealed
	daughters.Of = "RelatedPerson/d1"
	for _, l := range []careline.Look{opened("dr-1", "a1"), opened("dr-2", "a1"), opened("dr-1", "a2"), revealed, daughters, refused} {
		if err := looks.Seen(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if len(log.kept) != 6 {
		t.Errorf("%d kept of 6", len(log.kept))
	}
	for key, e := range log.kept {
		if l, err := careline.LookOf(e); err != nil || l.Key() != key || !careline.LookKey(key) || e.Asks() || e.Ends() || e.Settles() {
			t.Errorf("%s: %+v, %v", key, l, err)
		}
		if s := (careline.Standing{}).Told(e); s.Requested || !s.Look.IsZero() {
			t.Errorf("it stands as a call: %+v", s)
		}
		if c := careline.Fold([]careline.CallEvent{e}); c.Recordable() {
			t.Error("it would be filed as a call")
		}
	}
}

// A log that hangs costs the clinician a second, and what was not kept is tried again.
func TestLooksWithoutTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &lookLog{kept: map[string]careline.CallEvent{}, down: errors.New("the log is not there")}
		looks := calls.NewLooks(log, time.Now)
		began := time.Now()
		if err := looks.Seen(t.Context(), opened("dr-1", "a1")); err == nil || time.Since(began) > time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		log.down = nil
		if err := looks.Seen(t.Context(), opened("dr-1", "a1")); err != nil || len(log.kept) != 1 {
			t.Errorf("%d kept, %v", len(log.kept), err)
		}
	})
}
