package backoff_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline/backoff"
)

func TestDoublingIsBounded(t *testing.T) {
	t.Parallel()
	bounded, free := backoff.Doubling{First: time.Second, Longest: 30 * time.Second}, backoff.Doubling{First: time.Second}
	for failures, want := range map[int]time.Duration{0: 1, 1: 1, 2: 2, 3: 4, 5: 16, 6: 30, 7: 30, 1000: 30} {
		if got := bounded.After(failures); got != want*time.Second {
			t.Errorf("after %d failures %v, want %v", failures, got, want*time.Second)
		}
	}
	if got := free.After(5); got != 16*time.Second {
		t.Errorf("without a bound %v after 5 failures", got)
	}
	if got := free.After(1000); got <= 0 {
		t.Errorf("without a bound %v after 1000 failures", got)
	}
	if got := (backoff.Doubling{First: time.Minute, Longest: time.Second}).After(1); got != time.Second {
		t.Errorf("a first pause beyond the bound is %v", got)
	}
}

func TestDoublingHasChanceInIt(t *testing.T) {
	t.Parallel()
	d := backoff.Doubling{First: 2 * time.Second, Longest: time.Minute}
	for name, c := range map[string]struct {
		wait        func(int, float64) time.Duration
		least, most time.Duration // after three failures: of 8 s
	}{
		"up to":         {d.Upto, 0, 8 * time.Second},
		"at least half": {d.AtLeastHalf, 4 * time.Second, 8 * time.Second},
		"around":        {d.Around, 4 * time.Second, 12 * time.Second},
	} {
		if least, most := c.wait(3, 0), c.wait(3, 1); least != c.least || most != c.most {
			t.Errorf("%s: from %v to %v, want %v to %v", name, least, most, c.least, c.most)
		}
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if !backoff.Wait(t.Context(), time.Hour) || time.Since(began) != time.Hour {
			t.Errorf("it waited %v", time.Since(began))
		}

		began = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if backoff.Wait(ctx, time.Hour) || time.Since(began) != time.Minute {
			t.Errorf("it waited %v beyond its context", time.Since(began))
		}
	})
}
