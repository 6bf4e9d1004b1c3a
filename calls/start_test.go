package calls_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/calls"
)

var noon = time.Date(2025, 11, 24, 12, 0, 0, 0, time.UTC)

func phone(t *testing.T, text string) careline.Phone {
	t.Helper()
	p, err := careline.ParsePhone(text, "GB")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// log is an event log in memory: the first event of an ID is kept.
type log struct {
	events []careline.CallEvent
	filing careline.Filing
	saved  []careline.Filing
	load   careline.Load
	err    error
}

func (l *log) Append(_ context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	if l.err != nil {
		return careline.CallEvent{}, false, l.err
	}
	for _, kept := range l.events {
		if kept.ID == e.ID {
			return kept, true, nil
		}
	}
	e.Seq = int64(len(l.events) + 1)
	l.events = append(l.events, e)
	return e, false, nil
}

func (l *log) Admit(ctx context.Context, e careline.CallEvent, may func(careline.Load) careline.Refusal) (careline.CallEvent, bool, error) {
	if why := may(l.load); why != "" {
		e.Kind, e.Request.Refusal, e.Request.CallerID = careline.KindRefused, why, careline.Phone{}
	}
	return l.Append(ctx, e)
}

func clinic(t *testing.T) careline.Appointment {
	t.Helper()
	return careline.Appointment{ID: "a1",
		Clinicians: []careline.Participant{{Clinician: "dr-1", As: "Practitioner/dr-1"}},
		Patients:   []careline.Person{{Ref: "Patient/p1", Patient: "Patient/p1", Phones: []careline.Phone{phone(t, "+447700900142")}}}}
}

func starter(t *testing.T, l *log) calls.Starter {
	t.Helper()
	return calls.Starter{
		Appointments: func(_ context.Context, id string) (careline.Appointment, error) {
			switch id {
			case "a1":
				return clinic(t), nil
			case "down":
				return careline.Appointment{}, careline.NewError(careline.CodeUnavailable, "The health record does not answer.", nil)
			}
			return careline.Appointment{}, careline.NewError(careline.CodeNotFound, "There is no such appointment.", nil)
		},
		CallerID: func(context.Context) (careline.Phone, error) { return phone(t, "+442079460000"), nil },
		Log:      l, Attempts: calls.NewAttempts(10, func() time.Time { return noon }),
		Policy: careline.Policy{Regions: []string{"GB"}, PerMinute: 10, Concurrent: 2},
	}
}

func TestStartKeepsEveryDecision(t *testing.T) {
	t.Parallel()
	good := calls.Ask{Call: "CA1", Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: "a1"}
	tests := map[string]struct {
		ask         func(*calls.Ask)
		set         func(*calls.Starter, *log)
		refusal     careline.Refusal
		appointment string
	}{
		"may call":                  {appointment: "a1"},
		"not our application":       {ask: func(a *calls.Ask) { a.Refusal = careline.RefusedAccount }, refusal: careline.RefusedAccount},
		"nobody of ours":            {ask: func(a *calls.Ask) { a.Clinician = "" }, refusal: careline.RefusedCaller},
		"no appointment":            {ask: func(a *calls.Ask) { a.Appointment = "" }, refusal: careline.RefusedAppointmentID},
		"an appointment of no form": {ask: func(a *calls.Ask) { a.Appointment = "a/../b" }, refusal: careline.RefusedAppointmentID},
		"an unknown appointment":    {ask: func(a *calls.Ask) { a.Appointment = "a2" }, refusal: careline.RefusedAppointment},
		"record down":               {ask: func(a *calls.Ask) { a.Appointment = "down" }, refusal: careline.RefusedUnchecked, appointment: "down"},
		"another's appointment":     {ask: func(a *calls.Ask) { a.Clinician = "dr-2" }, refusal: careline.RefusedParticipant, appointment: "a1"},
		"another number":            {ask: func(a *calls.Ask) { a.To = phone(t, "+447700900143") }, refusal: careline.RefusedNumberNotOnFile, appointment: "a1"},
		"a number that is none":     {ask: func(a *calls.Ask) { a.To = careline.Phone{} }, refusal: careline.RefusedNumberMalformed, appointment: "a1"},
		"too many at once":          {set: func(_ *calls.Starter, l *log) { l.load.Live = 2 }, refusal: careline.RefusedConcurrent, appointment: "a1"},
		"too many in a minute":      {set: func(_ *calls.Starter, l *log) { l.load.Recent = 10 }, refusal: careline.RefusedRate, appointment: "a1"},
		"no number to call from":    {set: func(s *calls.Starter, _ *log) { s.CallerID = noNumber(errors.New("none")) }, refusal: careline.RefusedNoCallerID, appointment: "a1"},
		"an empty number to call":   {set: func(s *calls.Starter, _ *log) { s.CallerID = noNumber(nil) }, refusal: careline.RefusedNoCallerID, appointment: "a1"},
		"a country that isn't ours": {set: func(s *calls.Starter, _ *log) { s.Policy.Regions = []string{"IE"} }, refusal: careline.RefusedCountry, appointment: "a1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := new(log)
			s, ask := starter(t, l), good
			if test.ask != nil {
				test.ask(&ask)
			}
			if test.set != nil {
				test.set(&s, l)
			}
			answer, err := s.Start(t.Context(), ask)
			if err != nil {
				t.Fatal(err)
			}
			var want calls.Answer = calls.Refuse{Why: test.refusal, To: ask.To}
			if test.refusal == "" {
				want = calls.Dial{
					Callees:     []calls.Callee{{Phone: ask.To}},
					CallerID:    phone(t, "+442079460000"),
					Appointment: test.appointment,
				}
			}
			if diff := cmp.Diff(want, answer, cmp.Comparer(careline.Phone.Equal)); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			if len(l.events) != 1 || l.events[0].Appointment != test.appointment || l.events[0].Request.Refusal != test.refusal || (l.events[0].Kind == careline.KindRefused) != (test.refusal != "") {
				t.Errorf("kept %+v", l.events)
			}
		})
	}
}

