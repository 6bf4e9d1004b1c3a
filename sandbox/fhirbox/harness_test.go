package fhirbox_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perci.health/careline/sandbox/fhirbox"
)

// api is a FHIR client of a Box of its own.
type api struct {
	t    *testing.T
	box  *fhirbox.Box
	root string // without a slash at its end
}

func newAPI(t *testing.T, cfg fhirbox.Config) *api {
	t.Helper()
	box, err := fhirbox.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}

	server := httptest.NewServer(box.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		if err := box.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})

	return &api{t: t, box: box, root: server.URL}
}

// in is the same client reporting to a subtest.
func (a *api) in(t *testing.T) *api { return &api{t: t, box: a.box, root: a.root} }

// reply is an HTTP answer, read to its end.
type reply struct {
	Status int
	Header http.Header
	Text   string
}

// try sends a request; head is alternating names and values of headers.
func (a *api) try(method, path, body string, head ...string) (reply, error) {
	a.t.Helper()
	if !strings.HasPrefix(path, "/sandbox") && !strings.HasPrefix(path, "/oauth2") && path != "/healthcheck" {
		path = "/fhir/R4" + path
	}

	req, err := http.NewRequestWithContext(a.t.Context(), method, a.root+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}

	req.Header.Set("Content-Type", "application/fhir+json")
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}

	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}

	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(text)}, err
}

func (a *api) do(method, path, body string, head ...string) reply {
	a.t.Helper()
	r, err := a.try(method, path, body, head...)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// want sends a request and fails the test when the status is another.
func (a *api) want(status int, method, path, body string, head ...string) reply {
	a.t.Helper()
	r := a.do(method, path, body, head...)
	if r.Status != status {
		a.t.Fatalf("%s %s: got %d, want %d: %s", method, path, r.Status, status, r.Text)
	}
	return r
}

func (a *api) create(body string) resource {
	a.t.Helper()
	var head struct{ ResourceType string }
	if err := json.Unmarshal([]byte(body), &head); err != nil {
		a.t.Fatal(err)
	}
	return a.want(201, "POST", "/"+head.ResourceType, body).resource(a.t)
}

func (a *api) seed(bundle string) {
	a.t.Helper()
	if err := a.box.Seed(context.Background(), []byte(bundle)); err != nil {
		a.t.Fatal(err)
	}
}

// resource is what tests look at in a resource or Bundle.
type resource struct {
	ResourceType, ID, Status string
	Type                     any
	Meta                     struct{ VersionID, LastUpdated string }
	Total                    *int
	Link                     []struct{ Relation, URL string }
	Entry                    []struct {
		FullURL  string
		Search   struct{ Mode string }
		Request  struct{ Method, URL string }
		Response struct{ Status string }
		Resource *resource
	}
	Issue []struct {
		Severity, Code, Diagnostics string
		Details                     struct{ Text string }
		Expression                  []string
	}
}

func (r reply) resource(t *testing.T) resource {
	t.Helper()
	var v resource
	if err := json.Unmarshal([]byte(r.Text), &v); err != nil {
		t.Fatalf("%v in %q", err, r.Text)
	}
	return v
}

// issue is the first issue of an OperationOutcome: code, text, expression.
func (r reply) issue(t *testing.T) (code, text, expression string) {
	t.Helper()
	v := r.resource(t)
	if v.ResourceType != "OperationOutcome" || len(v.Issue) == 0 {
		t.Fatalf("no OperationOutcome: %s", r.Text)
	}
	i := v.Issue[0]
	if len(i.Expression) > 0 {
		expression = i.Expression[0]
	}
	return i.Code, i.Details.Text, expression
}

// ids are those of a Bundle's entries with the search mode, "" for all.
func (r resource) ids(mode string) string {
	var ids []string
	for _, e := range r.Entry {
		if mode == "" || e.Search.Mode == mode {
			ids = append(ids, e.Resource.ID)
		}
	}
	return strings.Join(ids, " ")
}

func (r resource) link(relation string) string {
	for _, l := range r.Link {
		if l.Relation == relation {
			return l.URL
		}
	}
	return ""
}

// with is a Communication with members added to it.
func with(members string) string {
	return `{"resourceType":"Communication","status":"in-progress"` + members + `}`
}
