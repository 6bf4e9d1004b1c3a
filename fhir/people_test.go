package fhir_test

import (
	gocmp "cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// record is a health record of some resources by their references. Its searches find
// every appointment, or that of the _id, and include what includes names.
type record struct {
	resources      map[string]object
	includes       []string
	refusesInclude bool
	refusalCode    string         // of the issue; empty is invalid
	down           map[string]int // status instead of a resource
	reads          atomic.Int64
}

func (r *record) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Content-Type", "application/fhir+json")
	path := strings.TrimPrefix(req.URL.Path, "/")
	if strings.Contains(path, "/") {
		r.read(w, path)
		return
	}

	including := req.URL.Query().Has("_include")
	if including && r.refusesInclude {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":%q,"details":{"text":"Invalid reference"}}]}`, gocmp.Or(r.refusalCode, "invalid"))
		return
	}
	var entries []object
	for ref, resource := range r.resources {
		id := req.URL.Query().Get("_id")
		if strings.HasPrefix(ref, path+"/") && (id == "" || ref == path+"/"+id) {
			entries = append(entries, object{"resource": resource, "search": object{"mode": "match"}})
		}
	}
	for _, ref := range r.includes {
		if including {
			entries = append(entries, object{"resource": r.resources[ref], "search": object{"mode": "include"}})
		}
	}
	writeJSON(w, object{"resourceType": "Bundle", "type": "searchset", "entry": entries})
}

