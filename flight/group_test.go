package flight_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"perci.health/careline/flight"
)

func TestGroupFliesOnceForAllWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[int]
		var flown atomic.Int64
		hold := make(chan struct{})
		fly := func(context.Context) (int, error) {
			<-hold
			return int(flown.Add(1)), nil
		}

		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if got, err := g.Do(t.Context(), "one", fly); got != 1 || err != nil {
					t.Errorf("brought %d, %v; want 1", got, err)
				}
			})
		}
		synctest.Wait()
		close(hold)
		all.Wait()

		if got, err := g.Do(t.Context(), "one", fly); got != 2 || err != nil {
			t.Errorf("the next flight brought %d, %v; want 2", got, err)
		}
	})
}

func TestGroupDoesNotFailOthersForOneWhoGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g flight.Group[string]
		hold := make(chan struct{})
		fly := func(ctx context.Context) (string, error) {
			<-hold
			return "brought", ctx.Err()
		}

		impatient, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			_, err := g.Do(impatient, "one", fly)
			if _, gaveUp := errors.AsType[flight.GaveUp](err); !gaveUp || !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up got %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if got, err := g.Do(t.Context(), "one", fly); got != "brought" || err != nil {
				t.Errorf("who waited got %q, %v", got, err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(hold)
		all.Wait()
	})
}
