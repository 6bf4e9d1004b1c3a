package store

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Config says where the log is and who takes its events.
type Config struct {
	URL string // file:careline.db, or postgres://user:password@host/database
	// Consumers each get one delivery of every event that is kept from now on.
	Consumers []string
	// Outbound are consumers that get a delivery of those events only that are
	// appended for them.
	Outbound []string
	// Committed is told, after each commit of this Store, the keys of the calls
	// that have something new to deliver. It must not block. It may be nil.
	Committed func(calls []string)
	// Elsewhere is told, soon after another instance's commit, the keys of the
	// calls that changed; nil keys mean that something may have been missed, so
	// that anything may have changed. It must not block. It may be nil. A database
	// of one process never tells it anything.
	Elsewhere func(calls []string)
	Now       func() time.Time // nil: time.Now

	notDurable bool          // for benchmarks: what the same costs without fsync
	idleFor    time.Duration // for tests: in place of the constant
}

// Open opens the log, making it if it is not there, and brings its schema up to
// date: the URL says which database. It refuses a database that a careline too
// new for this one has changed, and one of another program. A SQLite file belongs
// to one Store at a time, until its Close or the end of its process; a Postgres
// database is shared by any number.
func Open(ctx context.Context, c Config) (Store, error) {
	scheme, _, _ := strings.Cut(c.URL, ":")
	switch scheme {
	case "file":
		return opened(openSQLite(ctx, c))
	case "postgres", "postgresql":
		return opened(openPostgres(ctx, c))
	}
	return nil, errors.New("DATABASE_URL must be file:… for SQLite, such as file:careline.db, or postgres://user:password@host/database")
}

// opened keeps a nil pointer from looking like a Store.
func opened[S Store](s S, err error) (Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}
