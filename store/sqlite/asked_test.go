package sqlite_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// TestCallsAskedOfALogOfAReleaseBefore has every call of a log that was migrated.
func TestCallsAskedOfALogOfAReleaseBefore(t *testing.T) {
	t.Parallel()
	for _, schema := range []int{2, 3, 4, 5} {
		path := filepath.Join(t.TempDir(), "log.db")
		script(t, path, testdata(t, schema, ".sql"))
		all, now := told(t, schema)
		s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + path, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		calls, err := s.CallsAsked(t.Context(), careline.AskedFor{From: now.AddDate(-1, 0, 0), To: now.AddDate(1, 0, 0)}, 100)
		if err != nil {
			t.Fatal(err)
		}

		for _, c := range calls {
			if _, known := all["events of "+c.Key]; !known || len(c.Events) == 0 {
				t.Errorf("schema %d: %s has %d events, and is known: %t", schema, c.Key, len(c.Events), known)
			}
			delete(all, "events of "+c.Key)
		}
		for name := range all {
			if len(name) > 10 && name[:10] == "events of " {
				t.Errorf("schema %d: nothing is listed of the %s", schema, name)
			}
		}
		storetest.CloseStore(t, s)
	}
}

// TestAMigratedFileHasTheTablesOfANewOne: the order of the columns alone may differ.
func TestAMigratedFileHasTheTablesOfANewOne(t *testing.T) {
	t.Parallel()
	tablesOf := func(schema int) []string {
		path := filepath.Join(t.TempDir(), "log.db")
		if schema > 0 {
			script(t, path, testdata(t, schema, ".sql"))
		}
		s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + path})
		if err != nil {
			t.Fatal(err)
		}
		storetest.CloseStore(t, s)
		return columnsAndIndexes(t, path)
	}

	want := tablesOf(0)
	if len(want) < 40 {
		t.Fatalf("only %d columns and indexes were found", len(want))
	}
	for _, schema := range []int{2, 3, 4, 5} {
		storetest.Same(t, "tables", tablesOf(schema), want)
	}
}

func columnsAndIndexes(t *testing.T, path string) (all []string) {
	t.Helper()
	c, err := driver.OpenConn(path, driver.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = sqlitex.ExecuteTransient(c, `SELECT m.name || '.' || p.name || ' ' || p.type || ' ' || p."notnull" || ' ' || coalesce(p.dflt_value, '') FROM sqlite_master m
		JOIN pragma_table_info(m.name) p WHERE m.type = 'table' UNION SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`,
		&sqlitex.ExecOptions{ResultFunc: func(row *driver.Stmt) error {
			all = append(all, row.ColumnText(0))
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
