package fhir_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// searchset answers every search with these resources, the first of them as the match.
func searchset(t *testing.T, resources ...object) string {
	t.Helper()
	var entries []object
	for i, r := range resources {
		entries = append(entries, object{"resource": r, "search": object{"mode": map[bool]string{true: "match", false: "include"}[i == 0]}})
	}
	body, err := json.Marshal(object{"resourceType": "Bundle", "type": "searchset", "entry": entries})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// reading is a client of a record that answers every request with the same bundle.
func reading(t *testing.T, resources ...object) *fhir.Client {
	t.Helper()
	body := searchset(t, resources...)
	return offline(t, func(*http.Request) (int, http.Header, string) { return 200, nil, body }, false)
}

func anAppointment(refs ...string) object {
	return object{"resourceType": "Appointment", "id": "a1", "status": "booked", "participant": takesPart("accepted", refs...)}
}

// patientWith is who the appointment of one patient with these entries is for.
func patientWith(t *testing.T, telecom ...object) careline.Person {
	t.Helper()
	c := reading(t, anAppointment("Patient/p1", "Practitioner/dr"), object{"resourceType": "Patient", "id": "p1", "telecom": telecom})
	a, err := c.Appointment(t.Context(), "a1")
	if err != nil || len(a.Patients) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	return a.Patients[0]
}

func numbers(p careline.Person) (all []string) {
	for _, phone := range p.Phones {
		text := phone.E164()
		if phone.Extension() != "" {
			text += " x" + phone.Extension()
		}
		all = append(all, text)
	}
	return all
}

// What stands in an entry is read as a person would read it, or shown as it is.
func TestAnEntryIsReadOrShown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		entry string
		want  string // numbers, with a blank between; empty: the entry is shown as unreadable
	}{
		{"792 4100 Mum", ""}, {"0161 496 (home)", ""}, {"01697 73512 - 9am", ""}, {"ask at reception", ""},
		{"07700 900123 (Axel)", "+447700900123"}, {"07700 900123 after 5pm", "+447700900123"},
		{"07700 900123 / 020 7946 0018", "+447700900123 +442079460018"},
		{"020 7946 0018 x123", "+442079460018 x123"}, {"02079460018;ext=123", "+442079460018 x123"},
		{"tel:+44-20-7946-0018;ext=123", "+442079460018 x123"},
		{"07700 900123\r\n020 7946 0018", "+447700900123 +442079460018"},
		{"\u202a+44 7700 900123\u202c", "+447700900123"}, {"0770\u200e0 900\u200b123\r\n", "+447700900123"},
		{"07700\t900123", "+447700900123"}, {"\ufeff07700 9001\u00ad23", "+447700900123"},
		{"+44 (0)20 7946 0018", "+442079460018"}, {"020 7946 0018", "+442079460018"},
	}

	for _, test := range tests {
		p := patientWith(t, object{"system": "phone", "value": test.entry})
		if got := strings.Join(numbersOrNone(p), " "); got != strings.ReplaceAll(test.want, " x", "x") {
			t.Errorf("%q is read as %q, want %q", test.entry, got, test.want)
		}
		var unreadable []string
		if test.want == "" {
			unreadable = []string{test.entry}
		}
		if diff := cmp.Diff(unreadable, p.Unreadable); diff != "" {
			t.Errorf("%q: unreadable: %s", test.entry, diff)
		}
	}
}

func numbersOrNone(p careline.Person) (all []string) {
	for _, n := range numbers(p) {
		all = append(all, strings.ReplaceAll(n, " x", "x"))
	}
	return all
}

// The same number twice, with and without an extension, is offered once.
func TestANumberIsOfferedOnce(t *testing.T) {
	t.Parallel()
	p := patientWith(t,
		object{"system": "phone", "value": "020 7946 0018 ext 7"},
		object{"system": "sms", "value": "+442079460018"},
		object{"system": "phone", "value": " "},
		object{"system": "phone"},
		object{"system": "fax", "value": "nonsense"})
	if diff := cmp.Diff([]string{"+442079460018 x7"}, numbers(p)); diff != "" || len(p.Unreadable) != 0 {
		t.Error(diff, p.Unreadable)
	}
	if logged := fmt.Sprintf("%+v", p.Phones); strings.Contains(logged, "7946") {
		t.Error(logged)
	}
}

func TestANumberHasItsUse(t *testing.T) {
	t.Parallel()
	person := patientWith(t,
		object{"system": "phone", "value": "+447700900101", "use": "mobile"},
		object{"system": "phone", "value": "+447700900102", "use": "home"},
		object{"system": "phone", "value": "+447700900103"},
		object{"system": "phone", "value": "+447700900104", "use": "carrier pigeon"},
		object{"system": "phone", "value": "+447700900105", "use": "old"},
		object{"system": "phone", "value": "+447700900101", "use": "work"},
	)
	var got []careline.PhoneUse
	for _, p := range person.Phones {
		got = append(got, p.Use())
	}
	if diff := cmp.Diff([]careline.PhoneUse{careline.UseMobile, careline.UseHome, "", ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
