package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

// forward is the consumer that gets few events, in every release.
const forward = storetest.Forward

// forReleased has a test done with each schema of which databases are in use.
func forReleased(t *testing.T, test func(t *testing.T, schema int)) {
	for _, schema := range []int{3, 4, 5, 6} {
		t.Run(fmt.Sprint("schema ", schema), func(t *testing.T) {
			t.Parallel()
			test(t, schema)
		})
	}
}

func testdata(t *testing.T, schema int, of string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("testdata/schema-%d%s", schema, of))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// released is a database that a release before made and filled.
func released(t *testing.T, schema int) (url string) {
	t.Helper()
	url = newDatabase(t)
	execute(t, url, testdata(t, schema, ".sql"))
	return url
}

// emptyReleased is one that a release before made, with nothing in it.
func emptyReleased(t *testing.T, schema int) (url string) {
	t.Helper()
	url = released(t, schema)
	tables := "calls, keys, events, filings, deliveries, dead_letters, strays"
	if schema > 4 {
		tables = "calls, keys, log_events, filings, cursors, dead_letters, strays"
	}
	execute(t, url, `TRUNCATE `+tables+` RESTART IDENTITY;
		SELECT setval('calls_number', 1, false), setval('strays_seq', 1, false); UPDATE log_end SET seq = 0`)
	return url
}

// writesBefore are the statements by which a release wrote its database.
func writesBefore(t *testing.T, schema int) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(testdata(t, schema, "-writes.sql"), ";\n"), ";\n")
}

// told is what the release told of its log, and when.
func told(t *testing.T, schema int) (all map[string]any, now time.Time) {
	t.Helper()
	return storetest.ToldBefore(t, testdata(t, schema, ".json"))
}

func openReleased(t *testing.T, url string, now time.Time) *postgres.Store {
	t.Helper()
	return openPostgres(t, store.Config{
		URL:       url,
		Consumers: []string{chart},
		Outbound:  []string{forward},
		Now:       func() time.Time { return now },
	})
}

// TestALogOfAReleaseBeforeIsWhatItWas has the log of a release migrated, and told.
func TestALogOfAReleaseBeforeIsWhatItWas(t *testing.T) {
	t.Parallel()
	forReleased(t, func(t *testing.T, schema int) {
		_, now := told(t, schema)
		url := released(t, schema)
		tellsAsBefore(t, openReleased(t, url, now), schema)
		deliversAsBefore(t, openReleased(t, url, now), schema)
	})
}

// TestAProgramBeforeWritesIntoTheLogOfThisOne has the log of a release written by its
// own statements, when it has been migrated already.
func TestAProgramBeforeWritesIntoTheLogOfThisOne(t *testing.T) {
	t.Parallel()
	forReleased(t, func(t *testing.T, schema int) {
		_, now := told(t, schema)
		url := emptyReleased(t, schema)
		s := openReleased(t, url, now)
		execute(t, url, writesBefore(t, schema)...)
		tellsAsBefore(t, s, schema)
		readsAsBefore(t, url, schema)
		deliversAsBefore(t, s, schema)
	})
}

// TestAnInterruptedMigrationGoesOn has a program of before change, by each of its
// statements, what has been copied already.
func TestAnInterruptedMigrationGoesOn(t *testing.T) {
	t.Parallel()
	forReleased(t, func(t *testing.T, schema int) {
		if schema > 4 {
			return // the migration from there has nothing to copy
		}
		_, now := told(t, schema)
		url := emptyReleased(t, schema)
		for _, sql := range writesBefore(t, schema) {
			execute(t, url, sql)
			if err := postgres.MigrateHalf(t.Context(), url); err != nil {
				t.Fatal(err)
			}
		}

		s := openReleased(t, url, now)
		tellsAsBefore(t, s, schema)
		deliversAsBefore(t, s, schema)
	})
}

