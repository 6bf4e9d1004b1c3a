package twilio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/credential"
	"perci.health/careline/twilio"
)

const key = "SK00000000000000000000000000000001"

func client(t testing.TB, c twilio.ClientConfig) *twilio.Client {
	t.Helper()
	c.AccountSID, c.Username, c.Password = account, key, credential.NewSecret("topsecret")
	got, err := twilio.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// roundTrip stands for the network where time must not pass.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Header: http.Header{"Twilio-Request-Id": {"RQ1"}, "Location": {"https://elsewhere.example/"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

const numbersPath = "/2010-04-01/Accounts/" + account + "/IncomingPhoneNumbers.json"

func TestVoiceNumbersPages(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/twilio"} {
		pages := map[string]string{
			"PageSize=1000": `{"next_page_uri":"` + numbersPath + `?Page=1","incoming_phone_numbers":[
				{"sid":"PN1","phone_number":"+442079460001","capabilities":{"voice":true}},
				{"sid":"PN2","phone_number":"+442079460002","capabilities":{"voice":false,"sms":true}}]}`,
			"Page=1": `{"next_page_uri":null,"incoming_phone_numbers":[
				{"sid":"PN3","phone_number":"85266","capabilities":{"voice":true}},
				{"sid":"PN4","phone_number":"+442079460004","capabilities":{"voice":true}}]}`,
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, pass, _ := r.BasicAuth()
			if user != key || pass != "topsecret" || r.URL.Path != prefix+numbersPath {
				http.Error(w, "", http.StatusTeapot)
				return
			}
			_, _ = io.WriteString(w, pages[r.URL.RawQuery])
		}))
		t.Cleanup(server.Close)
		got, err := client(t, twilio.ClientConfig{BaseURL: server.URL + prefix, Region: "ie1"}).VoiceNumbers(t.Context())
		if err != nil || len(got) != 2 || got[0].E164() != "+442079460001" || got[1].E164() != "+442079460004" {
			t.Errorf("%d numbers, %v", len(got), err)
		}
	}
}

func TestPagesStayAtHome(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"https://elsewhere.example/x", "//elsewhere.example/x", "http://api.twilio.com/x", "https://u@api.twilio.com/x", "ftp:x"} {
		asked := 0
		c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked++
			return answer(200, `{"next_page_uri":"`+next+`"}`)
		})}})
		if _, err := c.IncomingPhoneNumbers(t.Context()); careline.CodeOf(err) != careline.CodeRejected || asked != 1 {
			t.Errorf("%s: %v after %d requests", next, err, asked)
		}
	}
}

func TestPagesEnd(t *testing.T) {
	t.Parallel()
	c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return answer(200, `{"next_page_uri":"/2010-04-01/again"}`)
	})}})
	if _, err := c.IncomingPhoneNumbers(t.Context()); careline.CodeOf(err) != careline.CodeRejected {
		t.Error(err)
	}
}

