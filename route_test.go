package careline_test

import (
	"testing"
	"time"

	"perci.health/careline"
)

// group is an appointment of two patients, the first of whom has died, and a
// relative of each; one number belongs to several of them.
func group(t *testing.T) careline.Appointment {
	t.Helper()
	const shared = "+447700900500"
	return careline.Appointment{
		ID:         "a1",
		Clinicians: []careline.Participant{{Clinician: "dr-1", As: "PractitionerRole/r1", Name: "Sam Reed"}},
		Patients: []careline.Person{
			{Ref: "Patient/p1", Patient: "Patient/p1", Name: "Alex", Deceased: true, Phones: []careline.Phone{phone(t, "+447700900101"), phone(t, shared), phone(t, "+447700900600")}},
			{Ref: "Patient/p2", Patient: "Patient/p2", Name: "Bo", Phones: []careline.Phone{phone(t, "+447700900102"), phone(t, shared)}, Unreadable: []string{"ask"}},
		},
		Relatives: []careline.Person{
			{Ref: "RelatedPerson/d1", Patient: "Patient/p1", Name: "Dana", Relation: "daughter", Phones: []careline.Phone{phone(t, "+447700900103"), phone(t, "+447700900600")}},
			{Ref: "RelatedPerson/s2", Patient: "Patient/p2", Name: "Sol", Phones: []careline.Phone{phone(t, "+447700900104"), phone(t, shared)}},
		},
	}
}

func TestMayCallSaysWhoIsReached(t *testing.T) {
	t.Parallel()
	const sender = careline.Reference("PractitionerRole/r1")
	bo := careline.Route{Sender: sender, Patient: "Patient/p2", Recipient: "Patient/p2", Names: careline.Names{Sender: "Sam Reed", Patient: "Bo", Recipient: "Bo"}}
	alex := careline.Route{Sender: sender, Patient: "Patient/p1", Recipient: "Patient/p1", Names: careline.Names{Sender: "Sam Reed", Patient: "Alex", Recipient: "Alex"}}
	household := alex
	household.Household = true
	dana := careline.Route{Sender: sender, Patient: "Patient/p1", Recipient: "RelatedPerson/d1", Names: careline.Names{Sender: "Sam Reed", Patient: "Alex", Recipient: "Dana", Relation: "daughter"}}
	sol := careline.Route{Sender: sender, Patient: "Patient/p2", Recipient: "RelatedPerson/s2", Names: careline.Names{Sender: "Sam Reed", Patient: "Bo", Recipient: "Sol"}}
	nobody := careline.Route{Sender: sender, Names: careline.Names{Sender: "Sam Reed"}}
	tests := map[string]struct {
		to        string
		recipient careline.Reference
		household bool
		route     careline.Route
		why       careline.Refusal
	}{
		"a patient":                               {"+447700900102", "", false, bo, ""},
		"the patient who was chosen":              {"+447700900102", "Patient/p2", false, bo, ""},
		"a relative":                              {"+447700900103", "", false, dana, ""},
		"the relative who was chosen":             {"+447700900103", "RelatedPerson/d1", false, dana, ""},
		"another's number":                        {"+447700900102", "RelatedPerson/d1", false, nobody, careline.RefusedNumberNotOnFile},
		"another's number, an entry unread":       {"+447700900104", "Patient/p2", false, nobody, careline.RefusedNumberUnread},
		"nobody's number":                         {"+447700900999", "", false, nobody, careline.RefusedNumberUnread},
		"somebody who does not take part":         {"+447700900102", "Patient/p9", false, nobody, careline.RefusedNumberNotOnFile},
		"the dead":                                {"+447700900101", "", false, alex, careline.RefusedDeceased},
		"the dead, chosen":                        {"+447700900101", "Patient/p1", false, alex, careline.RefusedDeceased},
		"the household":                           {"+447700900101", "Patient/p1", true, household, ""},
		"confirmed where nobody has died":         {"+447700900102", "", true, bo, ""},
		"a relative of the dead, confirmed":       {"+447700900103", "", true, dana, ""},
		"shared by patients":                      {"+447700900500", "", false, nobody, careline.RefusedNumberShared},
		"shared by patients, one chosen":          {"+447700900500", "Patient/p2", false, bo, ""},
		"shared by patients, a relative chosen":   {"+447700900500", "RelatedPerson/s2", false, sol, ""},
		"shared by patients, the dead chosen":     {"+447700900500", "Patient/p1", false, alex, careline.RefusedDeceased},
		"shared with the dead":                    {"+447700900600", "", false, alex, careline.RefusedDeceased},
		"shared with the dead, the living chosen": {"+447700900600", "RelatedPerson/d1", false, dana, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wish := careline.Wish{Clinician: "dr-1", To: phone(t, test.to), Recipient: test.recipient, Household: test.household}
			route, why := careline.Policy{Regions: []string{"GB"}}.MayCall(group(t), wish)
			if route != test.route || why != test.why {
				t.Errorf("got %+v %q, want %+v %q", route, why, test.route, test.why)
			}
		})
	}
}

// One person who takes part twice is one person.
func TestMayCallWhoTakesPartTwice(t *testing.T) {
	t.Parallel()
	a := appointment(t)
	a.Patients = append(a.Patients, a.Patients[0])
	if _, why := (careline.Policy{Regions: []string{"GB"}}).MayCall(a, careline.Wish{Clinician: "dr-1", To: phone(t, "+447700900142")}); why != "" {
		t.Errorf("refused: %q", why)
	}
}

// The window is counted in the clinic's days.
func TestTheWindowOfAnAppointment(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 7, 1, 23, 30, 0, 0, london)
	day := func(d, hour int) time.Time { return time.Date(2026, 7, d, hour, 0, 0, 0, london) }
	for name, test := range map[string]struct {
		start, end time.Time
		days       int
		within     bool
	}{
		"no limit":                       {day(-3000, 9), day(-3000, 10), 0, true},
		"today":                          {day(1, 0), day(1, 1), 1, true},
		"yesterday":                      {day(0, 0), day(0, 1), 1, true},
		"the day before":                 {day(-1, 23), day(-1, 23), 1, false},
		"tomorrow":                       {day(2, 23), day(2, 23), 1, true},
		"the day after":                  {day(3, 0), day(3, 1), 1, false},
		"long begun, ended yesterday":    {day(-30, 9), day(0, 9), 1, true},
		"thirty days ago":                {day(-29, 9), day(-29, 10), 30, true},
		"thirty-one":                     {day(-30, 9), day(-30, 10), 30, false},
		"without a time":                 {time.Time{}, time.Time{}, 1, true},
		"without an end, the day before": {day(-1, 9), time.Time{}, 1, false},
	} {
		a := appointment(t)
		a.Start, a.End = test.start.UTC(), test.end.UTC()
		_, why := careline.Policy{Regions: []string{"GB"}, WindowDays: test.days}.MayCall(a, careline.Wish{Clinician: "dr-1", To: phone(t, "+447700900142"), Now: now})
		if (why == "") != test.within || why != "" && why != careline.RefusedWindow {
			t.Errorf("%s: %q", name, why)
		}
	}
}
