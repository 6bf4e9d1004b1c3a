package fhir_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
	"perci.health/careline/setup"
)

func aLook() careline.Look {
	return careline.Look{
		Clinician:   "p1",
		Appointment: "a1",
		Patients:    []careline.Reference{"Patient/m1"},
		What:        careline.LookOpened,
		Outcome:     careline.LookShown,
		At:          time.Date(2026, 11, 24, 10, 15, 0, 0, time.UTC),
	}
}

func TestAuditEventOf(t *testing.T) {
	t.Parallel()
	revealed, refused, missed := aLook(), aLook(), aLook()
	revealed.What, revealed.Of = careline.LookRevealed, "RelatedPerson/d1"
	refused.Outcome, missed.Outcome = careline.LookRefused, careline.LookMissed
	missed.What = careline.LookRevealed

	for name, test := range map[string]struct {
		look     careline.Look
		outcome  string
		subtypes []string
		entities []string
	}{
		"opened":   {aLook(), "0", []string{"read"}, []string{"Appointment/a1", "Patient/m1"}},
		"revealed": {revealed, "0", []string{"read", "number-revealed"}, []string{"Appointment/a1", "Patient/m1", "RelatedPerson/d1"}},
		"refused":  {refused, "8", []string{"read"}, []string{"Appointment/a1", "Patient/m1"}},
		"missed":   {missed, "4", []string{"read", "number-revealed"}, []string{"Appointment/a1", "Patient/m1"}},
	} {
		a := fhir.Systems{}.AuditEventOf(test.look)
		var subtypes, entities []string
		for _, s := range a.Subtype {
			subtypes = append(subtypes, s.Code)
		}
		for _, e := range a.Entity {
			entities = append(entities, e.What.Reference)
		}
		if a.Outcome != test.outcome || a.Action != "R" || a.Type.Code != "rest" || a.Recorded != "2026-11-24T10:15:00Z" || a.Agent[0].Who.Reference != "Practitioner/p1" {
			t.Errorf("%s: %+v", name, a)
		}
		if diff := cmp.Diff([][]string{test.subtypes, test.entities}, [][]string{subtypes, entities}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// heard is that somebody listened to a recording.
func heard() careline.Look {
	l := aLook()
	l.What, l.Recording, l.Media = careline.LookHeard, "RE1", "Media/r1"
	return l
}

func TestAuditEventOfARecording(t *testing.T) {
	t.Parallel()
	reviewed, deleted, refused, unfiled, missed := heard(), heard(), heard(), heard(), heard()
	reviewed.Clinician, reviewed.Visitor, reviewed.Appointment = "", "U2abc", ""
	deleted.What = careline.LookDeleted
	refused.What, refused.Outcome = careline.LookDeleted, careline.LookRefused
	unfiled.Media = ""
	missed.Outcome = careline.LookMissed

	for name, test := range map[string]struct {
		look careline.Look
		want string // agent, action, subtypes, outcome and entities
	}{
		"heard":                      {heard(), "Practitioner/p1 R [read recording-heard] 0 [Media/r1 RE1 Appointment/a1 Patient/m1]"},
		"by one who is no clinician": {reviewed, "U2abc R [read recording-heard] 0 [Media/r1 RE1 Patient/m1]"},
		"deleted":                    {deleted, "Practitioner/p1 D [delete recording-deleted] 0 [RE1 Appointment/a1 Patient/m1]"},
		"not let":                    {refused, "Practitioner/p1 D [delete recording-deleted] 8 [Media/r1 RE1 Appointment/a1 Patient/m1]"},
		"not in the record yet":      {unfiled, "Practitioner/p1 R [read recording-heard] 0 [RE1 Appointment/a1 Patient/m1]"},
		"there is none":              {missed, "Practitioner/p1 R [read recording-heard] 4 [Media/r1 RE1 Appointment/a1 Patient/m1]"},
	} {
		a := fhir.Systems{}.AuditEventOf(test.look)
		agent := a.Agent[0].AltID
		if a.Agent[0].Who != nil {
			agent += a.Agent[0].Who.Reference
		}
		var subtypes, entities []string
		for _, s := range a.Subtype {
			subtypes = append(subtypes, s.Code)
		}
		for _, e := range a.Entity {
			if e.What.Reference != "" {
				entities = append(entities, e.What.Reference)
			}
			if e.What.Identifier != nil {
				entities = append(entities, e.What.Identifier.Value)
			}
		}
		if got := fmt.Sprint(agent, " ", a.Action, " ", subtypes, " ", a.Outcome, " ", entities); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		if (a.Outcome == "0") != (a.OutcomeDesc == "") || strings.Contains(a.OutcomeDesc, "number") || strings.Contains(a.OutcomeDesc, "appointment") {
			t.Errorf("%s is described as %q", name, a.OutcomeDesc)
		}
	}
}

// Who listened is filed on either server as it stands, also by one who is no clinician, and
// to what the record does not have.
func TestLooksAtRecordings(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) *server{"fhirbox": box, "Medplum-like": medplumLike(t)} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			reviewed, unfiled := heard(), heard()
			reviewed.Clinician, reviewed.Visitor = "", "U2abc"
			unfiled.Media = ""
			for _, look := range []careline.Look{heard(), reviewed, unfiled} {
				for range 2 {
					if _, err := s.recordings(t).FileLook(t.Context(), look, careline.Filing{Tried: true}); err != nil {
						t.Fatal(err)
					}
				}
			}
			// The third is the first: the same person and recording in the same ten minutes.
			if all, err := s.client(t).Search(t.Context(), "AuditEvent", url.Values{}); err != nil || len(all) != 2 {
				t.Errorf("%d AuditEvents, %v", len(all), err)
			}
		})
	}
}

