package store

import (
	"time"

	"perci.health/careline"
)

// Config says where the log is and who takes its events.
type Config struct {
	URL string // file:careline.db, or postgres://user:password@host/database
	// Consumers each get one delivery of every event that is kept from now on.
	Consumers []string
	// Outbound are consumers that get a delivery of those events only that are
	// appended for them.
	Outbound []string
	// Committed is told, after each commit of this Store, what is new: the events
	// kept, in the log's order, and calls of which something else is to be delivered.
	// A log of one process (Exclusive) tells also of calls that it has forgotten.
	// It must not block, and may keep what it was given. It may be nil.
	Committed func(news []careline.News)
	// Elsewhere is told, soon after another instance's commit, the keys of the
	// calls that changed; nil keys mean that something may have been missed, so
	// that anything may have changed. It must not block. It may be nil. A database
	// of one process never tells it anything.
	Elsewhere func(calls []string)
	Now       func() time.Time // nil: time.Now

	NotDurable bool          // for benchmarks alone: what the same costs without fsync
	IdleFor    time.Duration // for tests alone: how long a session of claims may be silent, in place of an engine's own time
}
