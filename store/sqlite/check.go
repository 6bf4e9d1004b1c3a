package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// openChecked is openWriting, with a look through the whole file if it was not closed
// well: what a crash of the machine or a full disk has damaged would otherwise be
// found out by the one call that it concerns, or copied over the last good backup. It
// takes a second for some hundred megabytes.
func openChecked(path, synchronous string) (conn, error) {
	real := path
	if to, err := filepath.EvalSymlinks(path); err == nil {
		real = to // where SQLite keeps its log
	}

	left, err := os.Stat(real + "-wal")
	closedWell := err != nil || left.Size() == 0 // Close moves it into the file, and removes it
	c, err := openWriting(path, synchronous)
	if err != nil || closedWell {
		return c, err
	}
	if err := c.check(path); err != nil {
		return conn{}, errors.Join(err, c.Close())
	}

	return c, nil
}

// check has SQLite look whether the file is whole. What it complains of names tables,
// indexes and pages, never values.
func (c conn) check(path string) error {
	complaint := ""
	err := sqlitex.ExecuteTransient(c.Conn, "PRAGMA quick_check(1)", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		complaint = row.ColumnText(0)
		return nil
	}})
	switch {
	case err != nil:
		return whyNotOpen(path, err)
	case complaint == "ok":
		return nil
	}
	return fmt.Errorf("the database %s was not closed well and is damaged (%s): keep a copy of it and of what lies beside it, and restore it from a backup", path, complaint)
}
