package fhir_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// ofClinic are the names of a clinic that has its own.
func ofClinic(t *testing.T) fhir.Systems {
	t.Helper()
	s, err := fhir.SystemsUnder("https://codes.example.org/calls/")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func named(s fhir.Systems) func(*fhir.Config) { return func(c *fhir.Config) { c.Systems = s } }

func TestSystemsUnder(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "https://perci.health", "https://perci.health/"} {
		if s, err := fhir.SystemsUnder(base); err != nil || s != (fhir.Systems{}) || s.Base() != fhir.DefaultSystemBase {
			t.Errorf("%q: %v, %v", base, s, err)
		}
	}

	for base, want := range map[string]string{
		"https://codes.example.org":            "https://codes.example.org",
		"https://codes.example.org:8443/a/b//": "https://codes.example.org:8443/a/b",
		"http://codes.example.org":             "",
		"codes.example.org":                    "",
		"urn:codes":                            "",
		"https://":                             "",
		"https:///a":                           "",
		"https://codes.example.org/?":          "",
		"https://codes.example.org/?v=1":       "",
		"https://codes.example.org/#v1":        "",
		"https://codes.example.org/a,b":        "",
		"https://codes.example.org/a|b":        "",
		"https://codes.example.org/a b":        "",
		"https://codes.example.org/%2F":        "",
		"https://me:pw@codes.example.org":      "",
	} {
		s, err := fhir.SystemsUnder(base)
		if (err == nil) != (want != "") || err == nil && s.Base() != want {
			t.Errorf("%q: %q, %v", base, s.Base(), err)
		}
	}
}

// A clinic's own names stand wherever careline's stood, and the call reads the same.
// The carrier's and the standard's stay.
func TestSystemsOfAClinic(t *testing.T) {
	t.Parallel()
	call := completed()
	call.Note = careline.CallNote{Outcome: careline.CameToPatient, Text: "Well.", At: tenFifteen}
	refused := ringing()
	refused.Status, refused.Word, refused.Refusal = careline.StatusRefused, "", careline.RefusedCountry

	for _, c := range []careline.Call{call, refused} {
		before := (fhir.Systems{}).CommunicationOf(c, false)
		written := ofClinic(t).CommunicationOf(c, false)
		want := strings.ReplaceAll(textOf(t, before), "https://perci.health/", "https://codes.example.org/calls/")
		if diff := cmp.Diff(want, textOf(t, written)); diff != "" {
			t.Error(diff)
		}

		for name, m := range map[string]fhir.Communication{"its own": written, "what was before": before} {
			got, want := ofClinic(t).CallOf(m), fhir.Systems{}.CallOf(before)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(careline.Seconds{}), cmp.Comparer(careline.Phone.Equal)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if got := (fhir.Systems{}).CallOf(written); got.ClinicianLeg != "" {
			t.Errorf("without the clinic's base its details are read: %+v", got)
		}
	}
}

// A clinic that sets its base later keeps what it has: a call that began under
// careline's own names goes on under the clinic's, with every detail once, and both are
// found.
func TestTheBaseOfTheSystemsIsSetLater(t *testing.T) {
	t.Parallel()
	setsTheBaseLater(t, box(t))
}

func setsTheBaseLater(t *testing.T, s *server) {
	t.Helper()
	client := s.client(t, named(ofClinic(t)))
	f := file(t, s.chart(t), ringing(), careline.Filing{Call: ringing().Key})
	f = file(t, newChart(t, client), completed(), f)

	earlier := completedAs("CAearlier")
	file(t, s.chart(t), earlier, careline.Filing{Call: earlier.Key})

	m := versions(t, s, f.ID)[0]
	if len(m.Extension) != 1 || m.Extension[0].URL != "https://codes.example.org/calls/fhir/StructureDefinition/twilio-call" || len(m.Category) != 1 ||
		len(m.Category[0].Coding) != 1 || m.Category[0].Coding[0].System != "https://codes.example.org/calls/communication-category" {
		t.Errorf("the version under the clinic's names: %s", textOf(t, m))
	}

	found, err := client.Calls(t.Context(), completed().Appointment)
	if err != nil || len(found) != 2 {
		t.Fatalf("%d calls, %v", len(found), err)
	}
	for _, r := range found {
		if want := map[bool]int{true: 2, false: 1}[r.ID == f.ID]; len(r.Versions) != want || r.Latest().Call.Word != "completed" {
			t.Errorf("%s has %d versions, want %d: %+v", r.ID, len(r.Versions), want, r)
		}
	}
}

// What provision makes is under the clinic's names, and under its policy the calls of
// before are seen, too.
func TestSystemsOfAClinicAtMedplum(t *testing.T) {
	t.Parallel()
	s := medplumLike(t)(t)
	client := s.client(t, named(ofClinic(t)))
	changes, err := client.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	want := []string{"StructureDefinition https://codes.example.org/calls/fhir/StructureDefinition/twilio-call",
		"CodeSystem https://codes.example.org/calls/communication-category", "CodeSystem https://codes.example.org/calls/fhir/CodeSystem/call-refusal",
		"CodeSystem https://codes.example.org/calls/fhir/CodeSystem/clinician-outcome", "NamingSystem https://www.twilio.com/", "AccessPolicy careline"}
	if diff := cmp.Diff(want, things(changes)); diff != "" {
		t.Fatal(diff)
	}
	apply(t, changes)
	if again, err := client.Plan(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("planned again: %v, %v", things(again), err)
	}

	made := kept(t, s, "StructureDefinition", url.Values{"url": {"https://codes.example.org/calls/fhir/StructureDefinition/twilio-call"}})
	if strings.Contains(string(made.JSON), "https://perci.health/") {
		t.Error("the StructureDefinition still names careline's own base")
	}

	var policy object
	if err := json.Unmarshal(kept(t, s, "AccessPolicy", url.Values{"name:exact": {"careline"}}).JSON, &policy); err != nil {
		t.Fatal(err)
	}
	s.bind(t, policy)
	for _, name := range []string{"fhir: search", "fhir: write", "fhir: rights", "fhir: record"} {
		if f := findings(t, client)[name]; f.Verdict != "good" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	setsTheBaseLater(t, s)

	ofOne := policy["resource"].([]any)[0].(object)
	for criteria, want := range map[string]string{
		"https://perci.health/communication-category|twilio-voice":            "fault criteria",
		"https://codes.example.org/calls/communication-category|twilio-voice": "doubt FHIR_SYSTEM_BASE",
	} {
		ofOne["criteria"] = "Communication?category=" + criteria
		s.bind(t, policy)
		verdict, words, _ := strings.Cut(want, " ")
		if f := findings(t, client)["fhir: rights"]; string(f.Verdict) != verdict || !strings.Contains(f.Found, words) {
			t.Errorf("%s: %+v", criteria, f)
		}
	}
}
