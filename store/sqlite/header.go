package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Owner is whose a database file is.
type Owner string

// The owners.
const (
	OwnerCareline Owner = "careline"
	OwnerOther    Owner = "another program"
	OwnerNobody   Owner = "nobody" // it is empty
	OwnerUnseen   Owner = "unseen" // it was not closed: what its header says may still wait in the write-ahead log
	OwnerNoSQLite Owner = "no SQLite database"
)

// The header of a SQLite file (SQLite, "Database File Format", 1.3): its magic, and
// where the application id stands.
const (
	headerMagic = "SQLite format 3\x00"
	headerID    = 68
	headerSize  = 100
)

// OwnerOf reads from the header of a file whose it is, without opening it as a
// database: that would make one, change its schema, or take it from whoever has it.
func OwnerOf(path string) (Owner, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open the database file: %w", err)
	}
	header := make([]byte, headerSize)
	n, err := io.ReadFull(f, header)
	if closed := f.Close(); closed != nil {
		return "", fmt.Errorf("close the database file: %w", closed)
	}

	whole := err == nil && bytes.HasPrefix(header, []byte(headerMagic))
	ours := whole && binary.BigEndian.Uint32(header[headerID:]) == applicationID
	switch wal, _ := os.Stat(path + "-wal"); {
	case ours:
		return OwnerCareline, nil
	case wal != nil && wal.Size() > 0:
		return OwnerUnseen, nil
	case n == 0 && errors.Is(err, io.EOF):
		return OwnerNobody, nil
	case !whole:
		return OwnerNoSQLite, nil
	}
	return OwnerOther, nil
}

// InUse reports whether a careline has the database file open. Its lock is on a file
// beside it and, for every name that it has, on the database itself (see takeLock).
func InUse(path string) bool { return locked(path+".lock") || locked(path) }

func locked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was not written

	taken, err := tryLock(f, shared)
	if taken || err != nil {
		return taken
	}
	return unlock(f) != nil
}
