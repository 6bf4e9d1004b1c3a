package fhir_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

func TestAgainstFhirbox(t *testing.T) {
	t.Parallel()
	conformance(t, box)
}

func TestAgainstMedplumLike(t *testing.T) {
	t.Parallel()
	conformance(t, medplumLike(t))
}

func TestAgainstPlainFhirbox(t *testing.T) {
	t.Parallel()
	conformance(t, plainBox)
}

// A server that has no login, no access policies and no conditional create.
func TestAgainstPlainServer(t *testing.T) {
	t.Parallel()
	conformance(t, medplumLike(t, "--plain"))
}

// conformance is what careline asks of any FHIR server, and of itself with it.
func conformance(t *testing.T, open func(*testing.T) *server) {
	for name, test := range map[string]func(*testing.T, *server){
		"one version per filing":                filesVersions,
		"an unchanged filing makes no version":  filesNothingNew,
		"a lost answer of a create":             losesCreate,
		"a lost answer of an update":            losesUpdate,
		"a note written meanwhile is kept":      keepsNote,
		"what a clinician notes":                notesACall,
		"what is over stays over":               keepsWhatIsFinal,
		"a refusal stays one":                   keepsARefusal,
		"a call is told anew first":             tellsAnewBeforeItOverwrites,
		"doubled records are repaired":          repairsTwins,
		"a late twin is withdrawn at the end":   withdrawsLateTwin,
		"a twin after the end is withdrawn":     settlesTwin,
		"a record entered in error stays so":    leavesInError,
		"an id the server never had":            looksForLost,
		"a record with one leg's SID":           findsEitherSID,
		"sessions end":                          logsInAgain,
		"wrong credentials":                     refusesCredentials,
		"a 400 that means the database is down": waitsForDatabase,
		"a 400 that means the resource":         rejectsResource,
		"the quota is used up":                  waitsForQuota,
		"connections drop and answers are late": survivesNetwork,
		"an appointment and its people":         readsAppointment,
		"a day's appointments over pages":       readsDay,
		"calls and last calls":                  readsCalls,
		"calls in the order they were begun":    ordersCalls,
		"many calls through many faults":        filesThroughFaults,
		"definitions are planned and made":      makesDefinitions,
		"definitions of others are kept":        keepsDefinitions,
		"the checks of a good server":           passesChecks,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if s.plain && (name == "sessions end" || name == "wrong credentials") {
				return // there is no login to test
			}

			test(t, s)
		})
	}
}

func file(t *testing.T, chart *fhir.Chart, c careline.Call, f careline.Filing) careline.Filing {
	t.Helper()
	filed, err := chart.File(t.Context(), c, f, nil)
	if err != nil {
		t.Fatalf("file %q: %v", c.Word, err)
	}
	if filed.ID == "" || filed.Version == "" {
		t.Fatalf("filed without id or version: %+v", filed)
	}
	return filed
}

