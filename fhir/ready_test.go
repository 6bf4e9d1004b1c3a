package fhir_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
)

func TestReadyIsAskedSeldom(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		searches, status := 0, 200
		c := offline(t, func(*http.Request) (int, http.Header, string) {
			searches++
			wait(time.Millisecond)
			return status, nil, empty
		}, false)
		probe := func(want int, good bool) {
			t.Helper()
			done := make(chan error)
			for range 20 {
				go func() { done <- c.Ready(t.Context()) }()
			}
			for range 20 {
				if err := <-done; (err == nil) != good {
					t.Fatalf("%v, want good: %v", err, good)
				}
			}
			if searches != want {
				t.Fatalf("%d searches, want %d", searches, want)
			}
		}
		probe(1, true)
		status = 503
		wait(14 * time.Second)
		probe(1, true)
		wait(time.Second)
		probe(2, false)
		wait(900 * time.Millisecond)
		probe(2, false)
		status = 200
		wait(200 * time.Millisecond)
		probe(3, true)
	})
}

func TestReadyOfOneWhoLeavesDoesNotFailTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := offline(t, func(*http.Request) (int, http.Header, string) {
			wait(time.Second)
			return 200, nil, empty
		}, false)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		wantCode(t, c.Ready(ctx), careline.CodeUnavailable)
		if err := c.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestReadyTakesNothingFromCallsWhenTheQuotaIsLow(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		searches, units := 0, 50_000
		c := offline(t, func(*http.Request) (int, http.Header, string) {
			searches++
			return 200, left(units, 60), empty
		}, false)
		for _, u := range []int{50_000, 10} {
			units = u
			if err := ask(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		before := searches
		wantCode(t, c.Ready(t.Context()), careline.CodeUnavailable)
		if searches != before {
			t.Error("Ready went ahead of the calls")
		}
	})
}
