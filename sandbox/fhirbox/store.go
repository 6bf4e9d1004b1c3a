package fhirbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const tables = `
CREATE TABLE IF NOT EXISTS resource (
	key     INTEGER PRIMARY KEY,
	type    TEXT NOT NULL,
	id      TEXT NOT NULL,
	current INTEGER NOT NULL, -- version.seq
	updated INTEGER NOT NULL, -- microseconds since 1970
	deleted INTEGER NOT NULL DEFAULT 0,
	UNIQUE (type, id)
);
CREATE INDEX IF NOT EXISTS resource_updated ON resource (type, updated, key);
CREATE TABLE IF NOT EXISTS version (
	seq         INTEGER PRIMARY KEY AUTOINCREMENT,
	key         INTEGER NOT NULL,
	version_id  TEXT NOT NULL,
	updated     INTEGER NOT NULL,
	interaction TEXT NOT NULL,
	content     TEXT -- NULL: deleted
);
CREATE INDEX IF NOT EXISTS version_resource ON version (key, seq);
CREATE TABLE IF NOT EXISTS search (
	key    INTEGER NOT NULL, -- resource.key
	type   TEXT NOT NULL,
	param  TEXT NOT NULL,
	system TEXT,
	value  TEXT,
	low    INTEGER,
	high   INTEGER
);
CREATE INDEX IF NOT EXISTS search_resource ON search (key, param);
CREATE INDEX IF NOT EXISTS search_value ON search (type, param, value) WHERE value IS NOT NULL;
CREATE INDEX IF NOT EXISTS search_date ON search (type, param, low) WHERE low IS NOT NULL;
`

var errClosed = errors.New("the fhirbox is closed")

// store is the database: one connection that writes, one transaction after
// the other, and several that read.
type store struct {
	writer  chan *sqlite.Conn // holds the connection while nobody writes
	readers *sqlitex.Pool
	done    chan struct{}
	once    sync.Once

	mu      sync.Mutex
	written chan struct{} // closed by the next commit
}

func openStore(path string) (*store, error) {
	conn, err := sqlite.OpenConn(path)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}

	conn.SetBlockOnBusy()
	if err := prepare(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}

	if err := sqlitex.ExecuteScript(conn, tables, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("make the tables: %w", err), conn.Close())
	}
	readers, err := sqlitex.NewPool(path, sqlitex.PoolOptions{PoolSize: 4 + 2*runtime.GOMAXPROCS(0), PrepareConn: prepare})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open readers: %w", err), conn.Close())
	}

	s := &store{
		writer:  make(chan *sqlite.Conn, 1),
		readers: readers,
		done:    make(chan struct{}),
		written: make(chan struct{}),
	}

	s.writer <- conn
	return s, nil
}

// prepare trades the last moments before a power cut for speed: what is kept
// here can be made again.
func prepare(conn *sqlite.Conn) error {
	for _, pragma := range []string{"PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -16000", "PRAGMA temp_store = MEMORY"} {
		if err := sqlitex.ExecuteTransient(conn, pragma, nil); err != nil {
			return fmt.Errorf("%s: %w", pragma, err)
		}
	}
	return nil
}

func (s *store) close() error {
	err := error(nil)
	s.once.Do(func() {
		close(s.done)
		err = errors.Join((<-s.writer).Close(), s.readers.Close())
	})
	return err
}

// write runs f in a transaction of its own. Once begun it is not cut short by
// ctx, as on a server whose client has gone.
func (s *store) write(ctx context.Context, f func(*sqlite.Conn) error) error {
	select {
	case <-s.done:
		return errClosed
	default:
	}

	select {
	case <-s.done:
		return errClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	case conn := <-s.writer:
		defer func() { s.writer <- conn }()
		if err := inTransaction(conn, f); err != nil {
			return err
		}
		s.wake()
		return nil
	}
}

func inTransaction(conn *sqlite.Conn, f func(*sqlite.Conn) error) (err error) {
	end, err := sqlitex.ImmediateTransaction(conn)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer end(&err)
	return f(conn)
}

// read runs f with a view of the database that does not change meanwhile.
func (s *store) read(ctx context.Context, f func(*sqlite.Conn) error) (err error) {
	conn, err := s.readers.Take(ctx)
	if err != nil {
		return fmt.Errorf("wait for the database: %w", err)
	}
	defer s.readers.Put(conn)
	defer sqlitex.Transaction(conn)(&err)
	return f(conn)
}

// nextWrite is closed when something has been written after this call.
func (s *store) nextWrite() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written
}

func (s *store) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.written)
	s.written = make(chan struct{})
}

// clear forgets all resources and versions; seq goes on from where it was.
func (s *store) clear(ctx context.Context) error {
	return s.write(ctx, func(conn *sqlite.Conn) error {
		for _, q := range []string{"DELETE FROM search", "DELETE FROM version", "DELETE FROM resource"} {
			if err := sqlitex.Execute(conn, q, nil); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	})
}

func fromMicro(us int64) time.Time { return time.UnixMicro(us).UTC() }
