package auth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"perci.health/careline/auth"
	"perci.health/careline/setup"
)

func TestChecks(t *testing.T) {
	t.Parallel()
	good := `{"keys":[{"kid":"a","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`
	now := newClock().now()
	for name, c := range map[string]struct {
		status   int
		body     string
		ahead    time.Duration // of the issuer's clock
		keys     setup.Verdict
		clock    setup.Verdict
		contains string // in what the first that is not good says
	}{
		"all well":              {200, good, 0, setup.VerdictGood, setup.VerdictGood, "1 (EdDSA)"},
		"no such project":       {404, "{}", 0, setup.VerdictFault, setup.VerdictGood, "DESCOPE_PROJECT_ID"},
		"bad project id":        {400, `{"errorCode":"E011002"}`, 0, setup.VerdictFault, setup.VerdictGood, "DESCOPE_PROJECT_ID"},
		"down":                  {502, "<html>", 0, setup.VerdictFault, setup.VerdictGood, "502"},
		"asked too often":       {429, "", 0, setup.VerdictFault, setup.VerdictGood, "minute"},
		"another page":          {200, "<html>", 0, setup.VerdictFault, setup.VerdictGood, "DESCOPE_BASE_URL"},
		"symmetric key only":    {200, `{"keys":[{"kid":"a","kty":"oct","k":"c2VjcmV0"}]}`, 0, setup.VerdictFault, setup.VerdictGood, "ES256"},
		"no keys":               {200, `{"keys":[]}`, 0, setup.VerdictFault, setup.VerdictGood, "ES256"},
		"within the second":     {200, good, 4 * time.Second, setup.VerdictGood, setup.VerdictGood, ""},
		"issuer a little ahead": {200, good, 6 * time.Second, setup.VerdictGood, setup.VerdictDoubt, "behind"},
		"issuer a little late":  {200, good, -6 * time.Second, setup.VerdictGood, setup.VerdictDoubt, "ahead of"},
		"issuer far ahead":      {200, good, 31 * time.Second, setup.VerdictGood, setup.VerdictFault, "NTP"},
		"issuer far behind":     {200, good, -31 * time.Second, setup.VerdictGood, setup.VerdictFault, "NTP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", now.Add(c.ahead).Format(http.TimeFormat))
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			}))
			t.Cleanup(server.Close)
			all := ask(t, server.URL, now)
			if all["issuer: keys"].Verdict != c.keys || all["issuer: clock"].Verdict != c.clock {
				t.Errorf("%+v", all)
			}
			if !strings.Contains(fmt.Sprint(all), c.contains) {
				t.Errorf("%q is not in %v", c.contains, all)
			}
		})
	}
}

func TestChecksOfNobody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	all := ask(t, server.URL, newClock().now())
	if f := all["issuer: keys"]; f.Verdict != setup.VerdictFault || f.Do == "" || all["issuer: clock"].Verdict != setup.VerdictSkipped {
		t.Errorf("%+v", all)
	}
}

func ask(t *testing.T, base string, now time.Time) map[string]setup.Finding {
	t.Helper()
	v, err := auth.New(auth.Config{ProjectID: project, BaseURL: base, PractitionerClaim: "p", ClinicianRole: "clinician", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]setup.Finding{}
	for _, check := range v.Checks() {
		all[check.Name] = check.Ask(t.Context())
	}
	return all
}
