package postgres_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

// fillPostgres has a log of n calls of today, each of two events, behind old ones of
// a year ago, and a message that nobody could read with those.
func fillPostgres(t *testing.T, clock *storetest.Clock, old, n int) (url string) {
	t.Helper()
	url = newDatabase(t)
	s, err := postgres.Open(t.Context(), store.Config{URL: url, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer storetest.CloseStore(t, s)

	var all sync.WaitGroup
	add := func(from, to int) {
		for i := from; i < to; i++ {
			call := fmt.Sprint("CA", i)
			all.Go(func() {
				storetest.MustAppend(t, s, storetest.Request(call, "p1"), storetest.Progress(call, "B"+call, 1, careline.StatusRinging))
			})
		}
		all.Wait()
	}
	if err := s.KeepStray(t.Context(), careline.Stray{ID: "m-1"}); err != nil {
		t.Fatal(err)
	}
	add(0, old)
	clock.Forward(365 * 24 * time.Hour)
	add(old, old+n)
	return url
}

// TestForgettingReadsOnlyWhatIsOld counts rows that the server fetched: the young
// are nearly the whole log, and to walk them all would take longer than a reading may.
func TestForgettingReadsOnlyWhatIsOld(t *testing.T) {
	t.Parallel()
	const old, young = 30, 1000

	for name, test := range map[string]struct {
		do   func(store.Store, time.Time) (int, error)
		want int
	}{
		"purge": {func(s store.Store, now time.Time) (int, error) {
			forgotten, err := s.Purge(t.Context(), now.Add(-24*time.Hour), 200)
			return forgotten.Calls, err
		}, old},
		"preview": {func(s store.Store, now time.Time) (int, error) {
			forgotten, err := s.Old(t.Context(), now.Add(-24*time.Hour))
			return forgotten.Calls, err
		}, old},
		"calls since tomorrow": {func(s store.Store, now time.Time) (int, error) {
			keys, err := s.CallsKept(t.Context(), now.Add(24*time.Hour), now.Add(48*time.Hour))
			return len(keys), err
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := storetest.NewClock()
			url := fillPostgres(t, clock, old, young)
			nobodyConnected(t, url)
			before := fetched(t, url)
			s, err := postgres.Open(t.Context(), store.Config{URL: url, Now: clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			if n, err := test.do(s, clock.Now()); n != test.want || err != nil {
				t.Errorf("%d calls, want %d (error: %v)", n, test.want, err)
			}
			storetest.CloseStore(t, s)
			nobodyConnected(t, url)
			if rows := fetched(t, url) - before; rows > young {
				t.Errorf("%d rows were read in a log of %d calls", rows, old+young)
			}
		})
	}
}

// nobodyConnected waits until those who were have told the server's statistics what
// they did, which a process does before it ends.
func nobodyConnected(t *testing.T, url string) {
	t.Helper()
	storetest.Until(t, func() bool {
		return asked[int](t, url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'careline'") == 0
	})
}

func fetched(t *testing.T, url string) int {
	t.Helper()
	return asked[int](t, url, "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer FROM pg_stat_user_tables WHERE relname IN ('calls', 'log_events')")
}

// TestStraysAreForgottenFirst: they hold numbers, and must not wait for calls that
// cannot be looked for.
func TestStraysAreForgottenFirst(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	url := newDatabase(t)
	s := openPostgres(t, store.Config{URL: url, Now: clock.Now})
	if err := s.KeepStray(t.Context(), careline.Stray{ID: "m-1"}); err != nil {
		t.Fatal(err)
	}
	clock.Forward(time.Hour)

	execute(t, url, "ALTER TABLE log_events RENAME TO elsewhere")
	if _, err := s.Purge(t.Context(), clock.Now(), 200); err == nil {
		t.Error("it forgot calls without their events")
	}
	if n, err := s.CountStrays(t.Context()); n != 0 || err != nil {
		t.Errorf("%d messages are left (error: %v)", n, err)
	}
}

// TestCallsOfATimeComeInSlices has more events than are looked through at once.
func TestCallsOfATimeComeInSlices(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	url := fillPostgres(t, clock, 40, 40)
	s := openPostgres(t, store.Config{URL: url, Now: clock.Now})
	keys, err := s.CallsKeptBy(t.Context(), time.Unix(0, 0), clock.Now().Add(time.Hour), 7)
	if err != nil || len(keys) != 80 {
		t.Fatalf("%d calls, want 80 (error: %v)", len(keys), err)
	}
	storetest.Same(t, "in the order of their last events", keys, asked[[]string](t, url, `SELECT array_agg(c.key ORDER BY e.seq)
		FROM calls c JOIN log_events e ON e.call = c.number WHERE e.id NOT LIKE '%/request'`))
}
