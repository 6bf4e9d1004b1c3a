package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// run serves one connection after the other until life ends.
func (c *pgClaims) run(life context.Context, conn *pgx.Conn) {
	defer close(c.ended)
	for {
		c.serve(life, conn)
		c.loseAll()
		drop, cancel := context.WithTimeout(context.Background(), time.Second)
		_ = conn.Close(drop) // it is lost, or given up with all its locks
		cancel()
		if conn = c.reconnect(life); conn == nil {
			c.refuse(errClosed)
			return
		}
		c.elsewhere(nil)
	}
}

// reconnect tries until it has a connection; nil when life ends before.
func (c *pgClaims) reconnect(life context.Context) *pgx.Conn {
	for pause := firstPause; life.Err() == nil; pause = min(2*pause, longestPause) {
		conn, err := c.connect(life)
		if err == nil {
			return conn
		}
		wait := time.NewTimer(pause)
		for waiting := true; waiting; {
			select {
			case <-c.queue.signal:
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
func (c *pgClaims) refuse(why error) {
	for {
		batch, _ := c.queue.take()
		if len(batch) == 0 {
			return
		}
		for _, ask := range batch {
			if !ask.taken.CompareAndSwap(false, true) {
				continue
			}
			if !ask.release {
				ask.answer <- why
				continue
			}
			c.forget(ask.claim)
			ask.answer <- nil
		}
		clear(batch)
	}
}

// serve waits for notifications, and between them does what is asked, until the
// connection fails or life ends.
func (c *pgClaims) serve(life context.Context, conn *pgx.Conn) {
	for life.Err() == nil {
		batch, _ := c.queue.take()
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
func (c *pgClaims) listen(life context.Context, conn *pgx.Conn) bool {
	ctx, cancel := context.WithTimeout(life, lookEvery)
	defer cancel()
	c.mu.Lock()
	c.interrupt = cancel
	c.mu.Unlock()
	if c.queue.len() > 0 {
		return true
	}
	if err := conn.PgConn().WaitForNotification(ctx); err == nil {
		return true
	}
	if conn.IsClosed() || ctx.Err() == nil {
		return false
	}
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return true // something waits to be done
	}
	ping, stop := context.WithTimeout(life, connectFor)
	defer stop()
	return conn.Ping(ping) == nil
}

// hear passes on what another instance tells.
func (c *pgClaims) hear(_ *pgconn.PgConn, n *pgconn.Notification) {
	teller, calls, _ := strings.Cut(n.Payload, "\n")
	if teller != c.teller && calls != "" {
		c.elsewhere(strings.Split(calls, "\n"))
	}
}
