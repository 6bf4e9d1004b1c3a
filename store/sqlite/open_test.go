package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

func TestOpenSaysWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign.db")
	run(t, foreign, "CREATE TABLE cats (name TEXT)")
	newer := filepath.Join(dir, "newer.db")
	s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + newer})
	if err != nil {
		t.Fatal(err)
	}
	storetest.CloseStore(t, s)
	run(t, newer, "PRAGMA user_version = 99")

	for url, want := range map[string]string{
		"":                           "DATABASE_URL must be file:",
		"careline.db":                "DATABASE_URL must be file:",
		"mysql://localhost/x":        "or postgres://",
		"file:":                      "outlive",
		"file::memory:":              "outlive",
		"file:x.db?mode=memory":      "no parameters",
		"file:100%.db":               "write %25 for a %",
		"file:a%00b.db":              "zero byte",
		"file:" + dir + "/gone/x.db": "does not exist: make it",
		"file:" + dir:                "is a folder",
		"file:" + garbage:            "not a whole SQLite database",
		"file:" + foreign:            "belongs to another program",
		"file:" + newer:              "schema 99, made by a newer careline",
	} {
		s, err := sqlite.Open(t.Context(), store.Config{URL: url})
		if err == nil {
			storetest.CloseStore(t, s)
			t.Errorf("%q opened", url)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v\ndoes not say %q", url, err, want)
		}
	}
}

func TestOpenReadsTheURL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for url, path := range map[string]string{
		"file:" + dir + "/a.db":            "a.db",
		"file://" + dir + "/b.db":          "b.db",
		"file:" + dir + "/with%20space.db": "with space.db",
	} {
		s, err := sqlite.Open(t.Context(), store.Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		storetest.CloseStore(t, s)
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Errorf("%s: %v", url, err)
		} else if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: others may do %v with what holds patients' numbers", url, info.Mode())
		}
		if _, err := os.Stat(filepath.Join(dir, path+"-wal")); err == nil {
			t.Errorf("%s: closed, and the log is not in the one file", url)
		}
	}
}

func run(t testing.TB, path, sql string) {
	t.Helper()
	c, err := driver.OpenConn(path, driver.OpenReadWrite|driver.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := sqlitex.ExecuteTransient(c, sql, nil); err != nil {
		t.Fatal(err)
	}
}
