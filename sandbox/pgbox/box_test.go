package pgbox_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline/sandbox/pgbox"
)

// The server of this machine and the packaged one: whichever a test gets, it is
// the same box.
func servers(t *testing.T) map[string]pgbox.Config {
	t.Helper()
	packaged, err := pgbox.Packaged()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]pgbox.Config{"found": {}, "packaged": {Bin: packaged.Bin}}
}

func start(t *testing.T, c pgbox.Config) *pgbox.Box {
	t.Helper()
	b, err := pgbox.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error("closed again:", err)
		}
	})
	t.Logf("Postgres %s, from %s", b.Version(), b.Where())
	return b
}

func TestWhatWasCommittedOutlivesRestartAndKill(t *testing.T) {
	t.Parallel()
	for name, config := range servers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, config)
			database, err := b.NewDatabase(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			run(t, database, "CREATE TABLE kept (n int)")
			run(t, database, "INSERT INTO kept VALUES (1)")

			if err := b.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			run(t, database, "INSERT INTO kept VALUES (2)")

			if err := b.Kill(); err != nil {
				t.Fatal(err)
			}
			if conn, err := pgx.Connect(t.Context(), database); err == nil {
				t.Error("a killed server takes connections")
				_ = conn.Close(t.Context())
			}

			if err := b.Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := ask(t, database, "SELECT sum(n) FROM kept"); got != "3" {
				t.Errorf("kept %s, want 3", got)
			}
		})
	}
}

// A kill also ends a session in the middle of its work, and the server is up again
// though that session held its shared memory.
func TestKillEndsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	b := start(t, pgbox.Config{})
	conn, err := pgx.Connect(t.Context(), b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "SELECT 1"); err != nil {
		t.Fatal(err)
	}

	ended := make(chan error, 1)
	go func() { _, err := conn.Exec(context.Background(), "SELECT pg_sleep(600)"); ended <- err }()
	active := time.NewTicker(10 * time.Millisecond)
	defer active.Stop()
	for ask(t, b.URL(), "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'") != "1" {
		<-active.C
	}

	if err := b.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("a session ended well though its server was killed")
	}
	if err := b.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestDatabasesAreEmptyAndApart(t *testing.T) {
	t.Parallel()
	b := start(t, pgbox.Config{})
	for range 3 {
		database, err := b.NewDatabase(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		run(t, database, "CREATE TABLE mine ()")
	}

	for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "server_encoding": "UTF8"} {
		if got := ask(t, b.URL(), "SHOW "+setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	if got := ask(t, b.URL(), "SHOW server_version"); !strings.HasPrefix(got, b.Version()) {
		t.Errorf("the server says it is %s, the box %s", got, b.Version())
	}
}

// Nobody without the password gets in, from this machine either.
func TestNobodyElseGetsIn(t *testing.T) {
	t.Parallel()
	b := start(t, pgbox.Config{})
	u, err := url.Parse(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(u.User.Username(), "guess")
	if conn, err := pgx.Connect(t.Context(), u.String()); err == nil {
		t.Error("a wrong password was accepted")
		_ = conn.Close(t.Context())
	}
}

func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	b, err := pgbox.Start(t.Context(), pgbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	folder := ask(t, b.URL(), "SHOW data_directory")

	if err := b.Kill(); err != nil { // the harder case
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(folder)); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", folder, err)
	}
	if err := b.Up(t.Context()); err == nil {
		t.Error("a closed server came up")
	}
}

func TestAFolderWithoutAServerIsNamed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := pgbox.Start(t.Context(), pgbox.Config{Bin: folder}); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("got %v", err)
	}
}

// A checkout may stand in a folder that its owner keeps to himself: root's server
// runs as somebody else, who cannot reach it there.
func TestBinariesOutOfReach(t *testing.T) {
	t.Parallel()
	packaged, err := pgbox.Packaged()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "own")
	if err := os.CopyFS(folder, os.DirFS(filepath.Dir(packaged.Bin))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	start(t, pgbox.Config{Bin: filepath.Join(folder, "bin")})
}

func run(t *testing.T, database, query string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, database, query string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var answer any
	if err := conn.QueryRow(t.Context(), query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(answer)
}

// TestWhichPostgres says what the tests of this machine run on.
func TestWhichPostgres(t *testing.T) {
	t.Parallel()
	b := start(t, pgbox.Config{})
	if b.Version() == "" || b.Where() == "" {
		t.Errorf("version %q, from %q", b.Version(), b.Where())
	}
}
