package fhir_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// exchange is a server without a network, so that synctest can hold the clock.
type exchange func(*http.Request) (int, http.Header, string)

func (e exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body := e(r)
	if status == 0 {
		return nil, errors.New("connection reset")
	}
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: status,
		Header:     header,
		Body:       io.NopCloser(strings.NewReader(body)),
		Request:    r,
	}, nil
}

func offline(t *testing.T, e exchange, login bool) *fhir.Client {
	t.Helper()
	cfg := fhir.Config{BaseURL: "http://fhir.test/fhir/R4/", HTTP: &http.Client{Transport: e}}
	if login {
		cfg.TokenURL, cfg.ClientID, cfg.ClientSecret = "http://fhir.test/oauth2/token", "id", "secret"
	}
	c, err := fhir.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	empty = `{"resourceType":"Bundle","type":"searchset"}`
	made  = `{"resourceType":"Communication","id":"1","meta":{"versionId":"1"}}`
)

func left(r, seconds int) http.Header {
	h := http.Header{}
	h.Add("RateLimit", `"requests";r=9999974;t=12`)
	h.Add("RateLimit", fmt.Sprintf(`"fhirInteractions";r=%d;t=%d`, r, seconds))
	return h
}

func TestSlowsDownBeforeTheQuotaIsGone(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		units, start := 50_000, time.Now()
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			units -= 100
			return 201, left(units, 60-int(time.Since(start).Seconds())), made
		}, false)
		write := func(ctx context.Context) error {
			_, err := c.Create(ctx, "Communication", []byte("{}"), "")
			return err
		}
		for range 250 {
			if err := write(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(start) > 0 {
			t.Fatalf("slowed down after %v with half of the quota left", time.Since(start))
		}
		for range 100 {
			if err := write(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		// 200 writes above the readers' tenth are left for 60 s: 0.3 s each.
		if took := time.Since(start); took < 25*time.Second || took > 35*time.Second {
			t.Errorf("100 writes on the second half took %v", took)
		}
		before := time.Now()
		if _, err := c.Appointment(t.Context(), "a1"); careline.CodeOf(err) == careline.CodeRejected || time.Since(before) > 0 {
			t.Errorf("a call's check waited %v: %v", time.Since(before), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		err := write(ctx)
		if careline.CodeOf(err) != careline.CodeUnavailable || asked(err) <= 0 || time.Since(before) > 0 {
			t.Errorf("a write that cannot wait: %v after %v", err, time.Since(before))
		}
		if q := c.Quota(); !q.Known || q.Left != units || q.Most != 49_900 || q.Waiting != 0 || q.Ends.Sub(start).Abs() > 62*time.Second {
			t.Errorf("quota %+v, want %d left", q, units)
		}
	})
}

func TestLoginRenewsBeforeExpiryAndDoesNotStampede(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var logins, refused atomic.Int32
		down := atomic.Bool{}
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			if r.URL.Path == "/oauth2/token" {
				n := logins.Add(1)
				if down.Load() {
					return 400, nil, `{"resourceType":"OperationOutcome","issue":[{"code":"invalid","details":{"text":"connect ECONNREFUSED"}}]}`
				}
				return 200, nil, fmt.Sprintf(`{"access_token":"t%d","expires_in":3600}`, n)
			}
			if r.Header.Get("Authorization") == "Bearer t1" && logins.Load() > 1 {
				refused.Add(1)
			}
			return 200, nil, empty
		}, true)
		many := func() (failed int32) {
			var n atomic.Int32
			done := make(chan struct{})
			for range 50 {
				go func() {
					if ask(t.Context(), c) != nil {
						n.Add(1)
					}
					done <- struct{}{}
				}()
			}
			for range 50 {
				<-done
			}
			return n.Load()
		}
		if failed := many(); failed != 0 || logins.Load() != 1 {
			t.Fatalf("%d failed, %d logins for 50 first requests", failed, logins.Load())
		}
		wait(59*time.Minute + 30*time.Second) // less than a minute left
		down.Store(true)
		for range 3 {
			if failed := many(); failed != 0 {
				t.Fatalf("%d failed though the token still holds", failed)
			}
			synctest.Wait()
		}
		if n := logins.Load(); n != 2 {
			t.Errorf("%d logins, want one failed renewal", n-1)
		}
		wait(time.Minute) // expired
		for range 120 {
			if failed := many(); failed != 50 {
				t.Fatalf("%d of 50 failed without a login", failed)
			}
			wait(time.Second)
		}
		if n := logins.Load(); n > 15 {
			t.Errorf("%d logins in two minutes of outage", n)
		}
		down.Store(false)
		wait(time.Minute)
		if failed := many(); failed != 0 {
			t.Errorf("%d failed after the outage", failed)
		}
	})
}

// wait lets the bubble's clock run.
func wait(d time.Duration) { <-time.After(d) }

