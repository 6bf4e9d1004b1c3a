package fhir_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/setup"
)

// planned is what provision makes where calls are recorded.
func planned(t *testing.T, s *server) setup.Plan {
	t.Helper()
	changes, err := s.client(t, recording).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// widened is the policy that provision has made where calls are recorded.
func widened(t *testing.T, s *server) (policy object) {
	t.Helper()
	apply(t, planned(t, s))
	r := kept(t, s, "AccessPolicy", url.Values{"name:exact": {"careline"}})
	if err := json.Unmarshal(r.JSON, &policy); err != nil {
		t.Fatal(err)
	}
	return policy
}

// line is the policy's for a type.
func line(t *testing.T, policy object, kind string) object {
	t.Helper()
	for _, r := range policy["resource"].([]any) {
		if r.(object)["resourceType"] == kind {
			return r.(object)
		}
	}
	t.Fatalf("no line for %s", kind)
	return nil
}

// Where calls are recorded, provision makes two code systems more, and the policy has
// three lines more; nothing else is as it would not be without.
func TestDefinitionsOfRecordings(t *testing.T) {
	t.Parallel()
	s := medplumLike(t)(t)
	changes := things(planned(t, s))
	without := things(plan(t, s))
	more := slices.DeleteFunc(slices.Clone(changes), func(thing string) bool { return slices.Contains(without, thing) })
	if diff := cmp.Diff([]string{"CodeSystem https://perci.health/fhir/CodeSystem/consent-category", "CodeSystem https://perci.health/fhir/tag"}, more); diff != "" || len(changes) != len(without)+2 {
		t.Error(diff)
	}

	policy := widened(t, s)
	if again := planned(t, s); len(again) != 0 {
		t.Errorf("planned again: %v", things(again))
	}
	lines := policy["resource"].([]any)
	if diff := cmp.Diff(shipped(t, "accesspolicy-careline")["resource"], any(lines[:len(lines)-3])); diff != "" {
		t.Errorf("the rest of the policy (-shipped +made):\n%s", diff)
	}

	for kind, codes := range map[string][]string{"codesystem-consent-category": {"call-recording"}, "codesystem-tag": {"call-recording", "legal-hold"}} {
		var defined []string
		for _, c := range shipped(t, kind)["concept"].([]any) {
			defined = append(defined, c.(object)["code"].(string))
		}
		if diff := cmp.Diff(codes, defined); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

// soundsOfACall is all that the service asks of the record for a recording's sake.
func soundsOfACall(ctx context.Context, t *testing.T, c *fhir.Client) {
	t.Helper()
	if _, err := c.RefusesRecording(ctx, "Patient/m1"); err != nil {
		t.Error(err)
	}
	f, err := newChart(t, c).FileRecording(ctx, completed(), careline.Recording{Sid: "RE1"}, "", careline.Filing{Tried: true})
	if err != nil {
		t.Fatal(err)
	}
	if f, err = newChart(t, c).FileRecording(ctx, completed(), aSound(), "", f); err != nil {
		t.Fatal(err)
	}
	if held, err := newChart(t, c).Held(ctx, f.ID); held || err != nil {
		t.Error(held, err)
	}
	if _, err := newChart(t, c).FileLook(ctx, heard(), careline.Filing{Tried: true}); err != nil {
		t.Error(err)
	}
	if err := newChart(t, c).DropRecording(ctx, f.ID); err != nil {
		t.Error(err)
	}
}

// The rights that come with RECORDING are those that recordings use, and no more; each
// that is missing is seen by a check.
func TestRecordingsUnderThePolicy(t *testing.T) {
	t.Parallel()
	s := medplumLike(t)(t)
	policy := widened(t, s)
	tell(t, http.MethodPut, s.url+"/_test/policy", []byte(textOf(t, policy)))
	r := &recorder{asked: map[string]bool{}}
	c := s.client(t, recording, func(c *fhir.Config) { c.HTTP = &http.Client{Transport: r} })
	soundsOfACall(t.Context(), t, c)

	given := map[string]bool{}
	for _, kind := range []string{"Media", "Consent", "AuditEvent"} {
		for _, i := range line(t, policy, kind)["interaction"].([]any) {
			given[fmt.Sprint(kind, " ", i)] = true
		}
	}
	if diff := cmp.Diff(given, r.asked); diff != "" {
		t.Errorf("given (-) and used (+):\n%s", diff)
	}

	for _, check := range c.Checks() {
		if f := check.Ask(t.Context()); f.Verdict != setup.VerdictGood {
			t.Errorf("%s: %+v", check.Name, f)
		}
	}
	seesWhatIsMissing(t, s, c, policy)
}

// Under the policy there are no Media but recordings, and no Consents but of recordings.
func TestRecordingsAreAllThatThePolicyShows(t *testing.T) {
	t.Parallel()
	s := medplumLike(t)(t)
	admin := s.client(t)
	image := seed(t, admin, object{"resourceType": "Media", "status": "completed", "content": object{"url": "https://example.org/x"}})
	patient := seed(t, admin, object{"resourceType": "Patient"})
	seed(t, admin, aConsent(patient, func(c object) {
		c["category"] = []object{{"coding": []object{{"system": "http://loinc.org", "code": "59284-0"}}}}
	}))
	seed(t, admin, aConsent(patient, nil))
	tell(t, http.MethodPut, s.url+"/_test/policy", []byte(textOf(t, widened(t, s))))

	c := s.client(t, recording)
	_, err := c.Read(t.Context(), "Media", id(image))
	wantCode(t, err, careline.CodeNotFound)
	if all, err := c.Search(t.Context(), "Consent", url.Values{"patient": {patient}}); err != nil || len(all) != 1 {
		t.Errorf("%d consents, %v", len(all), err)
	}
	if refuses, err := c.RefusesRecording(t.Context(), careline.Reference(patient)); !refuses || err != nil {
		t.Error(refuses, err)
	}
}

// What is wrong with the rights for recordings is told apart, before the first one.
func TestTheDoctorTellsApartWhatRefusesRecordings(t *testing.T) {
	t.Parallel()
	open := medplumLike(t)
	for name, test := range map[string]struct {
		change func(policy object)
		wrong  []fault
		check  string // empty: fhir: recording
		want   string
	}{
		"all is well":   {want: "good recordings filed and deleted"},
		"nobody says":   {wrong: []fault{{Path: "/auth/me", Times: -1, Status: 404}}, want: "good shows with the first recording"},
		"a wider right": {change: func(p object) { delete(line(t, p, "Media"), "criteria") }, want: "good "},
		"no refusals":   {change: func(p object) { line(t, p, "Consent")["interaction"] = []any{"read"} }, want: "fault may not search Consents"},
		"other refusals": {change: func(p object) {
			line(t, p, "Consent")["criteria"] = "Consent?category=http://loinc.org|59284-0"
		}, want: "fault does not show careline every refusal"},
		"refusals of some": {change: func(p object) {
			line(t, p, "Consent")["criteria"] = line(t, p, "Consent")["criteria"].(string) + "&patient=Patient/m1"
		}, want: "fault does not show careline every refusal"},
		"media of others": {change: func(p object) { line(t, p, "Media")["criteria"] = "Media?identifier=urn:x|1" }, want: "fault criteria for Media"},
		"no deletion":     {change: lacking(t, "Media", "delete"), want: "fault does not let it delete a Media"},
		"no reading":      {change: lacking(t, "Media", "read"), want: "fault may not read and search Media"},
		"no writing":      {change: lacking(t, "Media", "create", "update"), want: "fault does not let it create, update a Media"},
		"a hold unseen":   {change: func(p object) { line(t, p, "Media")["hiddenFields"] = []any{"meta"} }, want: "fault hiddenFields for Media"},
		"no listeners":    {change: lacking(t, "AuditEvent", "create"), check: "fhir: audit", want: "fault create AuditEvents"},
		"the record down": {wrong: []fault{{Path: "/fhir/R4/Consent", Times: -1, Status: 503}}, want: "fault Whether a patient refuses to be recorded cannot be read"},
		"the media down":  {wrong: []fault{{Path: "/fhir/R4/Media", Times: -1, Status: 503}}, want: "fault Media cannot be searched and read"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			policy := widened(t, s)
			if test.change != nil {
				test.change(policy)
			}
			tell(t, http.MethodPut, s.url+"/_test/policy", []byte(textOf(t, policy)))
			s.fail(t, test.wrong...)

			checks := s.client(t, recording).Checks()
			named := test.check
			if named == "" {
				named = "fhir: recording"
			}
			at := slices.IndexFunc(checks, func(c setup.Check) bool { return c.Name == named })
			found := checks[at].Ask(t.Context())
			verdict, word, _ := strings.Cut(test.want, " ")
			if string(found.Verdict) != verdict || !strings.Contains(found.Found, word) {
				t.Errorf("%+v, want %s", found, test.want)
			}
		})
	}
}

// A code system of recordings that is not there is missed where calls are recorded.
func TestDefinitionsOfRecordingsAreMissed(t *testing.T) {
	t.Parallel()
	s := box(t)
	apply(t, planned(t, s))
	system := kept(t, s, "CodeSystem", url.Values{"url": {"https://perci.health/fhir/CodeSystem/consent-category"}})
	if err := s.client(t).Delete(t.Context(), "CodeSystem", system.ID); err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]struct {
		client *fhir.Client
		want   setup.Verdict
	}{"recorded": {s.client(t, recording), setup.VerdictDoubt}, "not recorded": {s.client(t), setup.VerdictGood}} {
		checks := test.client.Checks()
		at := slices.IndexFunc(checks, func(c setup.Check) bool { return c.Name == "fhir: definitions" })
		if found := checks[at].Ask(t.Context()); found.Verdict != test.want || (test.want == setup.VerdictDoubt) != strings.Contains(found.Found, "consent-category") {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// lacking takes interactions out of the policy's line for a type.
func lacking(t *testing.T, kind string, interactions ...any) func(object) {
	return func(policy object) {
		l := line(t, policy, kind)
		l["interaction"] = slices.DeleteFunc(slices.Clone(l["interaction"].([]any)), func(i any) bool { return slices.Contains(interactions, i) })
	}
}

// Without RECORDING nothing is asked of recordings, and nothing given.
func TestDefinitionsWithoutRecordings(t *testing.T) {
	t.Parallel()
	s := medplumLike(t)(t)
	apply(t, plan(t, s))
	policy := kept(t, s, "AccessPolicy", url.Values{"name:exact": {"careline"}})
	for _, kind := range []string{"Media", "Consent", "AuditEvent"} {
		if strings.Contains(string(policy.JSON), kind) {
			t.Errorf("the policy has %s", kind)
		}
	}
	for _, c := range s.client(t).Checks() {
		if c.Name == "fhir: recording" || c.Name == "fhir: audit" {
			t.Errorf("%s is asked", c.Name)
		}
	}
}