func (r *record) read(w http.ResponseWriter, path string) {
	r.reads.Add(1)
	resource, ok := r.resources[path]
	switch {
	case r.down[path] != 0:
		w.WriteHeader(r.down[path])
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"resourceType":"OperationOutcome","issue":[{"code":"not-found"}]}`)
	default:
		writeJSON(w, resource)
	}
}

func writeJSON(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

// holding is a record of these resources, all of which a search includes, and its
// client, whose clock stands at half past eleven at night in London.
func holding(t *testing.T, resources ...object) (*record, *fhir.Client) {
	t.Helper()
	r := &record{resources: map[string]object{}, down: map[string]int{}}
	for _, resource := range resources {
		ref := fmt.Sprintf("%s/%s", resource["resourceType"], resource["id"])
		r.resources[ref] = resource
		if resource["resourceType"] != "Appointment" {
			r.includes = append(r.includes, ref)
		}
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)

	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	c, err := fhir.New(fhir.Config{BaseURL: server.URL, Location: london, Now: func() time.Time { return lateEvening }})
	if err != nil {
		t.Fatal(err)
	}
	return r, c
}

// lateEvening is 1 July 2026, 23:30 in London; in UTC it is an hour earlier.
var lateEvening = time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)

func read(t *testing.T, c *fhir.Client) careline.Appointment {
	t.Helper()
	a, err := c.Appointment(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func with(resource object, more object) object {
	out := object{}
	for _, from := range []object{resource, more} {
		for name, value := range from {
			out[name] = value
		}
	}
	return out
}

func telephones(numbers ...string) (all []object) {
	for _, n := range numbers {
		all = append(all, object{"system": "phone", "value": n})
	}
	return all
}

func aPatient(id, number string) object {
	return object{"resourceType": "Patient", "id": id, "name": []object{{"text": "Patient " + id}}, "telecom": telephones(number)}
}

func aDaughter(of string) object {
	return object{"resourceType": "RelatedPerson", "id": "d1", "patient": object{"reference": of}, "telecom": telephones("07700 900002")}
}

// One rule of time holds for people, roles, contacts and their part in an
// appointment, by the clinic's own days.
func TestWhatIsOverOrNotYet(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		more    object // on the patient's contact, the relative, the role and its practitioner's part
		inForce bool
	}{
		"nothing said":                       {object{}, true},
		"ended long ago":                     {object{"period": object{"end": "2020-01-01"}}, false},
		"ends today":                         {object{"period": object{"end": "2026-07-01"}}, true},
		"ended yesterday":                    {object{"period": object{"end": "2026-06-30"}}, false},
		"ended last month":                   {object{"period": object{"end": "2026-06"}}, false},
		"ends this year":                     {object{"period": object{"end": "2026"}}, true},
		"ended a minute ago":                 {object{"period": object{"end": "2026-07-01T22:29:00Z"}}, false},
		"ends in a minute":                   {object{"period": object{"end": "2026-07-01T22:31:00Z"}}, true},
		"begins tomorrow, where it is night": {object{"period": object{"start": "2026-07-02"}}, false},
		"begins today":                       {object{"period": object{"start": "2026-07-01"}}, true},
		"begins in a minute":                 {object{"period": object{"start": "2026-07-01T23:31:00+01:00"}}, false},
		"begins next year":                   {object{"period": object{"start": "2027"}}, false},
		"a period that cannot be read":       {object{"period": object{"start": "soon", "end": 5}}, true},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patient := with(aPatient("p1", "07700 900001"), object{"telecom": []object{with(telephones("07700 900001")[0], test.more)}})
			role := with(object{"resourceType": "PractitionerRole", "id": "r1", "practitioner": object{"reference": "Practitioner/dr"}}, test.more)
			_, c := holding(t, anAppointment("Patient/p1", "RelatedPerson/d1", "PractitionerRole/r1"), patient, with(aDaughter("Patient/p1"), test.more), role)
			a := read(t, c)
			if got := len(a.Patients) == 1 && len(a.Patients[0].Phones) == 1; got != test.inForce {
				t.Errorf("the patient's number is offered: %v", got)
			}
			if got := len(a.Relatives) == 1; got != test.inForce {
				t.Errorf("the relative is offered: %v", got)
			}
			if got := a.TakesPart("dr"); got != test.inForce {
				t.Errorf("the clinician may call: %v", got)
			}
			day, err := c.AppointmentsOn(t.Context(), "dr", lateEvening.Add(-time.Hour), lateEvening.Add(time.Hour))
			if err != nil || (len(day) == 1) != test.inForce {
				t.Errorf("the day: %+v, %v", day, err)
			}
		})
	}
}

func TestWhoIsInactiveIsNotCalledAndDoesNotCall(t *testing.T) {
	t.Parallel()
	inactive := object{"active": false}
	_, c := holding(t, anAppointment("Patient/p1", "Patient/p2", "RelatedPerson/d1", "Practitioner/dr"),
		with(aPatient("p1", "07700 900001"), inactive), aPatient("p2", "07700 900009"),
		with(aDaughter("Patient/p2"), inactive), with(object{"resourceType": "Practitioner", "id": "dr"}, inactive))
	a := read(t, c)
	if len(a.Patients) != 2 || len(a.Patients[0].Phones) != 0 || len(a.Patients[1].Phones) != 1 || len(a.Relatives) != 0 || a.TakesPart("dr") {
		t.Errorf("%+v", a)
	}
}

// A participation has the appointment's own time, not the hour at which it is read.
func TestAParticipationIsOfItsAppointment(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		start  string
		period object
		want   bool
	}{
		"as long as the appointment, tomorrow": {"2026-07-02T09:00:00Z", object{"start": "2026-07-02T09:00:00Z", "end": "2026-07-02T09:30:00Z"}, true},
		"this morning's":                       {"2026-07-01T09:00:00Z", object{"start": "2026-07-01T09:00:00Z", "end": "2026-07-01T09:30:00Z"}, true},
		"withdrawn before it":                  {"2026-07-02T09:00:00Z", object{"end": "2026-07-01"}, false},
		"only later":                           {"2026-07-02T09:00:00Z", object{"start": "2026-08"}, false},
		"without a time, over":                 {"", object{"end": "2026-06-30"}, false},
		"without a time, not over":             {"", object{"end": "2026-07-01"}, true},
	} {
		appointment := anAppointment("Practitioner/dr")
		appointment["participant"] = append(takesPart("accepted", "Practitioner/dr"), object{"actor": object{"reference": "Patient/p1"}, "status": "accepted", "period": test.period})
		if test.start != "" {
			appointment["start"], appointment["end"] = test.start, strings.Replace(test.start, "09:00", "09:30", 1)
		}
		_, c := holding(t, appointment, aPatient("p1", "07700 900001"))
		if a := read(t, c); (len(a.Patients) == 1) != test.want {
			t.Errorf("%s: %+v", name, a.Patients)
		}
	}
}

func TestAppointmentMarksTheDeceased(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		more object
		dead bool
	}{
		"alive":                  {object{}, false},
		"not deceased":           {object{"deceasedBoolean": false}, false},
		"deceased":               {object{"deceasedBoolean": true}, true},
		"deceased, in quotes":    {object{"deceasedBoolean": "true"}, true},
		"deceased on a day":      {object{"deceasedDateTime": "2026-06-01"}, true},
		"deceased at an hour":    {object{"deceasedDateTime": "2026-06-01T10:00:00Z"}, true},
		"deceased, no one knows": {object{"deceasedDateTime": 2026}, true},
		"deceased and inactive":  {object{"deceasedBoolean": true, "active": false}, true},
	} {
		_, c := holding(t, anAppointment("Patient/p1"), with(aPatient("p1", "07700 900001"), test.more))
		a := read(t, c)
		if len(a.Patients) != 1 || a.Patients[0].Deceased != test.dead || len(a.Patients[0].Phones) != 1 {
			t.Errorf("%s: %+v", name, a.Patients)
		}
	}
}

// Of a record that was replaced the one in use is read: its reference, name and
// numbers, also through several, never for ever.
func TestAReplacedPatientIsTheOneWhoReplacedThem(t *testing.T) {
	t.Parallel()
	replaced := func(id, by string) object {
		return with(aPatient(id, "07700 900001"), object{"active": false, "link": []object{{"other": object{"reference": by}, "type": "replaced-by"}}})
	}

	now := aPatient("new", "07700 900003")
	tests := map[string]struct {
		resources []object
		include   int // how many of them a search includes
		want      careline.Person
		relatives int
	}{
		"included":       {[]object{replaced("p1", "Patient/new"), now}, 2, careline.Person{Ref: "Patient/new", Name: "Patient new"}, 1},
		"read":           {[]object{replaced("p1", "Patient/new"), now}, 1, careline.Person{Ref: "Patient/new", Name: "Patient new"}, 1},
		"twice replaced": {[]object{replaced("p1", "Patient/p2"), replaced("p2", "Patient/new/_history/4"), now}, 1, careline.Person{Ref: "Patient/new", Name: "Patient new"}, 1},
		"in a circle":    {[]object{replaced("p1", "Patient/p2"), replaced("p2", "Patient/p1")}, 2, careline.Person{Ref: "Patient/p1", Unread: true}, 1},
		"by nobody":      {[]object{replaced("p1", "Patient/gone")}, 1, careline.Person{Ref: "Patient/p1", Unread: true}, 1},
		"elsewhere":      {[]object{replaced("p1", "https://other.test/Patient/new")}, 1, careline.Person{Ref: "Patient/p1", Unread: true}, 1},
		"active all the same": {[]object{with(replaced("p1", "Patient/new"), object{"active": true}), now}, 1,
			careline.Person{Ref: "Patient/p1", Name: "Patient p1"}, 1},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, c := holding(t, append([]object{anAppointment("Patient/p1", "RelatedPerson/d1")}, test.resources...)...)
			r.includes = append(r.includes[:test.include:test.include], "RelatedPerson/d1")
			r.resources["RelatedPerson/d1"] = aDaughter("Patient/p1")
			a := read(t, c)
			if len(a.Patients) != 1 {
				t.Fatalf("%+v", a.Patients)
			}
			got := a.Patients[0]
			if got.Ref != test.want.Ref || got.Patient != test.want.Ref || got.Name != test.want.Name || got.Unread != test.want.Unread || (len(got.Phones) == 0) != got.Unread {
				t.Errorf("%+v, want %+v", got, test.want)
			}
			if len(got.Phones) == 1 && got.Ref == "Patient/new" && got.Phones[0].E164() != "+447700900003" {
				t.Errorf("the number of the replaced record is offered")
			}
			if len(a.Relatives) != test.relatives {
				t.Errorf("relatives: %+v", a.Relatives)
			}
			if reads := r.reads.Load(); reads > 5 {
				t.Errorf("%d readings", reads)
			}
		})
	}
}

// A merge of records leaves relatives with the record that was replaced, which the
// appointment need not name.
func TestARelativeOfAReplacedRecordIsThePatientsInUse(t *testing.T) {
	t.Parallel()
	old := with(aPatient("old", "07700 900001"), object{"active": false, "link": []object{{"other": object{"reference": "Patient/new"}, "type": "replaced-by"}}})
	for _, form := range []string{"Patient/old", "Patient/old/_history/2"} {
		r, c := holding(t, anAppointment("Patient/new", "RelatedPerson/d1"), aPatient("new", "07700 900003"), aDaughter(form), old)
		r.includes = []string{"Patient/new", "RelatedPerson/d1"}
		a := read(t, c)
		if len(a.Patients) != 1 || len(a.Relatives) != 1 || a.Relatives[0].Patient != "Patient/new" || len(a.Relatives[0].Phones) != 1 {
			t.Errorf("%s: %+v and %+v", form, a.Patients, a.Relatives)
		}
	}
}

// One element of another type than FHIR gives it costs that element, and no other.
func TestOneMistypedElementCostsOnlyItself(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		more object
		want careline.Person
	}{
		"a number as birth date": {object{"birthDate": 5}, careline.Person{Name: "Patient p1"}},
		"names that are a text":  {object{"name": "Alex", "birthDate": "1980"}, careline.Person{BirthDate: "1980"}},
		"one name of two":        {object{"name": []any{"Alex", object{"text": "Alex Meyer"}}}, careline.Person{Name: "Alex Meyer"}},
		"a given name alone":     {object{"name": []any{object{"given": "Alex", "family": "Meyer"}}}, careline.Person{Name: "Meyer"}},
		"a rank in quotes":       {object{"telecom": []object{with(telephones("07700 900001")[0], object{"rank": "1"})}}, careline.Person{Name: "Patient p1"}},
		"one contact of two":     {object{"telecom": []any{5, telephones("07700 900001")[0]}}, careline.Person{Name: "Patient p1"}},
		"a link that is none":    {object{"link": "Patient/p9", "active": 3}, careline.Person{Name: "Patient p1"}},
	} {
		_, c := holding(t, anAppointment("Patient/p1"), with(aPatient("p1", "07700 900001"), test.more))
		got := read(t, c).Patients[0]
		if got.Name != test.want.Name || got.BirthDate != test.want.BirthDate || len(got.Phones) != 1 || got.Unread {
			t.Errorf("%s: %+v", name, got)
		}
	}

	_, c := holding(t, anAppointment("Patient/p1"), with(aPatient("p1", ""), object{"telecom": object{}}))
	if got := read(t, c).Patients[0]; got.Name != "Patient p1" || len(got.Phones) != 0 || got.Unread {
		t.Errorf("contacts that are none: %+v", got)
	}
	_, c = holding(t, anAppointment("Patient/p1"), with(aPatient("p1", ""), object{"telecom": []object{{"system": "phone", "value": object{"x": 1}}}}))
	if got := read(t, c).Patients[0]; cmp.Diff([]string{`{"x":1}`}, got.Unreadable) != "" {
		t.Errorf("an entry that is no text: %q", got.Unreadable)
	}
}

// A reference to this server is the same however it is written, and who is not
// included is read.
func TestWhoIsNotIncludedIsRead(t *testing.T) {
	t.Parallel()

	for _, form := range []string{"%s", "%s/_history/3", "BASE/%s", "BASE/%s/_history/3", " %s "} {
		r, _ := holding(t, anAppointment(), aPatient("p1", "07700 900001"), aDaughter("Patient/p1"),
			object{"resourceType": "PractitionerRole", "id": "r1", "practitioner": object{"reference": "Practitioner/dr"}})
		r.includes = nil
		server := httptest.NewServer(r)
		defer server.Close()
		c, err := fhir.New(fhir.Config{BaseURL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		form = strings.ReplaceAll(form, "BASE", server.URL)
		r.resources["Appointment/a1"]["participant"] = takesPart("accepted",
			fmt.Sprintf(form, "Patient/p1"), fmt.Sprintf(form, "RelatedPerson/d1"), fmt.Sprintf(form, "PractitionerRole/r1"))
		a := read(t, c)
		if len(a.Patients) != 1 || len(a.Patients[0].Phones) != 1 || a.Patients[0].Ref != "Patient/p1" || len(a.Relatives) != 1 || !a.TakesPart("dr") {
			t.Errorf("%s: %+v", form, a)
		}
	}
}

// A record that refuses to include anybody, for one odd reference, costs only who is
// behind that reference.
func TestOneOddReferenceCostsOnlyItself(t *testing.T) {
	t.Parallel()
	r, c := holding(t, anAppointment("Practitioner/dr", "Patient/p1", "Patient/odd", "RelatedPerson/gone"), aPatient("p1", "07700 900001"))
	second := with(anAppointment("Practitioner/dr", "Patient/p1"), object{"id": "a2", "start": "2026-07-01T22:45:00Z"})
	r.resources["Appointment/a1"]["start"] = "2026-07-01T22:30:00Z"
	r.resources["Appointment/a2"] = second
	r.refusesInclude, r.down["Patient/odd"] = true, http.StatusForbidden

	a := read(t, c)
	if len(a.Patients) != 2 || len(a.Patients[0].Phones) != 1 || !a.Patients[1].Unread || a.Patients[1].Ref != "Patient/odd" || len(a.Relatives) != 1 || !a.Relatives[0].Unread {
		t.Errorf("one: %+v", a)
	}
	day, err := c.AppointmentsOn(t.Context(), "dr", lateEvening.Add(-time.Hour), lateEvening.Add(time.Hour))
	if err != nil || len(day) != 2 || len(day[0].Patients) != 2 || day[1].Patients[0].Name != "Patient p1" {
		t.Errorf("day: %+v, %v", day, err)
	}

	// A record that fails while it is asked about one person: the day is shown, but
	// nobody is called by what is known of half an appointment.
	r.down["Patient/p1"] = http.StatusInternalServerError
	if _, err := c.Appointment(t.Context(), "a1"); careline.CodeOf(err) != careline.CodeUnavailable {
		t.Errorf("one, while the record fails: %v", err)
	}
	if day, err := c.AppointmentsOn(t.Context(), "dr", lateEvening.Add(-time.Hour), lateEvening.Add(time.Hour)); err != nil || len(day) != 2 || !day[1].Patients[0].Unread {
		t.Errorf("day, while the record fails: %+v, %v", day, err)
	}
}

// Servers refuse an _include by several codes, none of which is about a resource.
func TestAnIncludeIsRefusedByAnyCode(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"invalid", "not-found", "processing", "business-rule", "unknown"} {
		r, c := holding(t, anAppointment("Practitioner/dr", "Patient/p1"), aPatient("p1", "07700 900001"))
		r.refusesInclude, r.refusalCode = true, code
		if a := read(t, c); len(a.Patients) != 1 || len(a.Patients[0].Phones) != 1 {
			t.Errorf("%s: %+v", code, a)
		}
	}
}

// What is no appointment costs the day nothing but itself, and is counted.
func TestOneBadAppointmentCostsOnlyItself(t *testing.T) {
	t.Parallel()
	good := with(anAppointment("Practitioner/dr", "Patient/p1"), object{"start": "2026-07-01T22:30:00Z", "description": 5, "end": object{}, "meta": "x"})
	bodies := []string{`"x"`, `{}`, `{"resourceType":"Appointment","status":"booked"}`, `{"resourceType":5}`}
	goodBody, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}

	var entries []string
	for _, body := range append(bodies, string(goodBody)) {
		entries = append(entries, `{"resource":`+body+`,"search":{"mode":"match"}}`)
	}

	c := offline(t, func(r *http.Request) (int, http.Header, string) {
		if !strings.HasSuffix(r.URL.Path, "/Appointment") {
			return 200, nil, empty
		}
		return 200, nil, `{"resourceType":"Bundle","entry":[` + strings.Join(entries, ",") + `]}`
	}, false)

	day, err := c.AppointmentsOn(t.Context(), "dr", lateEvening.Add(-time.Hour), lateEvening.Add(time.Hour))
	if err != nil || len(day) != 5 || day[0].ID != "a1" || day[1].ID != "" || day[4].ID != "" {
		t.Errorf("%+v, %v", day, err)
	}
}

func TestRelations(t *testing.T) {
	t.Parallel()
	const roles = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"

	for name, test := range map[string]struct {
		relationship any
		want         string
	}{
		"a text":              {[]object{{"text": "Daughter", "coding": []object{{"code": "CHILD", "display": "child"}}}}, "daughter"},
		"a display":           {[]object{{"coding": []object{{"system": roles, "code": "DAU", "display": "Eldest daughter"}}}}, "eldest daughter"},
		"the code's display":  {[]object{{"coding": []object{{"system": roles, "code": "DAU", "display": "natural daughter"}}}}, "daughter"},
		"a code":              {[]object{{"coding": []object{{"system": roles, "code": "MTH"}}}}, "mother"},
		"a code after one":    {[]object{{"coding": []object{{"system": "x", "code": "77"}, {"system": roles, "code": "DAU"}}}}, "daughter"},
		"an abbreviation":     {[]object{{"text": "GP"}}, "GP"},
		"next of kin":         {[]object{{"coding": []object{{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "N"}}}}, "next of kin"},
		"a code nobody knows": {[]object{{"coding": []object{{"system": roles, "code": "ZZZ"}}}}, ""},
		"none":                {[]object{}, ""}, "mistyped": {"daughter", ""},
	} {
		_, c := holding(t, anAppointment("Patient/p1", "RelatedPerson/d1"), aPatient("p1", "07700 900001"), with(aDaughter("Patient/p1"), object{"relationship": test.relationship}))
		if a := read(t, c); len(a.Relatives) != 1 || a.Relatives[0].Relation != test.want {
			t.Errorf("%s: %+v, want %q", name, a.Relatives, test.want)
		}
	}
}

// Who is called, and who calls, has a name wherever the record gives one.
func TestNamesOfThoseWhoTakePart(t *testing.T) {
	t.Parallel()
	appointment := anAppointment("Practitioner/dr", "PractitionerRole/r1", "Practitioner/x")
	appointment["participant"] = append(takesPart("accepted", "Practitioner/dr", "PractitionerRole/r1"),
		object{"actor": object{"reference": "Practitioner/x", "display": "Dr Xu"}, "status": "accepted"},
		object{"actor": object{"reference": "Patient/gone", "display": "Robin Meyer"}, "status": "accepted"})

	_, c := holding(t, appointment, object{"resourceType": "Practitioner", "id": "dr", "name": []object{{"given": []string{"Sam"}, "family": "Reed"}}},
		object{"resourceType": "PractitionerRole", "id": "r1", "practitioner": object{"reference": "Practitioner/ro", "display": "Dr Role"}})
	a := read(t, c)
	want := []careline.Participant{
		{Clinician: "dr", As: "Practitioner/dr", Name: "Sam Reed"},
		{Clinician: "ro", As: "PractitionerRole/r1", Name: "Dr Role"},
		{Clinician: "x", As: "Practitioner/x", Name: "Dr Xu"},
	}

	if diff := cmp.Diff(want, a.Clinicians); diff != "" {
		t.Error(diff)
	}
	if len(a.Patients) != 1 || a.Patients[0].Name != "Robin Meyer" || !a.Patients[0].Unread {
		t.Errorf("%+v", a.Patients)
	}
}
