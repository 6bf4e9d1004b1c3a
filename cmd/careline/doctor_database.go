package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"perci.health/careline"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/sqlite"
)

func openDatabase(_ context.Context, c config) (opened, error) {
	look := func(ctx context.Context) careline.Finding { return postgresFinding(ctx, c.database.Reveal()) }
	if strings.HasPrefix(c.database.Reveal(), "file:") {
		look = func(context.Context) careline.Finding {
			name, err := sqlite.FileOf(c.database.Reveal())
			if err != nil {
				return careline.Fault("The database is not found: "+err.Error()+".", otherDatabase)
			}
			return fileFinding(name)
		}
	}
	return opened{checks: []careline.Check{{Name: "database", Ask: look}}}, nil
}

// The header of a SQLite file (SQLite, "Database File Format", 1.3): its magic,
// and the application id, which is careline's, "care".
const (
	sqliteMagic   = "SQLite format 3\x00"
	sqliteID      = 68
	sqliteHeader  = 100
	carelineMark  = 0x63617265
	mayRead       = 4 // access(2)
	mayWrite      = 2
	mayEnter      = 1
	otherDatabase = "Set DATABASE_URL to a file of careline's own."
)

// fileFinding looks at a SQLite file from outside: opening it would make it, or
// change its schema, and one that the service has open belongs to the service.
func fileFinding(name string) careline.Finding {
	if path, err := filepath.EvalSymlinks(name); err == nil {
		name = path
	}
	folder := filepath.Dir(name)
	if err := syscall.Access(folder, mayWrite|mayEnter); err != nil {
		return careline.Fault("The folder of the database cannot be written: "+err.Error()+".", "Make the folder, give the service's user the right to write there, or change DATABASE_URL.")
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return careline.Good("There is no database yet: careline makes it when it starts.")
	case err != nil:
		return careline.Fault("The database cannot be looked at: "+errors.Unwrap(err).Error()+".", otherDatabase)
	case !info.Mode().IsRegular():
		return careline.Fault("The database is no file.", otherDatabase)
	}
	if err := syscall.Access(name, mayRead|mayWrite); err != nil {
		return careline.Fault("The database cannot be written: "+err.Error()+".", "Give the service's user the right to read and write the file.")
	}
	if locked(name+".lock") || locked(name) {
		return careline.Good("A careline is running with this database.")
	}
	return headerFinding(name)
}

// locked reports whether a careline holds the lock (store.Open), which is on a file
// of its own and, for every name that it has, on the database itself.
func locked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return errors.Is(err, syscall.EWOULDBLOCK)
	}
	return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) != nil
}

func headerFinding(name string) careline.Finding {
	f, err := os.Open(name)
	if err != nil {
		return careline.Fault("The database cannot be read: "+errors.Unwrap(err).Error()+".", otherDatabase)
	}
	defer f.Close()
	header := make([]byte, sqliteHeader)
	n, err := io.ReadFull(f, header)
	ours := err == nil && bytes.HasPrefix(header, []byte(sqliteMagic)) && binary.BigEndian.Uint32(header[sqliteID:]) == carelineMark
	switch wal, _ := os.Stat(name + "-wal"); {
	case !ours && wal != nil && wal.Size() > 0:
		// What the header says may still wait in the write-ahead log.
		return careline.Doubt("The database was not closed, as after a crash, and shows whose it is only once it is opened.", "Start the service: it recovers the log, or says what is wrong.")
	case n == 0 && errors.Is(err, io.EOF):
		return careline.Good("The database is empty: careline fills it when it starts.")
	case err != nil || !bytes.HasPrefix(header, []byte(sqliteMagic)):
		return careline.Fault("The file of DATABASE_URL is no SQLite database, or a damaged one.", "Restore it from a backup, or "+strings.ToLower(otherDatabase[:1])+otherDatabase[1:])
	case !ours:
		return careline.Fault("The database belongs to another program.", otherDatabase)
	}
	return careline.Good("The database is careline's, can be written, and nobody has it open.")
}

// postgresFinding looks at the database beside the instances that use it.
func postgresFinding(ctx context.Context, address string) careline.Finding {
	s, err := postgres.LookAt(ctx, address)
	if err != nil {
		said := strings.ReplaceAll(strings.Join(strings.Fields(err.Error()), " "), address, shown(address))
		return careline.Fault("The database cannot be used: "+said+".", "Check DATABASE_URL and that the database runs and exists; for the rest see what is said.")
	}
	switch {
	case !s.Writable && s.Have == 0:
		return careline.Fault("The database is empty, and its user may not make the schema.", "Let the user of DATABASE_URL create tables there, or run careline migrate as one who may.")
	case !s.Writable:
		return careline.Fault("The log may be read, but not written.", "Let DATABASE_URL lead to the primary server, and its user write.")
	case s.Have == 0:
		return careline.Good("The database is empty: careline makes its schema when it starts.")
	case s.Have < s.Know:
		return careline.Doubt(fmt.Sprintf("The schema is %d, and this version's is %d.", s.Have, s.Know), "Run careline migrate, or start the service, which does the same.")
	}
	return careline.Good("The database can be written, and its schema is this version's.")
}
