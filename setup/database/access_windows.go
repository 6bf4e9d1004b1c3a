package database

import (
	"errors"
	"os"
)

// mayUseFolder reports why nobody can make files in a folder. Whether this user may,
// Windows says only of who tries, and a check changes nothing: it shows at the start.
func mayUseFolder(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = errors.New("it is no folder")
	}
	return err
}

// mayUseFile reports why this user may not read and write a file.
func mayUseFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return file.Close()
}
