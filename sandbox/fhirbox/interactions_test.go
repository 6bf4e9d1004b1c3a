package fhirbox_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline/sandbox/fhirbox"
)

func TestCreateReadUpdateDelete(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	made := a.want(201, "POST", "/Communication", with(`,"id":"mine","sent":"2026-11-22T10:15:00.123456789+01:00","meta":{"versionId":"x","tag":[{"code":"kept"}]}`))
	c := made.resource(t)
	path := "/Communication/" + c.ID
	if c.ID == "mine" || c.Meta.VersionID == "x" {
		t.Errorf("the client's id or version was kept: %s", made.Text)
	}
	if !strings.Contains(made.Text, `"2026-11-22T10:15:00.123456789+01:00"`) || !strings.Contains(made.Text, `"kept"`) {
		t.Errorf("not as sent: %s", made.Text)
	}
	for name, want := range map[string]string{
		"ETag": `W/"` + c.Meta.VersionID + `"`, "Location": a.root + "/fhir/R4" + path, "Content-Type": "application/fhir+json; charset=utf-8",
	} {
		if got := made.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if _, err := http.ParseTime(made.Header.Get("Last-Modified")); err != nil {
		t.Error(err)
	}
	if _, err := time.Parse("2006-01-02T15:04:05.000Z", c.Meta.LastUpdated); err != nil {
		t.Error(err)
	}
	if read := a.want(200, "GET", path, ""); read.Text != made.Text {
		t.Errorf("read %s\nmade %s", read.Text, made.Text)
	}
	a.want(304, "GET", path, "", "If-None-Match", made.Header.Get("ETag"))

	body := fmt.Sprintf(`,"id":%q`, c.ID)
	put := a.want(200, "PUT", path, with(body+`,"received":"2026-11-22"`))
	if put.Header.Get("ETag") == made.Header.Get("ETag") {
		t.Error("an update has the old ETag")
	}
	old := a.want(200, "GET", path+"/_history/"+c.Meta.VersionID, "")
	if old.Text != made.Text {
		t.Errorf("vread: %s", old.Text)
	}
	a.want(404, "GET", path+"/_history/nope", "")

	if code, _, _ := a.want(200, "DELETE", path, "").issue(t); code != "informational" {
		t.Errorf("delete: %s", code)
	}
	a.want(200, "DELETE", path, "")
	if code, text, _ := a.want(410, "GET", path, "").issue(t); code != "deleted" || text != "Gone" {
		t.Errorf("%s %s", code, text)
	}
	if found := a.want(200, "GET", "/Communication?status=in-progress", "").resource(t); len(found.Entry) != 0 {
		t.Error("a deleted resource is found")
	}
	a.want(200, "PUT", path, with(body))
	a.want(200, "GET", path, "")
}

func TestHistoryIsNewestFirst(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	c := a.create(with(""))
	path := "/Communication/" + c.ID
	versions := []string{c.Meta.VersionID}
	for i := range 4 {
		r := a.want(200, "PUT", path, with(fmt.Sprintf(`,"id":%q,"payload":[{"contentString":"%d"}]`, c.ID, i))).resource(t)
		versions = append([]string{r.Meta.VersionID}, versions...)
	}

	a.want(200, "DELETE", path, "")
	h := a.want(200, "GET", path+"/_history", "").resource(t)
	if h.Type != "history" || *h.Total != 6 || len(h.Entry) != 6 {
		t.Fatalf("%+v", h)
	}

	if e := h.Entry[0]; e.Response.Status != "410" || e.Resource != nil || e.Request.Method != "DELETE" {
		t.Errorf("deletion: %+v", e)
	}
	for i, e := range h.Entry[1:] {
		if want := "Communication/" + c.ID + "/_history/" + versions[i]; e.Request.URL != want || e.Resource.Meta.VersionID != versions[i] || e.Response.Status != "200" {
			t.Errorf("%d: %+v, want %s", i, e, want)
		}
		if e.FullURL != a.root+"/fhir/R4"+path {
			t.Errorf("fullUrl %s", e.FullURL)
		}
	}

	if page := a.want(200, "GET", path+"/_history?_count=2&_offset=1", "").resource(t); len(page.Entry) != 2 || *page.Total != 6 || page.Entry[0].Resource.Meta.VersionID != versions[0] {
		t.Errorf("page: %+v", page)
	}
	a.want(404, "GET", "/Communication/b1a9f6de-0000-4000-8000-000000000000/_history", "")
}

func TestUpdateGuards(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	first := a.want(201, "POST", "/Communication", with(""))
	id, old := first.resource(t).ID, first.Header.Get("ETag")
	path, n := "/Communication/"+id, 0
	changed := func() string { n++; return with(fmt.Sprintf(`,"id":%q,"payload":[{"contentString":"%d"}]`, id, n)) }
	a.want(200, "PUT", path, changed(), "If-Match", old)
	strong := func() string { return strings.TrimPrefix(a.do("GET", path, "").Header.Get("ETag"), "W/") }
	a.want(200, "PUT", path, changed(), "If-Match", strong())
	if code, _, _ := a.want(412, "PUT", path, changed(), "If-Match", old).issue(t); code != "processing" {
		t.Errorf("412: %s", code)
	}

	a.want(200, "PUT", path, changed(), "If-Match", "*")
	a.want(200, "PUT", path, changed(), "If-Match", strings.Trim(old, `W/"`))
	const missing = "b1a9f6de-1111-4111-8111-111111111111"
	a.want(404, "PUT", "/Communication/"+missing, with(`,"id":"`+missing+`"`), "If-Match", old)
	if _, text, _ := a.want(400, "PUT", "/Communication/short", with(`,"id":"short"`)).issue(t); text != "Invalid id" {
		t.Error(text)
	}

	for _, body := range []string{with(""), with(`,"id":"` + missing + `"`)} {
		if _, text, _ := a.want(400, "PUT", path, body).issue(t); text != "Incorrect resource ID" {
			t.Error(text)
		}
	}
}

func TestUnchangedPutMakesNoVersion(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	first := a.want(201, "POST", "/Communication", with(`,"sent":"2026-11-22","payload":[{"contentString":"<a> & b"}]`))
	id := first.resource(t).ID
	path := "/Communication/" + id
	same := `{"payload":[{"contentString":"<a> & b"}],"id":"` + id + `","sent":"2026-11-22","status":"in-progress","note":[],"resourceType":"Communication"}`
	for _, body := range []string{first.Text, same} {
		again := a.want(200, "PUT", path, body, "If-Match", first.Header.Get("ETag"))
		if again.Header.Get("ETag") != first.Header.Get("ETag") || again.Text != first.Text {
			t.Errorf("got %s", again.Text)
		}
	}

	a.want(412, "PUT", path, same, "If-Match", `W/"b1a9f6de-1111-4111-8111-111111111111"`)
	if h := a.want(200, "GET", path+"/_history", "").resource(t); *h.Total != 1 {
		t.Errorf("%d versions", *h.Total)
	}
}

func TestConditionalWrites(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	body := with(`,"identifier":[{"system":"https://www.twilio.com/","value":"CA1"}]`)
	const condition = "identifier=https://www.twilio.com/%7CCA1"
	first := a.want(201, "POST", "/Communication", body, "If-None-Exist", condition)
	second := a.want(200, "POST", "/Communication", with(`,"sent":"2026-01-01"`), "If-None-Exist", "?identifier=https://www.twilio.com/|CA1")
	if second.Text != first.Text || second.Header.Get("Location") != "" {
		t.Errorf("%s", second.Text)
	}

	if _, text, _ := a.want(400, "POST", "/Communication", body, "If-None-Exist", "Communication?"+condition).issue(t); text != "Unknown search parameter: Communication?identifier" {
		t.Error(text)
	}
	put := a.want(200, "PUT", "/Communication?"+condition, strings.Replace(body, "in-progress", "completed", 1), "If-Match", `W/"stale"`)
	if r := put.resource(t); r.ID != first.resource(t).ID || r.Status != "completed" {
		t.Errorf("%s", put.Text)
	}

	a.want(201, "POST", "/Communication", body)
	if code, _, _ := a.want(412, "POST", "/Communication", body, "If-None-Exist", condition).issue(t); code != "multiple-matches" {
		t.Error(code)
	}

	a.want(412, "PUT", "/Communication?"+condition, body)
	a.want(201, "PUT", "/Communication?identifier=none", with(`,"identifier":[{"value":"none"}]`))
	if _, text, _ := a.want(400, "PUT", "/Communication?identifier=other", with(`,"id":"b1a9f6de-1111-4111-8111-111111111111"`)).issue(t); text != "Cannot perform create as update with client-assigned ID" {
		t.Error(text)
	}

	a.seed(`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:x","value":"1"}]}}]}`)
	if c := a.want(201, "POST", "/Communication", with(`,"subject":{"reference":"Patient?identifier=urn:x|1"}`)); !strings.Contains(c.Text, `"Patient/p"`) {
		t.Error(c.Text)
	}

	if _, text, _ := a.want(400, "POST", "/Communication", with(`,"subject":{"reference":"Patient?identifier=urn:x|nope"}`)).issue(t); text != "Conditional reference 'Patient?identifier=urn:x|nope' did not match any resources" {
		t.Error(text)
	}
}

func TestParallelWrites(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	first := a.want(201, "POST", "/Communication", with(""))
	id := first.resource(t).ID
	statuses := func(do func(i int) (reply, error)) map[int]int {
		var mu sync.Mutex
		var wg sync.WaitGroup
		got := map[int]int{}
		for i := range 20 {
			wg.Go(func() {
				r, err := do(i)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				got[r.Status]++
			})
		}
		wg.Wait()
		return got
	}

	puts := statuses(func(i int) (reply, error) {
		return a.try("PUT", "/Communication/"+id, with(fmt.Sprintf(`,"id":%q,"payload":[{"contentString":"%d"}]`, id, i)), "If-Match", first.Header.Get("ETag"))
	})
	if puts[200] != 1 || puts[412] != 19 {
		t.Errorf("guarded PUTs: %v", puts)
	}

	body := with(`,"identifier":[{"system":"urn:s","value":"same"}]`)
	posts := statuses(func(int) (reply, error) {
		return a.try("POST", "/Communication", body, "If-None-Exist", "identifier=urn:s|same")
	})

	if posts[201] != 1 || posts[200] != 19 {
		t.Errorf("conditional creates: %v", posts)
	}
}

func TestPatch(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	c := a.create(with(`,"note":[{"text":"a"}]`))
	path := "/Communication/" + c.ID
	patch := func(status int, ops string) reply {
		t.Helper()
		return a.want(status, "PATCH", path, ops, "Content-Type", "application/json-patch+json", "If-Match", `W/"stale"`)
	}

	got := patch(200, fmt.Sprintf(`[{"op":"test","path":"/meta/versionId","value":%q},{"op":"replace","path":"/status","value":"completed"},
		{"op":"add","path":"/note/-","value":{"text":"c"}},{"op":"add","path":"/note/1","value":{"text":"b"}},{"op":"add","path":"/sent","value":"2026"}]`, c.Meta.VersionID))
	if !strings.Contains(got.Text, `"note":[{"text":"a"},{"text":"b"},{"text":"c"}]`) || !strings.Contains(got.Text, `"status":"completed"`) {
		t.Error(got.Text)
	}

	if got = patch(200, `[{"op":"remove","path":"/note/0"},{"op":"remove","path":"/sent"}]`); strings.Contains(got.Text, `"a"`) || strings.Contains(got.Text, `sent`) {
		t.Error(got.Text)
	}
	if again := patch(200, `[]`); again.Header.Get("ETag") != got.Header.Get("ETag") {
		t.Error("a patch of nothing made a version")
	}

	for ops, want := range map[string]string{
		`[{"op":"test","path":"/status","value":"x"}]`:      "Test failed: completed != x",
		`[{"op":"add","path":"/medium/-","value":{}}]`:      "Value required at path: /medium/-",
		`[{"op":"replace","path":"/note/9","value":{}}]`:    "Value required at path: /note/9",
		`{"resourceType":"Parameters"}`:                     "Patch body must be an array",
		`[{"op":"remove","path":"/status"}]`:                "Missing required property",
		`[{"op":"replace","path":"/id","value":"other"}]`:   "Incorrect resource ID",
		`[{"op":"move","path":"/status","from":"/status"}]`: `Unsupported patch operation "move": this server knows test, add, replace and remove`,
	} {
		if _, text, _ := patch(400, ops).issue(t); text != want {
			t.Errorf("%s: %s", ops, text)
		}
	}

	a.want(404, "PATCH", "/Communication/none", `[]`)
}

func TestBodiesAndHeaders(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.want(201, "POST", "/Communication", with(""), "Content-Type", "application/json")
	minimal := a.want(201, "POST", "/Communication", with(""), "Prefer", "return=minimal")
	if minimal.Text != "" || minimal.Header.Get("ETag") == "" || minimal.Header.Get("Location") == "" {
		t.Errorf("%+v", minimal)
	}

	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(with(""))); err != nil {
		t.Fatal(err)
	}

	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	a.want(201, "POST", "/Communication", zipped.String(), "Content-Encoding", "gzip")
	large := with(`,"payload":[{"contentString":"` + strings.Repeat("x", 1<<20) + `"}]`)
	zipped.Reset()
	z.Reset(&zipped)
	if _, err := z.Write([]byte(large)); err != nil {
		t.Fatal(err)
	}

	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ body, want, name, value string }{
		{large, "File too large", "Content-Type", "application/fhir+json"},
		{zipped.String(), "File too large", "Content-Encoding", "gzip"},
		{"plain", "Content could not be parsed", "Content-Encoding", "gzip"},
		{"{", "Content could not be parsed", "Content-Type", "application/fhir+json"},
		{with("") + "{}", "Content could not be parsed", "Content-Type", "application/fhir+json"},
		{with(""), "Incorrect resource type: expected Communication, but found <EMPTY>", "Content-Type", "text/plain"},
		{`{"resourceType":"Patient"}`, "Incorrect resource type: expected Communication, but found Patient", "Content-Type", "application/fhir+json"},
	} {
		if _, text, _ := a.want(400, "POST", "/Communication", tt.body, tt.name, tt.value).issue(t); text != tt.want {
			t.Errorf("got %s, want %s", text, tt.want)
		}
	}

	const trace = "0af76519-16cd-43dd-8448-eb211c80319c"
	for _, head := range [][]string{{"X-Trace-Id", trace}, {"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}} {
		r := a.want(404, "GET", "/Patient/none", "", head...)
		if code, text, _ := r.issue(t); code != "not-found" || text != "Not found" || !strings.Contains(r.Text, trace) || !strings.Contains(r.Text, `"id":"not-found"`) {
			t.Error(r.Text)
		}
	}

	for _, path := range []string{"/Foo", "/Foo/1", "/Observation"} {
		a.want(400, "GET", path, "")
	}
	a.want(400, "POST", "/", `{"resourceType":"Bundle","type":"batch"}`)
	a.want(400, "DELETE", "/Patient?name=x", "")
	a.want(404, "GET", "/Patient/1/$everything", "")
	a.want(200, "GET", "/healthcheck", "")
	if m := a.want(200, "GET", "/metadata", "").resource(t); m.ResourceType != "CapabilityStatement" {
		t.Error(m)
	}
}
