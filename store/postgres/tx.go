package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"perci.health/careline/store"
)

// tx is a transaction of the engine. What it is asked waits until something has to be
// known, or until the commit: then all of it goes to the server at once.
type tx struct {
	engine *engine
	fresh  bool      // its connection was made for it: if it breaks, so would another
	until  time.Time // it has to be over

	begun bool
	next  pgx.Batch
}

var _ store.Tx = (*tx)(nil)

// bounded is ctx until the transaction has to be over.
func (t *tx) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, t.until)
}

// begin has the transaction begun before what is asked next.
func (t *tx) begin() {
	if t.begun {
		return
	}
	t.begun = true
	t.next.Queue("BEGIN")
	t.next.Queue(sqlLock)
}

// send asks what waits to be asked, and waits for all answers.
func (t *tx) send(ctx context.Context) error {
	ctx, cancel := t.bounded(ctx)
	defer cancel()

	batch := t.next
	t.next = pgx.Batch{}
	err := t.engine.conn.SendBatch(ctx, &batch).Close()
	if err == nil {
		return nil
	}

	broken := t.engine.conn.IsClosed() || readOnly(err)
	if broken {
		t.engine.drop()
	}
	if broken && !t.fresh && ctx.Err() == nil { // a server that does not answer in time is not asked twice
		return brokenError{plain(err)}
	}
	return plain(err)
}

// exec does one thing of its own at once, and says how many rows it changed.
func (t *tx) exec(ctx context.Context, sql string, args ...any) (rows int64, err error) {
	t.begin()
	t.next.Queue(sql, args...).Exec(func(done pgconn.CommandTag) error {
		rows = done.RowsAffected()
		return nil
	})
	err = t.send(ctx)
	return rows, err
}

// Commit makes all of it durable; see store.Tx.
func (t *tx) Commit(ctx context.Context, tell []string) error {
	if !t.begun {
		return nil // there was nothing to be asked
	}
	for _, message := range t.messages(tell) {
		t.next.Queue("SELECT pg_notify('careline', $1)", message)
	}
	t.next.Queue("COMMIT")
	if err := t.send(ctx); err != nil {
		return err
	}
	t.begun = false
	return nil
}

// longestMessage keeps a notification below the 8000 bytes that it may have.
const longestMessage = 7900

// messages tell every program that listens which calls changed. The first line of each
// is who did it.
func (t *tx) messages(calls []string) (all []string) {
	var message strings.Builder
	for _, call := range calls {
		if message.Len() > 0 && message.Len()+1+len(call) > longestMessage {
			all = append(all, message.String())
			message.Reset()
		}
		if message.Len() == 0 {
			message.WriteString(t.engine.teller)
		}
		message.WriteString("\n" + call)
	}

	if message.Len() > 0 {
		all = append(all, message.String())
	}
	return all
}

// Rollback takes everything back; see store.Tx.
func (t *tx) Rollback(ctx context.Context) error {
	t.next = pgx.Batch{}
	if !t.begun || t.engine.conn == nil {
		return nil
	}
	t.begun = false
	ctx, cancel := context.WithTimeout(ctx, connectFor)
	defer cancel()

	if _, err := t.engine.conn.Exec(ctx, "ROLLBACK"); err != nil {
		t.engine.drop() // with which the server takes it back
	}
	return nil
}
