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
	url, clock := newDatabase(t), newClock()
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
		e := progress("CA1", "CB1", i, careline.StatusRinging)
		mustAppend(t, s, e)
		want = append(want, e.ID)
	}
	for _, s := range []store.Store{one, two} {
		same(t, "events of both, in the log's order", idsOf(t, s, "CA1"), want)
	}
	mustAppend(t, one, request("CA2", "p1"))
	for calls := range told {
		if slices.Contains(calls, "CA2") {
			break
		}
		same(t, "told, of the other's commits alone", calls, []string{"CA1"})
	}
	same(t, "in order", drain(t, two, "CA1", clock.Now()), want)

	if _, ok, err := one.Claim(t.Context(), chart, "CA2"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, s := range []store.Store{one, two} {
		if _, ok, err := s.Claim(t.Context(), chart, "CA2"); ok || err != nil {
			t.Errorf("claimed twice (error: %v)", err)
		}
		same(t, "due though claimed", due(t, s, clock.Now()), nil)
	}
	if err := one.Release(t.Context(), chart, "CA2"); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := two.Claim(t.Context(), chart, "CA2"); !ok || err != nil {
		t.Errorf("not to be had after its release (error: %v)", err)
	}
	closeStore(t, two)
	until(t, func() bool { return len(due(t, one, clock.Now())) == 1 })
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
		all.Go(func() { kept[i], _ = admit(t, stores[i%2], request(fmt.Sprint("CA", i), "p1"), two) })
	}
	all.Wait()
	count := map[careline.Refusal]int{}
	for _, e := range kept {
		count[e.Request.Refusal]++
	}
	same(t, "admitted and refused", count, map[careline.Refusal]int{"": 2, careline.RefusedConcurrent: asked - 2})
}

func TestALostClaimIsSaid(t *testing.T) {
	t.Parallel()
	url, clock := newDatabase(t), newClock()
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
	mustAppend(t, one, request("CA1", "p1"), request("CA2", "p1"))
	if _, ok, err := one.Claim(t.Context(), chart, "CA1"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	d := next(t, one, "CA1", clock.Now())
	killBackends(t, url, holdsClaims)
	<-missed

	// The server tells a session that it is ended before it gives back its locks.
	until(t, func() bool { _, ok, err := two.Claim(t.Context(), chart, "CA1"); return ok && err == nil })
	_, _, err := one.Next(t.Context(), chart, "CA1", clock.Now())
	wantCode(t, err, careline.CodeUnavailable)
	for _, err := range []error{one.Done(t.Context(), d, careline.Filing{}), one.Bury(t.Context(), d, ""), one.Retry(t.Context(), d, clock.Now(), ""),
		one.SaveFiling(t.Context(), careline.Filing{Call: "CA1"})} {
		wantCode(t, err, careline.CodeUnavailable)
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
	if err := one.Done(t.Context(), next(t, one, "CA1", clock.Now()), careline.Filing{}); err != nil {
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
	until(t, func() bool { // the writer's connection was ended too
		_, _, err := one.Append(t.Context(), request("CA1", "p1"))
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
		all.Go(func() { mustAppend(t, one, request(fmt.Sprintf("CA%s%d", strings.Repeat("x", 100), i), "p1")) })
	}
	until(t, func() bool { return one.Waiting() == n })
	commits := one.Stats().Commits
	release()
	all.Wait()
	same(t, "commits, with the one that was held", one.Stats().Commits-commits, 2)
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
			mustAppend(t, s, request(fmt.Sprint("CA", i), "p1"))
			closeStore(t, s)
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
				e := progress(call, "B"+call, n, careline.StatusRinging)
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
		kept := idsOf(t, s, call)
		if len(kept) < len(ids) || len(kept) > len(ids)+1 { // one that was kept, and never answered, may follow
			t.Errorf("%s: %d acknowledged, %d kept", call, len(ids), len(kept))
			continue
		}
		same(t, "acknowledged and kept", kept[:len(ids)], ids)
		same(t, "delivered", drain(t, s, call, time.Now().Add(time.Minute)), kept)
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
		until(t, func() bool { return s.Stats().Commits > commits+20 })
		killBackends(t, url, fmt.Sprintf("(%d %% 2 = 0 OR NOT %s)", round, holdsClaims))
	}
	commits := s.Stats().Commits
	until(t, func() bool { return s.Stats().Commits > commits+20 })
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
		until(t, func() bool { return s.Stats().Commits > commits+20 })
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
	until(t, func() bool { return s.Stats().Commits > commits+20 })
	close(stop)
	acknowledged := wait()
	until(t, func() bool { return s.Ready(t.Context()) == nil })
	checkAcknowledged(t, s, acknowledged)
	until(t, func() bool { _, ok, err := s.Claim(t.Context(), chart, "CA1"); return ok && err == nil })
}

func TestPostgresLinksLegsInAnyOrder(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := openPostgres(t, store.Config{URL: newDatabase(t), Consumers: []string{chart}, Now: clock.Now})
	for n, order := range permutations(5) {
		call, leg := fmt.Sprint("CA", n), fmt.Sprint("CB", n)
		events := []careline.CallEvent{request(call, call), amd(leg), progress(call, leg, 1, careline.StatusRinging),
			progress(call, leg, 2, careline.StatusCompleted), {
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
				mustAppend(t, s, events[i])
				continue
			}
			waiting := s.Waiting()
			all.Go(func() { mustAppend(t, s, events[i]) })
			until(t, func() bool { return s.Waiting() > waiting })
		}
		if release != nil {
			release()
			all.Wait()
		}
		what := fmt.Sprint(order, " ")
		same(t, what+"events", idsOf(t, s, call), want)
		same(t, what+"left with the leg", idsOf(t, s, leg), nil)
		for _, e := range events {
			if _, repeated, err := s.Append(t.Context(), e); err != nil || !repeated {
				t.Errorf("%s again: repeated is %v, error %v", e.ID, repeated, err)
			}
		}
		same(t, what+"deliveries", drain(t, s, call, clock.Now()), want)
		load, err := s.Load(t.Context(), call, clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		same(t, what+"load", load, careline.Load{Recent: 1})
	}
	same(t, "due at the end", due(t, s, clock.Now()), nil)
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
			e := progress(fmt.Sprint("CA", i), fmt.Sprint("CB", i), 1, careline.StatusRinging)
			if i == 7 {
				e.ID = "spoilt"
			}
			_, _, err := s.Append(t.Context(), e)
			if spoilt := err != nil; spoilt != (i == 7) {
				t.Errorf("request %d: %v", i, err)
			}
		})
	}
	until(t, func() bool { return h.Waiting() == n })
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

	odd := progress("CA1", "CB1", 1, careline.StatusRinging)
	odd.Word, odd.Report = "a\x00b\xff", []byte("a\x00b\xff")
	kept := mustAppend(t, s, odd)[0]
	events, err := s.Events(t.Context(), "CA1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "kept as answered", events, []careline.CallEvent{kept})
	same(t, "word", kept.Word, "a\x00b\uFFFD")
	same(t, "report", kept.Report, odd.Report)
	long := request(strings.Repeat("x", 5000), "p1")
	_, _, err = s.Append(t.Context(), long)
	wantCode(t, err, careline.CodeInvalid)
}
