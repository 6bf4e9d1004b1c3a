package fhir_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
	"perci.health/careline/setup"
)

func shipped(t *testing.T, name string) object {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("conformance", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var r object
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func plan(t *testing.T, s *server) setup.Plan {
	t.Helper()
	changes, err := s.client(t).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func things(changes setup.Plan) []string {
	all := []string{}
	for _, c := range changes {
		all = append(all, c.Thing)
	}
	return all
}

func apply(t *testing.T, changes setup.Plan) {
	t.Helper()
	for _, c := range changes {
		if c.Apply == nil {
			t.Fatalf("%s cannot be applied: %s", c.Thing, c.Want)
		}
		if err := c.Apply(t.Context()); err != nil {
			t.Fatalf("%s: %v", c.Thing, err)
		}
	}
}

const callExtension = "https://perci.health/fhir/StructureDefinition/twilio-call"

// kept is the one resource of a kind that a search finds.
func kept(t *testing.T, s *server, kind string, query url.Values) fhir.Resource {
	t.Helper()
	entries, err := s.client(t).Search(t.Context(), kind, query)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Fatalf("%d of %s, want 1", len(entries), kind)
	}
	return entries[0].Resource
}

func makesDefinitions(t *testing.T, s *server) {
	want := []string{"StructureDefinition " + callExtension, "CodeSystem https://perci.health/communication-category",
		"CodeSystem https://perci.health/fhir/CodeSystem/call-refusal", "CodeSystem https://perci.health/fhir/CodeSystem/clinician-outcome", "NamingSystem https://www.twilio.com/"}
	first := plan(t, s)
	medplum := len(first) == 6
	if medplum {
		want = append(want, "AccessPolicy careline")
	}

	if diff := cmp.Diff(want, things(first)); diff != "" {
		t.Fatal(diff)
	}
	if note := first[len(first)-1].Want; medplum != strings.Contains(note, "ClientApplication") || medplum == strings.Contains(note, "not Medplum") {
		t.Errorf("the last change says %q", note)
	}

	apply(t, first)
	apply(t, first) // safe to repeat
	if again := plan(t, s); len(again) != 0 {
		t.Fatalf("planned again: %v", things(again))
	}

	r := kept(t, s, "StructureDefinition", url.Values{"url": {callExtension}})
	r.JSON = edit(t, r.JSON, func(m map[string]any) {
		m["title"], m["date"] = "Something else", "2020-01-01"
		m["contact"] = []any{map[string]any{"name": "The clinic"}}
	})

	if _, err := s.client(t).Update(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	changed := plan(t, s)
	if len(changed) != 1 || changed[0].Have != "differs in title" {
		t.Fatalf("planned after an edit: %+v", changed)
	}

	apply(t, changed)
	if again := plan(t, s); len(again) != 0 {
		t.Fatalf("planned again: %v", things(again))
	}

	if r = kept(t, s, "StructureDefinition", url.Values{"url": {callExtension}}); !strings.Contains(string(r.JSON), "The clinic") {
		t.Error("what somebody had added is gone")
	}
}

// A code system and a naming system that others keep get our codes and stay as
// they are in everything else.
func keepsDefinitions(t *testing.T, s *server) {
	c := s.client(t)
	seed(t, c, object{"resourceType": "CodeSystem", "url": "https://perci.health/communication-category", "status": "draft", "content": "complete",
		"title": "Theirs", "concept": []object{{"code": "letter"}}})
	seed(t, c, object{"resourceType": "NamingSystem", "name": "Theirs", "status": "active", "kind": "root", "date": "2020",
		"uniqueId": []object{{"type": "uri", "value": "https://www.twilio.com/"}}})

	changes := plan(t, s)
	if slices.Contains(things(changes), "NamingSystem https://www.twilio.com/") {
		t.Error("a naming system that is there would be changed")
	}

	apply(t, changes)
	if again := plan(t, s); len(again) != 0 {
		t.Fatalf("planned again: %v", things(again))
	}

	text := string(kept(t, s, "CodeSystem", url.Values{"url": {"https://perci.health/communication-category"}}).JSON)
	for _, part := range []string{`"Theirs"`, `"letter"`, `"twilio-voice"`, `"draft"`} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is not in %s", part, text)
		}
	}
}

func makesDefinitionsOnce(t *testing.T, s *server) {
	var all sync.WaitGroup
	for range 8 {
		c := s.client(t)
		all.Go(func() {
			changes, err := c.Plan(t.Context())
			if err != nil {
				t.Error(err)
			}
			for _, change := range changes {
				if err := change.Apply(t.Context()); err != nil {
					t.Errorf("%s: %v", change.Thing, err)
				}
			}
		})
	}

	all.Wait()
	if again := plan(t, s); len(again) != 0 {
		t.Errorf("planned again: %v", things(again))
	}

	for _, kind := range []string{"StructureDefinition", "NamingSystem"} {
		kept(t, s, kind, nil)
	}
}

func TestDefinitionsAreMadeOnceByMany(t *testing.T) {
	t.Parallel()
	makesDefinitionsOnce(t, box(t))
}

func TestProvisionOfMedplum(t *testing.T) {
	t.Parallel()
	open := medplumLike(t)
	for name, test := range map[string]func(*testing.T, *server){
		"many at once":              makesDefinitionsOnce,
		"the policy is enough":      needsThePolicy,
		"a client that may not":     plansWithoutRights,
		"a client beside the admin": leavesThePolicy,
		"what the policy hides":     staysWithinThePolicy,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// detail is what the snapshot says of one sub-extension, or of a part of one.
type detail struct {
	value, url string // no value: it has parts
	several    bool
}

// details are the slices of the snapshot, by name, a part behind a slash; each must be
// whole.
func details(t *testing.T) map[string]detail {
	t.Helper()
	all := map[string]detail{}
	for _, e := range shipped(t, "structuredefinition-twilio-call")["snapshot"].(object)["element"].([]any) {
		element := e.(object)
		id, isSlice := strings.CutPrefix(element["id"].(string), "Extension.extension:")
		if !isSlice {
			continue
		}
		name, part, _ := strings.Cut(strings.Replace(id, ".extension:", "/", 1), ".")
		d := all[name]
		switch part {
		case "":
			d.several = element["max"] == "*"
			if max := element["max"]; max != "1" && max != "*" || element["min"] != 0.0 || element["sliceName"] != name[strings.LastIndex(name, "/")+1:] {
				t.Errorf("the slice %s: %v", name, element)
			}
		case "url":
			d.url = element["fixedUri"].(string)
		case "value[x]":
			code := element["type"].([]any)[0].(object)["code"].(string)
			if element["max"] != "0" {
				d.value = "value" + strings.ToUpper(code[:1]) + code[1:]
			}
		}
		all[name] = d
	}

	return all
}

// asDefined are the names of what is written in an extension and its parts; each must be
// as it is defined.
func asDefined(t *rapid.T, defined map[string]detail, within string, extensions []any) (names []string) {
	seen := map[string]bool{}
	for _, e := range extensions {
		sub := e.(object)
		name := within + sub["url"].(string)
		d, ok := defined[name]
		holds := d.value
		if d.value == "" {
			holds = "extension"
		}
		if !ok || d.url != sub["url"] || sub[holds] == nil || len(sub) != 2 || seen[name] && !d.several {
			t.Errorf("%v is not as defined: %+v", sub, d)
		}
		seen[name], names = true, append(names, name)
		if parts, ok := sub["extension"].([]any); ok && within == "" {
			names = append(names, asDefined(t, defined, name+"/", parts)...)
		}
	}
	return names
}

func TestEverythingWrittenIsDefined(t *testing.T) {
	t.Parallel()
	defined := details(t)
	var mu sync.Mutex
	written := map[string]bool{}
	asWritten := func(t *rapid.T) {
		text, err := json.Marshal(fhir.Systems{}.CommunicationOf(anyCall(t), false))
		if err != nil {
			t.Fatal(err)
		}
		var m struct {
			Category, Medium []struct{ Coding []fhir.Coding }
			Identifier       []fhir.Identifier
			Extension        []struct {
				URL       string
				Extension []any
			}
		}
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		if len(m.Extension) != 1 || m.Extension[0].URL != callExtension {
			t.Fatalf("extensions: %s", text)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, name := range asDefined(t, defined, "", m.Extension[0].Extension) {
			written[name] = true
		}
		for _, i := range m.Identifier {
			if i.System != "https://www.twilio.com/" {
				t.Errorf("identifier system %q has no NamingSystem", i.System)
			}
		}
		if c := m.Category[0].Coding[0]; c.System != "https://perci.health/communication-category" || c.Code != "twilio-voice" {
			t.Errorf("category %+v has no CodeSystem", c)
		}
	}
	for range 20 { // so that what is rare is seen, too
		rapid.Check(t, asWritten)
	}

	for name := range defined {
		if !written[name] {
			t.Errorf("%s is defined and was never seen written", name)
		}
	}

	if d := defined["reconciled"]; d.value != "valueBoolean" || len(defined) != 36 {
		t.Errorf("definitions: %+v", defined)
	}
}

func TestEveryRefusalHasItsCode(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../access.go")
	if err != nil {
		t.Fatal(err)
	}

	var want, got []string
	for _, m := range regexp.MustCompile(`Refusal += "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		want = append(want, m[1])
	}

	for _, c := range shipped(t, "codesystem-call-refusal")["concept"].([]any) {
		got = append(got, c.(object)["code"].(string))
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 10 {
		t.Error(diff)
	}
}

// The display of a refusal's coding is that of the code system.
func TestEveryRefusalHasItsDisplay(t *testing.T) {
	t.Parallel()

	for _, c := range shipped(t, "codesystem-call-refusal")["concept"].([]any) {
		concept := c.(object)
		refused := careline.Call{
			Key:          "CA1",
			ClinicianLeg: "CA1",
			Status:       careline.StatusRefused,
			Refusal:      careline.Refusal(concept["code"].(string)),
		}
		coding := fhir.Systems{}.CommunicationOf(refused, false).StatusReason.Coding[0]
		if coding.Code != concept["code"] || coding.Display != concept["display"] || coding.Display == "" {
			t.Errorf("%+v, want %v", coding, concept)
		}
	}
}

// recorder notes what is asked of the server: "Communication create".
type recorder struct {
	mu    sync.Mutex
	asked map[string]bool
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if path, ok := strings.CutPrefix(req.URL.Path, "/fhir/R4/"); ok && path != "metadata" {
		r.note(req, strings.Split(path, "/"))
	}
	return http.DefaultTransport.RoundTrip(req)
}

func (r *recorder) note(req *http.Request, path []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	interaction := map[string]string{http.MethodPost: "create", http.MethodPut: "update", http.MethodDelete: "delete", http.MethodGet: "read"}[req.Method]
	switch {
	case len(path) == 1 && req.Method == http.MethodGet, len(path) == 2 && path[1] == "_search":
		interaction = "search"
	case len(path) == 3 && path[2] == "_history":
		interaction = "history"
	case len(path) == 4 && path[2] == "_history":
		interaction = "vread"
	}

	r.asked[path[0]+" "+interaction] = true
	if req.Header.Get("If-None-Exist") != "" {
		r.asked[path[0]+" search"] = true
	}
}

func (r *recorder) client(t *testing.T, s *server) *fhir.Client {
	return s.client(t, func(c *fhir.Config) { c.HTTP = &http.Client{Transport: r} })
}

// wholeCall is everything that the service asks of the record in the life of a
// call: appointments, filings with their accidents, history, doctor, provision.
func wholeCall(ctx context.Context, t *testing.T, c *fhir.Client, w world) {
	t.Helper()
	a, err := c.Appointment(ctx, w.appointment)
	if err != nil || len(a.Clinicians) != 2 || len(a.Patients) != 1 || len(a.Relatives) != 1 || len(a.Patients[0].Phones) != 1 {
		t.Fatalf("appointment: %+v, %v", a, err)
	}

	if day, err := c.AppointmentsOn(ctx, w.doctor, tenFifteen.AddDate(-1, 0, 0), tenFifteen.AddDate(1, 0, 0)); err != nil || len(day) != 1 {
		t.Fatalf("the day: %+v, %v", day, err)
	}
	chart := newChart(t, c)
	call := ringing()
	call.Appointment, call.Sender, call.Patient, call.Recipient = w.appointment, a.Clinicians[0].As, a.Patients[0].Ref, a.Relatives[0].Ref
	f := file(t, chart, call, careline.Filing{Call: call.Key, Tried: true})
	call.Status, call.Word = careline.StatusCompleted, "completed"
	f = file(t, newChart(t, c), call, f) // after a restart
	if err := chart.Settle(ctx, call, f); err != nil {
		t.Fatal(err)
	}

	if calls, err := c.Calls(ctx, w.appointment); err != nil || len(calls) != 1 || len(calls[0].Versions) != 2 {
		t.Fatalf("calls: %+v, %v", calls, err)
	}
	if _, err := c.LastCalls(ctx, []string{w.appointment}); err != nil {
		t.Fatal(err)
	}

	if err := c.Ready(ctx); err != nil {
		t.Fatal(err)
	}
}

// world is who takes part in an appointment.
type world struct{ appointment, doctor string }

func populate(t *testing.T, s *server) world {
	t.Helper()
	c := s.client(t)
	doctor, nurse := seed(t, c, object{"resourceType": "Practitioner"}), seed(t, c, object{"resourceType": "Practitioner"})
	role := seed(t, c, object{"resourceType": "PractitionerRole", "practitioner": object{"reference": doctor}})
	patient := seed(t, c, object{"resourceType": "Patient", "telecom": []object{{"system": "phone", "value": "+447700900001"}}})
	mother := seed(t, c, object{"resourceType": "RelatedPerson", "patient": object{"reference": patient}})
	booked := seed(t, c, object{"resourceType": "Appointment", "status": "booked", "start": "2025-11-24T10:15:00Z", "end": "2025-11-24T10:45:00Z",
		"participant": takesPart("accepted", role, nurse, patient, mother)})
	return world{appointment: id(booked), doctor: id(doctor)}
}

// The rights that the shipped AccessPolicy gives are those that the code uses,
// and no more; under it, as Medplum's own code judges, everything works.
func needsThePolicy(t *testing.T, s *server) {
	w := populate(t, s)
	apply(t, plan(t, s))
	policy := shipped(t, "accesspolicy-careline")
	body, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}

	tell(t, http.MethodPut, s.url+"/_test/policy", body)
	s.wrong(t, fhirbox.KindTerminology) // which is no fault: a server that checks it, by the client's rights
	r := &recorder{asked: map[string]bool{}}
	c := r.client(t, s)
	wholeCall(t.Context(), t, c, w)
	for _, check := range c.Checks() {
		if f := check.Ask(t.Context()); f.Verdict != setup.VerdictGood {
			t.Errorf("%s: %+v", check.Name, f)
		}
	}

	delete(r.asked, "AccessPolicy search") // to see whether it is bound by one: it may be refused
	r.asked["ValueSet search"] = true      // what a server that checks terminology searches on the client's behalf
	// What a server reads on the client's behalf: for _include=Appointment:actor the people whose names and
	// numbers careline reads, and for a written reference, if the server checks it, what it refers to.
	for _, kind := range []string{"Patient", "PractitionerRole", "RelatedPerson", "Practitioner", "Appointment"} {
		r.asked[kind+" read"] = true
	}

	given := map[string]bool{}
	for _, resource := range policy["resource"].([]any) {
		for _, i := range resource.(object)["interaction"].([]any) {
			given[fmt.Sprint(resource.(object)["resourceType"], " ", i)] = true
		}
	}

	if diff := cmp.Diff(given, r.asked); diff != "" {
		t.Errorf("given (-) and used (+):\n%s", diff)
	}
	if changes := plan(t, s); len(changes) != 0 {
		t.Errorf("a client under the policy is nagged with %v", things(changes))
	}

	seesWhatIsMissing(t, s, c, policy)
}

// Every right that is taken out of the policy is missed by a check.
func seesWhatIsMissing(t *testing.T, s *server, c *fhir.Client, policy object) {
	for _, resource := range policy["resource"].([]any) {
		o := resource.(object)
		all := o["interaction"].([]any)
		for i := range all {
			o["interaction"] = slices.Delete(slices.Clone(all), i, i+1)
			body, err := json.Marshal(policy)
			if err != nil {
				t.Fatal(err)
			}
			tell(t, http.MethodPut, s.url+"/_test/policy", body)
			missed := false
			for _, check := range c.Checks() {
				missed = missed || check.Ask(t.Context()).Verdict != setup.VerdictGood
			}
			if !missed {
				t.Errorf("no check misses the right to %v %v", all[i], o["resourceType"])
			}
		}

		o["interaction"] = all
	}
}

// Under the policy there are no Communications but calls: what careline writes and
// what the system before it wrote.
func staysWithinThePolicy(t *testing.T, s *server) {
	admin := s.client(t)
	coded := func(code string) []object {
		return []object{{"coding": []object{{"system": "https://perci.health/communication-category", "code": code}}}}
	}

	identified := []object{{"system": "https://www.twilio.com/", "value": ringing().Key}}
	letter := seed(t, admin, object{"resourceType": "Communication", "status": "completed", "identifier": identified, "category": coded("letter")})
	before := seed(t, admin, object{"resourceType": "Communication", "status": "in-progress", "identifier": identified, "category": coded("twilio-voice")})
	body, err := json.Marshal(shipped(t, "accesspolicy-careline"))
	if err != nil {
		t.Fatal(err)
	}

	tell(t, http.MethodPut, s.url+"/_test/policy", body)
	c := s.client(t)
	_, err = c.Read(t.Context(), "Communication", id(letter))
	wantCode(t, err, careline.CodeNotFound)
	_, err = c.Create(t.Context(), "Communication", []byte(`{"resourceType":"Communication","status":"completed"}`), "")
	wantCode(t, err, careline.CodeUnavailable) // until somebody mends the policy
	f := file(t, newChart(t, c), ringing(), careline.Filing{Call: ringing().Key, Tried: true})
	if f.ID != id(before) {
		t.Errorf("filed as %s, not as %s", f.ID, before)
	}

	f = file(t, newChart(t, c), completed(), f)
	if versions, err := c.History(t.Context(), "Communication", f.ID); err != nil || len(versions) != 3 {
		t.Errorf("%d versions, %v", len(versions), err)
	}

	// One that somebody takes out of sight is not made anew.
	tell(t, http.MethodPut, s.url+"/_test/policy", []byte("{}"))
	lost, err := admin.Read(t.Context(), "Communication", f.ID)
	if err != nil {
		t.Fatal(err)
	}

	lost.JSON = edit(t, lost.JSON, func(m map[string]any) { delete(m, "category") })
	if _, err := admin.Update(t.Context(), lost); err != nil {
		t.Fatal(err)
	}

	tell(t, http.MethodPut, s.url+"/_test/policy", body)
	if again, err := newChart(t, c).File(t.Context(), completed(), f, nil); careline.CodeOf(err) != careline.CodeRejected {
		t.Errorf("filed again: %+v, %v", again, err)
	}
}

// The policy's Communications are those of the category that careline writes.
func TestThePolicyIsAboutWhatIsWritten(t *testing.T) {
	t.Parallel()

	for _, resource := range shipped(t, "accesspolicy-careline")["resource"].([]any) {
		o := resource.(object)
		if o["resourceType"] != "Communication" {
			if o["criteria"] != nil {
				t.Errorf("%v is narrowed to %v", o["resourceType"], o["criteria"])
			}
			continue
		}
		for _, call := range []careline.Call{{}, ringing(), completed()} {
			for _, strict := range []bool{false, true} {
				written := fhir.Systems{}.CommunicationOf(call, strict).Category
				if len(written) != 1 || o["criteria"] != "Communication?category="+written[0].Coding[0].System+"|"+written[0].Coding[0].Code {
					t.Errorf("%+v is written, and %v allowed", written, o["criteria"])
				}
			}
		}
	}
}

// A client that may see nothing of the definitions, or not write them, is told
// who may.
func plansWithoutRights(t *testing.T, s *server) {
	tell(t, http.MethodPut, s.url+"/_test/policy", []byte(`{"resourceType":"AccessPolicy","resource":[{"resourceType":"Communication"}]}`))
	for _, c := range plan(t, s) {
		if c.Apply != nil || !strings.Contains(c.Want, "credentials") || c.Have == "" {
			t.Errorf("unseen: %+v", c)
		}
	}

	search := `{"resourceType":"AccessPolicy","resource":[{"resourceType":"*","interaction":["search"]},{"resourceType":"AccessPolicy","interaction":["search"]}]}`
	tell(t, http.MethodPut, s.url+"/_test/policy", []byte(search))
	changes := plan(t, s)
	if len(changes) != 6 {
		t.Fatalf("planned: %v", things(changes))
	}

	for _, c := range changes {
		wantCode(t, c.Apply(t.Context()), careline.CodeForbidden)
	}
}

// Medplum shows policies to a project's administrators only: to another client
// the plan says once who makes the policy, and then no more.
func leavesThePolicy(t *testing.T, s *server) {
	tell(t, http.MethodPut, s.url+"/_test/policy", []byte(`{"resourceType":"AccessPolicy","resource":[{"resourceType":"*"}]}`))
	changes := plan(t, s)
	if len(changes) != 5 || !strings.Contains(changes[4].Want, "AccessPolicies") {
		t.Fatalf("planned: %+v", changes)
	}
	apply(t, changes)
	if again := plan(t, s); len(again) != 0 {
		t.Errorf("planned again: %v", things(again))
	}
}
