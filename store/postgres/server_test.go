package postgres_test

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

// startPostgres is a server that a test may stop.
func startPostgres(t *testing.T) *pgbox.Box {
	t.Helper()
	box, err := pgbox.Start(t.Context(), pgbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	return box
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

func openPostgres(t *testing.T, c store.Config) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { storetest.CloseStore(t, s) })
	return s.(*postgres.Store)
}

// asked runs one statement on a connection of its own, and scans what it answers.
func asked[T any](t *testing.T, url, sql string, args ...any) (answer T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func execute(t testing.TB, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}
