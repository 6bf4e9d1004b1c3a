package fhir_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

func TestProblemOfEachOutcome(t *testing.T) {
	t.Parallel()
	issue := func(code, text string, expression ...string) string {
		b, err := json.Marshal(outcome(code, text, expression...))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}

	for name, c := range map[string]struct {
		status int
		body   string
		want   careline.Code
	}{
		"validation":           {400, issue("invariant", "Constraint ext-1 not met", "Communication.extension[0]"), careline.CodeRejected},
		"structure":            {400, issue("structure", "Missing required property"), careline.CodeRejected},
		"invalid at a place":   {400, issue("invalid", "connection", "Communication.status"), careline.CodeRejected},
		"too large":            {400, issue("invalid", "File too large"), careline.CodeRejected},
		"reference":            {400, issue("invalid", "Invalid reference (Not found)"), careline.CodeRejected},
		"database starts":      {400, issue("invalid", "the database system is starting up"), careline.CodeUnavailable},
		"database fails over":  {400, issue("invalid", "terminating connection due to administrator command"), careline.CodeUnavailable},
		"a proxy":              {400, "<html>Bad Request</html>", careline.CodeUnavailable},
		"login":                {401, issue("login", "Unauthorized"), careline.CodeUnavailable},
		"access policy":        {403, issue("forbidden", "Forbidden"), careline.CodeUnavailable},
		"conflict":             {409, issue("conflict", "could not serialize access due to concurrent update"), careline.CodeConflict},
		"precondition":         {412, issue("processing", "Precondition Failed"), careline.CodeConflict},
		"unprocessable":        {422, issue("processing", "no"), careline.CodeRejected},
		"a redirect":           {302, "", careline.CodeUnavailable},
		"no FHIR at all":       {200, "<html>", careline.CodeUnavailable},
		"statement timed out":  {504, issue("timeout", "server-timeout"), careline.CodeUnavailable},
		"nowhere to create":    {404, issue("not-found", "Not found"), careline.CodeRejected},
		"connection was reset": {0, "", careline.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := offline(t, func(*http.Request) (int, http.Header, string) {
				return c.status, http.Header{"Location": {"http://elsewhere.test/"}}, c.body
			}, false)
			chart := newChart(t, client)
			_, err := chart.File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
			wantCode(t, err, c.want)
		})
	}
}

func TestErrorsTellNothingOfTheResource(t *testing.T) {
	t.Parallel()
	text := `Invalid phone "+447700900001" of 'Alex Meyer', also 07700 900 002 and 020-7946-0003: ` + strings.Repeat("long ", 200)
	body, err := json.Marshal(outcome("value", text, "Patient.telecom[0]"))
	if err != nil {
		t.Fatal(err)
	}

	for _, status := range []int{400, 0} {
		client := offline(t, func(*http.Request) (int, http.Header, string) { return status, nil, string(body) }, false)
		_, err = client.Search(t.Context(), "Patient", url.Values{"_id": {"4477009000019"}})
		if err == nil {
			t.Fatal("no error")
		}
		for _, secret := range []string{"77009", "Meyer", "900 002", "0003"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q is in %q", secret, err)
			}
		}
		if len(err.Error()) > 400 {
			t.Errorf("%d characters", len(err.Error()))
		}
		if status == 400 && !strings.Contains(err.Error(), "Patient.telecom[0]") {
			t.Errorf("the place is missing: %v", err)
		}
	}
}

func TestPersonalSearchesAreNotInTheURL(t *testing.T) {
	t.Parallel()

	for name, personal := range map[string]bool{"_id": false, "phone": true, "patient.telecom": true, "actor:Patient.phone:exact": true, "date": false} {
		var method, query string
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			method, query = r.Method+" "+r.URL.Path, r.URL.RawQuery
			return 200, nil, empty
		}, false)
		if _, err := c.Search(t.Context(), "Patient", url.Values{name: {"x"}}); err != nil {
			t.Fatal(err)
		}
		if personal != (method == "POST /fhir/R4/Patient/_search") || personal != (query == "") {
			t.Errorf("%s: %s?%s", name, method, query)
		}
	}
}

func TestNextLinksStayWithinTheServer(t *testing.T) {
	t.Parallel()
	page := func(next string) string {
		return fmt.Sprintf(`{"resourceType":"Bundle","link":[{"relation":"next","url":%q}]}`, next)
	}

	for _, next := range []string{"http://elsewhere.test/fhir/R4/Communication?_offset=20", "https://fhir.test/fhir/R4/x", "http://fhir.test/admin",
		"http://fhir.test/fhir/R4x/y", "http://u:p@fhir.test/fhir/R4/x", "http://fhir.test/fhir/R4/../../admin", "//elsewhere.test/fhir/R4/x", "http://fhir.test/fhir/R4/Communication?again"} {
		var asked []string
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			asked = append(asked, r.URL.String())
			return 200, nil, page(next)
		}, false)
		_, err := c.Search(t.Context(), "Communication", url.Values{"_id": {"1"}})
		wantCode(t, err, careline.CodeRejected)
		for _, a := range asked {
			if !strings.HasPrefix(a, "http://fhir.test/fhir/R4/Communication?") {
				t.Errorf("asked %s", a)
			}
		}
	}
}

func TestTooLargeAnswersAreNotRead(t *testing.T) {
	t.Parallel()
	huge := `{"resourceType":"Bundle","x":"` + strings.Repeat("x", 17<<20) + `"}`
	c := offline(t, func(*http.Request) (int, http.Header, string) { return 200, nil, huge }, false)
	_, err := c.Search(t.Context(), "Communication", nil)
	wantCode(t, err, careline.CodeRejected)
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for _, cfg := range []fhir.Config{{}, {BaseURL: "fhir.test/R4"}, {BaseURL: "ftp://fhir.test"}, {BaseURL: "http://fhir.test", ClientID: "x"},
		{BaseURL: "http://fhir.test", ClientID: "x", ClientSecret: "y"}, {BaseURL: "http://fhir.test", TokenURL: "http://fhir.test/t"}} {
		if _, err := fhir.New(cfg); err == nil {
			t.Errorf("accepted: %+v", cfg.BaseURL)
		}
	}
}
