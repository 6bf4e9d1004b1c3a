package fhirbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline/sandbox/fhirbox"
)

// fault sets one fault of a kind, without end unless its members say otherwise.
func (a *api) fault(kind, members string) {
	a.t.Helper()
	a.want(200, "PUT", "/sandbox/v1/faults", `{"kind":"`+kind+`","times":-1`+members+`}`)
}

func named(sid string) string {
	return with(`,"identifier":[{"system":"urn:x","value":"` + sid + `"}],"basedOn":[{"reference":"Appointment/` + sid + `"}]`)
}

func TestALenientSearchDoesNotLookAtWhatItIsAsked(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	one, two := a.create(named("one")), a.create(named("two"))
	search := func() string {
		return a.want(200, "GET", "/Communication?identifier=urn:x%7Cone", "").resource(t).ids("")
	}

	if ids := search(); ids != one.ID {
		t.Fatal(ids)
	}
	a.fault("lenient-search", `,"names":["identifier","based-on"]`)
	for _, query := range []string{"identifier=urn:x%7Cone", "based-on=Appointment/one", "identifier=urn:x%7Cnone&based-on=Appointment/none"} {
		if ids := a.want(200, "GET", "/Communication?"+query, "").resource(t).ids(""); ids != one.ID+" "+two.ID {
			t.Errorf("%s: %s", query, ids)
		}
		if ids := a.want(200, "POST", "/Communication/_search", query, "Content-Type", "application/x-www-form-urlencoded").resource(t).ids(""); ids != one.ID+" "+two.ID {
			t.Errorf("form %s: %s", query, ids)
		}
	}

	if ids := a.want(200, "GET", "/Communication?_id="+two.ID, "").resource(t).ids(""); ids != two.ID {
		t.Errorf("another parameter is not looked at either: %s", ids)
	}
	a.want(200, "PUT", "/sandbox/v1/faults", `[]`)
	if ids := search(); ids != one.ID {
		t.Error(ids)
	}
}

func TestAnswersWithAnotherResource(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	one, other := a.create(named("one")), a.create(named("other"))
	path := "/Communication/" + one.ID
	changed := with(`,"id":"` + one.ID + `","payload":[{"contentString":"written"}]`)

	for _, try := range []struct {
		method, path, body string
		status             int
	}{{"GET", path, "", 200}, {"PUT", path, changed, 200}, {"POST", "/Communication", named("third"), 201}} {
		a.fault("other-resource", `,"method":"`+try.method+`","path":"/Communication","with":"Communication/`+other.ID+`"`)
		r := a.want(try.status, try.method, try.path, try.body)
		if got := r.resource(t); got.ID != other.ID || r.Header.Get("ETag") != `W/"`+other.Meta.VersionID+`"` {
			t.Errorf("%s: %s %s", try.method, r.Header.Get("ETag"), r.Text)
		}
	}

	a.want(200, "PUT", "/sandbox/v1/faults", `[]`)
	if r := a.want(200, "GET", path, ""); !strings.Contains(r.Text, "written") {
		t.Errorf("not carried out: %s", r.Text)
	}

	if ids := a.want(200, "GET", "/Communication?identifier=urn:x%7Cthird", "").resource(t).ids(""); ids == "" {
		t.Error("the create was not carried out")
	}
}

