package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

// killBackends ends the server's processes of a database that condition, on
// pg_stat_activity a, chooses, as a failure of the network would.
func killBackends(t *testing.T, url, condition string) {
	t.Helper()
	if n := asked[int](t, url, `SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a
		WHERE a.datname = current_database() AND a.application_name = 'careline' AND `+condition); n == 0 {
		t.Fatal("there was nobody to end")
	}
}

const (
	holdsClaims = `EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.objsubid = 1)`
	everybody   = `true`
)

func TestTwoInstancesShareOneLog(t *testing.T) {
	t.Parallel()
	url, clock := newDatabase(t), storetest.NewClock()
	told := make(chan []string, 100)
	one := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}, Now: clock.Now})
	two := openPostgres(t, store.Config{
		URL:       url,
		Consumers: []string{chart},
		Now:       clock.Now,
		Elsewhere: func(calls []string) { told <- calls },
	})
	var want []string
	for i, s := range []store.Store{one, two, one, two, two, one} {
		e := storetest.Progress("CA1", "CB1", i, careline.StatusRinging)
		storetest.MustAppend(t, s, e)
		want = append(want, e.ID)
	}
	for _, s := range []store.Store{one, two} {
		storetest.Same(t, "events of both, in the log's order", storetest.IDsOf(t, s, "CA1"), want)
	}
	storetest.MustAppend(t, one, storetest.Request("CA2", "p1"))
	for calls := range told {
		if slices.Contains(calls, "CA2") {
			break
		}
		storetest.Same(t, "told, of the other's commits alone", calls, []string{"CA1"})
	}
	storetest.Same(t, "in order", storetest.Drain(t, two, "CA1", clock.Now()), want)

	if _, ok, err := one.Claim(t.Context(), chart, "CA2"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, s := range []store.Store{one, two} {
		if _, ok, err := s.Claim(t.Context(), chart, "CA2"); ok || err != nil {
			t.Errorf("claimed twice (error: %v)", err)
		}
		storetest.Same(t, "due though claimed", storetest.Due(t, s, clock.Now()), nil)
	}
	if err := one.Release(t.Context(), chart, "CA2"); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := two.Claim(t.Context(), chart, "CA2"); !ok || err != nil {
		t.Errorf("not to be had after its release (error: %v)", err)
	}
	storetest.CloseStore(t, two)
	storetest.Until(t, func() bool { return len(storetest.Due(t, one, clock.Now())) == 1 })
	if _, ok, err := one.Claim(t.Context(), chart, "CA2"); !ok || err != nil {
		t.Errorf("not to be had after the other's end (error: %v)", err)
	}
}

func TestOneCliniciansCallsOnTwoInstances(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	stores := []store.Store{openPostgres(t, store.Config{URL: url}), openPostgres(t, store.Config{URL: url})}
	two := careline.Policy{Concurrent: 2, PerMinute: 100}
	const asked = 24
	kept := make([]careline.CallEvent, asked)

	var all sync.WaitGroup
	for i := range kept {
		all.Go(func() {
			kept[i], _ = storetest.Admit(t, stores[i%2], storetest.Request(fmt.Sprint("CA", i), "p1"), two)
		})
	}
	all.Wait()
	count := map[careline.Refusal]int{}
	for _, e := range kept {
		count[e.Request.Refusal]++
	}
	storetest.Same(t, "admitted and refused", count, map[careline.Refusal]int{"": 2, careline.RefusedConcurrent: asked - 2})
}

