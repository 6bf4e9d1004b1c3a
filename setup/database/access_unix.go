//go:build unix

package database

import "syscall"

// What a file may be asked for (access(2)).
const (
	mayRead  = 4
	mayWrite = 2
	mayEnter = 1
)

// mayUseFolder reports why this user may not make files in a folder.
func mayUseFolder(path string) error { return syscall.Access(path, mayWrite|mayEnter) }

// mayUseFile reports why this user may not read and write a file.
func mayUseFile(path string) error { return syscall.Access(path, mayRead|mayWrite) }
