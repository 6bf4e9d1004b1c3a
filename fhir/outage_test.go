package fhir_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
)

// What a Medplum server, its database or a proxy before it say when they cannot
// work, each as the answer to a first filing, to a further one and to a search.
func TestEveryOutagePasses(t *testing.T) {
	t.Parallel()
	page := "<html><head><title>%d</title></head><body><center><h1>nginx</h1></center></body></html>"

	for name, down := range map[string]struct {
		status int
		header http.Header
		body   any
		unmade bool // nothing can have been stored
	}{
		"database stopped":               {status: 400, body: outcome("invalid", "connect ECONNREFUSED 10.0.0.3:5432"), unmade: true},
		"database starts":                {status: 400, body: outcome("invalid", "the database system is starting up"), unmade: true},
		"database not ready":             {status: 400, body: outcome("invalid", "the database system is not yet accepting connections"), unmade: true},
		"database shuts down":            {status: 400, body: outcome("invalid", "the database system is shutting down")},
		"database connection lost":       {status: 400, body: outcome("invalid", "Connection terminated unexpectedly")},
		"client cannot be asked":         {status: 400, body: outcome("invalid", "Client has encountered a connection error and is not queryable")},
		"database full":                  {status: 400, body: outcome("invalid", "sorry, too many clients already")},
		"host unknown":                   {status: 400, body: outcome("invalid", "getaddrinfo EAI_AGAIN db"), unmade: true},
		"statement timed out":            {status: 504, body: outcome("timeout", "canceling statement due to statement timeout")},
		"healthcheck's own 500":          {status: 500, body: map[string]string{"msg": "Internal Server Error"}},
		"proxy: bad gateway":             {status: 502, body: fmt.Sprintf(page, 502)},
		"proxy: unavailable":             {status: 503, header: http.Header{"Retry-After": {"5"}}, body: fmt.Sprintf(page, 503)},
		"proxy: gateway timeout":         {status: 504, body: fmt.Sprintf(page, 504)},
		"proxy: knows no server":         {status: 404, body: fmt.Sprintf(page, 404)},
		"proxy: a page instead of FHIR":  {status: 200, body: fmt.Sprintf(page, 200)},
		"proxy: a page for a login":      {status: 302, header: http.Header{"Location": {"https://login.example.org/"}}},
		"proxy: another kind of refusal": {status: 400, body: fmt.Sprintf(page, 400)},
		"quota":                          {status: 429, header: left(0, 7), body: outcome("throttled", "Too Many Requests"), unmade: true},
		"a proxy's quota":                {status: 429, body: fmt.Sprintf(page, 429), unmade: true},
		"login ended":                    {status: 401, body: outcome("login", "Unauthorized"), unmade: true},
		"access policy":                  {status: 403, body: outcome("forbidden", "Forbidden"), unmade: true},
		"connection dropped":             {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := offline(t, func(*http.Request) (int, http.Header, string) { return down.status, down.header, textOf(t, down.body) }, false)
				chart := newChart(t, client)
				for _, f := range []careline.Filing{{}, {ID: "8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a11", Version: "1"}, {Tried: true}} {
					f.Call = "CAparent"
					ctx, stop := context.WithTimeout(t.Context(), time.Second) // a quota would have it wait
					filed, err := chart.File(ctx, ringing(), f, nil)
					stop()
					wantCode(t, err, careline.CodeUnavailable)
					if first := f.ID == "" && !f.Tried; first && filed.Tried == down.unmade {
						t.Errorf("the first filing comes back %+v", filed)
					}
				}
			})
		})
	}
}

// A server that ends in the middle of its answer leaves the rest unread.
func TestAnAnswerThatBreaksOffPasses(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		if _, err := w.Write([]byte(made)); err != nil {
			t.Error(err)
		}
	}))

	client, err := fhir.New(fhir.Config{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}

	_, err = newChart(t, client).File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
	wantCode(t, err, careline.CodeUnavailable)
	server.Close() // and now nobody listens
	f, err := newChart(t, client).File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
	wantCode(t, err, careline.CodeUnavailable)
	if f.Tried {
		t.Error("nobody listened, and yet it may have been stored")
	}
}

// What never left cannot have been stored: for want of quota, or of a login.
func TestWhatWasNotSentWasNotTried(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		posts, loggedIn := 0, true
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			switch {
			case r.URL.Path == "/oauth2/token" && !loggedIn:
				return 0, nil, ""
			case r.URL.Path == "/oauth2/token":
				return 200, nil, `{"access_token":"t","expires_in":60}`
			case r.Method == http.MethodPost:
				posts++
			}
			return 200, left(0, 30), empty
		}, true)
		if err := ask(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
			f, err := newChart(t, c).File(ctx, ringing(), careline.Filing{Call: "CAparent"}, nil)
			stop()
			wantCode(t, err, careline.CodeUnavailable)
			if f.Tried || posts > 0 || loggedIn && asked(err) <= 0 {
				t.Errorf("%d sent, %+v, wait %v", posts, f, asked(err))
			}
			wait(2 * time.Minute) // a new window, but no login
			loggedIn = false
		}
	})
}

