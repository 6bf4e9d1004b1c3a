package fhir_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

func TestRefusesRecordingAgainstFhirbox(t *testing.T) {
	t.Parallel()
	refusesRecording(t, box)
}

func TestRefusesRecordingAgainstMedplumLike(t *testing.T) {
	t.Parallel()
	refusesRecording(t, medplumLike(t))
}

// aConsent is a patient's refusal, as a clinic enters it, with changes.
func aConsent(patient string, change func(object)) object {
	c := object{
		"resourceType": "Consent",
		"status":       "active",
		"scope":        object{"coding": []object{{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}}},
		"category":     []object{{"coding": []object{{"system": "https://perci.health/fhir/CodeSystem/consent-category", "code": "call-recording"}}}},
		"patient":      object{"reference": patient},
		"policyRule":   object{"text": "Clinic policy"},
		"provision":    object{"type": "deny"},
	}
	if change != nil {
		change(c)
	}
	return c
}

func refusesRecording(t *testing.T, open func(*testing.T) *server) {
	set := func(name string, value any) func(object) { return func(c object) { c[name] = value } }
	for name, test := range map[string]struct {
		consents []func(object) // of the patient
		want     bool
	}{
		"nothing is on file":           {},
		"a refusal":                    {[]func(object){nil}, true},
		"a permission":                 {[]func(object){set("provision", object{"type": "permit"})}, false},
		"both":                         {[]func(object){set("provision", object{"type": "permit"}), nil}, true},
		"no provision":                 {[]func(object){func(c object) { delete(c, "provision") }}, false},
		"a refusal that is withdrawn":  {[]func(object){set("status", "inactive")}, false},
		"one entered in error":         {[]func(object){set("status", "entered-in-error")}, false},
		"one that is proposed":         {[]func(object){set("status", "proposed")}, false},
		"one that is over":             {[]func(object){set("provision", object{"type": "deny", "period": object{"end": "2020-01-01"}})}, false},
		"one that has not begun":       {[]func(object){set("provision", object{"type": "deny", "period": object{"start": "2999-01-01"}})}, false},
		"one that goes on":             {[]func(object){set("provision", object{"type": "deny", "period": object{"start": "2020-01-01"}})}, true},
		"of something else":            {[]func(object){set("category", []object{{"coding": []object{{"system": "http://loinc.org", "code": "59284-0"}}}})}, false},
		"of somebody else's recording": {[]func(object){set("category", []object{{"coding": []object{{"system": "urn:theirs", "code": "call-recording"}}}})}, false},
		"among other categories": {[]func(object){set("category", []object{{"coding": []object{{"system": "http://loinc.org", "code": "59284-0"}}},
			{"text": "Calls", "coding": []object{{"system": "https://perci.health/fhir/CodeSystem/consent-category", "code": "call-recording"}}}})}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			c := s.client(t, recording)
			patient := seed(t, c, object{"resourceType": "Patient"})
			other := seed(t, c, object{"resourceType": "Patient"})
			seed(t, c, aConsent(other, nil))
			for _, change := range test.consents {
				seed(t, c, aConsent(patient, change))
			}
			if got, err := c.RefusesRecording(t.Context(), careline.Reference(patient)); got != test.want || err != nil {
				t.Errorf("refuses: %t, %v", got, err)
			}
			if got, err := c.RefusesRecording(t.Context(), careline.Reference(other)); !got || err != nil {
				t.Errorf("the other one refuses: %t, %v", got, err)
			}
		})
	}
}

// A clinic with a base of its own enters refusals under it; those from before stay.
func TestRefusesRecordingUnderEitherBase(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"https://perci.health", "https://clinic.example"} {
		s := box(t)
		c := s.client(t, recording, func(c *fhir.Config) { c.Systems = ofClinicAt(t, "https://clinic.example") })
		patient := seed(t, c, object{"resourceType": "Patient"})
		seed(t, c, aConsent(patient, func(c object) {
			c["category"] = []object{{"coding": []object{{"system": base + "/fhir/CodeSystem/consent-category", "code": "call-recording"}}}}
		}))
		if got, err := c.RefusesRecording(t.Context(), careline.Reference(patient)); !got || err != nil {
			t.Errorf("under %s it refuses: %t, %v", base, got, err)
		}
	}
}

func ofClinicAt(t *testing.T, base string) fhir.Systems {
	t.Helper()
	s, err := fhir.SystemsUnder(base)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What cannot be read, or is not what was asked for, is no word of the patient's.
func TestRefusesRecordingUnreadable(t *testing.T) {
	t.Parallel()
	consent := func(patient string) string { return textOf(t, aConsent(patient, func(c object) { c["id"] = "c1" })) }
	bundle := func(resources ...string) string {
		return `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + strings.Join(resources, `},{"resource":`) + `}]}`
	}
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"down":                    {503, "no"},
		"not allowed":             {403, textOf(t, outcome("forbidden", "Forbidden"))},
		"no place for consents":   {404, textOf(t, outcome("not-found", "Not found"))},
		"no bundle":               {200, `{"resourceType":"Patient","id":"m1"}`},
		"another patient's":       {200, bundle(consent("Patient/other"))},
		"nobody's":                {200, bundle(consent(""))},
		"of another category":     {200, bundle(strings.Replace(consent("Patient/m1"), "call-recording", "research", 1))},
		"one that is no resource": {200, bundle(consent("Patient/m1"), `"?"`)},
	} {
		c := offline(t, func(*http.Request) (int, http.Header, string) { return answer.status, nil, answer.body }, false)
		if refuses, err := c.RefusesRecording(t.Context(), "Patient/m1"); err == nil {
			t.Errorf("%s: refuses %t", name, refuses)
		}
	}

	for _, nobody := range []careline.Reference{"", "Patient/", "RelatedPerson/d", "Patient/a b"} {
		c := offline(t, func(*http.Request) (int, http.Header, string) { t.Error("asked"); return 500, nil, "" }, false)
		_, err := c.RefusesRecording(t.Context(), nobody)
		wantCode(t, err, careline.CodeInvalid)
	}
}

// The search names nobody but by id, and asks for one patient's.
func TestRefusesRecordingAsksForOnePatient(t *testing.T) {
	t.Parallel()
	var asked url.Values
	c := offline(t, func(r *http.Request) (int, http.Header, string) {
		asked = r.URL.Query()
		return 200, nil, `{"resourceType":"Bundle","type":"searchset"}`
	}, false)
	if refuses, err := c.RefusesRecording(t.Context(), "Patient/m1"); refuses || err != nil {
		t.Error(refuses, err)
	}
	if asked.Get("patient") != "Patient/m1" || asked.Get("status") != "active" || asked.Get("category") != "https://perci.health/fhir/CodeSystem/consent-category|call-recording" {
		t.Error(asked)
	}
}
