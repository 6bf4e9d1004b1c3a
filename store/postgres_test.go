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
)

// server is one Postgres for all tests that share theirs; each has a database of
// its own.
var server = struct {
	sync.Mutex
	box *pgbox.Box
}{}

func postgres(t testing.TB) *pgbox.Box {
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
	return server.box
}

func stopPostgres() {
	if server.box == nil {
		return
	}
	if err := server.box.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// newDatabase is the URL of an empty database.
func newDatabase(t testing.TB) string {
	t.Helper()
	url, err := postgres(t).NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func openPostgres(t *testing.T, c store.Config) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	return s
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
