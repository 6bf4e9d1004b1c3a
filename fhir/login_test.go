package fhir_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// ask is a small request that needs the login and is never remembered.
func ask(ctx context.Context, c *fhir.Client) error {
	_, err := c.Search(ctx, "Communication", url.Values{"_id": {"1"}})
	return err
}

func TestShortTokensAreUsedForMostOfTheirLife(t *testing.T) {
	t.Parallel()

	for life, most := range map[int]int{1: 80, 60: 2, 300: 1, 3600: 1} {
		t.Run(strconv.Itoa(life), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				logins := 0
				c := offline(t, func(r *http.Request) (int, http.Header, string) {
					if r.URL.Path == "/oauth2/token" {
						logins++
						return 200, nil, `{"access_token":"t` + strconv.Itoa(logins) + `","expires_in":` + strconv.Itoa(life) + `}`
					}
					return 200, nil, empty
				}, true)
				for range 50 {
					if err := ask(t.Context(), c); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
					wait(time.Second)
				}
				if logins > most {
					t.Errorf("%d logins in 50 s with tokens of %d s", logins, life)
				}
			})
		})
	}
}

func TestRefusedTokensDoNotMakeALoginEach(t *testing.T) {
	t.Parallel()

	for name, pause := range map[string]time.Duration{"at once": 0, "slowly": 2 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				logins, mended := 0, false
				c := offline(t, func(r *http.Request) (int, http.Header, string) {
					if r.URL.Path == "/oauth2/token" {
						logins++
						return 200, nil, `{"access_token":"t` + strconv.Itoa(logins) + `","expires_in":3600}`
					}
					if mended {
						return 200, nil, empty
					}
					return 401, nil, ""
				}, true)
				for range 50 {
					err := ask(t.Context(), c)
					wantCode(t, err, careline.CodeUnavailable)
					if asked(err) <= 0 && logins > 1 {
						t.Fatalf("no wait after %d refused tokens: %v", logins, err)
					}
					wait(pause)
				}
				if logins > 8 {
					t.Errorf("%d logins in 50 requests", logins)
				}
				mended = true
				wait(30 * time.Second)
				for range 50 {
					if err := ask(t.Context(), c); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

func TestAnEndedSessionIsRenewedAtOnce(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		logins, good := 0, ""
		c := offline(t, func(r *http.Request) (int, http.Header, string) {
			if r.URL.Path == "/oauth2/token" {
				logins++
				good = "t" + strconv.Itoa(logins)
				return 200, nil, `{"access_token":"` + good + `","expires_in":3600}`
			}
			if r.Header.Get("Authorization") != "Bearer "+good {
				return 401, nil, ""
			}
			return 200, nil, empty
		}, true)
		for range 5 {
			if err := ask(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			wait(2 * time.Second)
			good = "" // the server forgot its sessions
		}
		if logins != 5 {
			t.Errorf("%d logins, want one for each session", logins)
		}
	})
}
