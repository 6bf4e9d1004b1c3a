package api_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		case o.open:
			who = api.Operator
		case strings.Contains(o.path, "/audit/"):
			who = api.Auditor
		case strings.HasSuffix(o.path, "/me"):
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
		got := b.ask(o.method, strings.NewReplacer("{id}", "apt-1", "{key}", "CA1").Replace(o.path), "")
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
