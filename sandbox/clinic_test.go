package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox"
)

func TestClinicIsFoundInTheRecord(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	for _, c := range []struct {
		search string
		match  int
		types  []string // of all entries
	}{
		{"Practitioner", 4, []string{"Practitioner"}},
		{"PractitionerRole", 4, []string{"PractitionerRole"}},
		{"Patient?_count=50", 19, []string{"Patient"}},
		{"RelatedPerson", 5, []string{"RelatedPerson"}},
		{"Consent?status=active&category=" + url.QueryEscape("https://perci.health/fhir/CodeSystem/consent-category|call-recording"), 1, []string{"Consent"}},
		{"Patient?phone=" + url.QueryEscape("+447700900142"), 1, []string{"Patient"}},
		{"Appointment?date=ge2026-11-23&date=lt2026-11-24&_count=50", 20, []string{"Appointment"}},
		{"Appointment?date=ge2026-11-24", 0, nil},
		{"Appointment?_id=" + world.Clinic.Appointments[0].ID + "&_include=Appointment:patient&_include=Appointment:actor", 1, []string{"Appointment", "Patient", "Practitioner"}},
		{"Appointment?_id=" + world.Clinic.Appointments[1].ID + "&_include=Appointment:actor", 1, []string{"Appointment", "Patient", "PractitionerRole"}},
		{"Appointment?_id=" + world.Clinic.Appointments[6].ID + "&_include=Appointment:actor", 1, []string{"Appointment", "Patient", "Practitioner", "RelatedPerson"}},
	} {
		match, types := search(t, world, c.search)
		if match != c.match {
			t.Errorf("%s: %d matches, want %d", c.search, match, c.match)
		}
		if diff := cmp.Diff(c.types, types); diff != "" {
			t.Errorf("%s: %s", c.search, diff)
		}
	}
}

