package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	zombiezen "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"perci.health/careline/store/sqlite"
)

// typedFor is what a command says with these settings.
func typedFor(t *testing.T, settings map[string]string, args ...string) string {
	t.Helper()
	out, _, err := carelineSays(t, settings, args...)
	if err != nil {
		return out + "error: " + err.Error()
	}
	return out
}

func TestMigrateSaysFromWhereToWhere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	settings := map[string]string{"DATABASE_URL": "file:" + path}
	_, know, err := sqlite.LookAt(path)
	if err != nil || know < 4 {
		t.Fatal(know, err)
	}
	now := schemaNamed(know)

	wantText(t, typedFor(t, settings, "migrate"), "log.db has no schema yet, and would get "+now+". To do it, give the same command with --apply.")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("a plan made the database:", err)
	}
	wantText(t, typedFor(t, settings, "migrate", "--apply"), "is up to date: from no schema yet to "+now+".")
	wantText(t, typedFor(t, settings, "migrate"), "is up to date: "+now+".")
	wantText(t, typedFor(t, settings, "migrate", "--apply"), "is up to date: "+now+".")
}

// A released database is told by its number, and a plan leaves every byte of it.
func TestMigratePlansForAReleasedDatabase(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../../store/sqlite/testdata/schema-3.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "released.db")
	c, err := zombiezen.OpenConn(path, zombiezen.OpenReadWrite, zombiezen.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlitex.ExecuteScript(c, string(script), nil), c.Close()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	_, know, err := sqlite.LookAt(path)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{"DATABASE_URL": "file:" + path}
	wantText(t, typedFor(t, settings, "migrate"), "released.db has schema 3, and would get "+schemaNamed(know)+".")
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("a plan changed the database: %v", err)
	}
	wantText(t, typedFor(t, settings, "migrate", "--apply"), "is up to date: from schema 3 to "+schemaNamed(know)+".")
}

func TestProgressTellsCountRateAndRest(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	now := time.Unix(0, 0)
	p := progress{to: &screen, what: "call", all: 1200, now: func() time.Time { return now }}
	p.at(0)
	now = now.Add(2 * time.Second)
	p.at(300)
	now = now.Add(tellEvery / 2)
	p.at(301) // too soon to be told
	p.end()
	const want = "\r\x1b[K0 of 1200 calls\r\x1b[K300 of 1200 calls, 150 a second, 6s to go\r\x1b[K"
	if screen.String() != want {
		t.Errorf("told %q, want %q", screen.String(), want)
	}
}

// In a pipe nothing is told but the answer.
func TestProgressIsForTerminals(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := watched(terminal{&out}, "call", 3)
	p.at(1)
	p.end()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p = watched(terminal{file}, "call", 3)
	p.at(1)
	p.end()
	written, err := os.ReadFile(file.Name())
	if err != nil || len(written) > 0 || out.Len() > 0 {
		t.Errorf("told %q and %q, %v", out.String(), written, err)
	}
}

// A log that a person reads is written as lines; a service's own stays JSON.
func TestServeLogsInTheFormAskedFor(t *testing.T) {
	t.Parallel()
	s := newSystem(t, map[string]string{"LOG_FORMAT": "text"})
	s.get(s.url+"/openapi", "")
	s.stop()
	told := s.log.String()
	if strings.Contains(told, "{") || !strings.Contains(told, "INF serving ") || !strings.Contains(told, "route=/openapi status=200") || strings.Contains(told, "\x1b") {
		t.Errorf("logged:\n%s", told)
	}
}
