package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

// troubled is an appointment of a group: one patient has died, of another the record
// does not tell who it is, and entries of theirs cannot be read.
func troubled(t *testing.T) careline.Appointment {
	t.Helper()
	a := appointment(t, "apt-1", ada)
	a.Patients[0].Deceased, a.Patients[0].Unreadable = true, []string{"ask at reception", "0161 496 (home)"}
	a.Patients = append(a.Patients, careline.Person{Ref: "Patient/p2", Patient: "Patient/p2", Unread: true})
	extended := careline.ReadPhones("020 7946 0018 x123", "GB")
	a.Relatives[0].Relation, a.Relatives[0].Phones, a.Relatives[0].Unreadable = "daughter", extended, []string{"work"}
	return a
}

func TestAppointmentTellsWhatIsKnownOfPeople(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.appointments["apt-1"] = troubled(t)
	first := `{"id":"p1","name":"Tuna Kettle","birthDate":"1980-02-29","phones":[{"ending":"0142"}],"deceased":true,"unreadable":2}`
	people := `"patient":` + first + `,"patients":[` + first + `,{"id":"p2","phones":[],"unread":true}],"lastCall":null,"numbers":2`

	one := b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1", ada)
	want := people + `,"phones":[` +
		`{"number":"+447700900142","ending":"0142","of":"Patient/p1","name":"Tuna Kettle","patient":"Patient/p1","deceased":true},` +
		`{"number":"+442079460018","ending":"0018","extension":"123","of":"RelatedPerson/r1","name":"Perch Kettle","relation":"daughter","patient":"Patient/p1"}],` +
		`"unreadable":[{"of":"Patient/p1","name":"Tuna Kettle","text":"ask at reception"},{"of":"Patient/p1","name":"Tuna Kettle","text":"0161 496 (home)"},` +
		`{"of":"RelatedPerson/r1","name":"Perch Kettle","relation":"daughter","text":"work"}]}`
	_, got, _ := strings.Cut(one.body, `"reason":"Follow-up",`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("one (-want +got):\n%s", diff)
	}

	day := b.ask(http.MethodGet, "/bff_clinical/v1/appointments", ada)
	if !strings.Contains(day.body, people) || strings.Contains(day.body, "reception") || strings.Contains(day.body, `"unread":1`) {
		t.Errorf("day: %s", day.body)
	}
	if log := b.log.String(); strings.Contains(log, "reception") || strings.Contains(log, "Kettle") {
		t.Errorf("the log tells too much: %s", log)
	}
}

// An appointment that could not be read is counted; it is neither shown nor kept.
func TestAppointmentsCountWhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.appointments["apt-2"] = careline.Appointment{}
	day := b.ask(http.MethodGet, "/bff_clinical/v1/appointments", ada)
	if !strings.HasSuffix(day.body, `}],"unread":1}`) || strings.Contains(day.body, `"id":""`) {
		t.Errorf("day: %s", day.body)
	}
	if diff := cmp.Diff([]string{"apt-1"}, b.shown); diff != "" {
		t.Errorf("shown: %s", diff)
	}
}
