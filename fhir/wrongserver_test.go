package fhir_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
)

// Both servers can be wrong in the same ways, so that what careline makes of it is
// tried on both.
func TestBothServersCanBeWrong(t *testing.T) {
	t.Parallel()
	like := medplumLike(t)

	for name, open := range map[string]func(*testing.T) *server{"fhirbox": box, "Medplum-like": like} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			client := s.client(t)
			one, two := makeNote(t, client, "one"), makeNote(t, client, "two")
			searchesLeniently(t, s, client)
			answersAnother(t, s, client, one, two)
			refusesWrites(t, s, client, one)
			forbidsAndHides(t, s, client, one)
			dropsFields(t, s, client)
			takesLong(t, s, client, one)
			answersLogins(t, s)
		})
	}
}

func noteOf(sid, members string) string {
	return `{"resourceType":"Communication","status":"completed","identifier":[{"system":"https://www.twilio.com/","value":"` + sid + `"}]` + members + `}`
}

func makeNote(t *testing.T, c *fhir.Client, sid string) fhir.Resource {
	t.Helper()
	made, err := c.Create(t.Context(), "Communication", []byte(noteOf(sid, "")), "")
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (s *server) wrong(t *testing.T, kind fhirbox.Kind, change ...func(*fault)) {
	t.Helper()
	f := fault{Kind: kind, Times: -1}
	for _, c := range change {
		c(&f)
	}
	s.fail(t, f)
}

func about(names ...string) func(*fault) { return func(f *fault) { f.Names = names } }

func searchesLeniently(t *testing.T, s *server, c *fhir.Client) {
	t.Helper()
	s.wrong(t, fhirbox.KindLenient, about("identifier", "based-on"))
	for _, query := range []url.Values{{"identifier": {"https://www.twilio.com/|one"}}, {"based-on": {"Appointment/none"}}, {"identifier": {strings.Repeat("long", 500)}}} {
		found, err := c.Search(t.Context(), "Communication", query)
		if careline.CodeOf(err) != careline.CodeUnavailable || !strings.Contains(err.Error(), "not asked for") {
			t.Errorf("a lenient search finds %d, %v", len(found), err)
		}
	}

	s.fail(t)
	if found, err := c.Search(t.Context(), "Communication", url.Values{"identifier": {"https://www.twilio.com/|one,https://www.twilio.com/|two,urn:x|one"}}); err != nil || len(found) != 2 {
		t.Errorf("several identifiers find %d, %v", len(found), err)
	}

	s.wrong(t, fhirbox.KindInclude)
	_, err := c.Search(t.Context(), "Appointment", url.Values{"_include": {"Appointment:actor"}})
	wantCode(t, err, careline.CodeRejected)
	if _, err := c.Search(t.Context(), "Appointment", url.Values{}); err != nil {
		t.Errorf("without _include: %v", err)
	}
}

// answersAnother asks in raw HTTP: the client may refuse what does not fit.
func answersAnother(t *testing.T, s *server, c *fhir.Client, one, two fhir.Resource) {
	t.Helper()
	s.wrong(t, fhirbox.KindOther, func(f *fault) { f.With, f.Path = "Communication/"+two.ID, "/fhir/R4/Communication" })
	path := "/fhir/R4/Communication"
	for _, try := range [][3]string{{"GET", path + "/" + one.ID, ""}, {"PUT", path + "/" + one.ID, noteOf("changed", `,"id":"`+one.ID+`"`)}, {"POST", path, noteOf("three", "")}} {
		body, etag := s.raw(t, try[0], try[1], try[2])
		if !strings.Contains(body, two.ID) || etag != `W/"`+two.Version+`"` {
			t.Errorf("%s: %s %s", try[0], etag, body)
		}
	}

	s.wrong(t, fhirbox.KindNoVersion)
	if body, etag := s.raw(t, "GET", path+"/"+one.ID, ""); !strings.Contains(body, `"versionId":""`) || etag != "" {
		t.Errorf("%q %s", etag, body)
	}

	s.fail(t)
	if r, err := c.Read(t.Context(), "Communication", one.ID); err != nil || !strings.Contains(string(r.JSON), "changed") {
		t.Errorf("not carried out: %v", err)
	}
}

// raw is an answer's body and ETag.
func (s *server) raw(t *testing.T, method, path, body string) (text, etag string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	req.Header.Set("Content-Type", "application/fhir+json")
	req.Header.Set("Authorization", "Bearer "+s.token(t)["access_token"].(string))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}

	defer res.Body.Close()
	var members json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&members); err != nil {
		t.Fatal(err)
	}
	return string(members), res.Header.Get("ETag")
}

