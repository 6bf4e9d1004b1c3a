package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lock is the right to be the one process that has a database open. Claims and
// the keys known are in its memory, which a second one would not see.
type lock struct {
	file  *os.File
	inode inode
}

// errTaken is for the operator whose database somebody else has.
var errTaken = errors.New("another careline has this database open: stop it first, or give this one a DATABASE_URL of its own")

// takeLock locks a file of its own beside the database: SQLite has locks on the
// database itself, which closing any other descriptor of it would drop. The
// kernel releases the lock when the process ends, however it ends. The file
// stays, empty: were it removed, two processes could each lock one of its name.
// Where it can, it locks the database too, which may have another name somewhere (a
// hard link): under each, SQLite would keep a write-ahead log of its own.
func takeLock(path string) (lock, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return lock{}, whyNotOpen(path, syscall.EISDIR)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a database of two names is one
	}

	file, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return lock{}, whyNotOpen(path, err)
	}

	taken, err := tryLock(file, exclusive)
	switch {
	case err != nil:
		err = fmt.Errorf("lock the database %s: its disk must know file locks, or change DATABASE_URL: %w", path, err)
		return lock{}, errors.Join(err, file.Close())
	case taken:
		return lock{}, errors.Join(errTaken, file.Close())
	}

	held := lock{file: file}
	if held.inode, err = takeInode(path); err != nil {
		return lock{}, errors.Join(err, unlock(file), file.Close())
	}
	return held, nil
}

// release unlocks before it closes: a child that is just being started shares
// the descriptor until it runs, and would hold the lock for so long.
func (l lock) release() error {
	return errors.Join(l.inode.release(), unlock(l.file), l.file.Close())
}
