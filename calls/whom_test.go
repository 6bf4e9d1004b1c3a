package calls_test

import (
	"context"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// family is an appointment of a patient who has died, with a daughter.
func family(t *testing.T) careline.Appointment {
	t.Helper()
	a := clinic(t)
	a.Clinicians[0].Name = "Sam Reed"
	a.Patients[0].Name, a.Patients[0].Deceased = "Alex", true
	a.Relatives = []careline.Person{{Ref: "RelatedPerson/d1", Patient: "Patient/p1", Name: "Dana", Relation: "daughter", Phones: []careline.Phone{phone(t, "+447700900143")}}}
	return a
}

// What is decided tells who it is about by name, and that the household is meant.
func TestStarterTellsWhomADecisionIsAbout(t *testing.T) {
	t.Parallel()
	names := careline.Names{Sender: "Sam Reed", Patient: "Alex", Recipient: "Alex"}
	daughter := careline.Names{Sender: "Sam Reed", Patient: "Alex", Recipient: "Dana", Relation: "daughter"}
	for name, test := range map[string]struct {
		to        string
		recipient careline.Reference
		household bool
		want      careline.Request
	}{
		"the dead":      {to: "+447700900142", want: careline.Request{Recipient: "Patient/p1", Refusal: careline.RefusedDeceased, Names: names}},
		"the household": {to: "+447700900142", household: true, want: careline.Request{Recipient: "Patient/p1", Names: names, Household: true}},
		"the daughter":  {to: "+447700900143", recipient: "RelatedPerson/d1", want: careline.Request{Recipient: "RelatedPerson/d1", Names: daughter}},
		"not her number": {to: "+447700900142", recipient: "RelatedPerson/d1", household: true,
			want: careline.Request{Refusal: careline.RefusedNumberNotOnFile, Names: careline.Names{Sender: "Sam Reed", Patient: "Alex"}}},
	} {
		l := new(log)
		s := starter(t, l)
		s.Appointments = func(context.Context, string) (careline.Appointment, error) { return family(t), nil }
		if _, err := s.Start(t.Context(), calls.Ask{Call: "CA1", Clinician: "dr-1", To: phone(t, test.to), Appointment: "a1", Recipient: test.recipient, Household: test.household}); err != nil {
			t.Fatal(err)
		}
		got := l.events[0].Request
		if got.Recipient != test.want.Recipient || got.Refusal != test.want.Refusal || got.Names != test.want.Names || got.Household != test.want.Household || got.Patient != "Patient/p1" {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// refusedUnchecked is a call that was refused while the record was away.
func refusedUnchecked(t *testing.T, clinician, to string) *log {
	t.Helper()
	l := new(log)
	ask := calls.Ask{Call: "CA1", Clinician: clinician, To: phone(t, to), Appointment: "down"}
	if _, err := starter(t, l).Start(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	return l
}

// Who was refused while nothing could be checked is told of the patient only where
// they take part; the recipient is whose number it was.
func TestStarterNamesNoPatientToAStranger(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		clinician, to      string
		patient, recipient careline.Reference
		sender             careline.Reference
	}{
		"a stranger":                          {"dr-9", "+447700900142", "", "", ""},
		"who takes part":                      {"dr-1", "+447700900142", "Patient/p1", "Patient/p1", "Practitioner/dr-1"},
		"who takes part, with the daughter's": {"dr-1", "+447700900143", "Patient/p1", "RelatedPerson/d1", "Practitioner/dr-1"},
		"who takes part, with no one's":       {"dr-1", "+447700900199", "Patient/p1", "", "Practitioner/dr-1"},
	} {
		l, c := refusedUnchecked(t, test.clinician, test.to), new(chart)
		p := projector(t, l, c)
		p.Appointments = func(context.Context, string) (careline.Appointment, error) { return family(t), nil }
		if err := deliver(p, l.events); err != nil {
			t.Fatal(err)
		}
		got := c.filed[0]
		if got.Refusal != careline.RefusedUnchecked || got.Patient != test.patient || got.Recipient != test.recipient || got.Sender != test.sender {
			t.Errorf("%s: %+v", name, got)
		}
		if test.clinician == "dr-9" && got.Names != (careline.Names{}) {
			t.Errorf("a stranger is told names: %+v", got.Names)
		}
	}
}

// An appointment of whose people the record did not tell who they are is read again
// for the call.
func TestHalfAnAppointmentIsNotRemembered(t *testing.T) {
	t.Parallel()
	d := calls.NewDirectory(func(context.Context, string) (careline.Appointment, error) { return clinic(t), nil }, func() time.Time { return noon })
	half := clinic(t)
	half.Patients[0].Phones, half.Patients[0].Unread = nil, true
	d.Shown(half)
	if a, err := d.Appointment(t.Context(), "a1"); err != nil || a.Patients[0].Unread {
		t.Errorf("%+v, %v", a, err)
	}
}
