package fhirbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"perci.health/careline/sandbox/fhirbox"
)

func TestChangesInOrderAndNoneLost(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.create(with(""))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	changes := a.box.Changes(ctx)
	c := a.create(with(""))
	var want, got []string
	want = append(want, "create "+c.Meta.VersionID)
	for i := range 300 {
		v := a.want(200, "PUT", "/Communication/"+c.ID, with(fmt.Sprintf(`,"id":%q,"payload":[{"contentString":"%d"}]`, c.ID, i))).resource(t)
		want = append(want, "update "+v.Meta.VersionID)
	}

	a.want(200, "DELETE", "/Communication/"+c.ID, "")
	for range want {
		change := <-changes
		var r resource
		if err := json.Unmarshal(change.Resource, &r); err != nil || r.Meta.VersionID != change.VersionID || change.ID != c.ID || change.Type != "Communication" {
			t.Fatalf("%v: %+v", err, change)
		}
		got = append(got, change.Interaction+" "+change.VersionID)
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if last := <-changes; last.Interaction != "delete" || last.Resource != nil {
		t.Errorf("%+v", last)
	}

	stop()
	if c, open := <-changes; open {
		t.Errorf("open after its context: %+v", c)
	}
}

func TestEventStreamResumes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	first := a.create(with(""))
	second := a.create(with(""))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.root+"/sandbox/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}

	req.Header.Set("Last-Event-ID", "1")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}

	defer res.Body.Close()
	third := a.create(with(""))
	var got []string
	for lines := bufio.NewScanner(res.Body); len(got) < 6 && lines.Scan(); {
		if line := lines.Text(); line != "" {
			got = append(got, line)
		}
	}

	for i, want := range []string{"id: 2", "event: create", second.ID, "id: 3", "event: create", third.ID} {
		if !strings.Contains(got[i], want) || strings.Contains(got[i], first.ID) {
			t.Errorf("line %d: %s, want %s", i, got[i], want)
		}
	}
}

func TestSeedIsIdempotentAndWhole(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.seed(clinic)
	a.seed(clinic)
	if h := a.want(200, "GET", "/Patient/ann/_history", "").resource(t); *h.Total != 1 {
		t.Errorf("%d versions", *h.Total)
	}

	a.seed(`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"bob","active":false}}]}`)
	if h := a.want(200, "GET", "/Patient/bob/_history", "").resource(t); *h.Total != 2 {
		t.Errorf("%d versions", *h.Total)
	}

	if found := a.want(200, "GET", "/Patient?name=bob", "").resource(t); len(found.Entry) != 0 {
		t.Error("found by the name it no longer has")
	}
	for bundle, want := range map[string]string{
		`{`:                          "read the Bundle",
		`{"resourceType":"Patient"}`: `expected a Bundle, but found "Patient"`,
		`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"new"}},{"resource":{"resourceType":"Patient"}}]}`:                                                                              "entry 1: Patient has no valid id: give it one",
		`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"new"}},{"resource":{"resourceType":"Patient","id":"x","foo":1}}]}`:                                                             `entry 1: Invalid additional property "foo" (Patient.foo)`,
		`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"new"}},{"resource":{"resourceType":"Patient","id":"x","link":[{"type":"replaces","other":{"reference":"Patient?_id=no"}}]}}]}`: "entry 1: Conditional reference",
	} {
		if err := a.box.Seed(t.Context(), []byte(bundle)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", bundle, err)
		}
	}

	a.want(404, "GET", "/Patient/new", "")
}

func TestSeedOutlivesTheBox(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fhir.db")
	for range 2 {
		box, err := fhirbox.Open(fhirbox.Config{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if err := box.Seed(t.Context(), []byte(clinic)); err != nil {
			t.Fatal(err)
		}
		if err := box.Close(); err != nil {
			t.Fatal(err)
		}
		if err := box.Seed(t.Context(), []byte(clinic)); err == nil {
			t.Error("a closed box is written to")
		}
		if _, open := <-box.Changes(t.Context()); open {
			t.Error("a closed box has changes")
		}
	}

	a := newAPI(t, fhirbox.Config{Path: path})
	if h := a.want(200, "GET", "/Patient/ann/_history", "").resource(t); *h.Total != 1 {
		t.Errorf("%d versions", *h.Total)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.seed(clinic)
	a.want(204, "POST", "/sandbox/v1/reset", "")
	a.want(404, "GET", "/Patient/ann", "")
	if found := a.want(200, "GET", "/Patient?_total=accurate", "").resource(t); *found.Total != 0 || len(found.Entry) != 0 {
		t.Error(found)
	}
	changes := a.box.Changes(t.Context())
	a.seed(clinic)
	if c := <-changes; c.ID != "ann" || c.Interaction != "create" {
		t.Errorf("%+v", c)
	}
}
