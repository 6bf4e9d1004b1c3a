package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

// auditEvent is what the tests read of one.
type auditEvent struct {
	Outcome string
	Subtype []struct{ Code string }
	Agent   []struct{ Who struct{ Reference string } }
	Entity  []struct{ What struct{ Reference string } }
}

// audited are the AuditEvents of an appointment, as "outcome what".
func (s *system) audited(appointment string) (all []string) {
	s.t.Helper()
	for _, c := range s.search("AuditEvent?entity=" + url.QueryEscape("Appointment/"+appointment)) {
		var e auditEvent
		decode(s.t, c.raw, &e)
		what := e.Subtype[len(e.Subtype)-1].Code
		all = append(all, e.Outcome+" "+what+" "+e.Agent[0].Who.Reference+" "+e.Entity[len(e.Entity)-1].What.Reference)
	}
	return all
}

// asks is a clinician's request, of an appointment's path.
func (s *system) asks(practitioner, method, path, body string) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/bff_clinical/v1/appointments/"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.session(practitioner))
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// stranger is a clinician who does not take part.
func (s *system) stranger(a sandbox.Appointment) string {
	s.t.Helper()
	for _, c := range s.world.Clinic.Clinicians {
		if c.ID != a.Practitioner {
			return c.ID
		}
	}
	s.t.Fatal("the clinic has one clinician")
	return ""
}

func reveals(a sandbox.Appointment, ending string) string {
	body, err := json.Marshal(map[string]string{"of": "Patient/" + a.Patient, "ending": ending})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(body)
}

// Who looked at whom is filed once, however often a page asks, whichever instance it
// asks, and though the record is down meanwhile; nothing waits for it.
func TestServeFilesWhoLookedAtWhom(t *testing.T) {
	t.Parallel()
	first := newSystem(t, map[string]string{"DATABASE_URL": newDatabase(t), "AUDIT_EVENTS": "true"})
	second := first.beside()
	a := first.reaching(answers)
	ending, who, stranger := answers[len(answers)-4:], "Practitioner/"+a.Practitioner, first.stranger(a)
	first.put(first.fhirRoot()+"/sandbox/v1/faults", []map[string]any{{"method": "POST", "path": "/AuditEvent", "status": 503, "times": 3, "after": true}})

	for range 5 {
		for _, s := range []*system{first, second} {
			for _, test := range []struct {
				who, method, path, body string
				want                    int
			}{
				{a.Practitioner, http.MethodGet, a.ID, "", http.StatusOK},
				{a.Practitioner, http.MethodPost, a.ID + "/reveal", reveals(a, ending), http.StatusNoContent},
				{a.Practitioner, http.MethodPost, a.ID + "/reveal", reveals(a, "0000"), http.StatusNotFound},
				{a.Practitioner, http.MethodPost, a.ID + "/reveal", "{", http.StatusBadRequest},
				{stranger, http.MethodGet, a.ID, "", http.StatusForbidden},
				{stranger, http.MethodPost, a.ID + "/reveal", reveals(a, ending), http.StatusForbidden},
				{stranger, http.MethodGet, "nosuch", "", http.StatusNotFound},
			} {
				if got := s.asks(test.who, test.method, test.path, test.body); got != test.want {
					t.Errorf("%s %s by %s: %d, want %d", test.method, test.path, test.who, got, test.want)
				}
			}
		}
	}

	patient := " Patient/" + a.Patient
	want := map[string]int{
		"0 read " + who + patient:                              1,
		"0 number-revealed " + who + patient:                   1,
		"4 number-revealed " + who + patient:                   1,
		"8 read Practitioner/" + stranger + patient:            1,
		"8 number-revealed Practitioner/" + stranger + patient: 1,
	}
	eventually(t, "the record of who looked", func() bool { return len(first.audited(a.ID)) >= len(want) })
	first.record(first.call(a, answers), final) // a call is filed after all of them
	for _, one := range first.audited(a.ID) {
		want[one]--
	}
	for what, n := range want {
		if n != 0 {
			t.Errorf("%s: %d too few", what, n)
		}
	}

	for _, part := range []string{`"look":"opened"`, `"look":"revealed"`, `"outcome":"refused"`, `"appointment":"` + a.ID + `"`, `"clinician":"` + stranger + `"`} {
		if !strings.Contains(first.log.String(), part) {
			t.Errorf("no line says %s", part)
		}
	}
	first.logTellsNobody(second)
}

// Without the setting there is a line, and nothing else.
func TestServeKeepsNoLooksUnlessAsked(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	a := s.reaching(answers)
	if got := s.asks(a.Practitioner, http.MethodGet, a.ID, ""); got != http.StatusOK {
		t.Fatal(got)
	}
	s.record(s.call(a, answers), final)
	if all := s.audited(a.ID); len(all) != 0 {
		t.Errorf("filed %v", all)
	}
	if log := s.log.String(); !strings.Contains(log, `"look":"opened"`) || strings.Contains(log, `"call":"access/`) {
		t.Error("the log does not tell of it, or tells of a delivery")
	}
}