// TestAProgramBeforeReadsTheLogOfThisOne has a release's statements answered with what
// it got from its own tables.
func TestAProgramBeforeReadsTheLogOfThisOne(t *testing.T) {
	t.Parallel()
	forReleased(t, func(t *testing.T, schema int) {
		_, now := told(t, schema)
		url := released(t, schema)
		openReleased(t, url, now)
		readsAsBefore(t, url, schema)
	})
}

// tellsAsBefore compares what a store tells of a log with what the release told.
func tellsAsBefore(t *testing.T, s store.Store, schema int) {
	t.Helper()
	storetest.TellsAsBefore(t, s, testdata(t, schema, ".json"), schema > 3)
}

func deliversAsBefore(t *testing.T, s store.Store, schema int) {
	t.Helper()
	storetest.DeliversAsBefore(t, s, testdata(t, schema, ".json"))
}

// readsAsBefore asks what a release asks, by its own statements.
func readsAsBefore(t *testing.T, url string, schema int) {
	t.Helper()
	var reads []struct {
		SQL  string
		Rows [][]string
	}
	if err := json.Unmarshal([]byte(testdata(t, schema, "-reads.json")), &reads); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())

	for _, read := range reads {
		results, err := conn.PgConn().Exec(t.Context(), read.SQL).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", read.SQL, err)
		}
		rows := [][]string{}
		for _, row := range results[0].Rows {
			rows = append(rows, texts(row))
		}
		if diff := cmp.Diff(read.Rows, rows, cmp.Comparer(sameText)); diff != "" {
			t.Errorf("%s (-before +now):\n%s", read.SQL, diff)
		}
	}
}

func texts(row [][]byte) (all []string) {
	for _, value := range row {
		if value == nil {
			value = []byte("NULL")
		}
		all = append(all, string(value))
	}
	return all
}

// sameText compares JSON by what it says.
func sameText(a, b string) bool {
	if a == b || !strings.HasPrefix(a, "{") {
		return a == b
	}
	var one, two any
	return json.Unmarshal([]byte(a), &one) == nil && json.Unmarshal([]byte(b), &two) == nil && cmp.Equal(one, two)
}

// TestAProgramBeforeWritesWhileItIsMigrated has somebody read for longer than whoever
// writes may be kept waiting, while a log of many events moves from under the writers.
func TestAProgramBeforeWritesWhileItIsMigrated(t *testing.T) {
	t.Parallel()
	const before = 10_000
	url := emptyReleased(t, 4)
	execute(t, url, fmt.Sprintf(`INSERT INTO calls (number, key, heard, over) SELECT n, 'CAold' || n, true, false FROM generate_series(1, %[1]d) n;
		INSERT INTO keys SELECT 'CAold' || n, n FROM generate_series(1, %[1]d) n;
		INSERT INTO events SELECT n, n, 'id', '', 'progress', NULL, n, 0, '', '', '', '', '', NULL, '', '', '', NULL, '' FROM generate_series(1, %[1]d) n;
		UPDATE log_end SET seq = %[1]d; SELECT setval('calls_number', %[1]d)`, before))
	stop := make(chan struct{})
	written := writeBefore(t, url, stop)
	written.further(t)

	late := endBefore(t, url)
	endReading := readFrom(t, url, "events")
	migrated := make(chan error, 1)
	go func() {
		s, err := postgres.Open(t.Context(), store.Config{URL: url})
		if err == nil {
			err = s.Close()
		}
		migrated <- err
	}()
	storetest.Until(t, func() bool {
		return asked[bool](t, url, "SELECT to_regclass('log_events') IS NOT NULL") && asked[int](t, url, "SELECT count(*) FROM log_events") > before
	})
	written.further(t)
	// One more waits for the log's lock, to go on where everything has another shape.
	storetest.Until(t, func() bool {
		return asked[bool](t, url, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'events'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted)")
	})
	lateEnded := make(chan error, 1)
	go func() { lateEnded <- late() }()
	storetest.Until(t, func() bool {
		return asked[bool](t, url, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'late' AND wait_event = 'advisory')")
	})
	endReading()
	for _, err := range []error{<-migrated, <-lateEnded} {
		if err != nil {
			t.Error(err)
		}
	}
	written.further(t)
	close(stop)
	written.all.Wait()

	if n := asked[int](t, url, "SELECT count(*) FROM log_events"); n != before+2*written.count() {
		t.Errorf("%d events are kept, want %d and %d", n, before, 2*written.count())
	}
	s := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}})
	for worker, n := range written.counts {
		for i := range n {
			call := fmt.Sprintf("CA%d-%d", worker, i)
			storetest.Same(t, "events", storetest.IDsOf(t, s, call), []string{call + "/request", "B" + call + "/1"})
			storetest.Same(t, "waiting", storetest.Drain(t, s, call, noon), []string{"B" + call + "/1"})
		}
	}
}

