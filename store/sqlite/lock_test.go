package sqlite_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

func wantTaken(t *testing.T, url string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), store.Config{URL: url})
	if err == nil {
		storetest.CloseStore(t, s)
		t.Errorf("%s was opened twice", url)
	} else if !strings.HasPrefix(err.Error(), "another careline has this database open: stop it first") {
		t.Errorf("%s: %v", url, err)
	}
}

func TestOneStoreAtATime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := "file:" + filepath.Join(dir, "log.db")
	for range 3 { // Close lets the next one in
		s, err := sqlite.Open(t.Context(), store.Config{URL: url, Consumers: []string{chart}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("log.db", filepath.Join(dir, "alias.db")); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
		wantTaken(t, url)
		wantTaken(t, "file:"+filepath.Join(dir, "alias.db"))
		if err := os.Link(filepath.Join(dir, "log.db"), filepath.Join(dir, "link.db")); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
		if runtime.GOOS == "linux" {
			wantTaken(t, "file:"+filepath.Join(dir, "link.db"))
		}
		storetest.MustAppend(t, s, storetest.Request("CA1", "p1")) // the one that has it is not disturbed
		storetest.CloseStore(t, s)
	}
}

func TestFailedOpenKeepsNoLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	run(t, path, "CREATE TABLE cats (name TEXT)")
	if _, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + path}); err == nil {
		t.Fatal("it opened another program's database")
	}
	run(t, path, "DROP TABLE cats")
	s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + path})
	if err != nil {
		t.Fatal(err)
	}
	storetest.CloseStore(t, s)
}

func TestKilledProcessLeavesNoLock(t *testing.T) {
	t.Parallel()
	url := "file:" + filepath.Join(t.TempDir(), "log.db")
	tried := false
	killed(t, url, 20, func(string, string) {
		if !tried {
			wantTaken(t, url)
		}
		tried = true
	})
	if !tried {
		t.Error("the child kept nothing")
	}
	s, err := sqlite.Open(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	storetest.CloseStore(t, s)
}
