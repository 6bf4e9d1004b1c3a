package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline/store"
)

// readingConnections is how many readings an instance does at once.
const readingConnections = 6

// Store keeps the log in a Postgres database that any number of instances share. Each
// has one connection that writes, one that holds its claims and hears of the others,
// and a few that read.
type Store struct {
	*store.Writer
	engine *engine
	config store.Config
	claims *claims
	pool   *pgxpool.Pool

	life context.Context // of every reading; ended by Close
	stop context.CancelFunc
}

var _ store.Store = (*Store)(nil)

// Open opens the log in the database of c.URL (postgres://user:password@host/database),
// making it if it is not there, and brings its schema up to date. It refuses a
// database that a careline too new for this one has changed, and one of another
// program.
func Open(ctx context.Context, c store.Config) (store.Store, error) {
	config, err := connectionConfig(c.URL)
	if err != nil {
		return nil, err
	}
	if err := ours().run(ctx, config); err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}

	teller := rand.Text()
	s := &Store{engine: newEngine(config, c, teller), config: c}
	if s.pool, err = openPool(ctx, config); err != nil {
		return nil, err
	}
	s.life, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if s.claims, err = openClaims(ctx, config, teller, c); err == nil {
		s.engine.lost = s.claims.lose
		err = s.engine.connect(ctx)
	}
	if err != nil {
		s.stop()
		s.pool.Close()
		s.claims.close()
		return nil, err
	}

	s.Writer = store.NewWriter(s.engine, c)
	return s, nil
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
func (s *Store) Close() error {
	s.Writer.Close()
	s.engine.drop()
	s.claims.close()
	s.stop()
	s.pool.Close()
	return nil
}

// Exclusive is false: other instances may write the log too.
func (s *Store) Exclusive() bool { return false }

// Ready reports whether the log can be read, and, when the last commit failed,
// whether it can be written again.
func (s *Store) Ready(ctx context.Context) error {
	var whole bool
	if err := s.readRow(ctx, "look at the log", []any{&whole}, `SELECT EXISTS (SELECT FROM log_end)`); err != nil {
		return err
	}
	if !s.Failing() {
		return nil
	}
	_, err := s.exec(ctx, "try to write", true, "UPDATE log_end SET seq = seq")
	return err
}

// exec has one thing done by the writer, in a transaction of its own, and says how
// many rows that changed.
func (s *Store) exec(ctx context.Context, doing string, repeatable bool, sql string, args ...any) (rows int64, err error) {
	err = s.Do(ctx, doing, repeatable, func(ctx context.Context, t store.Tx) (err error) {
		rows, err = t.(*tx).exec(ctx, sql, args...)
		return err
	})
	return rows, err
}

// read lends a reading connection to do. A reading whose connection turns out to
// be lost is done again on a new one.
func (s *Store) read(ctx context.Context, doing string, do func(context.Context, *pgxpool.Conn) error) error {
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
		return unavailable(doing, err)
	}
	return nil
}

// readRow reads one row; no row leaves dest as it is.
func (s *Store) readRow(ctx context.Context, doing string, dest []any, sql string, args ...any) error {
	return s.read(ctx, doing, func(ctx context.Context, c *pgxpool.Conn) error {
		err := c.QueryRow(ctx, sql, args...).Scan(dest...)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
}

// readAll reads rows of one column; nil when there is none.
func readAll[T any](ctx context.Context, s *Store, doing, sql string, args ...any) (all []T, err error) {
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
