package calls_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// ringLog is a log of who rang whom, whose events are kept when they are added.
type ringLog struct {
	mu     sync.Mutex
	events []careline.CallEvent
	broken bool
}

func (l *ringLog) add(events ...careline.CallEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		e.Seq, e.Kept = int64(len(l.events)+1), time.Now()
		l.events = append(l.events, e)
	}
}

func (l *ringLog) Rings(_ context.Context, seq int64, from time.Time, limit int) (some []careline.CallEvent, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return nil, errors.New("the log is not there")
	}
	for _, e := range l.events[min(int(seq), len(l.events)):] {
		if !e.Kept.Before(from) && len(some) < limit {
			some = append(some, e)
		}
	}
	return some, nil
}

func (l *ringLog) Newest(context.Context) (int64, error) { return int64(len(l.events)), nil }

func (l *ringLog) Events(_ context.Context, call string) (all []careline.CallEvent, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		if e.Call == call {
			all = append(all, e)
		}
	}
	return all, nil
}

func (l *ringLog) forget(call string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = slices.DeleteFunc(l.events, func(e careline.CallEvent) bool { return e.Call == call })
}

const (
	mobile   = "+447700900142"
	daughter = "+447700900150"
	stranger = "+447700900199"
)

// rang is that somebody rang the clinic; the test's caller reads the number of it.
func rang(t *testing.T, from string) careline.CallEvent {
	t.Helper()
	e := careline.CallEvent{Call: "in-" + from, Kind: careline.KindMemberCalled}
	if from != "" {
		e.Request.To = phone(t, from)
	}
	return e
}

func asked(t *testing.T, clinician, appointment, to string) careline.CallEvent {
	t.Helper()
	return careline.CallEvent{
		Call:        "out-" + clinician + appointment,
		Kind:        careline.KindRequested,
		Appointment: appointment,
		Request: careline.Request{
			Clinician: clinician,
			To:        phone(t, to),
			Recipient: "Patient/m1",
			Names:     careline.Names{Recipient: "Ms Rahman"},
		},
	}
}

// visit is an appointment of two clinicians with a patient and her daughter.
func visit(t *testing.T, id string, start time.Time) careline.Appointment {
	t.Helper()
	return careline.Appointment{
		ID:         id,
		Start:      start,
		Clinicians: []careline.Participant{{Clinician: "dr-1"}, {Clinician: "dr-2"}},
		Patients:   []careline.Person{{Ref: "Patient/m1", Patient: "Patient/m1", Name: "Ms Rahman", Phones: []careline.Phone{phone(t, mobile)}}},
		Relatives:  []careline.Person{{Ref: "RelatedPerson/d1", Patient: "Patient/m1", Name: "Ms Noor", Relation: "daughter", Phones: []careline.Phone{phone(t, daughter)}}},
	}
}

// switchboard is Callbacks that run, in a test's own time.
type switchboard struct {
	*calls.Callbacks
	log  *ringLog
	days []careline.Appointment // of every clinician
	down bool
	read int
}

func newSwitchboard(t *testing.T, days ...careline.Appointment) *switchboard {
	t.Helper()
	s := &switchboard{log: new(ringLog), days: days}
	read := func(context.Context, string, time.Time, time.Time) ([]careline.Appointment, error) {
		s.read++
		if s.down {
			return nil, errors.New("the record is down")
		}
		return slices.Clone(s.days), nil
	}
	s.Callbacks = calls.NewCallbacks(s.log, func(e careline.CallEvent) careline.Phone { return e.Request.To }, calls.NewDays(read, time.Now), time.Now)
	return s
}

// run learns until the test ends.
func (s *switchboard) run(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx, func(err error) { t.Log(err) }) })
	t.Cleanup(func() { stop(); running.Wait() })
	s.settle()
}

// pass lets the bubble's own time pass.
func pass(d time.Duration) { <-time.After(d) }

// settle lets what was added be learnt.
func (s *switchboard) settle() {
	s.Changed()
	pass(time.Second)
	synctest.Wait()
}

