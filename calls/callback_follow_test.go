package calls_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// followed is what a stream is told.
func (s *switchboard) followed(t *testing.T, clinician string) *[]calls.CalledBack {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var told []calls.CalledBack
	var following sync.WaitGroup
	following.Go(func() {
		err := s.Follow(ctx, clinician, func(c calls.CalledBack) error { told = append(told, c); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); following.Wait() })
	synctest.Wait()
	return &told
}

func TestCallbacksFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, visit(t, "a1", time.Now()))
		s.log.add(asked(t, "dr-3", "a7", stranger))
		s.run(t)
		own, others, last := s.followed(t, "dr-1"), s.followed(t, "dr-9"), s.followed(t, "dr-3")
		if s.read != 0 {
			t.Error("days are read though nobody has rung")
		}

		for range 50 {
			s.log.add(rang(t, mobile), rang(t, stranger))
			s.settle()
		}
		if len(*own) != 50 || (*own)[0].Appointment != "a1" || (*own)[0].Name != "Ms Rahman" {
			t.Errorf("told %+v", *own)
		}
		if len(*others) != 0 {
			t.Errorf("somebody else is told %+v", *others)
		}
		if len(*last) != 50 || (*last)[0].Appointment != "a7" || (*last)[0].Of != "Patient/m1" {
			t.Errorf("the one who called last is told %+v", *last)
		}
		if s.read != 3 {
			t.Errorf("%d readings of 3 days", s.read)
		}

		if again := s.followed(t, "dr-1"); len(*again) != 1 {
			t.Errorf("a stream that comes back is told %d", len(*again))
		}
		s.log.forget("out-dr-3a7")
		if forgotten := s.followed(t, "dr-3"); len(*forgotten) != 0 {
			t.Error("a call that was forgotten is told")
		}
	})
}

// While the record is down what was seen lately counts, and it is asked rarely.
func TestCallbacksWithoutTheRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t)
		s.down = true
		s.Shown("dr-1", time.Now().Format(time.DateOnly), []careline.Appointment{visit(t, "a1", time.Now())})
		s.run(t)
		seen, unseen := s.followed(t, "dr-1"), s.followed(t, "dr-2")
		for range 30 {
			s.log.add(rang(t, mobile))
			s.settle()
		}
		if len(*seen) != 30 || len(*unseen) != 0 || s.read != 1 {
			t.Errorf("told %d and %d with %d readings; want 30, 0 and 1", len(*seen), len(*unseen), s.read)
		}
		pass(2 * time.Hour)
		s.log.add(rang(t, mobile))
		s.settle()
		if len(*seen) != 31 {
			t.Error("what was seen two hours ago is forgotten while the record is down")
		}
	})
}

func TestCallbacksLearnOnceTheLogIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t)
		s.log.broken = true
		s.log.add(rang(t, mobile))
		s.run(t)
		s.log.mu.Lock()
		s.log.broken = false
		s.log.mu.Unlock()
		pass(time.Minute)
		if len(s.Of("dr-1", []careline.Appointment{visit(t, "a1", time.Now())})) != 1 {
			t.Error("what was kept meanwhile is not told")
		}
	})
}

// A flood of numbers that nobody has on file takes bounded memory, and tells nobody.
func TestCallbacksSurviveAFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t)
		s.run(t)
		s.log.add(rang(t, mobile))
		flood := make([]careline.CallEvent, 0, 19_000)
		for i := range 19_000 {
			from, err := careline.StoredPhone(fmt.Sprintf("+4420794%05d", i))
			if err != nil {
				t.Fatal(err)
			}
			e := rang(t, "")
			e.Request.To = from
			flood = append(flood, e)
		}
		s.log.add(flood...)
		s.settle()
		pass(time.Minute)
		if len(s.Of("dr-1", []careline.Appointment{visit(t, "a1", time.Now())})) != 1 {
			t.Error("it hides who is on file")
		}
	})
}
