package fhir_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline/fhir"
	"perci.health/careline/setup"
)

func findings(t *testing.T, c *fhir.Client) map[string]setup.Finding {
	t.Helper()
	all := map[string]setup.Finding{}
	for _, check := range c.Checks() {
		f := check.Ask(t.Context())
		if f.Found == "" || (f.Do == "") != (f.Verdict == setup.VerdictGood || f.Verdict == setup.VerdictSkipped) {
			t.Errorf("%s: %+v", check.Name, f)
		}
		all[check.Name] = f
	}
	return all
}

func passesChecks(t *testing.T, s *server) {
	all := findings(t, s.client(t))
	if f := all["fhir: definitions"]; f.Verdict != setup.VerdictDoubt || !strings.Contains(f.Do, "provision") {
		t.Errorf("without definitions: %+v", f)
	}

	apply(t, plan(t, s))
	if s.bind != nil {
		s.bind(t, shipped(t, "accesspolicy-careline"))
	}

	for name, f := range findings(t, s.client(t)) {
		want := setup.VerdictGood
		if s.plain && name == "fhir: login" {
			want = setup.VerdictSkipped
		}
		if f.Verdict != want {
			t.Errorf("%s: %+v", name, f)
		}
	}

	if entries, err := s.client(t).Search(t.Context(), "Communication", url.Values{}); err != nil || len(entries) != 0 {
		t.Errorf("the checks left %d Communications, %v", len(entries), err)
	}
}

const (
	statement = `{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","software":{"name":"x"},"rest":[{"resource":[{"type":"Communication"}]}]}`
	invalid   = `{"resourceType":"OperationOutcome","issue":[{"code":"structure","details":{"text":"Missing required property"},"expression":["Communication.status"]}]}`
	missing   = `{"resourceType":"OperationOutcome","issue":[{"code":"not-found"}]}`
	lenient   = `{"resourceType":"Communication","id":"1","meta":{"versionId":"1"},"payload":[{"contentString":"A check by careline doctor; never to be stored."}]}`
)

// sound is a server with which all is well; a case spoils one of its answers.
func sound(r *http.Request) (int, http.Header, string) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/metadata"):
		return 200, nil, statement
	case strings.HasSuffix(r.URL.Path, "/token"):
		return 200, nil, `{"access_token":"t","expires_in":3600}`
	case r.Method == http.MethodPost:
		return 400, nil, invalid
	case strings.HasPrefix(r.URL.Path, "/fhir/R4/Communication/"), strings.Contains(r.URL.Path, "/00000000-0000-4000-8000-000000000000"):
		return 404, nil, missing
	}
	return 200, left(40_000, 30), empty
}

