package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// headerVersion is where a SQLite file's user version stands, in which careline keeps
// the number of its schema (SQLite, "Database File Format", 1.3).
const headerVersion = 60

// LookAt reads from the header of a file what schema the log in it has, 0 while there
// is none, and tells that of this program. It opens no database: that would make one,
// or change its schema. Of a file that was not closed it tells what was there before.
func LookAt(path string) (have, know int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, schemaVersion, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("open the database file: %w", err)
	}
	defer func() { _ = f.Close() }() // it was not written

	header := make([]byte, headerSize)
	if _, err := io.ReadFull(f, header); errors.Is(err, io.EOF) {
		return 0, schemaVersion, nil
	} else if err != nil {
		return 0, 0, fmt.Errorf("read the database file: %w", err)
	}
	return int(binary.BigEndian.Uint32(header[headerVersion:])), schemaVersion, nil
}
