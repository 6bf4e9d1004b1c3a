// Package sqlite keeps the log (package store) in one SQLite file, which belongs to one
// process: it is locked while it is open (flock: on Linux, macOS and the BSDs), claims
// are in memory, and so is what the writer knows of the calls under way.
package sqlite