func TestChecksSayWhatIsWrong(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		method, path string
		status       int
		header       http.Header
		body         string
		check        string
		want         setup.Verdict
		do           string
	}{
		"all well":             {check: "fhir: write", want: setup.VerdictGood},
		"quota told":           {check: "fhir: quota", want: setup.VerdictGood},
		"no FHIR":              {path: "/metadata", status: 200, body: "<html>", check: "fhir: server", want: setup.VerdictFault, do: "FHIR_BASE_URL"},
		"not there":            {path: "/metadata", status: 404, body: missing, check: "fhir: server", want: setup.VerdictFault, do: "FHIR_BASE_URL"},
		"another version":      {path: "/metadata", status: 200, body: `{"resourceType":"CapabilityStatement","fhirVersion":"5.0.0"}`, check: "fhir: server", want: setup.VerdictFault, do: "4.0.1"},
		"wrong secret":         {path: "/token", status: 400, body: `{"error":"invalid_request","error_description":"Invalid secret"}`, check: "fhir: login", want: setup.VerdictFault, do: "FHIR_CLIENT_SECRET"},
		"login down":           {path: "/token", status: 0, check: "fhir: login", want: setup.VerdictFault, do: "reached"},
		"may not search":       {method: "GET", path: "/Appointment", status: 403, body: invalid, check: "fhir: search", want: setup.VerdictFault, do: "AccessPolicy"},
		"may not read":         {method: "GET", path: "/Communication/", status: 403, body: invalid, check: "fhir: search", want: setup.VerdictFault, do: "AccessPolicy"},
		"may not write":        {method: "POST", path: "/Communication", status: 403, body: invalid, check: "fhir: write", want: setup.VerdictFault, do: "AccessPolicy"},
		"may not change":       {method: "PUT", path: "/Communication/", status: 403, body: invalid, check: "fhir: write", want: setup.VerdictFault, do: "AccessPolicy"},
		"changes are guarded":  {method: "PUT", path: "/Communication/", status: 412, body: invalid, check: "fhir: write", want: setup.VerdictGood},
		"may not see people":   {method: "GET", path: "/RelatedPerson/", status: 403, body: invalid, check: "fhir: search", want: setup.VerdictFault, do: "AccessPolicy"},
		"may not see history":  {method: "GET", path: "/_history", status: 403, body: invalid, check: "fhir: search", want: setup.VerdictFault, do: "AccessPolicy"},
		"nobody is there":      {method: "GET", path: "/Communication", status: 0, check: "fhir: search", want: setup.VerdictFault, do: "can be reached from here"},
		"unprocessable":        {method: "POST", path: "/Communication", status: 422, body: invalid, check: "fhir: write", want: setup.VerdictGood},
		"database down":        {method: "POST", path: "/Communication", status: 400, body: `{"resourceType":"OperationOutcome","issue":[{"code":"invalid","details":{"text":"connect ECONNREFUSED"}}]}`, check: "fhir: write", want: setup.VerdictFault, do: "moment"},
		"nothing is validated": {method: "POST", path: "/Communication", status: 201, body: lenient, check: "fhir: write", want: setup.VerdictDoubt, do: "Delete Communication/1"},
		"a lenient search":     {method: "GET", path: "/Communication", status: 200, body: `{"resourceType":"Bundle","entry":[{"resource":` + lenient + `}]}`, check: "fhir: search", want: setup.VerdictFault, do: "overlooks"},
		"quota of everybody":   {path: "/metadata", status: 429, header: left(0, 30), body: missing, check: "fhir: server", want: setup.VerdictFault, do: "Ask again then"},
		"quota gone":           {method: "GET", path: "/Communication", status: 429, header: left(0, 30), body: missing, check: "fhir: quota", want: setup.VerdictFault, do: "Ask again then"},
		"quota about gone":     {method: "GET", path: "/Communication", status: 200, header: left(90, 30), body: empty, check: "fhir: quota", want: setup.VerdictFault, do: "Ask again then"},
		"quota nearly gone":    {method: "GET", path: "/Communication", status: 200, header: left(3_000, 30), body: empty, check: "fhir: quota", want: setup.VerdictDoubt, do: "quota"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := offline(t, func(r *http.Request) (int, http.Header, string) {
					if c.path != "" && strings.Contains(r.URL.Path, c.path) && (c.method == "" || c.method == r.Method) {
						return c.status, c.header, c.body
					}
					return sound(r)
				}, true)
				f := findings(t, client)[c.check]
				if f.Verdict != c.want || !strings.Contains(f.Do, c.do) {
					t.Errorf("%+v, want %s and %q", f, c.want, c.do)
				}
			})
		})
	}
}

// A server that looks at the content before the rights refuses everybody alike, so
// the check claims no more than can be seen.
func TestTheCheckOfWritingSaysItsLimit(t *testing.T) {
	t.Parallel()
	f := findings(t, offline(t, sound, false))["fhir: write"]
	if f.Verdict != setup.VerdictGood || !strings.Contains(f.Found, "as can be seen without storing") {
		t.Errorf("%+v", f)
	}
}

