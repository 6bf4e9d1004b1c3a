package calls_test

import (
	"context"
	"testing"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// What the REST API dialled is in its reports: the recipient is whose number it was.
func TestProjectorRecordsTheDaughterWhomTheAPIDialled(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	e := careline.CallEvent{
		ID:          "CA9/1/ringing",
		Call:        "CA9",
		Leg:         "CA9",
		Kind:        careline.KindProgress,
		Status:      careline.StatusRinging,
		Word:        "ringing",
		Direction:   "outbound-api",
		Appointment: "a1",
		Request:     careline.Request{To: phone(t, "+447700900143")},
	}
	_, _, _ = l.Append(t.Context(), e)
	p := projector(t, l, c)
	p.Appointments = func(context.Context, string) (careline.Appointment, error) { return family(t), nil }
	if err := deliver(p, l.events); err != nil {
		t.Fatal(err)
	}
	if got := c.filed[0]; got.Recipient != "RelatedPerson/d1" || got.ToEnding != "0143" {
		t.Errorf("filed with recipient %q, ending %q; want RelatedPerson/d1, 0143", got.Recipient, got.ToEnding)
	}
}

// Who was chosen is recorded also of a call that could not be checked.
func TestAnUncheckedCallIsOfWhomTheClinicianChose(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	ask := calls.Ask{Call: "CA1", Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: "down", Recipient: "RelatedPerson/d1"}
	if _, err := starter(t, l).Start(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	p := projector(t, l, c)
	p.Appointments = func(context.Context, string) (careline.Appointment, error) {
		a := family(t)
		a.Relatives[0].Phones = append(a.Relatives[0].Phones, phone(t, "+447700900142")) // the household's line
		return a, nil
	}
	if err := deliver(p, l.events); err != nil {
		t.Fatal(err)
	}
	if got := c.filed[0].Recipient; got != "RelatedPerson/d1" {
		t.Errorf("filed with recipient %q, want RelatedPerson/d1", got)
	}
}