// writing is what programs of the release before have written.
type writing struct {
	all    sync.WaitGroup
	mu     sync.Mutex
	counts [2]int
}

func (w *writing) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[0] + w.counts[1]
}

func (w *writing) further(t *testing.T) {
	t.Helper()
	before := w.count()
	storetest.Until(t, func() bool { return w.count() > before+10 })
}

// writeBefore has two programs of the release before write calls, each with a report,
// until stop is closed. Each writing has to succeed.
func writeBefore(t *testing.T, url string, stop <-chan struct{}) *writing {
	t.Helper()
	w := &writing{}

	for worker := range w.counts {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		w.all.Go(func() {
			defer conn.Close(t.Context())
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				call := fmt.Sprintf("CA%d-%d", worker, n)
				if err := keepBefore(t.Context(), conn, call); err != nil {
					t.Error(err)
					return
				}
				w.mu.Lock()
				w.counts[worker]++
				w.mu.Unlock()
			}
		})
	}
	return w
}

// endBefore is how a program of the release before ends a delivery, one that has done so.
func endBefore(t *testing.T, url string) (again func() error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url+"&application_name=late")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })

	again = func() error {
		_, err := conn.Exec(t.Context(), `CALL write_1('the one before', '{chart}', '{}'::event_1[], '{}', '{}', '{}', '{}', '{}', '{}', '{}',
			'{chart}', '{1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
			'{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL)`)
		return err
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
	return again
}

// keepBefore keeps a call and a report of it as the release before does, and with the
// report ends the delivery of what came before it.
func keepBefore(ctx context.Context, conn *pgx.Conn, call string) error {
	if _, err := conn.Exec(ctx, callBefore(call, call, call+"/request", nil)); err != nil {
		return err
	}
	var first int64
	if err := conn.QueryRow(ctx, "SELECT e.seq FROM events e JOIN keys k ON k.call = e.call WHERE k.key = $1", call).Scan(&first); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, callBefore(call, "B"+call, "B"+call+"/1", []int64{first}))
	return err
}

// callBefore is how the release before keeps an event, and ends deliveries.
func callBefore(call, leg, id string, done []int64) string {
	consumers, places := "{}", "{}"
	for _, seq := range done {
		consumers, places = "{chart}", fmt.Sprintf("{%d}", seq)
	}
	return fmt.Sprintf(`CALL write_1('the one before', '{chart}', ARRAY[ROW('%[3]s', '%[1]s', '%[2]s', 'progress', NULL, 1, 1, 'ringing', 'ringing',
			'', '', '', NULL, '', '', '', NULL, '', false, false, false, '', '', '', NULL, NULL, false, false)::event_1],
		'{%[3]s}', '{%[1]s}', '{%[2]s}', '{""}', '{1}', '{8}', '{""}',
		'%[4]s', '%[5]s', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
		'{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL)`, call, leg, id, consumers, places)
}