// What a server without validation has stored is deleted again.
func TestWhatTheCheckStoredIsDeleted(t *testing.T) {
	t.Parallel()
	deleted := false
	c := offline(t, func(r *http.Request) (int, http.Header, string) {
		switch r.Method {
		case http.MethodPost:
			return 201, nil, lenient
		case http.MethodDelete:
			deleted = r.URL.Path == "/fhir/R4/Communication/1"
			return 204, nil, ""
		}
		return sound(r)
	}, false)

	f := findings(t, c)["fhir: write"]
	if f.Verdict != setup.VerdictDoubt || !deleted || !strings.Contains(f.Found, "deleted again") {
		t.Errorf("deleted: %v, %+v", deleted, f)
	}
}

func TestAServerThatWantsALoginSaysSo(t *testing.T) {
	t.Parallel()
	c := offline(t, func(r *http.Request) (int, http.Header, string) {
		if strings.HasSuffix(r.URL.Path, "/metadata") {
			return sound(r)
		}
		return 401, nil, ""
	}, false)
	if f := findings(t, c)["fhir: search"]; f.Verdict != setup.VerdictFault || !strings.Contains(f.Do, "FHIR_TOKEN_URL") {
		t.Errorf("%+v", f)
	}
}

// What makes no other question of use is said by its check.
func TestWhichFindingsBlock(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		path   string
		status int
		body   string
		check  string
		blocks bool
	}{
		"nobody is there":        {"/metadata", 0, "", "fhir: server", true},
		"it is down":             {"/metadata", 503, missing, "fhir: server", true},
		"no FHIR":                {"/metadata", 200, "<html>", "fhir: server", true},
		"a guarded statement":    {"/metadata", 401, missing, "fhir: server", false},
		"a forbidden statement":  {"/metadata", 403, missing, "fhir: server", false},
		"another version":        {"/metadata", 200, `{"resourceType":"CapabilityStatement","fhirVersion":"5.0.0"}`, "fhir: server", false},
		"a login that is away":   {"/token", 0, "", "fhir: login", true},
		"a login that refuses":   {"/token", 400, `{"error":"invalid_request"}`, "fhir: login", true},
		"a quota that is spent":  {"/Communication", 429, missing, "fhir: quota", true},
		"a search that is wrong": {"/Appointment", 403, invalid, "fhir: search", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := offline(t, func(r *http.Request) (int, http.Header, string) {
					if strings.Contains(r.URL.Path, c.path) {
						return c.status, nil, c.body
					}
					return sound(r)
				}, true)
				if f := findings(t, client)[c.check]; f.Blocks != c.blocks || f.Verdict != setup.VerdictFault {
					t.Errorf("%+v", f)
				}
			})
		})
	}
}

// A quota that is spent is one fault, with its end, and not one of each question.
func TestASpentQuotaIsOneFault(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		ends := time.Now().Add(49 * time.Second)
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			if strings.HasSuffix(r.URL.Path, "/metadata") || strings.HasSuffix(r.URL.Path, "/token") {
				return sound(r)
			}
			return 429, left(0, 49), textOf(t, outcome("throttled", "Too Many Requests"))
		}, true)
		blocked, faults := map[string]bool{}, 0
		for _, check := range c.Checks() {
			if blocked[check.Needs] {
				blocked[check.Name] = true
				continue
			}
			if f := check.Ask(t.Context()); f.Verdict == setup.VerdictFault {
				faults++
				blocked[check.Name] = f.Blocks
				if !strings.Contains(f.Found, ends.UTC().Format("15:04:05 UTC")) {
					t.Errorf("the end is not told: %+v", f)
				}
			}
		}
		if faults != 1 || !blocked["fhir: write"] || !blocked["fhir: definitions"] || !blocked["fhir: search"] {
			t.Errorf("%d faults, blocked: %v", faults, blocked)
		}
	})
}
