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

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
)

// forward is the consumer that gets few events, in every release.
const forward = "pubsub"

// forReleased has a test done with each schema of which databases are in use.
func forReleased(t *testing.T, test func(t *testing.T, schema int)) {
	for _, schema := range []int{3, 4} {
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
	execute(t, url, `TRUNCATE calls, keys, events, filings, deliveries, dead_letters, strays RESTART IDENTITY;
		SELECT setval('calls_number', 1, false), setval('strays_seq', 1, false); UPDATE log_end SET seq = 0`)
	return url
}

// writesBefore are the statements by which a release wrote its database.
func writesBefore(t *testing.T, schema int) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(testdata(t, schema, "-writes.sql"), ";\n"), ";\n")
}

// told is what the release told of it, and when.
func told(t *testing.T, schema int) (all map[string]any, now time.Time) {
	t.Helper()
	if err := json.Unmarshal([]byte(testdata(t, schema, ".json")), &all); err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339Nano, all["now"].(string))
	if err != nil {
		t.Fatal(err)
	}
	return all, now
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
	want, now := told(t, schema)
	got := map[string]any{}
	note := func(name string, value any, err error) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got[name] = value
	}

	for name := range want {
		what, call, _ := strings.Cut(name, " of ")
		switch what {
		case "events":
			events, err := s.Events(t.Context(), call)
			tell := eventTold
			if schema > 3 {
				tell = factsTold
			}
			note(name, each(events, tell), err)
		case "fold":
			events, err := s.Events(t.Context(), call)
			fold := foldTold(careline.Fold(events))
			if of := want[name].(map[string]any); schema == 3 && of["status"] == "refused" {
				delete(of, "sent") // of what was never dialled the fold says since then when it was asked for
				delete(fold, "sent")
			}
			note(name, fold, err)
		case "filing":
			filing, err := s.Filing(t.Context(), call)
			note(name, filingTold(filing), err)
		case "clinician":
			clinician, err := s.Clinician(t.Context(), call)
			note(name, clinician, err)
		case "dead":
			dead, err := s.Dead(t.Context(), call)
			note(name, each(dead, deadTold), err)
		case "backlog":
			pending, dead, oldest, err := s.Backlog(t.Context(), call)
			note(name, []any{pending, dead, oldest}, err)
		}
	}

	doubted, err := s.Doubted(t.Context(), now.Add(-time.Hour))
	note("doubted", each(doubted, filingTold), err)
	strays, err := s.Strays(t.Context())
	note("strays", strays, err)
	load, err := s.Load(t.Context(), "prac-1", now)
	note("load", load, err)
	calls, err := s.CallsOf(t.Context(), "Patient/pat-1")
	note("calls of the patient", calls, err)
	unsettled, n, err := s.Unsettled(t.Context(), now.Add(time.Hour), 100)
	note("unsettled", []any{unsettled, n}, err)
	newest, err := s.Newest(t.Context())
	note("newest", newest, err)
	since, err := s.CallsSince(t.Context(), "prac-1", 20)
	note("calls since 20", since, err)

	delete(want, "now")
	delete(want, "deliveries") // see deliversAsBefore
	if diff := cmp.Diff(want, asJSON(t, got)); diff != "" {
		t.Errorf("the log (-as the release told it +as it is told):\n%s", diff)
	}
}

// asJSON is what a reader of the told JSON has.
func asJSON(t *testing.T, told map[string]any) (all map[string]any) {
	t.Helper()
	text, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// each tells all of some; none as the release did.
func each[T any](all []T, tell func(T) map[string]any) (told []any) {
	for _, one := range all {
		told = append(told, tell(one))
	}
	return told
}

// deliversAsBefore takes every delivery that waited, in its order and when it was due.
func deliversAsBefore(t *testing.T, s store.Store, schema int) {
	t.Helper()
	want, _ := told(t, schema)
	first := map[string]bool{}
	for _, row := range want["deliveries"].([]any) {
		d := row.([]any)
		consumer, call, seq := d[0].(string), d[1].(string), int64(d[2].(float64))
		if due, isFirst := d[4].(float64); isFirst {
			at := time.UnixMicro(int64(due))
			if _, ok, err := s.Next(t.Context(), consumer, call, at.Add(-time.Microsecond)); ok || err != nil {
				t.Errorf("%s has a delivery of %s before it is due (error: %v)", consumer, call, err)
			}
			got, ok, err := s.Next(t.Context(), consumer, call, at)
			if !ok || err != nil || got.Attempts != int(d[3].(float64)) {
				t.Errorf("%s: after %d attempts, due: %v (error: %v), want %v", call, got.Attempts, ok, err, d)
			}
			first[consumer+call] = true
		}

		got, ok, err := s.Next(t.Context(), consumer, call, time.Now().AddDate(10, 0, 0))
		if !ok || err != nil || got.Event.Seq != seq || !first[consumer+call] {
			t.Fatalf("%s is given %d of %s (%v, error: %v), want %d", consumer, got.Event.Seq, call, ok, err, seq)
		}
		if err := s.Done(t.Context(), got, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}

	for _, consumer := range []string{chart, forward} {
		if pending, _, _, err := s.Backlog(t.Context(), consumer); pending != 0 || err != nil {
			t.Errorf("%d deliveries are left for %s (error: %v)", pending, consumer, err)
		}
	}
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
	until(t, func() bool {
		return asked[bool](t, url, "SELECT to_regclass('log_events') IS NOT NULL") && asked[int](t, url, "SELECT count(*) FROM log_events") > before
	})
	written.further(t)
	// One more waits for the log's lock, to go on where everything has another shape.
	until(t, func() bool {
		return asked[bool](t, url, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'events'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted)")
	})
	lateEnded := make(chan error, 1)
	go func() { lateEnded <- late() }()
	until(t, func() bool {
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
			same(t, "events", idsOf(t, s, call), []string{call + "/request", "B" + call + "/1"})
			same(t, "waiting", drain(t, s, call, noon), []string{"B" + call + "/1"})
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
	until(t, func() bool { return w.count() > before+10 })
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
