package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// TestOpenFindsTheFileThatIsMeant: in a URL a blank is %20, and a % is %25.
func TestOpenFindsTheFileThatIsMeant(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	literal := filepath.Join(dir, "care%20line.db")
	open := func(name string) error {
		s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + filepath.Join(dir, name)})
		if err == nil {
			storetest.CloseStore(t, s)
		}
		return err
	}
	if err := open("care%2520line.db"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(literal); err != nil {
		t.Error(err)
	}
	err := open("care%20line.db")
	if err == nil || !strings.Contains(err.Error(), `there is one called "`+literal+`": write %25 for every %`) {
		t.Errorf("an empty log beside the one that was meant: error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "care line.db")); err == nil {
		t.Error("a file was made that nobody meant")
	}
	if err := os.Rename(literal, filepath.Join(dir, "care line.db")); err != nil {
		t.Fatal(err)
	}
	if err := open("care%20line.db"); err != nil {
		t.Error(err)
	}
}

// TestADamagedFileIsRefused: it was not closed well, and no page that is read to open
// it is the damaged one.
func TestADamagedFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	c := store.Config{URL: "file:" + path, Consumers: []string{chart}}
	s, err := sqlite.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		e := storetest.Progress("CA1", "CB1", n, careline.StatusRinging)
		e.Report = []byte(strings.Repeat("x", 500))
		storetest.MustAppend(t, s, e)
	}
	storetest.CloseStore(t, s)
	leaves(t, path, "")
	if s, err = sqlite.Open(t.Context(), c); err != nil {
		t.Fatal("a whole file that was not closed well is refused: ", err)
	}
	storetest.CloseStore(t, s)

	leaves(t, path, strings.Repeat("?", 4096))
	s, err = sqlite.Open(t.Context(), c)
	if err == nil {
		storetest.CloseStore(t, s)
		t.Fatal("a damaged file is used")
	}
	for _, want := range []string{"was not closed well and is damaged", "restore it from a backup"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "CB1") {
		t.Error("what stands in the log is told: ", err)
	}
}

// leaves damages the file's last page and leaves a write-ahead log behind, of which
// nothing can be recovered.
func leaves(t *testing.T, path, damage string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(damage), info.Size()-4096); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+"-wal", make([]byte, 64), 0o600); err != nil {
		t.Fatal(err)
	}
}