func TestALostClaimIsSaid(t *testing.T) {
	t.Parallel()
	url, clock := newDatabase(t), storetest.NewClock()
	missed := make(chan struct{}, 10)
	one := openPostgres(t, store.Config{
		URL:       url,
		Consumers: []string{chart},
		Now:       clock.Now,
		Elsewhere: func(calls []string) {
			if calls == nil {
				missed <- struct{}{}
			}
		},
	})
	two := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}, Now: clock.Now})
	storetest.MustAppend(t, one, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"))
	if _, ok, err := one.Claim(t.Context(), chart, "CA1"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	d := storetest.Next(t, one, "CA1", clock.Now())
	killBackends(t, url, holdsClaims)
	<-missed

	// The server tells a session that it is ended before it gives back its locks.
	storetest.Until(t, func() bool { _, ok, err := two.Claim(t.Context(), chart, "CA1"); return ok && err == nil })
	_, _, err := one.Next(t.Context(), chart, "CA1", clock.Now())
	storetest.WantCode(t, err, careline.CodeUnavailable)
	for _, err := range []error{one.Done(t.Context(), d, careline.Filing{}), one.Bury(t.Context(), d, ""), one.Retry(t.Context(), d, clock.Now(), ""),
		one.SaveFiling(t.Context(), careline.Filing{Call: "CA1"})} {
		storetest.WantCode(t, err, careline.CodeUnavailable)
	}
	if _, ok, err := one.Claim(t.Context(), chart, "CA1"); ok || err != nil {
		t.Errorf("claimed twice (error: %v)", err)
	}
	if err := two.Release(t.Context(), chart, "CA1"); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := one.Claim(t.Context(), chart, "CA1"); !ok || err != nil {
		t.Fatalf("not to be claimed again (error: %v)", err)
	}
	if err := one.Done(t.Context(), storetest.Next(t, one, "CA1", clock.Now()), careline.Filing{}); err != nil {
		t.Error(err)
	}
}

func TestWhoListensHearsThatSomethingMayBeMissed(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	told := make(chan []string, 10)
	one := openPostgres(t, store.Config{URL: url})
	openPostgres(t, store.Config{URL: url, Elsewhere: func(calls []string) { told <- calls }})

	killBackends(t, url, everybody)
	for calls := range told {
		if calls == nil {
			break
		}
	}
	storetest.Until(t, func() bool { // the writer's connection was ended too
		_, _, err := one.Append(t.Context(), storetest.Request("CA1", "p1"))
		return err == nil
	})
	for calls := range told {
		if slices.Contains(calls, "CA1") {
			return
		}
	}
}

func TestManyNamesInOneCommitAreAllTold(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	told := make(chan []string, 1000)
	one := openPostgres(t, store.Config{URL: url})
	openPostgres(t, store.Config{URL: url, Elsewhere: func(calls []string) { told <- calls }})

	release := one.Hold(t.Context())
	const n = 200
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			storetest.MustAppend(t, one, storetest.Request(fmt.Sprintf("CA%s%d", strings.Repeat("x", 100), i), "p1"))
		})
	}
	storetest.Until(t, func() bool { return one.Waiting() == n })
	commits := one.Stats().Commits
	release()
	all.Wait()
	storetest.Same(t, "commits, with the one that was held", one.Stats().Commits-commits, 2)
	heard := map[string]bool{}
	for len(heard) < n {
		for _, call := range <-told {
			heard[call] = true
		}
	}
}

func TestManyInstancesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)

	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			s, err := postgres.Open(t.Context(), store.Config{URL: url})
			if err != nil {
				t.Error(err)
				return
			}
			storetest.MustAppend(t, s, storetest.Request(fmt.Sprint("CA", i), "p1"))
			storetest.CloseStore(t, s)
		})
	}
	all.Wait()
	if n := asked[int](t, url, "SELECT seq FROM log_end"); n != 8 {
		t.Errorf("%d events are kept, want 8", n)
	}
}

// appendUntil has workers append to one call each until stop is closed, and says
// what was acknowledged to them.
func appendUntil(t *testing.T, s store.Store, stop <-chan struct{}) func() map[string][]string {
	var mu sync.Mutex
	var all sync.WaitGroup
	acknowledged := map[string][]string{}

	for worker := range 16 {
		all.Go(func() {
			call := fmt.Sprint("CA", worker)
			for n := 0; ; n++ {
				e := storetest.Progress(call, "B"+call, n, careline.StatusRinging)
				for err := error(context.Canceled); err != nil; {
					select {
					case <-stop:
						return
					default:
					}
					_, _, err = s.Append(t.Context(), e)
				}
				mu.Lock()
				acknowledged[call] = append(acknowledged[call], e.ID)
				mu.Unlock()
			}
		})
	}
	return func() map[string][]string { all.Wait(); return acknowledged }
}

func checkAcknowledged(t *testing.T, s store.Store, acknowledged map[string][]string) {
	t.Helper()
	if len(acknowledged) == 0 {
		t.Error("nothing was kept at all")
	}
	for call, ids := range acknowledged {
		kept := storetest.IDsOf(t, s, call)
		if len(kept) < len(ids) || len(kept) > len(ids)+1 { // one that was kept, and never answered, may follow
			t.Errorf("%s: %d acknowledged, %d kept", call, len(ids), len(kept))
			continue
		}
		storetest.Same(t, "acknowledged and kept", kept[:len(ids)], ids)
		storetest.Same(t, "delivered", storetest.Drain(t, s, call, time.Now().Add(time.Minute)), kept)
	}
}

func TestEndedConnectionsUnderLoad(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	s := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}})
	stop := make(chan struct{})
	wait := appendUntil(t, s, stop)
	for round := range 10 {
		commits := s.Stats().Commits
		storetest.Until(t, func() bool { return s.Stats().Commits > commits+20 })
		killBackends(t, url, fmt.Sprintf("(%d %% 2 = 0 OR NOT %s)", round, holdsClaims))
	}
	commits := s.Stats().Commits
	storetest.Until(t, func() bool { return s.Stats().Commits > commits+20 })
	close(stop)
	checkAcknowledged(t, s, wait())
}

