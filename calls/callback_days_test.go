package calls_test

import (
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// Who looks at tomorrow is told of today all the same, also while the record is down.
func TestCallbacksShownAnotherDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, visit(t, "a1", time.Now()))
		s.run(t)
		s.Shown("dr-1", time.Now().Format(time.DateOnly), s.days)
		s.down = true
		s.Shown("dr-1", time.Now().AddDate(0, 0, 1).Format(time.DateOnly), []careline.Appointment{})
		s.log.add(rang(t, mobile))
		s.settle()
		if told := s.followed(t, "dr-1"); len(*told) != 1 {
			t.Errorf("told %+v", *told)
		}
	})
}

// Of who rang is told once, however many others ring.
func TestCallbacksFollowTellsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, visit(t, "a1", time.Now()))
		s.run(t)
		told := s.followed(t, "dr-1")
		for _, from := range []string{mobile, stranger, "+447700900198"} {
			s.log.add(rang(t, from))
			s.settle()
		}
		if len(*told) != 1 {
			t.Errorf("told %+v", *told)
		}
	})
}

// A call of long ago is no reason to tell its clinician.
func TestCallbacksForgetWhoCalled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t)
		s.run(t)
		s.log.add(asked(t, "dr-1", "a1", mobile))
		s.settle()
		pass(calls.DialledFor)
		s.log.add(rang(t, mobile))
		s.settle()
		if all := s.Of("dr-1", []careline.Appointment{visit(t, "a1", time.Now().AddDate(0, 0, 3))}); len(all) != 0 {
			t.Errorf("told %+v", all)
		}
	})
}
