package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/api"
)

// Who may see whom, and who is told of it: each look, by ids, and nothing else.
func TestWhoMaySeeWhom(t *testing.T) {
	t.Parallel()
	const own, foreign = "/bff_clinical/v1/appointments/apt-1", "/bff_clinical/v1/appointments/apt-2"
	for name, test := range map[string]struct {
		who, method, path, body string
		status                  int
		look                    string // empty: nobody is told
	}{
		"opens an own one":           {ada, "GET", own, "", 200, "opened shown apt-1 "},
		"opens another's":            {ada, "GET", foreign, "", 403, "opened refused apt-2 "},
		"opens none":                 {ada, "GET", "/bff_clinical/v1/appointments/apt-9", "", 404, ""},
		"opens what is no id":        {ada, "GET", "/bff_clinical/v1/appointments/a%20b", "", 404, ""},
		"is no clinician":            {"porter", "GET", own, "", 403, ""},
		"is not signed in":           {"", "POST", own + "/reveal", `{"of":"Patient/p1","ending":"0142"}`, 401, ""},
		"reveals a patient's":        {ada, "POST", own + "/reveal", `{"of":"Patient/p1","ending":"0142"}`, 204, "revealed shown apt-1 Patient/p1"},
		"reveals a related person's": {ada, "POST", own + "/reveal", `{"of":"RelatedPerson/r1","ending":"0007"}`, 204, "revealed shown apt-1 RelatedPerson/r1"},
		"reveals one of another":     {ada, "POST", own + "/reveal", `{"of":"Patient/p1","ending":"0007"}`, 404, "revealed missed apt-1 "},
		"reveals nobody's":           {ada, "POST", own + "/reveal", `{}`, 404, "revealed missed apt-1 "},
		"reveals in another's":       {ben, "POST", own + "/reveal", `{"of":"Patient/p1","ending":"0142"}`, 403, "revealed refused apt-1 "},
		"reveals by no JSON":         {ada, "POST", own + "/reveal", `{"of":`, 400, ""},
		"reveals by too much":        {ada, "POST", own + "/reveal", `{"of":"` + strings.Repeat("x", 5000) + `"}`, 413, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			told := ""
			b.cfg.Looked = func(_ context.Context, l careline.Look) error {
				told += strings.Join([]string{string(l.What), string(l.Outcome), l.Appointment, string(l.Of)}, " ")
				if l.Clinician != test.who || len(l.Patients) != 1 || l.Patients[0] != "Patient/p1" {
					t.Errorf("%+v", l)
				}
				return errors.New("the log is not there") // which hinders nobody
			}

			r := httptest.NewRequestWithContext(t.Context(), test.method, test.path, strings.NewReader(test.body))
			if test.who != "" {
				r.Header.Set("Authorization", "Bearer "+test.who)
			}
			w := httptest.NewRecorder()
			api.New(b.cfg).ServeHTTP(w, r)
			if w.Code != test.status || w.Code == http.StatusNoContent && w.Body.Len() > 0 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(test.look, told); diff != "" {
				t.Errorf("looks (-want +told):\n%s", diff)
			}

			log := b.log.String()
			if said := strings.Contains(log, `"look":`); said != (test.look != "" || name == "opens none") {
				t.Errorf("the line tells of it: %v\n%s", said, log)
			}
			for _, secret := range []string{"Kettle", tuna, "0142", "p1"} {
				if strings.Contains(log, secret) {
					t.Errorf("a line has %s", secret)
				}
			}
		})
	}
}

func TestLooksWaitForNoRecord(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.fhir = careline.NewError(careline.CodeUnavailable, "The health record does not answer.", nil)
	b.cfg.Looked = func(context.Context, careline.Look) error { t.Error("nothing was seen"); return nil }
	b.problem(b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1", ada), 503, "unavailable")
}