func TestServerRestartedUnderLoad(t *testing.T) {
	t.Parallel()
	box := startPostgres(t)
	url, err := box.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}})
	stop := make(chan struct{})
	wait := appendUntil(t, s, stop)

	for round := range 4 {
		commits := s.Stats().Commits
		storetest.Until(t, func() bool { return s.Stats().Commits > commits+20 })
		if round%2 == 0 {
			err = box.Restart(t.Context())
		} else if err = box.Kill(); err == nil {
			err = box.Up(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	commits := s.Stats().Commits
	storetest.Until(t, func() bool { return s.Stats().Commits > commits+20 })
	close(stop)
	acknowledged := wait()
	storetest.Until(t, func() bool { return s.Ready(t.Context()) == nil })
	checkAcknowledged(t, s, acknowledged)
	storetest.Until(t, func() bool { _, ok, err := s.Claim(t.Context(), chart, "CA1"); return ok && err == nil })
}

func TestPostgresLinksLegsInAnyOrder(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := openPostgres(t, store.Config{URL: newDatabase(t), Consumers: []string{chart}, Now: clock.Now})
	for n, order := range storetest.Permutations(5) {
		call, leg := fmt.Sprint("CA", n), fmt.Sprint("CB", n)
		events := []careline.CallEvent{storetest.Request(call, call), storetest.AMD(leg), storetest.Progress(call, leg, 1, careline.StatusRinging),
			storetest.Progress(call, leg, 2, careline.StatusCompleted), {
				ID:        call + "/dial",
				Call:      call,
				Leg:       call,
				MemberLeg: leg,
				Kind:      careline.KindDialEnded,
				Status:    careline.StatusCompleted,
			}}

		var want []string
		var release func()
		if n%2 == 1 { // all in one commit
			release = s.Hold(t.Context())
		}
		var all sync.WaitGroup
		for _, i := range order {
			want = append(want, events[i].ID)
			if release == nil {
				storetest.MustAppend(t, s, events[i])
				continue
			}
			waiting := s.Waiting()
			all.Go(func() { storetest.MustAppend(t, s, events[i]) })
			storetest.Until(t, func() bool { return s.Waiting() > waiting })
		}
		if release != nil {
			release()
			all.Wait()
		}
		what := fmt.Sprint(order, " ")
		storetest.Same(t, what+"events", storetest.IDsOf(t, s, call), want)
		storetest.Same(t, what+"left with the leg", storetest.IDsOf(t, s, leg), nil)
		for _, e := range events {
			if _, repeated, err := s.Append(t.Context(), e); err != nil || !repeated {
				t.Errorf("%s again: repeated is %v, error %v", e.ID, repeated, err)
			}
		}
		storetest.Same(t, what+"deliveries", storetest.Drain(t, s, call, clock.Now()), want)
		load, err := s.Load(t.Context(), call, clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, what+"load", load, careline.Load{Recent: 1})
	}
	storetest.Same(t, "due at the end", storetest.Due(t, s, clock.Now()), nil)
}

func TestPostgresOneBadRequestSpoilsNothingForOthers(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	s := openPostgres(t, store.Config{URL: url})
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "ALTER TABLE log_events ADD CHECK (id <> 'spoilt')"); err != nil {
		t.Fatal(err)
	}

	h := s
	release := h.Hold(t.Context())
	var all sync.WaitGroup
	const n = 20
	for i := range n {
		all.Go(func() {
			e := storetest.Progress(fmt.Sprint("CA", i), fmt.Sprint("CB", i), 1, careline.StatusRinging)
			if i == 7 {
				e.ID = "spoilt"
			}
			_, _, err := s.Append(t.Context(), e)
			if spoilt := err != nil; spoilt != (i == 7) {
				t.Errorf("request %d: %v", i, err)
			}
		})
	}
	storetest.Until(t, func() bool { return h.Waiting() == n })
	release()
	all.Wait()
	if got := asked[int](t, url, "SELECT count(*) FROM log_events"); got != n-1 {
		t.Errorf("%d are kept, want %d", got, n-1)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTextThatPostgresCannotHold(t *testing.T) {
	t.Parallel()
	s := openPostgres(t, store.Config{URL: newDatabase(t)})

	odd := storetest.Progress("CA1", "CB1", 1, careline.StatusRinging)
	odd.Word, odd.Report = "a\x00b\xff", []byte("a\x00b\xff")
	kept := storetest.MustAppend(t, s, odd)[0]
	events, err := s.Events(t.Context(), "CA1")
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "kept as answered", events, []careline.CallEvent{kept})
	storetest.Same(t, "word", kept.Word, "a\x00b\uFFFD")
	storetest.Same(t, "report", kept.Report, odd.Report)
	long := storetest.Request(strings.Repeat("x", 5000), "p1")
	_, _, err = s.Append(t.Context(), long)
	storetest.WantCode(t, err, careline.CodeInvalid)
}
