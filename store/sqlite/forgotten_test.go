package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

func column(t *testing.T, path, sql string) (values []string) {
	t.Helper()
	c, err := driver.OpenConn(path, driver.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = sqlitex.ExecuteTransient(c, sql, &sqlitex.ExecOptions{ResultFunc: func(row *driver.Stmt) error {
		values = append(values, row.ColumnText(0))
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// TestForgottenIsGoneFromTheFile looks into the file itself, and not through the store.
func TestForgottenIsGoneFromTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	clock := storetest.NewClock()
	open := func(consumers ...string) store.Store {
		s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + path, Consumers: consumers, Outbound: []string{topic}, Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open("a consumer of former times", chart)
	storetest.MustAppend(t, s, storetest.Request("CA0", "p1"))
	storetest.CloseStore(t, s)
	s = open(chart)
	leavesTraces(t, s, clock, "CA1", "CB1")
	kept := storetest.RequestFor("CA2", "p1", "Patient/7")
	kept.Request.To = storetest.Phone(t, "+447700900456")
	kept.Report = fmt.Appendf(nil, `{"Called":"+447700900456","Padding":"%09000d"}`, 0) // more than a page
	storetest.MustAppend(t, s, kept)
	// A repetition that names another leg leaves no key that nothing else tells of.
	other := storetest.DialEnded("CA2", "CB2", careline.StatusBusy)
	storetest.MustAppend(t, s, other)
	other.MemberLeg = "CB9"
	if _, repeated, err := s.Append(t.Context(), other); !repeated || err != nil {
		t.Fatal(repeated, err)
	}
	clock.Forward(time.Hour)
	if err := s.Erase(t.Context(), "CA2"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Purge(t.Context(), clock.Now(), 10); n.Keys() != 2 || err != nil {
		t.Fatal(n, err)
	}
	storetest.CloseStore(t, s)
	for _, table := range column(t, path, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('log_end', 'sqlite_sequence')`) {
		if n := column(t, path, "SELECT count(*) FROM "+table); n[0] != "0" {
			t.Errorf("%s still has %s rows", table, n[0])
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"7700900456", "Patient/7", "CB1"} {
		if bytes.Contains(file, []byte(trace)) {
			t.Errorf("the file still holds %s", trace)
		}
	}
}

func TestAPlaceIsGivenOnceAlsoWhenAWriteFails(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	last := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"))[1].Seq
	if err := s.Erase(t.Context(), "CA2"); err != nil {
		t.Fatal(err)
	}
	// In one transaction with a write that fails, the first try is taken back.
	release := s.Hold(t.Context())
	appended := make(chan careline.CallEvent)
	go func() {
		e, _, err := s.Append(t.Context(), storetest.Request("CA3", "p1"))
		if err != nil {
			t.Error(err)
		}
		appended <- e
	}()
	storetest.Until(t, func() bool { return s.Waiting() == 1 })
	spoilt := make(chan error)
	go func() { spoilt <- s.Spoil(t.Context()) }()
	storetest.Until(t, func() bool { return s.Waiting() == 2 })
	release()
	if err := <-spoilt; err == nil {
		t.Error("nothing was spoilt")
	}
	if e := <-appended; e.Seq <= last {
		t.Errorf("place %d comes after %d", e.Seq, last)
	}
}

// TestMigrationTellsOfWhatWasKept opens a log that the first schema kept.
func TestMigrationTellsOfWhatWasKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	schema, err := os.ReadFile("testdata/schema1.sql")
	if err != nil {
		t.Fatal(err)
	}
	script(t, path, string(schema)+`
		PRAGMA application_id = 0x63617265; PRAGMA user_version = 1;
		INSERT INTO calls (number, key, clinician, begun, heard, over) VALUES
			(1, 'CA1', 'p1', 1000000, 1, 0), (2, 'CA2', 'p1', 2000000, 1, 1), (3, 'CB3', NULL, NULL, 1, 0),
			(4, 'CA4', NULL, NULL, 1, 0), (5, 'CB5', NULL, NULL, 1, 0), (6, 'CA6', 'p2', 6000000, 0, 1), (7, 'CA7', 'p2', 7000000, 1, 1);
		INSERT INTO keys (key, call) VALUES ('CA1', 1), ('CB1', 1), ('CA2', 2), ('CA4', 4), ('CB4', 4), ('CB3', 1), ('CB5', 5), ('CA6', 6), ('CA7', 7);
		INSERT INTO events (seq, call, id, leg, kind, kept, place, status, request) VALUES
			(1, 1, 'r', 'CA1', 'requested', 1000000, 0, NULL, CAST('{"clinician":"p1","patient":"Patient/1"}' AS BLOB)),
			(2, 2, 'r', 'CA2', 'requested', 2000000, 0, NULL, CAST('{"clinician":"p1","patient":"Patient/1"}' AS BLOB)),
			(3, 2, 'e', 'CB2', 'progress', 2500000, 3, 'busy', NULL),
			(4, 3, 'twin', 'CB3', 'machine-detection', 2600000, 0, NULL, NULL),
			(5, 1, 'twin', 'CB3', 'machine-detection', 2700000, 0, NULL, NULL),
			(6, 4, 'g', 'CB4', 'progress', 500000, 1, 'ringing', NULL),
			(7, 5, 'amd', 'CB5', 'machine-detection', 2900000, 0, NULL, NULL),
			(8, 6, 'r', 'CA6', 'refused', 6000000, 0, NULL, CAST('{"clinician":"p2"}' AS BLOB)),
			(9, 7, 'r', 'CA7', 'requested', 7000000, 0, NULL, CAST('{"clinician":"p2","patient":"Patient/2"}' AS BLOB)),
			(10, 7, 'c', 'CA7', 'clinician-leg', 8000000, 0, 'completed', NULL);`)
	s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + path})
	if err != nil {
		t.Fatal(err)
	}
	defer storetest.CloseStore(t, s)
	storetest.Same(t, "of the patient", storetest.CallsOf(t, s, "Patient/1"), []string{"CA1", "CA2"})
	storetest.WantUnsettled(t, "without an outcome", s, time.UnixMicro(1_000_000_000_000), "CA4", "CA1", "CA7")
	storetest.WantUnsettled(t, "just before", s, time.UnixMicro(500_000).Add(careline.LookAfter-time.Microsecond))
	if err := s.Erase(t.Context(), "CA1"); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "rows of the erased call and its leg", column(t, path, `SELECT key FROM calls WHERE number IN (1, 3)`), nil)
}

func script(t *testing.T, path, sql string) {
	t.Helper()
	c, err := driver.OpenConn(path, driver.OpenReadWrite|driver.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := sqlitex.ExecuteScript(c, sql, nil); err != nil {
		t.Fatal(err)
	}
}
