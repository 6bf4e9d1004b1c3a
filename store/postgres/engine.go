package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline/store"
)

// frozenFor is how long the server waits for a program that has begun a transaction
// and holds the log's lock: one that was stopped in between keeps all others waiting
// so long, which is far below commitFor. Then the server takes everything back.
const frozenFor = 2 * time.Second

// engine owns the connection that writes. The log's lock is held from the first of
// two round trips to the second: no decision is made in the database.
type engine struct {
	config *pgx.ConnConfig
	conn   *pgx.Conn // nil while there is none
	teller string    // this instance, for those who listen
	narrow []string  // the consumers that get few events (store.Config.Outbound)
	lost   func(session int64)
}

var _ store.Engine = (*engine)(nil)

func newEngine(config *pgx.ConnConfig, c store.Config, teller string) *engine {
	synchronous := "on"
	if c.NotDurable {
		synchronous = "off"
	}
	config = with(config, "synchronous_commit", synchronous)
	config.RuntimeParams["statement_timeout"] = milliseconds(commitFor)
	config.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds(frozenFor)

	narrow := append([]string{}, c.Outbound...)
	return &engine{config: config, teller: teller, narrow: narrow}
}

// Begin begins a transaction; see store.Engine. The server hears of it with the first
// question.
func (e *engine) Begin(context.Context) (store.Tx, error) {
	t := &tx{engine: e, fresh: e.conn == nil, until: time.Now().Add(answerFor)}
	ctx, cancel := t.bounded(context.Background())
	defer cancel()

	if err := e.connect(ctx); err != nil {
		return nil, err
	}
	return t, nil
}

// Idle does nothing: the server looks after itself.
func (e *engine) Idle() {}

// brokenError is that of a connection which was lost while it was used, or which leads
// to a server that may only be read by now. What was asked may have been done.
type brokenError struct{ error }

func (e brokenError) Unwrap() error { return e.error }

// Fate is what becomes of a batch; see store.Engine.
func (e *engine) Fate(err error) store.Fate {
	if _, broken := errors.AsType[brokenError](err); broken {
		return store.Again
	}
	if wholeServer(err) {
		return store.Everybody
	}
	return store.Alone
}

func (e *engine) connect(ctx context.Context) (err error) {
	if e.conn != nil {
		return nil
	}
	e.conn, err = connect(ctx, e.config)
	return err
}

// drop lets the connection go. What closing it says is of no use: it is given up
// because it does not work, or because the store is closed.
func (e *engine) drop() {
	if e.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()

	_ = e.conn.Close(ctx)
	e.conn = nil
}