func TestRefusalsOfAServerThatIsWell(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	one := a.create(named("one"))
	path := "/Communication/" + one.ID
	same := with(`,"id":"` + one.ID + `","identifier":[{"system":"urn:x","value":"one"}],"basedOn":[{"reference":"Appointment/one"}]`)
	unsound := `{"resourceType":"Communication"}`

	for _, try := range []struct {
		kind, members      string
		method, path, body string
		status             int
		code, text         string
	}{
		{"resource-cap", "", "POST", "/Communication", unsound, 422, "business-rule", "Resource cap exceeded"},
		{"resource-cap", "", "PUT", path, same, 200, "", ""},
		{"resource-cap", "", "POST", "/Communication/_search", "", 200, "", ""},
		{"terminology", "", "POST", "/Communication", named("two"), 403, "forbidden", "Forbidden"},
		{"terminology", "", "POST", "/Communication", unsound, 400, "structure", "Missing required property"},
		{"terminology", "", "PUT", path, same, 403, "forbidden", "Forbidden"},
		{"terminology", "", "GET", path, "", 200, "", ""},
		{"include", "", "GET", "/Appointment?_include=Appointment:actor", "", 400, "invalid", "Invalid reference: cannot be included"},
		{"include", "", "GET", "/Appointment", "", 200, "", ""},
		{"forbid", `,"names":["history"]`, "GET", path + "/_history", "", 403, "forbidden", "Forbidden"},
		{"forbid", `,"names":["history"]`, "GET", path + "/_history/" + one.Meta.VersionID, "", 200, "", ""},
		{"forbid", `,"names":["vread"]`, "GET", path + "/_history/" + one.Meta.VersionID, "", 403, "forbidden", "Forbidden"},
		{"forbid", `,"names":["vread"]`, "GET", path + "/_history", "", 200, "", ""},
		{"forbid", `,"names":["search"]`, "POST", "/Communication/_search", "", 403, "forbidden", "Forbidden"},
		{"forbid", `,"names":["update"]`, "PUT", path, same, 403, "forbidden", "Forbidden"},
		{"criteria", `,"names":["ours"]`, "POST", "/Communication", named("three"), 403, "forbidden", "Forbidden"},
		{"criteria", `,"names":["ours"]`, "POST", "/Communication", with(`,"category":[{"coding":[{"code":"ours"}]}]`), 201, "", ""},
		{"criteria", `,"names":["ours"]`, "POST", "/Communication", unsound, 400, "structure", "Missing required property"},
		{"criteria", `,"names":["ours"]`, "GET", path, "", 404, "not-found", "Not found"},
		{"criteria", `,"names":["ours"]`, "GET", path + "/_history", "", 404, "not-found", "Not found"},
	} {
		a.fault(try.kind, try.members)
		r := a.want(try.status, try.method, try.path, try.body)
		if try.code == "" {
			continue
		}
		if code, text, _ := r.issue(t); code != try.code || text != try.text {
			t.Errorf("%s %s %s: %s %s", try.kind, try.method, try.path, code, text)
		}
	}

	a.fault("criteria", `,"names":["ours"]`)
	if ids := a.want(200, "GET", "/Communication", "").resource(t).ids(""); strings.Contains(ids, one.ID) || ids == "" {
		t.Errorf("seen from within the criteria: %s", ids)
	}
}

func TestFieldsThatAreNotWrittenAndVersionsThatAreNotTold(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.fault("readonly", `,"names":["payload"]`)
	one := a.want(201, "POST", "/Communication", with(`,"payload":[{"contentString":"dropped"}],"sent":"2026-11-22T10:00:00Z"`))
	if strings.Contains(one.Text, "payload") || !strings.Contains(one.Text, "sent") {
		t.Error(one.Text)
	}

	path := "/Communication/" + one.resource(t).ID
	a.fault("readonly", `,"names":["sent"]`)
	r := a.want(200, "PUT", path, with(`,"id":"`+one.resource(t).ID+`","payload":[{"contentString":"new"}]`))
	if !strings.Contains(r.Text, "2026-11-22T10:00:00Z") || !strings.Contains(r.Text, "new") {
		t.Errorf("the old value is kept: %s", r.Text)
	}

	a.fault("no-version", "")
	for _, path := range []string{path, "/Communication", path + "/_history"} {
		r := a.want(200, "GET", path, "")
		if !strings.Contains(r.Text, `"versionId":""`) || r.Header.Get("ETag") != "" {
			t.Errorf("%s: %s %s", path, r.Header.Get("ETag"), r.Text)
		}
	}

	for _, expiry := range []string{`"3600"`, `3599.5`, `null`, `-1`} {
		a.fault("expiry", `,"expiry":`+expiry)
		r := a.want(200, "POST", "/oauth2/token", "grant_type=client_credentials", "Content-Type", "application/x-www-form-urlencoded")
		var token map[string]json.RawMessage
		if err := json.Unmarshal([]byte(r.Text), &token); err != nil || string(token["expires_in"]) != expiry || token["access_token"] == nil {
			t.Errorf("%s: %v %s", expiry, err, r.Text)
		}
	}

	if r := a.want(400, "PUT", "/sandbox/v1/faults", `{"kind":"unheard"}`); !strings.Contains(r.Text, "lenient-search") {
		t.Error(r.Text)
	}
}

