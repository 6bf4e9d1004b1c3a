package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const (
	// busyFor is how long a connection waits for another process that holds the
	// file, such as a backup.
	busyFor = 5 * time.Second
	// checkpointPages is how long SQLite's write-ahead log grows, about 40 MB,
	// before a commit has to move it into the database. SQLite's own 1,000 pages
	// put an 8 ms pause into every hundredth commit under load; most of the time
	// the pause falls between two requests instead (see writer.idle).
	checkpointPages = 10_000
	// cacheKiB is what the writing connection keeps of the file, see decision 0014.
	cacheKiB = 4096
)

// openWriting opens the file, making it if need be, for the one writer.
func openWriting(path, synchronous string) (conn, error) {
	// SQLite would let everybody read a new file, and its log takes after it. If
	// the file cannot be made, SQLite fails too and its error says more.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		if err := f.Close(); err != nil {
			return conn{}, whyNotOpen(path, err)
		}
	}

	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
	if err != nil {
		return conn{}, whyNotOpen(path, err)
	}
	return prepared(c, path, "synchronous = "+synchronous, fmt.Sprintf("wal_autocheckpoint = %d", checkpointPages),
		fmt.Sprintf("cache_size = -%d", cacheKiB), "temp_store = MEMORY")
}

func openReading(path string) (conn, error) {
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite) // read-only connections cannot recover a write-ahead log
	if err != nil {
		return conn{}, whyNotOpen(path, err)
	}
	return prepared(c, path, "query_only = ON")
}

func prepared(c *sqlite.Conn, path string, pragmas ...string) (conn, error) {
	c.SetBusyTimeout(busyFor)
	for _, pragma := range pragmas {
		if err := sqlitex.ExecuteTransient(c, "PRAGMA "+pragma, nil); err != nil {
			return conn{}, errors.Join(whyNotOpen(path, err), c.Close())
		}
	}
	return conn{Conn: c, young: &young{}}, nil
}

// whyNotOpen says what to do about a database that cannot be opened.
func whyNotOpen(path string, err error) error {
	dir := filepath.Dir(path)
	if info, statErr := os.Stat(dir); statErr != nil || !info.IsDir() {
		return fmt.Errorf("the folder %s of the database does not exist: make it, or change DATABASE_URL: %w", dir, err)
	}
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: DATABASE_URL must name a file: %w", path, err)
	}

	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return notWritable(path, err)
	}

	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultNotADB, sqlite.ResultCorrupt:
		return fmt.Errorf("%s is not a whole SQLite database: restore it from a backup, or change DATABASE_URL: %w", path, err)
	case sqlite.ResultReadOnly, sqlite.ResultCantOpen, sqlite.ResultPerm:
		return notWritable(path, err)
	}
	return fmt.Errorf("open the database %s: %w", path, err)
}

func notWritable(path string, err error) error {
	return fmt.Errorf("the database %s cannot be written: let this user write the file and its folder: %w", path, err)
}
