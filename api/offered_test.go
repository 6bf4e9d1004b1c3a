package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
)

// What would be refused whatever the clinician chooses is told beforehand, in the words
// of the call; what they can still choose is not.
func TestAppointmentTellsWhichNumbersWouldBeRefused(t *testing.T) {
	t.Parallel()
	jersey := phone(t, "+447797900142").For(careline.UseMobile)
	premium := phone(t, "+449098790142").For("old-word")
	tests := map[string]struct {
		change  func(*careline.Appointment, *careline.Policy)
		numbers string
		said    []string
	}{
		"as they are": {func(*careline.Appointment, *careline.Policy) {}, `"numbers":2,`, nil},
		"another country": {func(a *careline.Appointment, _ *careline.Policy) { a.Patients[0].Phones[0] = jersey }, `"numbers":1,`,
			[]string{`"of":"Patient/p1","name":"Tuna Kettle","patient":"Patient/p1","use":"mobile","refusal":{"code":"country-not-allowed","sentence":"Calls to Jersey are not allowed."}}`}},
		"a kind that is refused": {func(a *careline.Appointment, _ *careline.Policy) { a.Patients[0].Phones[0] = premium }, `"numbers":1,`,
			[]string{`"patient":"Patient/p1","refusal":{"code":"number-type-not-allowed","sentence":"This kind of number cannot be called from here."}}`}},
		"too far away": {func(a *careline.Appointment, p *careline.Policy) {
			p.WindowDays, a.Start, a.End = 7, noon.AddDate(0, 0, 9), noon.AddDate(0, 0, 9)
		}, `"numbers":0,`, []string{`"refusal":{"code":"appointment-too-far-away"`}},
		"whose relative is not known": {func(a *careline.Appointment, _ *careline.Policy) { a.Relatives[0].Patient = "" }, `"numbers":1,`,
			[]string{`"refusal":{"code":"number-not-on-file"`}},
		"the dead":        {func(a *careline.Appointment, _ *careline.Policy) { a.Patients[0].Deceased = true }, `"numbers":2,`, nil},
		"shared by two":   {func(a *careline.Appointment, _ *careline.Policy) { share(a) }, `"numbers":3,`, nil},
		"the last moment": {func(a *careline.Appointment, p *careline.Policy) { p.WindowDays, a.Start = 1, noon.Add(23*time.Hour) }, `"numbers":2,`, nil},
		"a country of two": {func(a *careline.Appointment, p *careline.Policy) {
			a.Patients[0].Phones[0], p.Regions = jersey, []string{"GB", "JE"}
		}, `"numbers":2,`, nil},
		"nobody to be told": {func(a *careline.Appointment, _ *careline.Policy) { a.Patients[0].Phones, a.Relatives = nil, nil }, `"numbers":0`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			a := appointment(t, "apt-1", ada)
			tt.change(&a, &b.cfg.Policy)
			b.appointments["apt-1"] = a

			one := b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1", ada).body
			day := b.ask(http.MethodGet, "/bff_clinical/v1/appointments", ada).body
			for _, said := range append(tt.said, tt.numbers) {
				if !strings.Contains(one, said) {
					t.Errorf("one does not say %s: %s", said, one)
				}
			}
			if refused := strings.Contains(one, `"refusal"`); refused != (tt.said != nil) {
				t.Errorf("one: %s", one)
			}
			if !strings.Contains(day, strings.TrimSuffix(tt.numbers, ",")) || strings.Contains(day, `"refusal"`) {
				t.Errorf("day: %s", day)
			}
		})
	}
}

// share gives another patient of the appointment the first one's number.
func share(a *careline.Appointment) {
	a.Patients = append(a.Patients, careline.Person{Ref: "Patient/p2", Patient: "Patient/p2", Phones: a.Patients[0].Phones})
}
