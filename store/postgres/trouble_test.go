package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

// TestAClaimThatFailedHalfwayIsNobodys has the server fail after it gave the lock
// away: a lock of a session outlasts the statement that took it (PostgreSQL,
// section 13.3.5).
func TestAClaimThatFailedHalfwayIsNobodys(t *testing.T) {
	t.Parallel()
	url, clock := newDatabase(t), storetest.NewClock()
	execute(t, url, "CREATE TABLE trouble (on_claims boolean)", "INSERT INTO trouble VALUES (false)",
		`CREATE FUNCTION pg_try_advisory_lock(number bigint) RETURNS boolean LANGUAGE plpgsql AS $$
		BEGIN
			PERFORM pg_catalog.pg_try_advisory_lock(number);
			IF (SELECT on_claims FROM public.trouble) THEN
				RAISE EXCEPTION 'out of shared memory' USING ERRCODE = '53200';
			END IF;
			RETURN true;
		END $$`)

	one := openPostgres(t, store.Config{URL: url + "&search_path=public,pg_catalog", Consumers: []string{chart}, Now: clock.Now})
	two := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}, Now: clock.Now})
	storetest.MustAppend(t, one, storetest.Request("CA1", "p1"))
	execute(t, url, "UPDATE trouble SET on_claims = true")
	if _, ok, err := one.Claim(t.Context(), chart, "CA1"); ok || err == nil {
		t.Fatalf("claimed: %v (error: %v)", ok, err)
	}
	storetest.Until(t, func() bool { _, ok, err := two.Claim(t.Context(), chart, "CA1"); return ok && err == nil })
}

// TestAServerThatMayOnlyBeReadIsLeft is the old primary after a failover that kept
// the connection.
func TestAServerThatMayOnlyBeReadIsLeft(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	s := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}})
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))

	execute(t, url, `CREATE TABLE demoted AS SELECT a.pid FROM pg_stat_activity a
			WHERE a.datname = current_database() AND a.application_name = 'careline'`,
		`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF EXISTS (SELECT FROM public.demoted d WHERE d.pid = pg_backend_pid()) THEN
				RAISE EXCEPTION 'cannot execute UPDATE in a read-only transaction' USING ERRCODE = '25006';
			END IF;
			RETURN NEW;
		END $$`,
		"CREATE TRIGGER refuse BEFORE UPDATE ON log_end FOR EACH ROW EXECUTE FUNCTION refuse()")
	storetest.MustAppend(t, s, storetest.Request("CA2", "p1"))
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestTheServerFindsOutWhoIsGone: a claim is a lock of its connection, and Linux
// takes two hours to notice a network that fails without a word.
func TestTheServerFindsOutWhoIsGone(t *testing.T) {
	t.Parallel()
	s := openPostgres(t, store.Config{URL: newDatabase(t)})
	for name, want := range map[string]string{"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
		"tcp_user_timeout": "30000"} {
		storetest.Same(t, name, s.Setting(t.Context(), name), want)
	}
	storetest.Same(t, "of the claims", s.ClaimSetting("tcp_keepalives_idle"), "15")
}

// TestCloseWaitsForNoReading has a reading wait for a lock that nobody gives back.
func TestCloseWaitsForNoReading(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	s, err := postgres.Open(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "BEGIN; LOCK TABLE log_events"); err != nil {
		t.Fatal(err)
	}

	read := make(chan error, 1)
	go func() {
		_, err := s.Events(context.Background(), "CA1")
		read <- err
	}()
	storetest.Until(t, func() bool {
		return asked[bool](t, url, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'log_events'::regclass AND NOT granted)")
	})
	began := time.Now()
	storetest.CloseStore(t, s)
	storetest.WantCode(t, <-read, careline.CodeUnavailable)
	if took := time.Since(began); took > 20*time.Second { // a reading may take 30
		t.Errorf("Close waited %v", took)
	}
}

// TestWhoWaitsBehindAServerThatHangsHearsOfIt has one request of several run into
// the time limit.
func TestWhoWaitsBehindAServerThatHangsHearsOfIt(t *testing.T) {
	t.Parallel()
	s := openPostgres(t, store.Config{URL: newDatabase(t)})
	release := s.Hold(t.Context())

	var all sync.WaitGroup
	var mu sync.Mutex
	asked, failed := 0, 0
	const n = 5
	for range n {
		all.Go(func() {
			err := s.Alone(t.Context(), func() error {
				mu.Lock()
				defer mu.Unlock()
				asked++
				return context.DeadlineExceeded
			})
			mu.Lock()
			defer mu.Unlock()
			if careline.CodeOf(err) == careline.CodeUnavailable {
				failed++
			}
		})
	}
	storetest.Until(t, func() bool { return s.Waiting() == n })
	release()
	all.Wait()
	storetest.Same(t, "asked and failed", []int{asked, failed}, []int{1, n})
}
