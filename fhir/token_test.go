package fhir_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
)

// However a server tells the life of a token, careline is let in, and uses the
// token for about so long.
func TestEveryFormOfATokensLifeIsRead(t *testing.T) {
	t.Parallel()
	const unsaid = 5 * time.Minute

	for form, life := range map[string]time.Duration{
		`,"expires_in":3600`:           time.Hour,
		`,"expires_in":"3600"`:         time.Hour,
		`,"expires_in":" 3600 "`:       time.Hour,
		`,"expires_in":3600.0`:         time.Hour,
		`,"expires_in":3599.9`:         time.Hour,
		`,"expires_in":"3600.0"`:       time.Hour,
		`,"expires_in":3.6e3`:          time.Hour,
		`,"expires_in":0.25`:           time.Second,
		`,"expires_in":1e-300`:         time.Second,
		`,"expires_in":1e300`:          24 * time.Hour,
		`,"expires_in":1e400`:          24 * time.Hour,
		`,"expires_in":99999999999999`: 24 * time.Hour,
		`,"expires_in":0`:              unsaid,
		`,"expires_in":-1`:             unsaid,
		`,"expires_in":"soon"`:         unsaid,
		`,"expires_in":"NaN"`:          unsaid,
		`,"expires_in":""`:             unsaid,
		`,"expires_in":null`:           unsaid,
		`,"expires_in":true`:           unsaid,
		`,"expires_in":[3600]`:         unsaid,
		`,"expires_in":{"s":3600}`:     unsaid,
		``:                             unsaid,
		`,"scope":["a"],"token_type":7,"expires_in":3600`: time.Hour,
	} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				logins := 0
				c := offline(t, func(r *http.Request) (int, http.Header, string) {
					if r.URL.Path == "/oauth2/token" {
						logins++
						return 200, nil, `{"access_token":"t"` + form + `}`
					}
					return 200, nil, empty
				}, true)
				for _, at := range []time.Duration{0, life * 7 / 10, life*3/10 + time.Second} {
					wait(at)
					if err := ask(t.Context(), c); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
					if want := 1; at != life*3/10+time.Second && logins != want {
						t.Fatalf("%d logins after %v", logins, at)
					}
				}
				if logins != 2 {
					t.Errorf("%d logins in a life of %v and a second", logins, life)
				}
			})
		})
	}
}

// What a login's failure tells an operator to do is what mends it.
func TestALoginsFailureDoesNotMislead(t *testing.T) {
	t.Parallel()
	const secret, address, grant = "FHIR_CLIENT_SECRET", "FHIR_TOKEN_URL", "client-credentials grant"

	for name, c := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"Medplum's wrong secret":    {400, `{"error":"invalid_request","error_description":"Invalid secret"}`, secret},
		"a wrong secret":            {401, `{"error":"invalid_client"}`, secret},
		"another grant":             {400, `{"error":"unsupported_grant_type"}`, grant},
		"not this client":           {400, `{"error":"unauthorized_client"}`, grant},
		"its own trouble":           {400, `{"error":"temporarily_unavailable"}`, "at the moment"},
		"a gateway's JSON":          {503, `{"error":"Service Unavailable","status":503}`, "at the moment"},
		"a gateway's JSON of 502":   {502, `{"error":"invalid_request"}`, "at the moment"},
		"too many":                  {429, `{"error":"invalid_request"}`, "at the moment"},
		"a framework's bad request": {400, `{"error":"Bad Request","status":400}`, "at the moment"},
		"a page instead":            {200, `<html>`, address},
		"a list instead":            {200, `[]`, address},
		"no token":                  {200, `{"expires_in":3600}`, "without a token"},
		"a token that is none":      {200, `{"access_token":{"x":1},"expires_in":3600}`, "without a token"},
		"an empty token":            {200, `{"access_token":"","expires_in":3600}`, "without a token"},
		"a token in two lines":      {200, `{"access_token":"a\r\nb","expires_in":3600}`, "without a token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := offline(t, func(*http.Request) (int, http.Header, string) { return c.status, nil, c.body }, true)
			err := ask(t.Context(), client)
			wantCode(t, err, careline.CodeUnavailable)
			for _, advice := range []string{secret, address, grant, "at the moment", "without a token"} {
				if strings.Contains(err.Error(), advice) != (advice == c.says) {
					t.Errorf("%q, want what says %q", err, c.says)
				}
			}
			if strings.Contains(err.Error(), "Bad Request") || strings.Contains(err.Error(), "description") {
				t.Errorf("the server's words: %v", err)
			}
		})
	}
}