// A tail holds up its share of the requests, the same ones for the same seed, and
// carries them out though the client has given up.
func TestKindTailHoldsUpItsShare(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var slow [2]string
		for run := range slow {
			box, err := fhirbox.Open(fhirbox.Config{})
			if err != nil {
				t.Fatal(err)
			}
			ask := func(ctx context.Context, method, path, body string) time.Duration {
				before := time.Now()
				r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
				r.Header.Set("Content-Type", "application/fhir+json")
				box.Handler().ServeHTTP(httptest.NewRecorder(), r)
				return time.Since(before)
			}
			ask(t.Context(), "PUT", "/sandbox/v1/faults", `{"kind":"tail","times":-1,"share":0.1,"delayMs":6000,"seed":7}`)
			for n := range 300 {
				if took := ask(t.Context(), "GET", "/fhir/R4/Communication", ""); took >= 6*time.Second {
					slow[run] += fmt.Sprint(n, " ")
				} else if took != 0 {
					t.Errorf("%d took %v", n, took)
				}
			}
			ask(t.Context(), "PUT", "/sandbox/v1/faults", `{"kind":"tail","share":1,"delayMs":6000}`)
			gone, stop := context.WithCancel(t.Context())
			stop()
			ask(gone, http.MethodPost, "/fhir/R4/Communication", with(""))
			seen := httptest.NewRecorder()
			box.Handler().ServeHTTP(seen, httptest.NewRequest("GET", "/fhir/R4/Communication", nil))
			if !strings.Contains(seen.Body.String(), "in-progress") {
				t.Error("given up, and not carried out")
			}
			if err := box.Close(); err != nil {
				t.Error(err)
			}
		}
		if n := len(strings.Fields(slow[0])); n < 15 || n > 50 || slow[0] != slow[1] {
			t.Errorf("%d slow; %q, then %q", n, slow[0], slow[1])
		}
	})
}

// A tail goes with another fault, and a plain one is the last.
func TestFaultsTogether(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.create(named("one"))
	a.want(200, "PUT", "/sandbox/v1/faults", `[
		{"kind":"tail","times":-1,"share":1,"delayMs":1},
		{"kind":"lenient-search","names":["identifier"],"times":2},
		{"status":418,"path":"/Communication"},
		{"status":402,"path":"/Communication"}]`)

	a.want(418, "GET", "/Communication?identifier=none", "")
	a.want(402, "GET", "/Communication?identifier=none", "")
	left := a.want(200, "GET", "/sandbox/v1/faults", "")
	if !strings.Contains(left.Text, `"tail"`) || strings.Contains(left.Text, "lenient") || strings.Contains(left.Text, "402") {
		t.Error(left.Text)
	}
}

func TestSearchTakesSeveralIdentifiersAsAlternatives(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	one, two := a.create(named("one")), a.create(named("two"))
	a.create(named("three"))
	for query, want := range map[string]string{
		"identifier=urn:x%7Cone,urn:x%7Ctwo":      one.ID + " " + two.ID,
		"identifier=urn:x%7Ctwo,urn:x%7Cnone":     two.ID,
		"identifier=urn:x%7Cnone,urn:x%7Cneither": "",
	} {
		if ids := a.want(200, "GET", "/Communication?"+query, "").resource(t).ids(""); ids != want {
			t.Errorf("%s: %q, want %q", query, ids, want)
		}
	}
}

// What is referred to by version or by its whole URL is not included, as at Medplum.
func TestOddReferencesAreNotIncluded(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	patient := a.create(`{"resourceType":"Patient"}`)

	for ref, want := range map[string]string{
		"Patient/" + patient.ID: patient.ID,
		"Patient/" + patient.ID + "/_history/" + patient.Meta.VersionID: "",
		a.root + "/fhir/R4/Patient/" + patient.ID:                       "",
		"urn:uuid:" + patient.ID:                                        "",
	} {
		made := a.create(`{"resourceType":"Appointment","status":"proposed","participant":[{"status":"accepted","actor":{"reference":"` + ref + `"}}]}`)
		r := a.want(200, "GET", "/Appointment?_id="+made.ID+"&_include=Appointment:actor", "").resource(t)
		if ids := r.ids("include"); ids != want {
			t.Errorf("%s: %q", ref, ids)
		}
	}
}
