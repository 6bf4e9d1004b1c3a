package sandbox_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

const ownBundle = `{"resourceType": "Bundle", "type": "collection", "entry": [
	{"resource": {"resourceType": "Organization", "id": "org-1", "name": "Somewhere Else"}},
	{"resource": {"resourceType": "Practitioner", "id": "own-nurse", "name": [{"family": "Quill", "given": ["Nora"], "prefix": ["Ms"]}]}},
	{"resource": {"resourceType": "PractitionerRole", "id": "own-role", "practitioner": {"reference": "Practitioner/own-nurse"}}},
	{"resource": {"resourceType": "Patient", "id": "own-patient", "birthDate": "1970-01-02", "name": [{"text": "Mr Own Patient"}],
		"telecom": [{"system": "phone", "value": "+44 7700 900777", "use": "mobile"}, {"system": "email", "value": "own@example.org"}]}},
	{"resource": {"resourceType": "Appointment", "id": "own-visit", "status": "booked", "description": "Own reason", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T10:30:00Z",
		"participant": [{"actor": {"reference": "PractitionerRole/own-role"}, "status": "accepted"}, {"actor": {"reference": "Patient/own-patient"}, "status": "accepted"}]}},
	{"resource": {"resourceType": "Appointment", "id": "own-tomorrow", "status": "booked", "start": "2026-11-24T10:00:00Z", "end": "2026-11-24T10:30:00Z",
		"participant": [{"actor": {"reference": "Practitioner/own-nurse"}, "status": "accepted"}, {"actor": {"reference": "Patient/own-patient"}, "status": "accepted"}]}}
]}`

// Who is in a Bundle of one's own may sign in, is in the record, and can be called.
func TestABundleOfOnesOwnIsPartOfTheClinic(t *testing.T) {
	t.Parallel()
	world := startWorld(t, func(c *sandbox.Config) { c.Bundle = []byte(ownBundle) })
	startApp(t, world)

	i := slices.IndexFunc(world.Clinic.Appointments, func(a sandbox.Appointment) bool { return a.ID == "own-visit" })
	if i < 0 {
		t.Fatal("the clinic's day lacks the appointment")
	}
	visit := world.Clinic.Appointments[i]
	if visit.Practitioner != "own-nurse" || visit.Patient != "own-patient" || visit.Reason != "Own reason" {
		t.Errorf("the appointment: %+v", visit)
	}
	if slices.ContainsFunc(world.Clinic.Appointments, func(a sandbox.Appointment) bool { return a.ID == "own-tomorrow" }) {
		t.Error("tomorrow's appointment is shown today")
	}
	if !slices.ContainsFunc(world.Clinic.Clinicians, func(c sandbox.Clinician) bool { return c.Name == "Ms Nora Quill" && c.RoleID == "own-role" }) {
		t.Errorf("the clinic lacks the practitioner: %+v", world.Clinic.Clinicians)
	}

	if _, err := world.Place(t.Context(), sandbox.Ask{Practitioner: "own-nurse", Appointment: "own-visit", To: "+447700900777"}); err != nil {
		t.Errorf("she cannot call: %v", err)
	}
	for _, path := range []string{"Organization/org-1", "Appointment/own-tomorrow"} {
		resp, err := http.Get(world.ConsoleURL + "/console/v1/records/" + path)
		if err != nil {
			t.Fatal(err)
		}
		var read map[string]any
		if err := json.NewDecoder(resp.Body).Decode(&read); err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s is not in the record: %s, %v", path, resp.Status, err)
		}
		resp.Body.Close()
	}
}

func TestABadBundleIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ bundle, want string }{
		"no JSON":         {`not JSON`, "read the Bundle"},
		"no Bundle":       {`{"resourceType": "Patient", "id": "p"}`, "expected a Bundle"},
		"without an id":   {`{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}`, "entry 0"},
		"no valid choice": {`{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Appointment", "id": "a", "status": "no such status"}}]}`, "entry 0"},
	} {
		world, err := sandbox.Start(t.Context(), sandbox.Config{Clinic: sandbox.NewClinic(day), Bundle: []byte(c.bundle)})
		if err == nil {
			_ = world.Close()
			t.Errorf("%s: started", name)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
