//go:build unix

package sqlite

import (
	"errors"
	"os"
	"syscall"
)

// The ways to lock a file (flock(2)).
const (
	exclusive = syscall.LOCK_EX
	shared    = syscall.LOCK_SH
)

// tryLock locks a file, or reports that it is taken: nobody waits.
func tryLock(f *os.File, how int) (taken bool, err error) {
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

func unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
