package postgres

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"perci.health/careline/store"
)

// run serves one connection after the other until life ends.
func (c *claims) run(life context.Context, conn *pgx.Conn) {
	defer close(c.ended)
	for {
		c.serve(life, conn)
		c.loseAll()
		drop, cancel := context.WithTimeout(context.Background(), time.Second)
		_ = conn.Close(drop) // it is lost, or given up with all its locks
		cancel()
		if conn = c.reconnect(life); conn == nil {
			c.refuse(store.ErrClosed)
			return
		}
		c.elsewhere(nil)
	}
}

// reconnect tries until it has a connection; nil when life ends before.
func (c *claims) reconnect(life context.Context) *pgx.Conn {
	for pause := firstPause; life.Err() == nil; pause = min(2*pause, longestPause) {
		conn, err := c.connect(life)
		if err == nil {
			return conn
		}

		wait := time.NewTimer(pause)
		for waiting := true; waiting; {
			select {
			case <-c.queue.Signal():
				c.refuse(err)
			case <-wait.C:
				waiting = false
			case <-life.Done():
				waiting = false
			}
		}
		wait.Stop()
	}
	return nil
}

// refuse answers everybody who waits.
func (c *claims) refuse(why error) {
	for {
		batch, _ := c.queue.Take()
		if len(batch) == 0 {
			return
		}

		for _, one := range batch {
			if !one.taken.CompareAndSwap(false, true) {
				continue
			}
			if !one.release {
				one.answer <- why
				continue
			}
			c.forget(one)
			one.answer <- nil
		}
		clear(batch)
	}
}

// serve waits for notifications, and between them does what is asked, until the
// connection fails or life ends.
func (c *claims) serve(life context.Context, conn *pgx.Conn) {
	for life.Err() == nil {
		batch, _ := c.queue.Take()
		if len(batch) > 0 {
			err := c.do(life, conn, batch)
			clear(batch)
			if err != nil {
				return // a lock that the session took before the error would be nobody's
			}
			continue
		}
		if !c.listen(life, conn) {
			return
		}
	}
}

// listen waits for a notification, or for something to do; false: the connection
// is lost.
func (c *claims) listen(life context.Context, conn *pgx.Conn) bool {
	ctx, cancel := context.WithTimeout(life, lookEvery)
	defer cancel()
	c.mu.Lock()
	c.interrupt = cancel
	c.mu.Unlock()

	if c.queue.Len() > 0 {
		return true
	}
	err := conn.PgConn().WaitForNotification(ctx)
	if err != nil && (conn.IsClosed() || ctx.Err() == nil) {
		return false
	}
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return c.look(life, conn) // there is something to be heard, or to be done
	}
	return c.ping(life, conn)
}

// look is ping, when the session was asked nothing for a while: it may have heard a
// lot, but for the server it is idle.
func (c *claims) look(life context.Context, conn *pgx.Conn) bool {
	return c.session.unasked() < lookEvery || c.ping(life, conn)
}

// ping asks whether the connection still stands.
func (c *claims) ping(life context.Context, conn *pgx.Conn) bool {
	ctx, cancel := context.WithTimeout(life, connectFor)
	defer cancel()
	c.session.asked()
	return conn.Ping(ctx) == nil
}

const (
	// sqlBegin makes a connection the session $1 of claims, and answers what tells the
	// claims of this log from those of another.
	sqlBegin = `SELECT 'log_end'::regclass::oid::bigint FROM pg_advisory_lock($1)`
	// sqlIdle has the server end a session that is idle for $1, which Postgres knows
	// since version 14.
	sqlIdle = `SELECT set_config(s.name, $1, false) FROM pg_settings s WHERE s.name = 'idle_session_timeout'`
)

// session is one connection that holds claims. As long as it lives it also holds the
// lock of its number: whoever writes for a claim has the database look whether
// anybody else could have that lock (store.Found.Lost), and then nothing is written.
type session struct {
	number int64
	last   atomic.Pointer[time.Time] // when it was last asked anything
}

func newSession() *session {
	var b [8]byte
	_, _ = rand.Read(b[:])                                          // never fails
	s := &session{number: int64(binary.BigEndian.Uint64(b[:])) | 1} // 0 is nobody's
	s.asked()
	return s
}

func (s *session) asked() {
	now := time.Now()
	s.last.Store(&now)
}

func (s *session) unasked() time.Duration { return time.Since(*s.last.Load()) }

// Number is the session's; see store.Session.
func (s *session) Number() int64 { return s.number }

// Silent reports whether the session may be over without anybody here having noticed:
// this program stood still meanwhile.
func (s *session) Silent() bool { return s.unasked() > believeFor }

// hear passes on what another instance tells.
func (c *claims) hear(_ *pgconn.PgConn, n *pgconn.Notification) {
	teller, calls, _ := strings.Cut(n.Payload, "\n")
	if teller != c.teller && calls != "" {
		c.elsewhere(strings.Split(calls, "\n"))
	}
}