func search(t *testing.T, world *sandbox.World, query string) (match int, types []string) {
	t.Helper()
	req, _ := http.NewRequest(http.MethodGet, world.FHIRURL+"/"+query, nil)
	req.SetBasicAuth(world.FHIRClientID, world.FHIRClientSecret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var bundle struct {
		Entry []struct {
			Search   struct{ Mode string }
			Resource struct{ ResourceType string }
		}
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", query, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&bundle); err != nil {
		t.Fatal(err)
	}
	for _, e := range bundle.Entry {
		if e.Search.Mode == "match" {
			match++
		}
		types = append(types, e.Resource.ResourceType)
	}
	slices.Sort(types)
	return match, slices.Compact(types)
}

func TestClinicUsesOnlyDramaNumbersAndStableIDs(t *testing.T) {
	t.Parallel()
	first, err := sandbox.NewClinic(day).Bundle()
	if err != nil {
		t.Fatal(err)
	}
	again, err := sandbox.NewClinic(day.Add(1000)).Bundle()
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(again) {
		t.Error("the same day gives two clinics")
	}
	next := sandbox.NewClinic(day.AddDate(0, 0, 1))
	if today := sandbox.NewClinic(day); next.Appointments[0].ID == today.Appointments[0].ID || next.Members[0].ID != today.Members[0].ID {
		t.Error("another day must have other appointments with the same people")
	}
	drama := regexp.MustCompile(`^\+44(7700900|2079460|1614960)\d{3}$`)
	for _, n := range regexp.MustCompile(`\+\d{7,}`).FindAllString(string(first), -1) {
		if !drama.MatchString(n) {
			t.Errorf("%s is not a drama number", n)
		}
	}
	if start := next.Appointments[0].Start; start.Hour() != 9 || start.Minute() != 0 {
		t.Errorf("the day begins at %v", start)
	}
}

func TestClinicHasEveryOutcome(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	startApp(t, world)
	seen := map[string]bool{}
	for _, a := range world.Clinic.Appointments[:8] {
		i := slices.IndexFunc(world.Clinic.Members, func(m sandbox.Member) bool { return m.ID == a.Patient })
		sid, err := world.Place(t.Context(), sandbox.Ask{Practitioner: a.Practitioner, Appointment: a.ID, To: world.Clinic.Members[i].Phones[0].Number})
		if err != nil {
			t.Fatal(err)
		}
		var call struct {
			Status string
			Legs   []struct {
				Status          string
				DurationSeconds int
			}
		}
		until(t, "the call to end", func() bool {
			getJSON(t, world.TwilioURL+"/sandbox/v1/calls/"+sid, &call)
			return call.Status == "completed" && len(call.Legs) == 2
		})
		seen[call.Legs[1].Status] = true
		if call.Legs[1].DurationSeconds >= 180 {
			seen["long talk"] = true
		}
	}
	want := map[string]bool{"completed": true, "busy": true, "no-answer": true, "failed": true, "long talk": true}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

// The cases are what their table says, and in nobody else's list.
func TestTheCasesOfTheDay(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	told := map[string]string{}
	for _, one := range world.Clinic.Cases {
		if one.Appointment.Practitioner != world.Clinic.Clinicians[3].ID {
			t.Errorf("%s is another clinician's", one.Name)
		}
		told[one.Name] = one.Appointment.Status
		for _, m := range one.Members {
			told[one.Name] += "; " + caseOf(t, world, m)
		}
	}
	want := map[string]string{
		"daughter":   "booked; Mr Walter Finch 0161 496 0142, with DAU natural daughter Ms Anita Finch +447700900319",
		"group":      "booked; Mr Imran Sheikh +447700900151; Mrs Joan Barlow +447700900152",
		"household":  "booked; Mr Peter Goddard 0161 496 0114 +447700900161; Mrs Sheila Goddard 0161 496 0114",
		"deceased":   "booked; Mr Leonard Ashby 020 7946 0127, died 2026-11-14, with WIFE wife Mrs Doreen Ashby 020 7946 0127",
		"cancelled":  "cancelled; Mr Owen Tully +447700900171",
		"missed":     "noshow; Ms Farah Aziz +447700900172",
		"unreadable": "booked; Mrs Dorothy Keane 0161 496 (home) 020 7946 0128 x123",
		"replaced":   "booked; Mrs Irene Walsh +447700900182, replaced by " + world.Clinic.Cases[7].Members[1].ID + "; Mrs Irene Walsh-Reid +447700900181",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	group := world.Clinic.Cases[1].Appointment
	if match, types := search(t, world, "Appointment?patient=Patient/"+group.Others[0]); match != 1 || len(types) != 1 {
		t.Errorf("the second patient of the group has %d appointments", match)
	}
}

// caseOf is a member as the record has it.
func caseOf(t *testing.T, world *sandbox.World, m sandbox.Member) string {
	t.Helper()
	type telecom []struct{ Value string }
	var p struct {
		Active           bool
		DeceasedDateTime string
		Telecom          telecom
		Link             []struct {
			Type  string
			Other struct{ Reference string }
		}
	}
	read(t, world, "Patient/"+m.ID, &p)
	told := m.Name
	for _, point := range p.Telecom {
		told += " " + point.Value
	}
	if p.DeceasedDateTime != "" {
		told += ", died " + p.DeceasedDateTime
	}
	if !p.Active && len(p.Link) == 1 && p.Link[0].Type == "replaced-by" {
		told += ", replaced by " + p.Link[0].Other.Reference[len("Patient/"):]
	}
	for _, one := range m.Relatives {
		var r struct {
			Telecom      telecom
			Relationship []struct {
				Text   string
				Coding []struct{ Code, Display string }
			}
		}
		read(t, world, "RelatedPerson/"+one.ID, &r)
		code := r.Relationship[0].Coding[0]
		told += ", with " + code.Code + " " + code.Display + r.Relationship[0].Text + " " + one.Name + " " + r.Telecom[0].Value
	}
	return told
}

func read(t *testing.T, world *sandbox.World, path string, to any) {
	t.Helper()
	req, _ := http.NewRequest(http.MethodGet, world.FHIRURL+"/"+path, nil)
	req.SetBasicAuth(world.FHIRClientID, world.FHIRClientSecret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(to); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", path, resp.Status, err)
	}
}
