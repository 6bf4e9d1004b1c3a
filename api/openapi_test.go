package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"perci.health/careline/api"
)

// operation is what the document says of one route.
type operation struct {
	method, path string
	open         bool // security: []
	statuses     []string
}

// operations reads the document's paths by their indentation, which is two
// spaces throughout.
func operations(t *testing.T) (all []operation) {
	t.Helper()
	_, paths, _ := strings.Cut(api.OpenAPI(), "\npaths:\n")
	paths, _, found := strings.Cut(paths, "\ncomponents:\n")
	if !found {
		t.Fatal("the document has no paths or no components")
	}
	path := ""
	for line := range strings.Lines(paths) {
		text := strings.TrimSpace(line)
		switch indent := len(line) - len(strings.TrimLeft(line, " ")); {
		case indent == 2:
			path = strings.TrimSuffix(text, ":")
		case indent == 4:
			all = append(all, operation{method: strings.ToUpper(strings.TrimSuffix(text, ":")), path: path})
		case indent == 6 && text == "security: []":
			all[len(all)-1].open = true
		case indent == 8 && strings.HasPrefix(text, `"`):
			all[len(all)-1].statuses = append(all[len(all)-1].statuses, text[1:4])
		}
	}
	return all
}

func TestOpenAPIAndEndpointsAgree(t *testing.T) {
	t.Parallel()
	var said, served []string
	for _, o := range operations(t) {
		who := api.Clinician
		switch {
		case strings.HasPrefix(o.path, "/openapi"):
			who = api.Anybody
		case o.open:
			who = api.Operator
		case strings.Contains(o.path, "/audit/"):
			who = api.Auditor
		case strings.HasSuffix(o.path, "/calls/live"):
			who = api.Supervisor
		case strings.HasSuffix(o.path, "/calls/events"):
			who = api.Follower
		case strings.HasSuffix(o.path, "/v1/recordings"):
			who = api.Reviewer
		case strings.HasSuffix(o.path, "/me"), strings.Contains(o.path, "/recordings"), o.method == "GET" && strings.HasSuffix(o.path, "/participants"):
			who = api.Somebody
		}
		said = append(said, o.method+" "+o.path+" "+who)
	}
	for _, e := range api.Endpoints() {
		served = append(served, e.Method+" "+e.Path+" "+e.Who)
	}
	if diff := cmp.Diff(said, served); diff != "" {
		t.Errorf("openapi.yaml and the table of routes disagree (-said +served):\n%s", diff)
	}
}

func TestDocumentedRoutesAskForASession(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, o := range operations(t) {
		got := b.ask(o.method, strings.NewReplacer("{id}", "apt-1", "{key}", "CA1", "{label}", "p3-other", "{sid}", "RE1").Replace(o.path), "")
		if open := got.StatusCode != http.StatusUnauthorized; open != o.open {
			t.Errorf("%s %s without a session: %d", o.method, o.path, got.StatusCode)
		}
		if !o.open && !slices.Contains(o.statuses, "401") {
			t.Errorf("%s %s does not say 401", o.method, o.path)
		}
	}
}

func TestOpenAPIRefersToWhatItHas(t *testing.T) {
	t.Parallel()
	doc := api.OpenAPI()
	for _, ref := range regexp.MustCompile(`#/components/(\w+)/(\w+)`).FindAllStringSubmatch(doc, -1) {
		_, section, _ := strings.Cut(doc, "\n  "+ref[1]+":\n")
		if !strings.Contains(section, "\n    "+ref[2]+":\n") && !strings.HasPrefix(section, "    "+ref[2]+":\n") {
			t.Errorf("%s is not there", ref[0])
		}
	}
	for _, code := range []string{"invalid", "unauthenticated", "forbidden", "not-found", "conflict", "unavailable", "rejected", "internal", "method-not-allowed", "too-large", "origin-not-allowed", "too-many-requests"} {
		if !regexp.MustCompile(`enum: \[.*\b` + code + `\b.*\]`).MatchString(doc) {
			t.Errorf("the code %s is not in the document", code)
		}
	}
}

// The document is served as it is, as the same in JSON, and as a page with every
// route and schema that runs nothing.
func TestOpenAPIIsServed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	read := func(path, kind string) (string, http.Header) {
		t.Helper()
		got := b.ask(http.MethodGet, path, "")
		body, err := io.ReadAll(got.Body)
		if err != nil || got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != kind {
			t.Fatalf("%s: %d %s, %v", path, got.StatusCode, got.Header.Get("Content-Type"), err)
		}
		return string(body), got.Header
	}

	if text, _ := read("/openapi.yaml", "application/yaml"); text != api.OpenAPI() {
		t.Error("another document is served")
	}

	text, _ := read("/openapi.json", "application/json")
	var fromJSON, fromYAML any
	if err := json.Unmarshal([]byte(text), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(api.OpenAPI()), &fromYAML); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(fromYAML)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, &fromYAML); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fromYAML, fromJSON); diff != "" {
		t.Errorf("JSON and YAML disagree (-YAML +JSON):\n%s", diff)
	}
	if strings.Index(text, `"openapi"`) > strings.Index(text, `"paths"`) {
		t.Error("the JSON is not in the document's order")
	}

	page, h := read("/openapi", "text/html; charset=utf-8")
	for _, o := range operations(t) {
		if !strings.Contains(page, "<code>"+o.method+" "+o.path+"</code>") {
			t.Errorf("%s %s is not on the page", o.method, o.path)
		}
	}
	for _, link := range regexp.MustCompile(`href="#(\w+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+link[1]+`"`) {
			t.Errorf("a link leads to %s, which is not there", link[1])
		}
	}
	if policy := h.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(page, "<script") || strings.Contains(page, " style=") {
		t.Errorf("the page could run something: %s", policy)
	}
}
