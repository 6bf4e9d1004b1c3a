package sqlite

import (
	"errors"
	"syscall"
)

// The file systems of a network where flock and SQLite's own locks are one kind, and
// keep each other out (flock(2), statfs(2)).
const (
	nfsMagic  = 0x6969
	smb2Magic = 0xFE534D42
	cifsMagic = 0xFF534D42
)

// inode is a lock on the database file itself, which every name of it shares; none: -1.
type inode int

// takeInode locks the file, making it if need be. On Linux flock and the locks of
// SQLite (fcntl) do not know of each other. errTaken says that somebody has it.
//
// The descriptor of a file that is taken stays open: were it this very process that
// has the database open, closing any descriptor would drop SQLite's locks on it. Who
// is refused ends soon.
func takeInode(path string) (inode, error) {
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return -1, whyNotOpen(path, err)
	}

	var fs syscall.Statfs_t
	if err := syscall.Fstatfs(fd, &fs); err == nil && ofNetwork(int64(fs.Type)) {
		return -1, nil // left open for the same reason, once a process
	}
	if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return -1, errTaken
		}
		return -1, whyNotOpen(path, err)
	}

	return inode(fd), nil
}

func ofNetwork(kind int64) bool {
	switch uint32(kind) {
	case nfsMagic, smb2Magic, cifsMagic:
		return true
	}
	return false
}

// release comes after SQLite has closed the file.
func (i inode) release() error {
	if i < 0 {
		return nil
	}
	return errors.Join(syscall.Flock(int(i), syscall.LOCK_UN), syscall.Close(int(i)))
}