func TestCallbacksConcern(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		happened func(t *testing.T, s *switchboard)
		today    bool   // the appointment is
		of       string // whose number it was; empty: nobody is told
	}{
		"the patient's number on file":           {func(t *testing.T, s *switchboard) { s.log.add(rang(t, mobile)) }, true, "Patient/m1"},
		"a related person's":                     {func(t *testing.T, s *switchboard) { s.log.add(rang(t, daughter)) }, true, "RelatedPerson/d1"},
		"a number that is on no file":            {func(t *testing.T, s *switchboard) { s.log.add(rang(t, stranger)) }, true, ""},
		"a number that is withheld":              {func(t *testing.T, s *switchboard) { s.log.add(rang(t, "")) }, true, ""},
		"on file, but not today":                 {func(t *testing.T, s *switchboard) { s.log.add(rang(t, mobile)) }, false, ""},
		"not today, but called last":             {func(t *testing.T, s *switchboard) { s.log.add(asked(t, "dr-1", "a1", mobile), rang(t, mobile)) }, false, "Patient/m1"},
		"not today, and called last by somebody": {func(t *testing.T, s *switchboard) { s.log.add(asked(t, "dr-2", "a1", mobile), rang(t, mobile)) }, false, ""},
		"called again since":                     {func(t *testing.T, s *switchboard) { s.log.add(rang(t, mobile), asked(t, "dr-1", "a1", mobile)) }, true, ""},
		"called again since, on another number":  {func(t *testing.T, s *switchboard) { s.log.add(rang(t, mobile), asked(t, "dr-2", "a1", daughter)) }, true, ""},
		"called since, for another appointment":  {func(t *testing.T, s *switchboard) { s.log.add(rang(t, mobile), asked(t, "dr-3", "a9", mobile)) }, true, "Patient/m1"},
		"a call that was refused is none": {func(t *testing.T, s *switchboard) {
			e := asked(t, "dr-1", "a1", mobile)
			e.Kind = careline.KindRefused
			s.log.add(rang(t, mobile), e)
		}, true, "Patient/m1"},
		"a day less a minute ago": {func(t *testing.T, s *switchboard) {
			s.log.add(rang(t, mobile))
			pass(calls.BackFor - time.Minute)
		}, true, "Patient/m1"},
		"a day ago": {func(t *testing.T, s *switchboard) { s.log.add(rang(t, mobile)); pass(calls.BackFor) }, true, ""},
		"called, rang back, called, rang back": {func(t *testing.T, s *switchboard) {
			s.log.add(asked(t, "dr-1", "a1", mobile), rang(t, mobile), asked(t, "dr-1", "a1", mobile), rang(t, mobile))
		}, true, "Patient/m1"},
		"reported late: it was before the last call": {func(t *testing.T, s *switchboard) {
			late := rang(t, mobile)
			late.At = time.Now().Add(-time.Hour)
			s.log.add(asked(t, "dr-1", "a1", mobile), late)
		}, true, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSwitchboard(t)
				test.happened(t, s)
				s.run(t)

				start := time.Now()
				if !test.today {
					start = start.AddDate(0, 0, 3)
				}
				got, told := s.Of("dr-1", []careline.Appointment{visit(t, "a1", start)})["a1"]
				if told != (test.of != "") || string(got.Of) != test.of {
					t.Errorf("told %v: of %q, want %q", told, got.Of, test.of)
				}
			})
		})
	}
}

// A report of hours ago neither hides who rang since, nor makes it look older.
func TestCallbacksReportedLate(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]string{"the same number": mobile, "another one": stranger} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSwitchboard(t, visit(t, "a1", time.Now()))
				lately, late := time.Now(), rang(t, from)
				s.log.add(rang(t, mobile))
				pass(time.Minute)
				late.At = lately.Add(-calls.BackFor)
				s.log.add(late)
				s.run(t)

				ctx, stop := context.WithCancel(t.Context())
				var following sync.WaitGroup
				var told []calls.CalledBack
				following.Go(func() {
					_ = s.Follow(ctx, "dr-1", func(c calls.CalledBack) error { told = append(told, c); return nil })
				})
				synctest.Wait()
				stop()
				following.Wait()
				if len(told) != 1 || !told[0].At.Equal(lately) {
					t.Errorf("told %+v, want one at %v", told, lately)
				}
			})
		})
	}
}

// A number on file for two patients is said to be nobody's; each appointment is told.
func TestCallbacksOfASharedNumber(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t)
		s.log.add(rang(t, mobile))
		s.run(t)

		shared := visit(t, "a1", time.Now())
		shared.Relatives[0].Phones = append(shared.Relatives[0].Phones, phone(t, mobile))
		all := s.Of("dr-1", []careline.Appointment{shared, visit(t, "a2", time.Now())})
		if len(all) != 2 || all["a1"].Of != "" || all["a2"].Of != "Patient/m1" {
			t.Errorf("told %+v", all)
		}
	})
}