func versions(t *testing.T, s *server, id string) []fhir.Communication {
	t.Helper()
	history, err := s.client(t).History(t.Context(), "Communication", id)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]fhir.Communication, len(history))
	for i, r := range history {
		if err := json.Unmarshal(r.JSON, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// live is the ids of the call's records that are not entered in error.
func live(t *testing.T, s *server) (ids []string) {
	t.Helper()
	entries, err := s.client(t).Search(t.Context(), "Communication", url.Values{"identifier": {"https://www.twilio.com/|CAparent"}})
	if err != nil {
		t.Fatal(err)
	}

	for _, e := range entries {
		var m fhir.Communication
		if err := json.Unmarshal(e.Resource.JSON, &m); err != nil {
			t.Fatal(err)
		}
		if m.Status != "entered-in-error" {
			ids = append(ids, m.ID)
		}
	}

	return ids
}

func wantOne(t *testing.T, s *server, id string) {
	t.Helper()
	if ids := live(t, s); len(ids) != 1 || ids[0] != id {
		t.Errorf("records of the call: %v, want only %s", ids, id)
	}
}

func wantCode(t *testing.T, err error, want careline.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want code %s", want)
	}
	if got := careline.CodeOf(err); got != want {
		t.Fatalf("code %s, want %s: %v", got, want, err)
	}
}

func filesVersions(t *testing.T, s *server) {
	chart := s.chart(t)
	first := ringing()
	first.Status, first.Word, first.MemberLeg = careline.StatusRequested, "", ""
	f := file(t, chart, first, careline.Filing{Call: "CAparent"})
	f = file(t, chart, ringing(), f)
	f = file(t, chart, completed(), f)
	if f.Doubted {
		t.Error("doubted, though every answer came")
	}

	var statuses []string
	for _, m := range versions(t, s, f.ID) {
		statuses = append(statuses, m.Status)
	}

	if len(statuses) != 3 || statuses[0] != "completed" || statuses[1] != "in-progress" || statuses[2] != "preparation" {
		t.Errorf("versions, newest first: %v", statuses)
	}
	if err := s.client(t).Ready(t.Context()); err != nil {
		t.Errorf("Ready: %v", err)
	}
}

func filesNothingNew(t *testing.T, s *server) {
	f := file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	for _, chart := range []*fhir.Chart{s.chart(t), s.chart(t)} { // one that has to read first
		if again := file(t, chart, ringing(), f); again != f {
			t.Errorf("filed again: %+v, want %+v", again, f)
		}
	}
	if n := len(versions(t, s, f.ID)); n != 1 {
		t.Errorf("%d versions, want 1", n)
	}
}

func losesCreate(t *testing.T, s *server) {
	chart := s.chart(t)
	s.fail(t, fault{
		Method: http.MethodPost,
		Path:   "/fhir/R4/Communication",
		After:  true,
		Times:  1,
	})

	f := careline.Filing{Call: "CAparent"}
	_, err := chart.File(t.Context(), ringing(), f, nil)
	wantCode(t, err, careline.CodeUnavailable)
	f.Tried = true
	f = file(t, chart, completed(), f)
	if !f.Doubted {
		t.Error("not doubted after a lost answer")
	}

	wantOne(t, s, f.ID)
	if n := len(versions(t, s, f.ID)); n != 2 {
		t.Errorf("%d versions, want the first filing and the second", n)
	}

	// Tried, but nothing had been stored: made once.
	other := ringing()
	other.Key, other.ClinicianLeg, other.MemberLeg = "CAother", "CAother", "CAother2"
	g := file(t, chart, other, careline.Filing{Call: "CAother", Tried: true})
	if !g.Doubted || g.ID == f.ID {
		t.Errorf("filing of the other call: %+v", g)
	}
}

func losesUpdate(t *testing.T, s *server) {
	chart := s.chart(t)
	f := file(t, chart, ringing(), careline.Filing{Call: "CAparent"})
	s.fail(t, fault{
		Method: http.MethodPut,
		Path:   f.ID,
		After:  true,
		Times:  1,
	})

	_, err := chart.File(t.Context(), completed(), f, nil)
	wantCode(t, err, careline.CodeUnavailable)
	g := file(t, chart, completed(), f)
	if g.Version == f.Version {
		t.Error("the version of the lost update was not adopted")
	}

	if n := len(versions(t, s, f.ID)); n != 2 {
		t.Errorf("%d versions, want 2", n)
	}
}

func keepsNote(t *testing.T, s *server) {
	chart, client := s.chart(t), s.client(t)
	f := file(t, chart, ringing(), careline.Filing{Call: "CAparent"})
	r, err := client.Read(t.Context(), "Communication", f.ID)
	if err != nil {
		t.Fatal(err)
	}

	r.JSON = edit(t, r.JSON, func(m map[string]any) {
		m["note"] = []any{map[string]any{"text": "Will call back on Tuesday."}}
		m["category"] = append(m["category"].([]any), map[string]any{"text": "follow-up"})
	})

	if _, err := client.Update(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	f = file(t, chart, completed(), f)
	now, err := client.Read(t.Context(), "Communication", f.ID)
	if err != nil {
		t.Fatal(err)
	}

	var m struct {
		fhir.Communication
	}

	if err := json.Unmarshal(now.JSON, &m); err != nil {
		t.Fatal(err)
	}
	if m.Status != "completed" || len(m.Note) != 1 || len(m.Category) != 2 || now.Version != f.Version {
		t.Errorf("after both wrote: %s", now.JSON)
	}

	file(t, chart, completed(), f)
	if n := len(versions(t, s, f.ID)); n != 3 {
		t.Errorf("%d versions, want 3", n)
	}
}

func edit(t *testing.T, text []byte, change func(map[string]any)) []byte {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	change(m)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func repairsTwins(t *testing.T, s *server) {
	first := file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	if n := len(live(t, s)); n != 3 {
		t.Fatalf("%d records to begin with, want 3", n)
	}

	f := file(t, s.chart(t), completed(), careline.Filing{Call: "CAparent", Tried: true})
	if !f.Doubted {
		t.Error("not doubted though doubled")
	}

	wantOne(t, s, f.ID)
	if f.ID != first.ID {
		t.Log("two were stored in the same millisecond; then the smaller id is kept")
	}
}

func withdrawsLateTwin(t *testing.T, s *server) {
	chart := s.chart(t)
	f := file(t, chart, ringing(), careline.Filing{Call: "CAparent", Tried: true})
	file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"}) // the first try, stored late
	f = file(t, chart, completed(), f)
	wantOne(t, s, f.ID)
}

func settlesTwin(t *testing.T, s *server) {
	chart := s.chart(t)
	f := file(t, chart, completed(), careline.Filing{Call: "CAparent", Tried: true})
	file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"}) // the first try, stored after the last event
	if n := len(live(t, s)); n != 2 {
		t.Fatalf("%d records to begin with, want 2", n)
	}

	sure := f
	sure.Doubted = false
	for _, nothingToDo := range []careline.Filing{sure, {Call: "CAparent", Doubted: true}} {
		if err := chart.Settle(t.Context(), completed(), nothingToDo); err != nil {
			t.Fatal(err)
		}
	}

	if n := len(live(t, s)); n != 2 {
		t.Fatalf("%d records, though nobody doubted", n)
	}
	for _, again := range []*fhir.Chart{chart, s.chart(t), chart} { // also after a restart
		if err := again.Settle(t.Context(), completed(), f); err != nil {
			t.Fatal(err)
		}
		wantOne(t, s, f.ID)
	}

	if n := len(versions(t, s, f.ID)); n != 1 {
		t.Errorf("%d versions of the one kept, want 1", n)
	}
}

func leavesInError(t *testing.T, s *server) {
	chart, client := s.chart(t), s.client(t)
	f := file(t, chart, ringing(), careline.Filing{Call: "CAparent"})
	r, err := client.Read(t.Context(), "Communication", f.ID)
	if err != nil {
		t.Fatal(err)
	}

	r.JSON = edit(t, r.JSON, func(m map[string]any) { m["status"] = "entered-in-error" })
	r, err = client.Update(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}

	if g := file(t, chart, completed(), f); g.Version != r.Version {
		t.Errorf("version %s, want that of the person: %s", g.Version, r.Version)
	}
}

func looksForLost(t *testing.T, s *server) {
	gone := careline.Filing{Call: "CAparent", ID: "8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a11", Version: "8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a12"}
	_, err := s.chart(t).File(t.Context(), ringing(), gone, nil)
	wantCode(t, err, careline.CodeRejected)
	f := file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	if g := file(t, s.chart(t), completed(), gone); g.ID != f.ID {
		t.Errorf("id %s, want the one found: %s", g.ID, f.ID)
	}
	remove(t, s, f.ID)
	_, err = s.chart(t).File(t.Context(), ringing(), f, nil)
	wantCode(t, err, careline.CodeRejected)
}

// The system that careline replaces knew one leg and wrote its SID alone.
func findsEitherSID(t *testing.T, s *server) {
	for _, sid := range []string{"CAchild", "CAparent"} {
		call := ringing()
		call.Key, call.ClinicianLeg, call.MemberLeg = "CAparent"+sid, "CAparent"+sid, "CAchild"+sid
		theirs := seed(t, s.client(t), object{"resourceType": "Communication", "status": "in-progress",
			"identifier": []object{{"system": "https://www.twilio.com/", "value": sid + sid}}})

		f := file(t, s.chart(t), call, careline.Filing{Call: call.Key, Tried: true})
		if "Communication/"+f.ID != theirs {
			t.Errorf("%s: filed as %s beside %s", sid, f.ID, theirs)
		}

		if s.plain {
			continue // it may know no conditional create
		}
		condition := "identifier=" + url.QueryEscape("https://www.twilio.com/|none,https://www.twilio.com/|"+sid+sid)
		made, err := s.client(t).Create(t.Context(), "Communication", []byte(`{"resourceType":"Communication","status":"completed"}`), condition)
		if err != nil || made.ID != f.ID {
			t.Errorf("a conditional create by either: %s, %v, want %s", made.ID, err, f.ID)
		}
	}
}

// remove deletes as an operator would; careline itself never does.
func remove(t *testing.T, s *server, id string) {
	t.Helper()
	removeResource(t, s, "Communication/"+id)
}

func removeResource(t *testing.T, s *server, reference string) {
	t.Helper()
	res, err := http.PostForm(s.url+"/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {clientSecret}})
	if err != nil {
		t.Fatal(err)
	}

	defer res.Body.Close()
	var login struct {
		Token string `json:"access_token"`
	}

	if err := json.NewDecoder(res.Body).Decode(&login); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.url+"/fhir/R4/"+reference, nil)
	if err != nil {
		t.Fatal(err)
	}

	req.Header.Set("Authorization", "Bearer "+login.Token)
	deleted, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}

	defer deleted.Body.Close()
	if deleted.StatusCode != http.StatusOK && deleted.StatusCode != http.StatusNoContent {
		t.Fatalf("delete: %s", deleted.Status)
	}
}

func logsInAgain(t *testing.T, s *server) {
	var later atomic.Int64 // a token that is refused when young is a fault instead
	client := s.client(t, func(c *fhir.Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) } })
	for range 3 {
		if err := ask(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		s.logout(t)
		later.Add(int64(time.Minute))
	}
}

func refusesCredentials(t *testing.T, s *server) {
	client := s.client(t, func(c *fhir.Config) { c.ClientSecret = "wrong" })
	err := client.Ready(t.Context())
	wantCode(t, err, careline.CodeUnavailable)
	if asked(err) <= 0 {
		t.Error("no wait, though only a person can mend this")
	}
}

func waitsForDatabase(t *testing.T, s *server) {
	for _, text := range []string{"connect ECONNREFUSED 127.0.0.1:5432", "the database system is starting up",
		"Client has encountered a connection error and is not queryable"} {
		s.fail(t, fault{
			Method: http.MethodPost,
			Path:   "/fhir/R4/Communication",
			Status: http.StatusBadRequest,
			Body:   outcome("invalid", text),
			Times:  1,
		})
		_, err := s.chart(t).File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
		wantCode(t, err, careline.CodeUnavailable)
	}
}

func rejectsResource(t *testing.T, s *server) {
	_, err := s.client(t).Create(t.Context(), "Communication", []byte(`{"resourceType":"Communication","status":"completed","payload":[{"contentString":""}]}`), "")
	wantCode(t, err, careline.CodeRejected)
	_, err = s.client(t).Create(t.Context(), "Communication", []byte(`{"resourceType":"Communication","status":"completed","foo":"bar"}`), "")
	wantCode(t, err, careline.CodeRejected)
}

func waitsForQuota(t *testing.T, s *server) {
	s = s.overQuota(t)
	client := s.client(t)
	body := []byte(`{"resourceType":"Communication","status":"completed"}`)
	if _, err := client.Create(t.Context(), "Communication", body, ""); err != nil {
		t.Fatal(err)
	}
	// Another instance, which has seen nothing of the quota, is refused.
	_, err := s.client(t).Create(t.Context(), "Communication", body, "")
	wantCode(t, err, careline.CodeUnavailable)
	if wait := asked(err); wait <= 0 || wait > time.Minute {
		t.Errorf("wait %v, want the rest of the window", wait)
	}
}

func survivesNetwork(t *testing.T, s *server) {
	chart := s.chart(t)
	s.fail(t, fault{Method: http.MethodPost, Path: "/fhir/R4/Communication", Times: 1})
	_, err := chart.File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
	wantCode(t, err, careline.CodeUnavailable)

	for _, status := range []int{408, 500, 502, 503, 504} {
		s.fail(t, fault{
			Method: http.MethodPost,
			Path:   "/fhir/R4/Communication",
			Status: status,
			Times:  1,
		})
		_, err := chart.File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
		wantCode(t, err, careline.CodeUnavailable)
	}

	s.fail(t, fault{
		Method: http.MethodPost,
		Path:   "/fhir/R4/Communication",
		Status: http.StatusForbidden,
		Times:  1,
	})

	_, err = chart.File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
	wantCode(t, err, careline.CodeUnavailable)
	if wait := asked(err); wait <= 0 || wait > 30*time.Second {
		t.Errorf("a forbidden write waits %v", wait)
	}

	s.fail(t, fault{Path: "/fhir/R4/", DelayMs: 20_000, Times: 2})
	slow := s.client(t, func(c *fhir.Config) { c.Timeout = 50 * time.Millisecond })
	wantCode(t, slow.Ready(t.Context()), careline.CodeUnavailable)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wantCode(t, s.client(t).Ready(ctx), careline.CodeUnavailable)
}