// refusalOf is why an answer refuses the call; empty of one that does not.
func refusalOf(a calls.Answer) careline.Refusal {
	refused, _ := a.(calls.Refuse)
	return refused.Why
}

// dials reports whether an answer names one telephone to dial, and a number to call
// from.
func dials(a calls.Answer) bool {
	d, ok := a.(calls.Dial)
	return ok && len(d.Callees) == 1 && !d.Callees[0].Phone.IsZero() && !d.CallerID.IsZero()
}

func noNumber(err error) func(context.Context) (careline.Phone, error) {
	return func(context.Context) (careline.Phone, error) { return careline.Phone{}, err }
}

func TestStarterLetsTheFirstDecisionStand(t *testing.T) {
	t.Parallel()
	l := new(log)
	s := starter(t, l)
	ask := calls.Ask{Call: "CA1", Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: "a1"}
	if a, err := s.Start(t.Context(), ask); err != nil || refusalOf(a) != "" {
		t.Fatalf("first: %+v, %v", a, err)
	}
	l.load.Live = 2 // the call itself would now be one too many
	if a, err := s.Start(t.Context(), ask); err != nil || !dials(a) || len(l.events) != 1 {
		t.Errorf("asked again: %+v, %v, %d events; want the first answer", a, err, len(l.events))
	}
}

func TestStarterDialsNothingThatIsNotKept(t *testing.T) {
	t.Parallel()
	l := &log{err: careline.NewError(careline.CodeUnavailable, "The disk is full.", nil)}
	a, err := starter(t, l).Start(t.Context(), calls.Ask{Call: "CA1", Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: "a1"})
	if err == nil || a != nil {
		t.Errorf("answer %+v, %v; want an error and no number to dial", a, err)
	}
}

func TestInventedAppointmentsDoNotReachTheRecordForEver(t *testing.T) {
	t.Parallel()
	l, asked := new(log), 0
	s := starter(t, l)
	find := s.Appointments
	s.Appointments = func(ctx context.Context, id string) (careline.Appointment, error) {
		asked++
		return find(ctx, id)
	}
	for i := range 100 {
		ask := calls.Ask{Call: fmt.Sprint("CA", i), Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: fmt.Sprint("x", i)}
		if _, err := s.Start(t.Context(), ask); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 30 || len(l.events) != 100 || l.events[99].Request.Refusal != careline.RefusedRate {
		t.Errorf("asked %d times, kept %d, the last refused as %q", asked, len(l.events), l.events[99].Request.Refusal)
	}
}
