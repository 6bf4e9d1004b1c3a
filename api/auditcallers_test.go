package api_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
)

const auditWho = "/bff_clinical/v1/audit/clinicians?from=2026-07-01&to=2026-07-02"

// Whoever called on the days can be chosen, also behind the newest page.
func TestAuditCallersAreThoseOfTheDays(t *testing.T) {
	t.Parallel()
	b, l := auditing(t)
	for i := range 150 {
		l.add(fmt.Sprint("CM", i), 60+i/10, careline.CallEvent{Kind: careline.KindRequested, Request: careline.Request{Clinician: "carla"}})
	}

	got := b.ask(http.MethodGet, auditWho, "auditor")
	want := fmt.Sprintf(`{"clinicians":[{"id":"carla"},{"id":%q,"name":"Ada Quill"},{"id":%q,"name":"Ada Quill"}]}`, min(ada, ben), max(ada, ben))
	if got.StatusCode != 200 || got.body != want {
		t.Errorf("%d %s, want %s", got.StatusCode, got.body, want)
	}
	if got := b.ask(http.MethodGet, strings.Replace(auditWho, "2026-07-01&to=2026-07-02", "2026-08-01&to=2026-08-02", 1), "auditor"); got.body != `{"clinicians":[]}` {
		t.Errorf("on days without calls: %s", got.body)
	}
	b.problem(b.ask(http.MethodGet, "/bff_clinical/v1/audit/clinicians?from=2026-07-02&to=2026-07-01", "auditor"), 400, "invalid")

	l.err = errSecret
	b.problem(b.ask(http.MethodGet, auditWho, "auditor"), 500, "internal")
}

// A patient's calls are asked for by the record's id, as a page and as a table.
func TestAuditTellsThoseOfAPatient(t *testing.T) {
	t.Parallel()
	b, l := auditing(t)
	l.add("CA7", 3, careline.CallEvent{Kind: careline.KindRequested, Request: careline.Request{Clinician: ada, Patient: "Patient/p7"}})

	for patient, keys := range map[string]int{
		"Patient/p1": 2,
		"Patient/p7": 1,
		"Patient/p8": 0,
	} {
		page := b.ask(http.MethodGet, auditToday+"&patient="+patient, "auditor")
		if n := strings.Count(page.body, `"key"`); page.StatusCode != 200 || n != keys {
			t.Errorf("%s: %d calls, want %d: %s", patient, n, keys, page.body)
		}
		table := b.ask(http.MethodGet, auditToday+"&patient="+patient, "auditor", header("Accept", "text/csv"))
		rows, err := csv.NewReader(strings.NewReader(table.body)).ReadAll()
		if err != nil || len(rows) != 1+keys {
			t.Errorf("%s: %d rows, want %d below the names (error: %v)", patient, len(rows), keys, err)
		}
	}
	if log := b.log.String(); !strings.Contains(log, `"audit_patient":"Patient/p7"`) {
		t.Errorf("no line says whose calls were asked for:\n%s", log)
	}
}

// What the clinician says came of a call is in the table beside what the carrier says.
func TestAuditTableHasWhatTheClinicianNoted(t *testing.T) {
	t.Parallel()
	b, l := auditing(t)
	noted := careline.CallEvent{
		Kind: careline.KindNoted,
		Note: careline.CallNote{Outcome: careline.CameToMessage, Text: "=rings back\nat five"},
		At:   noon.Add(5 * time.Minute),
	}
	l.calls[2].Events = append(l.calls[2].Events, noted)

	got := b.ask(http.MethodGet, auditToday, "auditor", header("Accept", "text/csv"))
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names, call := rows[0], rows[len(rows)-1]
	for name, want := range map[string]string{
		"call":              "CA1",
		"clinician_outcome": "left-message",
		"note":              "'=rings back\nat five",
		"noted_utc":         "2026-07-01T23:35:00Z",
		"noted_clinic":      "2026-07-02 00:35:00",
	} {
		if at := slices.Index(names, name); at < 0 || call[at] != want {
			t.Errorf("%s is not %q in %q", name, want, call)
		}
	}
}
