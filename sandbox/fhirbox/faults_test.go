package fhirbox_test

import (
	"strings"
	"testing"

	"perci.health/careline/sandbox/fhirbox"
)

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	c := a.create(with(""))
	path := "/Communication/" + c.ID
	change := func(text string) string {
		return with(`,"id":"` + c.ID + `","payload":[{"contentString":"` + text + `"}]`)
	}

	a.want(200, "PUT", "/sandbox/v1/faults", `[{"method":"PUT","path":"`+path+`","after":true,"delayMs":1},{"method":"PUT","path":"`+path+`"}]`)
	if r, err := a.try("PUT", path, change("written")); err == nil {
		t.Errorf("an answer came: %+v", r)
	}

	if r, err := a.try("PUT", path, change("lost")); err == nil {
		t.Errorf("an answer came: %+v", r)
	}
	if r := a.want(200, "GET", path, ""); !strings.Contains(r.Text, "written") {
		t.Error(r.Text)
	}

	a.want(200, "PUT", path, change("third"))
	if left := a.want(200, "GET", "/sandbox/v1/faults", ""); strings.TrimSpace(left.Text) != "[]" {
		t.Error(left.Text)
	}

	if h := a.want(200, "GET", path+"/_history", "").resource(t); *h.Total != 3 {
		t.Errorf("%d versions", *h.Total)
	}
}

func TestFaultAnswers(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	set := a.want(200, "PUT", "/sandbox/v1/faults", `[
		{"method":"POST","path":"/Communication","status":409,"times":2,"body":{"resourceType":"OperationOutcome","id":"conflict"}},
		{"path":"/Patient?name=","status":503},
		{"path":"/oauth2","status":502,"body":"bad gateway"}]`)

	if !strings.Contains(set.Text, `"times":2`) {
		t.Error(set.Text)
	}
	for range 2 {
		if r := a.want(409, "POST", "/Communication", with("")); !strings.Contains(r.Text, `"conflict"`) {
			t.Error(r.Text)
		}
	}

	a.want(201, "POST", "/Communication", with(""))
	a.want(200, "GET", "/Patient", "")
	a.want(503, "GET", "/Patient?name=x", "")
	a.want(200, "GET", "/Patient?name=x", "")
	if r := a.want(502, "POST", "/oauth2/token", ""); r.Text != "bad gateway" {
		t.Error(r.Text)
	}

	a.want(400, "PUT", "/sandbox/v1/faults", `[{"methud":"GET"}]`)
	a.want(200, "PUT", "/sandbox/v1/faults", `[{"method":"GET","times":-1,"status":500}]`)
	for range 3 {
		a.want(500, "GET", "/Patient", "")
	}

	a.want(200, "PUT", "/sandbox/v1/faults", `[]`)
	a.want(200, "GET", "/Patient", "")
}

func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.want(200, "PUT", "/sandbox/v1/faults", `{"down":true}`)
	for _, try := range [][2]string{{"GET", "/Patient"}, {"POST", "/Communication"}, {"POST", "/oauth2/token"}} {
		code, text, expression := a.want(400, try[0], try[1], with("")).issue(t)
		if code != "invalid" || !strings.HasPrefix(text, "connect ECONNREFUSED") || expression != "" {
			t.Errorf("%v: %s %s %s", try, code, text, expression)
		}
	}
	a.want(500, "GET", "/healthcheck", "")
	a.want(204, "POST", "/sandbox/v1/reset", "")
	a.want(200, "GET", "/healthcheck", "")
	a.want(201, "POST", "/Communication", with(""))
}