func TestLooksAgainstFhirbox(t *testing.T) {
	t.Parallel()
	filesLooks(t, box)
}

func TestLooksAgainstMedplumLike(t *testing.T) {
	t.Parallel()
	filesLooks(t, medplumLike(t))
}

// auditEvents are those of the look that the server holds.
func auditEvents(t *testing.T, s *server) []fhir.Resource {
	t.Helper()
	tag := fhir.Systems{}.AuditEventOf(aLook()).Meta.Tag[0]
	entries, err := s.client(t).Search(t.Context(), "AuditEvent", url.Values{"_tag": {tag.System + "|" + tag.Code}})
	if err != nil {
		t.Fatal(err)
	}
	var all []fhir.Resource
	for _, e := range entries {
		all = append(all, e.Resource)
	}
	return all
}

// A look is filed once, whatever becomes of the answers, and never changed.
func filesLooks(t *testing.T, open func(*testing.T) *server) {
	for name, test := range map[string]struct {
		fault fault
		fails bool // at first
		tried bool // the first try may have made it
	}{
		"at once":                     {},
		"the answer is lost":          {fault{Method: "POST", Path: "/AuditEvent", Times: 1, After: true, Status: 503}, true, true},
		"the record is down":          {fault{Method: "POST", Path: "/AuditEvent", Times: 1, Status: 503}, true, true},
		"somebody has made it before": {tried: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if test.fault.Times > 0 {
				s.fail(t, test.fault)
			}
			chart := newChart(t, s.client(t))
			f, err := chart.FileLook(t.Context(), aLook(), careline.Filing{})
			if (err != nil) != test.fails || test.fails && f.Tried != test.tried {
				t.Fatalf("filed %+v, %v", f, err)
			}
			again, err := chart.FileLook(t.Context(), aLook(), careline.Filing{Tried: true})
			if err != nil {
				t.Fatal(err)
			}
			if all := auditEvents(t, s); len(all) != 1 || all[0].ID != again.ID {
				t.Fatalf("there are %d of it", len(all))
			}
			if versions, err := s.client(t).History(t.Context(), "AuditEvent", again.ID); err != nil || len(versions) != 1 {
				t.Errorf("%d versions, %v", len(versions), err)
			}
		})
	}
}

// Where the client may not make AuditEvents, that is no outage of the record.
func TestLooksWithoutTheRight(t *testing.T) {
	t.Parallel()
	s := box(t)
	s.fail(t, fault{Kind: fhirbox.KindForbid, Names: []string{"create"}, Times: 1})
	f, err := newChart(t, s.client(t)).FileLook(t.Context(), aLook(), careline.Filing{})
	wantCode(t, err, careline.CodeForbidden)
	if f.Tried {
		t.Error("what was forbidden may have been made")
	}
}

// A server that has no place for AuditEvents alone is not down: calls must not wait for it.
func TestLooksWhereTheServerTakesNone(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]careline.Code{
		403: careline.CodeForbidden,
		404: careline.CodeForbidden,
		405: careline.CodeForbidden,
		410: careline.CodeForbidden,
		413: careline.CodeForbidden,
		422: careline.CodeForbidden,
		501: careline.CodeForbidden,
		401: careline.CodeUnavailable,
		429: careline.CodeUnavailable,
		500: careline.CodeUnavailable,
		503: careline.CodeUnavailable,
	} {
		s := box(t)
		s.fail(t, fault{Method: "POST", Path: "/AuditEvent", Times: 9, Status: status, Body: "no"})
		_, err := newChart(t, s.client(t)).FileLook(t.Context(), aLook(), careline.Filing{})
		if careline.CodeOf(err) != want {
			t.Errorf("%d is %v", status, err)
		}
	}
}

// With AUDIT_EVENTS the policy that provision makes lets the client file looks, and the
// doctor sees where it does not; without, nothing is asked and nothing given.
func TestLooksUnderThePolicy(t *testing.T) {
	t.Parallel()
	s := medplumLike(t)(t)
	audited := func(c *fhir.Config) { c.Audit = true }
	changes, err := s.client(t, audited).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	apply(t, changes)
	entries, err := s.client(t).Search(t.Context(), "AccessPolicy", url.Values{"name:exact": {"careline"}})
	if err != nil || len(entries) != 1 {
		t.Fatal(len(entries), err)
	}
	with := entries[0].Resource.JSON
	without, err := json.Marshal(shipped(t, "accesspolicy-careline"))
	if err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]struct {
		policy []byte
		want   setup.Verdict
	}{"with it": {with, setup.VerdictGood}, "without": {without, setup.VerdictFault}} {
		tell(t, http.MethodPut, s.url+"/_test/policy", test.policy)
		checks := s.client(t, audited).Checks()
		at := slices.IndexFunc(checks, func(c setup.Check) bool { return c.Name == "fhir: audit" })
		if found := checks[at].Ask(t.Context()); found.Verdict != test.want {
			t.Errorf("%s: %+v", name, found)
		}
		_, err := newChart(t, s.client(t)).FileLook(t.Context(), aLook(), careline.Filing{Tried: true})
		if (err == nil) != (test.want == setup.VerdictGood) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if slices.ContainsFunc(s.client(t).Checks(), func(c setup.Check) bool { return c.Name == "fhir: audit" }) {
		t.Error("it is asked though nobody wants it")
	}
}