// frozen is a server whose database stands still: what it is sent hangs, and is
// carried out when the database thaws, long after the client has given up.
type frozen struct {
	handler http.Handler
	until   time.Time
	late    sync.WaitGroup
}

func (f *frozen) RoundTrip(r *http.Request) (*http.Response, error) {
	done := make(chan *http.Response, 1)
	own := r.Clone(context.WithoutCancel(r.Context()))
	f.late.Go(func() {
		wait(time.Until(f.until))
		seen := httptest.NewRecorder()
		f.handler.ServeHTTP(seen, own)
		done <- seen.Result()
	})

	select {
	case res := <-done:
		return res, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func TestFileDoublesNothingWhenAFrozenDatabaseStoresLate(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		box, err := fhirbox.Open(fhirbox.Config{})
		if err != nil {
			t.Fatal(err)
		}
		server := &frozen{handler: box.Handler(), until: time.Now().Add(time.Minute)}
		client, err := fhir.New(fhir.Config{BaseURL: "http://fhir.test/fhir/R4", HTTP: &http.Client{Transport: server}})
		if err != nil {
			t.Fatal(err)
		}
		chart, f := newChart(t, client), careline.Filing{Call: "CAparent"}
		before := time.Now()
		_, err = chart.File(t.Context(), ringing(), f, nil)
		wantCode(t, err, careline.CodeUnavailable)
		if took := time.Since(before); took != 10*time.Second {
			t.Errorf("gave up after %v", took)
		}
		for f.Tried = true; f.ID == ""; wait(time.Second) {
			if filed, err := chart.File(t.Context(), completed(), f, nil); err == nil {
				f = filed
			}
		}
		if !f.Doubted {
			t.Error("not doubted, though the first answer was lost")
		}
		server.late.Wait()
		if err := chart.Settle(t.Context(), completed(), f); err != nil {
			t.Fatal(err)
		}
		entries, err := client.Search(t.Context(), "Communication", nil)
		if err != nil {
			t.Fatal(err)
		}
		standing := 0
		for _, e := range entries {
			if communication(t, e.Resource).Status == "completed" {
				standing++
			}
		}
		if standing != 1 {
			t.Errorf("%d Communications of the call stand, of %d", standing, len(entries))
		}
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A restart of Medplum's Redis ends every session before its time.
func TestALostSessionIsRenewedOnceForAll(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var logins, refused atomic.Int64
		var good atomic.Value
		good.Store("")
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			wait(10 * time.Millisecond)
			if r.URL.Path == "/oauth2/token" {
				good.Store(fmt.Sprint("Bearer t", logins.Add(1)))
				return 200, nil, fmt.Sprintf(`{"access_token":"t%d","expires_in":3600}`, logins.Load())
			}
			if r.Header.Get("Authorization") != good.Load() {
				refused.Add(1)
				return 401, nil, textOf(t, outcome("login", "Unauthorized"))
			}
			return 200, nil, empty
		}, true)
		if err := ask(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		wait(time.Minute)
		good.Store("nobody's")
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if err := ask(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if logins.Load() != 2 || refused.Load() > 50 {
			t.Errorf("%d logins, %d refused", logins.Load(), refused.Load())
		}
	})
}

// Medplum lets 160 requests a minute and address ask for a token, and then
// answers 429 also to good credentials; tokens that were given go on working.
func TestTheTokenEndpointsQuota(t *testing.T) {
	t.Parallel()

	for name, header := range map[string]http.Header{"as Medplum": nil, "with its window": {"Ratelimit": {`"requests";r=0;t=40`}}, "with Retry-After": {"Retry-After": {"40"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				logins, full := 0, true
				c := offline(t, func(r *http.Request) (int, http.Header, string) {
					if r.URL.Path != "/oauth2/token" {
						return 200, nil, empty
					}
					if logins++; full {
						return 429, header, textOf(t, outcome("throttled", "Too Many Requests"))
					}
					return 200, nil, `{"access_token":"t","expires_in":3600}`
				}, true)
				for range 60 {
					err := ask(t.Context(), c)
					wantCode(t, err, careline.CodeUnavailable)
					if asked(err) <= 0 || header != nil && logins > 2 {
						t.Fatalf("%d logins, wait %v: %v", logins, asked(err), err)
					}
					if strings.Contains(err.Error(), "FHIR_CLIENT_SECRET") {
						t.Fatalf("the credentials are blamed: %v", err)
					}
					wait(time.Second)
				}
				if logins > 7 {
					t.Errorf("%d logins in a minute", logins)
				}
				full = false
				wait(time.Minute)
				if err := ask(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
