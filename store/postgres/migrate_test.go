package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

// nextStep is what the next release may bring.
const nextStep = `ALTER TABLE calls ADD COLUMN mood text NOT NULL DEFAULT 'fair'`

// TestTheProgramBeforeWritesWhileTheNextMigrates has somebody read for longer than
// whoever writes may be kept waiting: the migration waits for the reading, and those
// who write behind the migration.
func TestTheProgramBeforeWritesWhileTheNextMigrates(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	before := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}})
	stop := make(chan struct{})
	written := writeCalls(t, before, stop)
	further := func() {
		t.Helper()
		commits := before.Stats().Commits
		storetest.Until(t, func() bool { return before.Stats().Commits > commits+20 })
	}

	further()
	endReading := readFrom(t, url, "calls")
	migrated := make(chan error, 1)
	go func() { migrated <- postgres.MigrateNext(t.Context(), url, nextStep) }()
	for range 2 { // it makes way, and comes again
		storetest.Until(t, func() bool {
			return asked[bool](t, url, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'calls'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted)")
		})
		further()
	}
	endReading()
	if err := <-migrated; err != nil {
		t.Error(err)
	}
	further()
	close(stop)
	calls := written()
	if got := asked[int](t, url, "SELECT version FROM careline_schema"); got != postgres.SchemaNow+1 {
		t.Errorf("the schema is %d, want %d", got, postgres.SchemaNow+1)
	}
	if n := asked[int](t, url, "SELECT count(*) FROM calls WHERE mood = 'fair'"); n != calls {
		t.Errorf("%d calls have what the migration brought, want %d", n, calls)
	}
	storetest.Same(t, "of a call that began before", len(storetest.Drain(t, before, "CA0-0", time.Now().Add(time.Minute))), 2)

	again := openPostgres(t, store.Config{URL: url}) // as after a rollback
	storetest.MustAppend(t, again, storetest.Request("CA1", "p1"))
}

// writeCalls has a few write calls, each with a report, until stop is closed; written
// waits for them and is how many calls those were. Each writing has to succeed.
func writeCalls(t *testing.T, s store.Store, stop <-chan struct{}) (written func() int) {
	var all sync.WaitGroup
	const workers = 4
	counts := [workers]int{}

	for worker := range workers {
		all.Go(func() {
			for ; ; counts[worker]++ {
				select {
				case <-stop:
					return
				default:
				}
				call := fmt.Sprintf("CA%d-%d", worker, counts[worker])
				for _, e := range []careline.CallEvent{storetest.Request(call, "p1"), storetest.Progress(call, "B"+call, 1, careline.StatusRinging)} {
					if _, _, err := s.Append(t.Context(), e); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	return func() (sum int) {
		all.Wait()
		for _, n := range counts {
			sum += n
		}
		return sum
	}
}

// readFrom reads a table in a transaction that lasts until end is called.
func readFrom(t *testing.T, url, table string) (end func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	if _, err := conn.Exec(t.Context(), "BEGIN; SELECT count(*) FROM "+table); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.Exec(t.Context(), "COMMIT"); err != nil {
			t.Error(err)
		}
	}
}