func TestHostOfRegion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ region, edge, want string }{
		{"", "", "api.twilio.com"}, {"ie1", "", "api.ie1.twilio.com"}, {"ie1", "dublin", "api.dublin.ie1.twilio.com"}, {"", "dublin", "api.dublin.us1.twilio.com"},
	} {
		host := ""
		c := client(t, twilio.ClientConfig{Region: test.region, Edge: test.edge, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			host = r.URL.Host
			return answer(200, `{}`)
		})}})
		if _, err := c.FetchCall(t.Context(), childSID); err != nil || host != test.want {
			t.Errorf("%v: %s, %v", test, host, err)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		code   careline.Code
		tries  int
		want   twilio.APIError
	}{
		{"not found", 404, `{"code":20404,"message":"m","more_info":"i","status":404}`, careline.CodeNotFound, 1, twilio.APIError{Status: 404, Code: 20404, Message: "m", MoreInfo: "i", RequestID: "RQ1"}},
		{"credentials", 401, `{"code":20003}`, careline.CodeRejected, 1, twilio.APIError{Status: 401, Code: 20003, RequestID: "RQ1"}},
		{"too many", 429, `{"code":20429}`, careline.CodeUnavailable, 3, twilio.APIError{Status: 429, Code: 20429, RequestID: "RQ1"}},
		{"gateway", 503, `<html>busy</html>`, careline.CodeUnavailable, 3, twilio.APIError{Status: 503, RequestID: "RQ1"}},
		{"empty gateway", 502, ``, careline.CodeUnavailable, 3, twilio.APIError{Status: 502, RequestID: "RQ1"}},
		{"list changed", 400, `{"code":21481}`, careline.CodeConflict, 1, twilio.APIError{Status: 400, Code: 21481, RequestID: "RQ1"}},
		{"test credentials", 403, `{"code":20008}`, careline.CodeRejected, 1, twilio.APIError{Status: 403, Code: 20008, RequestID: "RQ1"}},
		{"new error", 400, `{"code":99999}`, careline.CodeRejected, 1, twilio.APIError{Status: 400, Code: 99999, RequestID: "RQ1"}},
		{"redirect", 302, ``, careline.CodeRejected, 1, twilio.APIError{Status: 302, RequestID: "RQ1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
					tries++
					return answer(test.status, test.body)
				})}})
				_, err := c.FetchCall(t.Context(), childSID)
				got, ok := errors.AsType[*twilio.APIError](err)
				if !ok || careline.CodeOf(err) != test.code || tries != test.tries {
					t.Fatalf("%v, code %s, %d tries", err, careline.CodeOf(err), tries)
				}
				if diff := cmp.Diff(test.want, *got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestFetchCallRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			if tries++; tries < 3 {
				return nil, errors.New("connection reset while asking for ?To=" + member)
			}
			return answer(200, `{"sid":"`+childSID+`","parent_call_sid":"`+parentSID+`","status":"no-answer","direction":"outbound-dial",
				"start_time":"Fri, 18 Oct 2019 17:00:00 +0000","end_time":null,"duration":"0","answered_by":null,"price":null}`)
		})}})
		began := time.Now()
		got, err := c.FetchCall(t.Context(), childSID)
		want := twilio.CallResource{SID: childSID, ParentSID: parentSID, Status: careline.StatusNoAnswer, Word: "no-answer", Direction: "outbound-dial",
			Start: time.Date(2019, 10, 18, 17, 0, 0, 0, time.UTC), Seconds: careline.SecondsOf(0)}
		if err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
		if waited := time.Since(began); waited < 375*time.Millisecond || waited > 1125*time.Millisecond {
			t.Errorf("waited %s", waited)
		}
	})
}

func TestTimeoutIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := client(t, twilio.ClientConfig{Timeout: time.Second, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			tries++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}})
		_, err := c.ListCalls(t.Context(), parentSID)
		if careline.CodeOf(err) != careline.CodeUnavailable || tries != 3 || strings.Contains(fmt.Sprint(err), parentSID) {
			t.Errorf("%v after %d", err, tries)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if _, err = c.ListCalls(ctx, parentSID); !errors.Is(err, context.DeadlineExceeded) || tries != 4 {
			t.Errorf("%v after %d", err, tries)
		}
	})
}

func TestListCalls(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("ParentCallSid") != parentSID || !strings.HasSuffix(r.URL.Path, "/Calls.json") {
			http.Error(w, "", http.StatusTeapot)
			return
		}
		_, _ = io.WriteString(w, `{"calls":[{"sid":"`+childSID+`","status":"levitating"}],"next_page_uri":null}`)
	}))
	t.Cleanup(server.Close)
	got, err := client(t, twilio.ClientConfig{BaseURL: server.URL}).ListCalls(t.Context(), parentSID)
	if err != nil || len(got) != 1 || got[0].Word != "levitating" || got[0].Status != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := client(t, twilio.ClientConfig{}).ListCalls(t.Context(), "../x"); careline.CodeOf(err) != careline.CodeInvalid {
		t.Error(err)
	}
}

func TestFetchCallWithBadAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		code careline.Code
	}{
		"a page of HTML": {"<html>", careline.CodeUnavailable},
		"far too much":   {strings.Repeat("x", 9<<20), careline.CodeRejected},
	} {
		c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return answer(200, test.body) })}})
		if _, err := c.FetchCall(t.Context(), childSID); careline.CodeOf(err) != test.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []twilio.ClientConfig{
		{AccountSID: account}, {AccountSID: key, Password: credential.NewSecret("x")}, {AccountSID: account, Password: credential.NewSecret("x"), BaseURL: "api.twilio.com"},
	} {
		if _, err := twilio.NewClient(c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}
