package fhir_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/sandbox/fhirbox"
	"perci.health/careline/setup"
)

// ruled is the shipped policy with its line for Communications changed.
func ruled(t *testing.T, change func(communication object)) object {
	t.Helper()
	policy := shipped(t, "accesspolicy-careline")
	change(policy["resource"].([]any)[0].(object))
	return policy
}

func without(interaction string) func(object) {
	return func(communication object) {
		communication["interaction"] = slices.DeleteFunc(communication["interaction"].([]any), func(i any) bool { return i == interaction })
	}
}

// Each way in which a server would refuse calls, or keep them badly, while the
// login and every search are good, is told apart from the others; before the first
// call as far as that can be seen, and by the call filed last where there is one.
func TestTheDoctorTellsApartWhatRefusesCalls(t *testing.T) {
	t.Parallel()
	open := medplumLike(t)

	for name, c := range map[string]struct {
		policy func(t *testing.T) any
		wrong  []fault
		check  string
		fresh  string // verdict and a word of what is found, before a call was filed
		filed  string // the same with one
	}{
		"all is well":          {check: "fhir: record", fresh: "good Not yet seen", filed: "good may be written, and has its history"},
		"the policy is good":   {check: "fhir: rights", fresh: "good lets the client write and see calls whole", filed: "good "},
		"the server's version": {check: "fhir: server", fresh: "good FHIR 4.0.1 by medplum 5.", filed: "good "},
		"the version is not in its statement": {check: "fhir: server", fresh: "good by Medplum 9.9.9-abc", filed: "good by Medplum 9.9.9-abc", wrong: []fault{
			{Path: "/metadata", Times: -1, Status: 200, Body: object{"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "software": object{"name": "Medplum"}}},
			{Path: "/healthcheck", Times: -1, Status: 200, Body: object{"ok": true, "version": "9.9.9-abc"}}}},
		"no policy at all": {check: "fhir: rights", fresh: "doubt No AccessPolicy binds", filed: "doubt No AccessPolicy binds",
			policy: func(*testing.T) any { return object{} }},
		"no policy, and nobody says": {check: "fhir: rights", fresh: "doubt No AccessPolicy binds", filed: "doubt No AccessPolicy binds",
			policy: func(*testing.T) any { return object{} }, wrong: []fault{{Path: "/auth/me", Times: -1, Status: 404}}},
		"the policy cannot be read": {check: "fhir: rights", fresh: "good could not be read", filed: "good could not be read", wrong: []fault{{Path: "/auth/me", Times: -1, Status: 404}}},
		"another category": {check: "fhir: rights", fresh: "fault criteria", filed: "fault criteria",
			policy: func(t *testing.T) any {
				return ruled(t, func(c object) {
					c["criteria"] = "Communication?category=https://perci.health/communication-category|letter"
				})
			}},
		"a narrower search": {check: "fhir: rights", fresh: "fault criteria", filed: "fault criteria",
			policy: func(t *testing.T) any {
				return ruled(t, func(c object) { c["criteria"] = c["criteria"].(string) + "&status=completed" })
			}},
		"one of several categories": {check: "fhir: rights", fresh: "good ", filed: "good ",
			policy: func(t *testing.T) any {
				return ruled(t, func(c object) {
					c["criteria"] = c["criteria"].(string) + ",https://perci.health/communication-category|twilio-sms"
				})
			}},
		"fields that are not written": {check: "fhir: rights", fresh: "fault readonlyFields: of what careline writes the server drops extension, sent", filed: "fault readonlyFields",
			policy: func(t *testing.T) any {
				return ruled(t, func(c object) { c["readonlyFields"] = []any{"extension", "about", "sent"} })
			}},
		"the call lacks what was not written": {check: "fhir: record", fresh: "good Not yet seen", filed: "fault lacks extension",
			policy: func(t *testing.T) any { return ruled(t, func(c object) { c["readonlyFields"] = []any{"extension"} }) }},
		"fields that are not shown": {check: "fhir: rights", fresh: "fault hiddenFields: careline does not see payload", filed: "fault hiddenFields",
			policy: func(t *testing.T) any { return ruled(t, func(c object) { c["hiddenFields"] = []any{"payload"} }) }},
		"no right to the history": {check: "fhir: rights", fresh: "fault does not let it history", filed: "fault does not let it history",
			policy: func(t *testing.T) any { return ruled(t, without("history")) }},
		"the call's history is refused": {check: "fhir: record", fresh: "good Not yet seen", filed: "fault history of the call filed last cannot be read",
			policy: func(t *testing.T) any { return ruled(t, without("history")) }},
		"no right to one version": {check: "fhir: rights", fresh: "doubt vread", filed: "doubt vread",
			policy: func(t *testing.T) any { return ruled(t, without("vread")) }},
		"a version of the call is refused": {check: "fhir: record", fresh: "good Not yet seen", filed: "doubt cannot be opened by itself",
			policy: func(t *testing.T) any { return ruled(t, without("vread")) }},
		"terminology may be checked": {check: "fhir: rights", fresh: "doubt validate-terminology", filed: "doubt validate-terminology", policy: withoutValueSets},
		"terminology is checked": {check: "fhir: record", fresh: "good Not yet seen", filed: "fault it checks terminology", policy: withoutValueSets,
			wrong: []fault{{Kind: fhirbox.KindTerminology, Times: -1}}},
		"a code is not known": {check: "fhir: record", fresh: "good Not yet seen", filed: "fault does not take the codes",
			wrong: []fault{{Method: http.MethodPut, Times: -1, Status: 400, Body: outcome("value", "Value not in ValueSet", "Communication.medium[0]")}}},
		"the project is full": {check: "fhir: write", fresh: "fault resource cap", filed: "fault resource cap",
			wrong: []fault{{Kind: fhirbox.KindCap, Times: -1}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			apply(t, plan(t, s))
			policy := any(shipped(t, "accesspolicy-careline"))
			if c.policy != nil {
				policy = c.policy(t)
			}
			for i, want := range []string{c.fresh, c.filed} {
				if i > 0 {
					fileUnder(t, s, policy)
				}
				s.bind(t, policy)
				s.fail(t, c.wrong...)
				f := findings(t, s.client(t))[c.check]
				verdict, words, _ := strings.Cut(want, " ")
				if string(f.Verdict) != verdict || !strings.Contains(f.Found, words) {
					t.Errorf("%+v, want %s", f, want)
				}
				s.fail(t)
			}
			s.bind(t, object{})
			if n := len(versions(t, s, live(t, s)[0])); n != 1 {
				t.Errorf("the checks made %d versions of the call", n-1)
			}
		})
	}
}

func withoutValueSets(t *testing.T) any {
	policy := shipped(t, "accesspolicy-careline")
	policy["resource"] = slices.DeleteFunc(policy["resource"].([]any), func(r any) bool { return r.(object)["resourceType"] == "ValueSet" })
	return policy
}

// fileUnder files a call as a policy has it; its criteria do not count for that.
func fileUnder(t *testing.T, s *server, policy any) {
	t.Helper()
	if resources, ok := policy.(object)["resource"].([]any); ok {
		var free object
		text, err := json.Marshal(resources[0])
		if err != nil || json.Unmarshal(text, &free) != nil {
			t.Fatal(err)
		}
		delete(free, "criteria")
		delete(free, "interaction")
		s.bind(t, object{"resourceType": "AccessPolicy", "resource": []any{free}})
	}
	file(t, s.chart(t), completed(), careline.Filing{Call: completed().Key})
}

// Whichever question meets a quota that is spent, it alone says so.
func TestASpentQuotaIsToldOnce(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		units int
		first string // the check that says so
	}{"for long": {1, "fhir: server"}, "at the first question": {20, "fhir: quota"}, "nearly": {300, "fhir: quota"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := boxWith(t, fhirbox.Quota{FHIRUnits: c.units}).client(t)
			if c.units == 1 {
				if _, err := client.Read(t.Context(), "Patient", "p"); careline.CodeOf(err) != careline.CodeNotFound {
					t.Fatal(err)
				}
			}
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second) // as the doctor has it
			defer stop()
			blocked := map[string]bool{}
			for _, check := range client.Checks() {
				if blocked[check.Needs] {
					blocked[check.Name] = true
					continue
				}
				f := check.Ask(ctx)
				blocked[check.Name] = f.Blocks
				if told := f.Verdict == setup.VerdictFault && strings.Contains(f.Found, "used up until ") && strings.Contains(f.Found, " UTC: "); told != (check.Name == c.first) {
					t.Errorf("%s: %+v", check.Name, f)
				}
			}
		})
	}
}