func TestWaitIsReadFromEveryForm(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		header http.Header
		status int
		want   time.Duration
	}{
		"RateLimit":         {left(0, 49), 429, 49 * time.Second},
		"one line":          {http.Header{"Ratelimit": {`"requests";r=5;t=1, "fhirInteractions";r=0;t=7`}}, 429, 7 * time.Second},
		"Retry-After":       {http.Header{"Retry-After": {"3"}}, 503, 3 * time.Second},
		"no word of it":     {nil, 429, time.Second},
		"nonsense":          {http.Header{"Ratelimit": {`"fhirInteractions";r=x`}, "Retry-After": {"soon"}}, 429, time.Second},
		"not the bottle":    {left(9000, 49), 503, 0},
		"forbidden":         {nil, 403, 30 * time.Second},
		"forbidden, longer": {http.Header{"Retry-After": {"300"}}, 403, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := offline(t, func(*http.Request) (int, http.Header, string) { return c.status, c.header, "" }, false)
			err := client.Ready(t.Context())
			if careline.CodeOf(err) != careline.CodeUnavailable || asked(err) != c.want {
				t.Errorf("%v, wait %v, want %v", err, asked(err), c.want)
			}
		})
	}
}

// Persons who read as fast as the server answers leave the calls what they need to
// be recorded, in every window.
func TestReadingsNeverStarveWritings(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		const whole, windows = 50_000, 3
		var mu sync.Mutex
		units, ends := whole, time.Now().Add(time.Minute)
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			wait(20 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if !time.Now().Before(ends) {
				units, ends = whole, ends.Add(time.Minute)
			}
			cost := map[bool]int{true: 100, false: 20}[r.Method == http.MethodPost]
			if units < cost {
				return 429, left(units, int(time.Until(ends).Seconds())), ""
			}
			units -= cost
			if r.Method == http.MethodPost {
				return 201, left(units, int(time.Until(ends).Seconds())), made
			}
			return 200, left(units, int(time.Until(ends).Seconds())), empty
		}, false)
		ctx, stop := context.WithTimeout(t.Context(), windows*time.Minute)
		defer stop()
		var readers sync.WaitGroup
		for range 20 {
			readers.Go(func() {
				for ctx.Err() == nil {
					if ask(ctx, c) != nil {
						wait(100 * time.Millisecond)
					}
				}
			})
		}
		written, longest := 0, time.Duration(0)
		for ctx.Err() == nil { // a call's worth of writing every second
			before := time.Now()
			if _, err := c.Create(ctx, "Communication", []byte("{}"), ""); err == nil {
				written++
				longest = max(longest, time.Since(before))
			}
			wait(max(0, time.Second-time.Since(before)))
		}
		readers.Wait()
		if written < windows*45 || longest > 10*time.Second {
			t.Errorf("%d of %d written, the slowest took %v", written, windows*60, longest)
		}
	})
}

// After a 429 a person who cannot wait so long is told at once, and how long.
func TestAPersonDoesNotWaitForTheQuota(t *testing.T) {
	t.Parallel()
	read := map[string]func(context.Context, *fhir.Client) error{
		"the day": func(ctx context.Context, c *fhir.Client) error {
			_, err := c.AppointmentsOn(ctx, "p1", tenFifteen, tenFifteen.Add(time.Hour))
			return err
		},
		"the calls": func(ctx context.Context, c *fhir.Client) error { _, err := c.Calls(ctx, "a1"); return err },
		"the last calls": func(ctx context.Context, c *fhir.Client) error {
			_, err := c.LastCalls(ctx, []string{"a1"})
			return err
		},
	}

	for name, read := range read {
		for _, others := range []int{0, 30} { // that wait without a deadline, as deliveries do
			t.Run(fmt.Sprint(name, ", ", others, " before"), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var full atomic.Bool
					full.Store(true)
					c := offline(t, func(*http.Request) (int, http.Header, string) {
						if full.Load() {
							return 429, left(0, 49), textOf(t, outcome("throttled", "Too Many Requests"))
						}
						return 200, left(40_000, 60), empty
					}, false)
					wantCode(t, ask(t.Context(), c), careline.CodeUnavailable)
					full.Store(false)
					var waiting sync.WaitGroup
					for range others {
						waiting.Go(func() {
							if err := ask(t.Context(), c); err != nil {
								t.Error(err)
							}
						})
					}
					synctest.Wait()
					ctx, stop := context.WithTimeout(t.Context(), 8*time.Second)
					defer stop()
					before := time.Now()
					err := read(ctx, c)
					wantCode(t, err, careline.CodeUnavailable)
					if took := time.Since(before); took > 0 || asked(err) < 48*time.Second || asked(err) > 50*time.Second {
						t.Errorf("told after %v to wait %v: %v", took, asked(err), err)
					}
					waiting.Wait()
				})
			})
		}
	}
}
