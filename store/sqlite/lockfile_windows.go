package sqlite

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// The ways to lock a file (Windows, LockFileEx).
const (
	exclusive = windows.LOCKFILE_EXCLUSIVE_LOCK
	shared    = 0
)

// lockedByte is where a file is locked. Nobody can read or write what another process
// has locked, so it is far beyond all that a database holds (this many times 4 GiB), and none of the bytes
// that SQLite itself locks (SQLite, "File Locking And Concurrency", 3.0).
const lockedByte = 1 << 20

// tryLock locks a file, or reports that it is taken: nobody waits.
func tryLock(f *os.File, how uint32) (taken bool, err error) {
	err = windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, place())
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return true, nil
	}
	return false, err
}

func unlock(f *os.File) error {
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, place())
}

func place() *windows.Overlapped { return &windows.Overlapped{OffsetHigh: lockedByte} }