func (s *server) token(t *testing.T) map[string]any {
	t.Helper()
	res, err := http.PostForm(s.url+"/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {clientSecret}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var token map[string]any
	if err := json.NewDecoder(res.Body).Decode(&token); err != nil {
		t.Fatal(err)
	}
	return token
}

func refusesWrites(t *testing.T, s *server, c *fhir.Client, one fhir.Resource) {
	t.Helper()
	same, err := c.Read(t.Context(), "Communication", one.ID)
	if err != nil {
		t.Fatal(err)
	}

	for _, try := range []struct {
		kind           fhirbox.Kind
		names          []string
		sound, unsound int
		update         int
	}{
		{fhirbox.KindCap, nil, 422, 422, 200},
		{fhirbox.KindTerminology, nil, 403, 400, 403},
		{fhirbox.KindCriteria, []string{"ours"}, 403, 400, 404},
		{fhirbox.KindForbid, []string{"update"}, 201, 400, 403},
	} {
		s.wrong(t, try.kind, about(try.names...))
		_, sound := c.Create(t.Context(), "Communication", []byte(noteOf("four", "")), "")
		_, unsound := c.Create(t.Context(), "Communication", []byte(`{"resourceType":"Communication"}`), "")
		_, update := c.Update(t.Context(), same)
		for name, is := range map[string][2]int{"sound": {statusOf(sound, 201), try.sound}, "unsound": {statusOf(unsound, 201), try.unsound}, "update": {statusOf(update, 200), try.update}} {
			if is[0] != is[1] {
				t.Errorf("%s, %s: %d, want %d", try.kind, name, is[0], is[1])
			}
		}
	}

	s.fail(t)
}

func forbidsAndHides(t *testing.T, s *server, c *fhir.Client, one fhir.Resource) {
	t.Helper()
	s.wrong(t, fhirbox.KindForbid, about("history"))
	if _, err := c.History(t.Context(), "Communication", one.ID); statusOf(err, 200) != 403 {
		t.Errorf("history: %v", err)
	}
	if _, err := c.Read(t.Context(), "Communication", one.ID); err != nil {
		t.Errorf("reading is forbidden with history: %v", err)
	}
	s.wrong(t, fhirbox.KindCriteria, about("ours"))
	if found, err := c.Search(t.Context(), "Communication", url.Values{}); err != nil || len(found) != 0 {
		t.Errorf("outside the criteria: %d, %v", len(found), err)
	}
	s.fail(t)
}

func dropsFields(t *testing.T, s *server, c *fhir.Client) {
	t.Helper()
	s.wrong(t, fhirbox.KindReadonly, about("extension"))
	made, err := c.Create(t.Context(), "Communication", []byte(noteOf("five", `,"extension":[{"url":"urn:x","valueString":"y"}]`)), "")
	if err != nil || strings.Contains(string(made.JSON), "extension") {
		t.Errorf("%v %s", err, made.JSON)
	}
	s.fail(t)
}

func takesLong(t *testing.T, s *server, c *fhir.Client, one fhir.Resource) {
	t.Helper()
	s.wrong(t, fhirbox.KindTail, func(f *fault) { f.Share, f.Seed, f.DelayMs = 0.5, 3, 40 })
	slow := 0
	for range 20 {
		before := time.Now()
		if _, err := c.Read(t.Context(), "Communication", one.ID); err != nil {
			t.Fatal(err)
		}
		if time.Since(before) >= 40*time.Millisecond {
			slow++
		}
	}

	if slow < 3 {
		t.Errorf("%d of 20 took long", slow)
	}
	s.fail(t)
}

func answersLogins(t *testing.T, s *server) {
	t.Helper()
	s.wrong(t, fhirbox.KindExpiry, func(f *fault) { f.Expiry = "3600" })
	if expiry := s.token(t)["expires_in"]; expiry != "3600" {
		t.Errorf("expires_in %v", expiry)
	}
	s.fail(t)
}

// statusOf is the HTTP status of an answer, fine when there was no error.
func statusOf(err error, fine int) int {
	if err == nil {
		return fine
	}
	if p, ok := errors.AsType[*fhir.Problem](err); ok {
		return p.Status
	}
	return 0
}
