package store

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// readingConnections is how many readings an instance does at once.
const readingConnections = 6

// postgresStore keeps the log in a Postgres database that any number of instances
// share. Each has one connection that writes, one that holds its claims and hears
// of the others, and a few that read.
type postgresStore struct {
	now      func() time.Time
	outbound []string
	teller   string
	writer   *pgWriter
	written  chan struct{} // closed when the writer has ended
	claims   *pgClaims
	pool     *pgxpool.Pool
	failing  atomic.Bool // the last commit failed

	life context.Context // of every reading; ended by Close
	stop context.CancelFunc
}

func openPostgres(ctx context.Context, c Config) (*postgresStore, error) {
	config, err := connectionConfig(c.URL)
	if err != nil {
		return nil, err
	}
	if err := migratePostgres(ctx, config); err != nil {
		return nil, err
	}
	s := &postgresStore{now: c.Now, outbound: slices.Clone(c.Outbound), teller: rand.Text(), written: make(chan struct{})}
	if s.now == nil {
		s.now = time.Now
	}
	if s.pool, err = openPool(ctx, config); err != nil {
		return nil, err
	}
	s.life, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.writer = newPgWriter(config, c, s.teller, &s.failing)
	if s.claims, err = openClaims(ctx, config, s.teller, c); err == nil {
		err = s.writer.connect(ctx)
	}
	if err != nil {
		s.stop()
		s.pool.Close()
		s.claims.close()
		return nil, err
	}
	go func() {
		defer close(s.written)
		s.writer.run()
	}()
	return s, nil
}

func newPgWriter(config *pgx.ConnConfig, c Config, teller string, failing *atomic.Bool) *pgWriter {
	synchronous := "on"
	if c.notDurable {
		synchronous = "off"
	}
	config = with(config, "synchronous_commit", synchronous)
	config.RuntimeParams["statement_timeout"] = milliseconds(commitFor)
	committed := c.Committed
	if committed == nil {
		committed = func([]string) {}
	}
	return &pgWriter{config: config, queue: newQueue[*pgWork](), batch: newBatch(teller, slices.Clone(c.Consumers)),
		committed: committed, failing: failing}
}

func openPool(ctx context.Context, config *pgx.ConnConfig) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(config.ConnString())
	if err != nil {
		return nil, errors.New("DATABASE_URL cannot be read")
	}
	settle(c.ConnConfig)
	c.MaxConns, c.MaxConnIdleTime = readingConnections, 5*time.Minute
	return pgxpool.NewWithConfig(ctx, c)
}

// Close finishes what is being written, refuses what comes later, and gives back
// all claims. Whoever still reads is told that it is closed.
func (s *postgresStore) Close() error {
	s.writer.queue.close()
	<-s.written
	s.claims.close()
	s.stop()
	s.pool.Close()
	return nil
}

// Ready reports whether the log can be read, and, when the last commit failed,
// whether it can be written again.
func (s *postgresStore) Ready(ctx context.Context) error {
	var whole bool
	if err := s.readRow(ctx, "look at the log", []any{&whole}, `SELECT EXISTS (SELECT FROM log_end)`); err != nil {
		return err
	}
	if !s.failing.Load() {
		return nil
	}
	return s.alone(ctx, "try to write", true, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
		_, err := conn.Exec(ctx, "UPDATE log_end SET seq = seq")
		return nil, err
	})
}

// Stats is what was written so far.
func (s *postgresStore) Stats() Stats {
	return Stats{Commits: s.writer.commits.Load(), Writes: s.writer.writes.Load()}
}

// read lends a reading connection to do. A reading whose connection turns out to
// be lost is done again on a new one.
func (s *postgresStore) read(ctx context.Context, doing string, do func(context.Context, *pgxpool.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, readFor)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	lost := false
	once := func(c *pgxpool.Conn) error {
		err := do(ctx, c)
		lost = c.Conn().IsClosed()
		return err
	}
	err := s.pool.AcquireFunc(ctx, once)
	if err != nil && lost && ctx.Err() == nil {
		s.pool.Reset() // the others are likely to be lost too
		err = s.pool.AcquireFunc(ctx, once)
	}
	if err != nil {
		return pgUnavailable(doing, err)
	}
	return nil
}

// readRow reads one row; no row leaves dest as it is.
func (s *postgresStore) readRow(ctx context.Context, doing string, dest []any, sql string, args ...any) error {
	return s.read(ctx, doing, func(ctx context.Context, c *pgxpool.Conn) error {
		err := c.QueryRow(ctx, sql, args...).Scan(dest...)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
}

// readAll reads rows of one column; nil when there is none.
func readAll[T any](ctx context.Context, s *postgresStore, doing, sql string, args ...any) (all []T, err error) {
	err = s.read(ctx, doing, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		all, err = pgx.AppendRows([]T(nil), rows, pgx.RowTo[T])
		return err
	})
	return all, err
}

// write has w done with whatever else waits, and returns once that is on disk.
func (s *postgresStore) write(ctx context.Context, doing string, w *pgWork) error {
	w.answer = make(chan error, 1)
	if !s.writer.queue.put(w) {
		return unavailable(doing, errClosed)
	}
	var err error
	select {
	case err = <-w.answer:
	case <-ctx.Done():
		if w.drop() {
			return unavailable(doing, ctx.Err())
		}
		err = <-w.answer
	}
	if err == nil && w.lost {
		s.claims.lose(w.epoch.session)
		err = errLost
	}
	if err != nil {
		return pgUnavailable(doing, err)
	}
	return nil
}

// alone has do done by the writer, in a transaction of its own.
func (s *postgresStore) alone(ctx context.Context, doing string, repeatable bool, do func(context.Context, *pgx.Conn) ([]string, error)) error {
	return s.write(ctx, doing, &pgWork{alone: do, repeatable: repeatable, epoch: epochOf(ctx)})
}
