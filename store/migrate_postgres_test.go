package store_test

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline"
	"perci.health/careline/store"
)

// nextMigrations are this program's, and one that the next release may bring.
func nextMigrations(t *testing.T) (all fstest.MapFS, version int) {
	t.Helper()
	ours, err := store.PostgresMigrations()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(ours, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	all = fstest.MapFS{}
	for _, name := range names {
		sql, err := fs.ReadFile(ours, name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = &fstest.MapFile{Data: sql}
	}
	version = len(names) + 1
	all[fmt.Sprintf("%04d_next.sql", version)] = &fstest.MapFile{Data: []byte(`
		ALTER TABLE calls ADD COLUMN mood text NOT NULL DEFAULT 'fair';
		CREATE FUNCTION own_call_2(own_key text) RETURNS bigint LANGUAGE sql STABLE AS $$
			SELECT c.number FROM keys k JOIN calls c ON c.number = k.call WHERE k.key = own_key AND c.mood <> 'foul'
		$$;`)}
	return all, version
}

// TestTheProgramBeforeWritesWhileTheNextMigrates has somebody read for longer than
// whoever writes may be kept waiting: the migration waits for the reading, and those
// who write behind the migration.
func TestTheProgramBeforeWritesWhileTheNextMigrates(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	before := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}})
	scripts, version := nextMigrations(t)
	stop := make(chan struct{})
	written := writeCalls(t, before, stop)
	further := func() {
		t.Helper()
		commits := before.Stats().Commits
		until(t, func() bool { return before.Stats().Commits > commits+20 })
	}

	further()
	endReading := readFrom(t, url, "calls")
	migrated := make(chan error, 1)
	go func() { migrated <- store.MigratePostgres(t.Context(), url, scripts) }()
	for range 2 { // it makes way, and comes again
		until(t, func() bool {
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
	if got := asked[int](t, url, "SELECT version FROM careline_schema"); got != version {
		t.Errorf("the schema is %d, want %d", got, version)
	}
	if n := asked[int](t, url, "SELECT count(*) FROM calls WHERE mood = 'fair' AND own_call_2(key) = number"); n != calls {
		t.Errorf("%d calls have what the migration brought, want %d", n, calls)
	}
	same(t, "of a call that began before", len(drain(t, before, "CA0-0", time.Now().Add(time.Minute))), 2)

	again := openPostgres(t, store.Config{URL: url}) // as after a rollback
	mustAppend(t, again, request("CA1", "p1"))
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
				for _, e := range []careline.CallEvent{request(call, "p1"), progress(call, "B"+call, 1, careline.StatusRinging)} {
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
