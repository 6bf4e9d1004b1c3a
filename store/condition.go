package store

import "context"

// Condition is how the store itself is.
type Condition interface {
	// Ready reports whether the log can be read, and, when the last commit failed,
	// whether it can be written again.
	Ready(ctx context.Context) error
	// Exclusive reports whether nobody else can write this log while it is open.
	Exclusive() bool
	// Stats is what was written so far.
	Stats() Stats
	// Close finishes what is under way, and refuses what comes later.
	Close() error
}

// Stats counts what the store has written since it was opened.
type Stats struct {
	Commits int64 // transactions, each of which cost one fsync
	Writes  int64 // requests that they carried
}
