package store_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"perci.health/careline/sandbox/pgbox"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
)

// server is one Postgres for all tests that share theirs; each has a database of
// its own.
var server = struct {
	sync.Mutex
	box *pgbox.Box
}{}

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

func openPostgres(t *testing.T, c store.Config) store.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
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

// TestPostgresMigrated is TestPostgres on databases that the releases before made.
func TestPostgresMigrated(t *testing.T) {
	t.Parallel()
	for _, schema := range postgres.Released() {
		t.Run(fmt.Sprint("schema ", schema), func(t *testing.T) {
			t.Parallel()
			conforms(t, func(t *testing.T) database {
				url := newDatabase(t)
				if err := postgres.MakeReleased(t.Context(), url, schema); err != nil {
					t.Fatal(err)
				}
				return func(t *testing.T, c store.Config) store.Store {
					t.Helper()
					c.URL = url
					return openPostgres(t, c)
				}
			})
		})
	}
}
