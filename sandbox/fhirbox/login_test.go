package fhirbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"perci.health/careline/sandbox/fhirbox"
)

var secured = fhirbox.Config{ClientID: "app", ClientSecret: "s3cret"}

const form = "application/x-www-form-urlencoded"

func (a *api) login() string {
	a.t.Helper()
	r := a.want(200, "POST", "/oauth2/token", "grant_type=client_credentials&client_id=app&client_secret=s3cret", "Content-Type", form)
	var t struct {
		Type    string `json:"token_type"`
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(r.Text), &t); err != nil || t.Type != "Bearer" || t.Token == "" || t.Expires != 3600 {
		a.t.Fatalf("%v in %s", err, r.Text)
	}
	return t.Token
}

func TestLogin(t *testing.T) {
	t.Parallel()
	a := newAPI(t, secured)
	token := a.login()
	a.want(200, "GET", "/Patient", "", "Authorization", "Bearer "+token)
	basic := "Basic YXBwOnMzY3JldA==" // app:s3cret
	a.want(200, "GET", "/Patient", "", "Authorization", basic)
	a.want(200, "POST", "/oauth2/token", "grant_type=client_credentials", "Content-Type", form, "Authorization", basic)
	a.want(200, "GET", "/metadata", "")
	for _, bad := range []string{"", "bearer " + token, "Bearer x" + token, "Bearer ", token, "Basic YXBwOng="} {
		r := a.want(401, "GET", "/Patient", "", "Authorization", bad)
		if code, text, _ := r.issue(t); code != "login" || text != "Unauthorized" || !strings.Contains(r.Text, `"id":"unauthorized"`) || r.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%q: %s", bad, r.Text)
		}
	}

	a.want(204, "POST", "/sandbox/v1/reset", "")
	a.want(401, "GET", "/Patient", "", "Authorization", "Bearer "+token)
	a.want(200, "GET", "/Patient", "", "Authorization", "Bearer "+a.login())
}

func TestLoginRefusals(t *testing.T) {
	t.Parallel()
	a := newAPI(t, secured)
	for body, want := range map[string]string{
		"":                              "Missing grant_type",
		"client_id=app":                 "Missing grant_type",
		"grant_type=authorization_code": "Unsupported grant_type",
		"grant_type=client_credentials&client_id=other&client_secret=s3cret": "Invalid client",
		"grant_type=client_credentials&client_id=app&client_secret=wrong":    "Invalid secret",
	} {
		r := a.want(400, "POST", "/oauth2/token", body, "Content-Type", form)
		if !strings.Contains(r.Text, `"error":"invalid_request"`) || !strings.Contains(r.Text, `"error_description":"`+want+`"`) {
			t.Errorf("%s: %s", body, r.Text)
		}
	}

	if r := a.want(400, "POST", "/oauth2/token", `{}`, "Content-Type", "application/json"); !strings.HasPrefix(r.Text, "Unsupported content type") {
		t.Error(r.Text)
	}
	if _, err := fhirbox.Open(fhirbox.Config{ClientID: "app"}); err == nil {
		t.Error("a client without secret is taken")
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{Quota: fhirbox.Quota{Requests: 100, FHIRUnits: 250, Logins: 1}})
	rate := func(r reply) string {
		return strings.Join(r.Header.Values("RateLimit"), " ")
	}

	if r := a.want(201, "POST", "/Communication", with("")); !strings.HasPrefix(rate(r), `"requests";r=99;t=60 "fhirInteractions";r=150;t=60`) {
		t.Error(rate(r))
	}
	a.want(201, "POST", "/Communication", with(""))
	if r := a.want(200, "GET", "/Communication", ""); !strings.Contains(rate(r), `"fhirInteractions";r=30;`) {
		t.Error(rate(r))
	}

	r := a.want(429, "POST", "/Communication", with(""))
	if r.Header.Get("Retry-After") != "" || !strings.Contains(rate(r), `"fhirInteractions";r=0;`) {
		t.Error(r.Header)
	}

	o := r.resource(t)
	var diagnostics struct {
		Before int `json:"_msBeforeNext"`
		Limit  int
	}

	if err := json.Unmarshal([]byte(o.Issue[0].Diagnostics), &diagnostics); err != nil || diagnostics.Before == 0 || diagnostics.Limit != 250 || o.Issue[0].Code != "throttled" {
		t.Errorf("%v: %s", err, r.Text)
	}
	a.want(429, "GET", "/Communication/1", "")
	a.want(200, "POST", "/oauth2/token", "grant_type=client_credentials", "Content-Type", form)
	a.want(429, "POST", "/oauth2/token", "grant_type=client_credentials", "Content-Type", form)
}
