package sqlite

import (
	"context"
	"errors"
	"sync"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
)

// readers is how many goroutines read at once. A reading takes some ten
// microseconds, so a few connections serve many.
const readers = 4

// Log is a store in one SQLite file. What decides is the embedded Writer, which writes
// through the engine; what only reads is here.
type Log struct {
	*store.Writer
	config store.Config
	path   string
	lock   lock
	schema int
	engine *engine

	readers chan *conn    // nil: not open yet
	closed  chan struct{} // closed when nothing may be read any more

	claims struct {
		sync.Mutex
		held map[claim]*store.Epoch
	}
}

var _ store.Store = (*Log)(nil)

// Open opens the log of a file, making it if it is not there, and brings its schema up
// to date. It refuses a file that a careline too new for this one has changed, and one
// of another program. A file belongs to one Store at a time, until its Close or the end
// of its process.
func Open(ctx context.Context, c store.Config) (store.Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := FileOf(c.URL)
	if err != nil {
		return nil, err
	}
	held, err := takeLock(path)
	if err != nil {
		return nil, err
	}

	s, err := open(c, path)
	if err != nil {
		return nil, errors.Join(err, held.release())
	}
	s.lock = held
	return s, nil
}

// open opens a database that no other process has.
func open(c store.Config, path string) (*Log, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Committed == nil {
		c.Committed = func([]careline.News) {}
	}
	synchronous := "FULL"
	if c.NotDurable {
		synchronous = "OFF"
	}
	writing, err := openChecked(path, synchronous)
	if err != nil {
		return nil, err
	}

	s := &Log{
		config:  c,
		path:    path,
		readers: make(chan *conn, readers),
		closed:  make(chan struct{}),
	}
	s.claims.held = map[claim]*store.Epoch{}
	if s.schema, err = migrate(writing, path); err == nil {
		s.engine, err = newEngine(writing, &s.config)
	}
	if err != nil {
		return nil, errors.Join(err, writing.Close())
	}

	for range readers {
		s.readers <- nil
	}
	s.Writer = store.NewWriter(s.engine, c)
	return s, nil
}

// Close finishes what is under way, refuses what comes later, and moves
// everything into the one database file.
func (s *Log) Close() error {
	if !s.Writer.Close() {
		return nil
	}
	close(s.closed)

	var errs []error
	for range readers { // it waits for those that are in use
		if reading := <-s.readers; reading != nil {
			errs = append(errs, reading.Close())
		}
	}
	// A log that cannot be moved is no loss: the next Open reads it.
	errs = append(errs, s.engine.settleKeys(), s.engine.checkpoint("TRUNCATE"), s.engine.Close(), s.lock.release())
	return errors.Join(errs...)
}

// Exclusive reports that nobody else can write this log: its file is locked.
func (s *Log) Exclusive() bool { return true }

// Ready reports whether the log can be read, and, when the last commit failed,
// whether it can be written again.
func (s *Log) Ready(ctx context.Context) error {
	err := s.read(ctx, "look at the log", func(c conn) error {
		_, err := c.query(sqlAnyEvent).found()
		return err
	})
	if err != nil || !s.Failing() {
		return err
	}
	return s.do(ctx, "try to write", func(t *tx) error { return t.touch(s.schema) })
}

// read lends a reading connection to do. What it reads is what was committed
// when it began.
func (s *Log) read(ctx context.Context, doing string, do func(conn) error) error {
	select {
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		if c == nil {
			opened, err := openReading(s.path)
			if err != nil {
				return store.Unavailable(doing, err)
			}
			opened.young = s.engine.young
			c = &opened
		}

		if err := do(*c); err != nil {
			return store.Unavailable(doing, err)
		}
		return nil
	case <-s.closed:
		return store.Unavailable(doing, store.ErrClosed)
	case <-ctx.Done():
		return store.Unavailable(doing, ctx.Err())
	}
}

// do has an operator's writing done in a transaction of its own.
func (s *Log) do(ctx context.Context, doing string, do func(*tx) error) error {
	return s.Do(ctx, doing, false, func(_ context.Context, t store.Tx) error {
		return do(t.(*tx))
	})
}
