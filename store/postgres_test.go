package store_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"perci.health/careline/sandbox/pgbox"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

// server is one Postgres for all tests that share theirs; each has a database of
// its own.
var server = struct {
	sync.Mutex
	box *pgbox.Box
}{}

func TestMain(m *testing.M) {
	code := m.Run()
	if server.box != nil {
		if err := server.box.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

// newDatabase is the URL of an empty database.
func newDatabase(t testing.TB) string {
	t.Helper()
	server.Lock()
	defer server.Unlock()
	if server.box == nil {
		box, err := pgbox.Start(context.Background(), pgbox.Config{})
		if err != nil {
			t.Fatal(err)
		}
		server.box = box
	}

	url, err := server.box.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// releasedPostgres is an empty log that the last release made.
func releasedPostgres(t *testing.T) (url string) {
	t.Helper()
	dump, err := os.ReadFile("postgres/testdata/schema-3.sql")
	if err != nil {
		t.Fatal(err)
	}
	url = newDatabase(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())

	_, err = conn.Exec(t.Context(), string(dump)+`; SET search_path = public;
		TRUNCATE calls, keys, events, filings, deliveries, dead_letters, strays; UPDATE log_end SET seq = 0;
		SELECT setval('calls_number', 1, false), setval('strays_seq', 1, false)`)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func openPostgres(t *testing.T, c store.Config) store.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { storetest.CloseStore(t, s) })
	return s
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	conforms(t, func(t *testing.T) database {
		url := newDatabase(t)
		return func(t *testing.T, c store.Config) store.Store {
			t.Helper()
			c.URL = url
			return openPostgres(t, c)
		}
	})
}

// TestPostgresMigrated is TestPostgres on a database that the last release made.
func TestPostgresMigrated(t *testing.T) {
	t.Parallel()
	conforms(t, func(t *testing.T) database {
		url := releasedPostgres(t)
		return func(t *testing.T, c store.Config) store.Store {
			t.Helper()
			c.URL = url
			return openPostgres(t, c)
		}
	})
}
