package store

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// lookEvery is how often a silent connection is asked whether it still stands:
	// a network that fails without a word would let another instance have a claim
	// that this one believes in.
	lookEvery = 5 * time.Second
	// Pauses between two attempts to make the connection anew.
	firstPause, longestPause = 50 * time.Millisecond, 5 * time.Second
)

// pgClaims holds what an instance has claimed, on a connection of its own, where
// it also listens for what the other instances commit.
//
// A claim is an advisory lock of that session. Compared with a row that is marked
// (FOR UPDATE SKIP LOCKED, or a lease in a column), nothing is written and nothing
// has to be vacuumed, and a claim ends with its process or its connection at once,
// without a lease to wait out. When the connection is lost, so are all claims:
// whoever works on one is told so when next he asks for anything, and claims it
// again.
//
// Locks of a session and LISTEN need a session: a pooler that lends it to others
// between transactions is found out when the store connects.
type pgClaims struct {
	config    *pgx.ConnConfig
	space     atomic.Int64 // tells the claims of this log from those of another in the same database
	teller    string
	elsewhere func(calls []string)

	queue *queue[*pgAsk]
	ended chan struct{}
	end   context.CancelFunc

	mu        sync.Mutex
	held      map[int64]*held
	interrupt context.CancelFunc // ends the wait for notifications
}

// held is a claim of this instance, by its number.
type held struct {
	claim claim
	lost  bool
}

// pgAsk is a call that is to be claimed or released.
type pgAsk struct {
	claim   claim
	release bool
	taken   atomic.Bool
	ok      bool
	answer  chan error // room for one
}

func openClaims(ctx context.Context, config *pgx.ConnConfig, teller string, elsewhere func([]string)) (*pgClaims, error) {
	if elsewhere == nil {
		elsewhere = func([]string) {}
	}
	c := &pgClaims{config: with(config, "statement_timeout", milliseconds(connectFor)), teller: teller, elsewhere: elsewhere,
		queue: newQueue[*pgAsk](), ended: make(chan struct{}), held: map[int64]*held{}}
	c.config.OnNotification = c.hear // also while there is always something to claim
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	c.end = end
	go c.run(life, conn)
	return c, nil
}

func (c *pgClaims) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := connect(ctx, c.config)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectFor)
	defer cancel()
	var space int64
	err = conn.QueryRow(ctx, "SELECT 'log_end'::regclass::oid::bigint").Scan(&space)
	if err == nil {
		c.space.Store(space)
		_, err = conn.Exec(ctx, "LISTEN careline")
	}
	if err != nil {
		return nil, errors.Join(pgUnavailable("listen", err), conn.Close(ctx))
	}
	return conn, nil
}

// close gives back all claims; what waits is refused.
func (c *pgClaims) close() {
	if c == nil {
		return
	}
	c.queue.close()
	c.end()
	<-c.ended
}

// number is the claim's advisory lock. Two claims of one number would only keep
// each other waiting.
func (c *pgClaims) number(of claim) int64 {
	h := fnv.New64a()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(c.space.Load())))
	h.Write([]byte(of.consumer + "\x00" + of.call))
	return int64(h.Sum64())
}

const pgClaim = `SELECT CASE WHEN a.release THEN pg_advisory_unlock(a.number) ELSE pg_try_advisory_lock(a.number) END
	FROM unnest($1::bigint[], $2::boolean[]) a (number, release)`

// do claims and releases in the order asked, all in one round trip. A lock that a
// session has it would get again, so what this instance holds is looked up first.
func (c *pgClaims) do(ctx context.Context, conn *pgx.Conn, batch []*pgAsk) error {
	ctx, cancel := context.WithTimeout(ctx, connectFor)
	defer cancel()
	var asked []*pgAsk
	numbers, releases := []int64{}, []bool{}
	c.mu.Lock()
	for _, ask := range batch {
		if !ask.taken.CompareAndSwap(false, true) {
			continue
		}
		number := c.number(ask.claim)
		has := c.held[number]
		switch {
		case ask.release && has != nil && !has.lost:
			delete(c.held, number)
		case !ask.release && (has == nil || has.lost):
			c.held[number] = &held{claim: ask.claim}
		default:
			if ask.release {
				delete(c.held, number) // a lost one: nothing has to be given back
			}
			ask.answer <- nil
			continue
		}
		asked, numbers, releases = append(asked, ask), append(numbers, number), append(releases, ask.release)
	}
	c.mu.Unlock()
	if len(asked) == 0 {
		return nil
	}
	rows, err := conn.Query(ctx, pgClaim, numbers, releases)
	var done []bool
	if err == nil {
		done, err = pgx.CollectRows(rows, pgx.RowTo[bool])
	}
	c.tell(asked, numbers, done, err)
	return err
}

// tell answers those who asked. After an error nothing is claimed: what was, the
// end of the connection gives back.
func (c *pgClaims) tell(asked []*pgAsk, numbers []int64, done []bool, err error) {
	c.mu.Lock()
	for i, ask := range asked {
		if !ask.release && (err != nil || !done[i]) {
			delete(c.held, numbers[i])
		}
		ask.ok = err == nil && done[i]
	}
	c.mu.Unlock()
	for _, ask := range asked {
		ask.answer <- err
	}
}

func (c *pgClaims) loseAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.held {
		h.lost = true
	}
}

func (c *pgClaims) forget(of claim) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, c.number(of))
}

// lost reports whether a claim was held and is not any more, without anybody having
// released it.
func (c *pgClaims) lost(of claim) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.held[c.number(of)]
	return h != nil && h.lost && h.claim == of
}

// lostCall reports whether any consumer's claim of the call was lost.
func (c *pgClaims) lostCall(call string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.held {
		if h.lost && h.claim.call == call {
			return true
		}
	}
	return false
}

func (c *pgClaims) ask(ctx context.Context, ask *pgAsk) error {
	ask.answer = make(chan error, 1)
	if !c.queue.put(ask) {
		return errClosed
	}
	c.mu.Lock()
	if c.interrupt != nil {
		c.interrupt()
	}
	c.mu.Unlock()
	select {
	case err := <-ask.answer:
		return err
	case <-ctx.Done():
	}
	if !ask.release && ask.taken.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	return <-ask.answer
}

// Claim takes a call; see Claims.
func (s *postgresStore) Claim(ctx context.Context, consumer, call string) (ok bool, err error) {
	ask := &pgAsk{claim: claim{consumer, call}}
	if err := s.claims.ask(ctx, ask); err != nil {
		return false, pgUnavailable("claim a call", err)
	}
	return ask.ok, nil
}

// Release gives a claimed call back; see Claims. It is done also for a caller whose
// ctx has ended.
func (s *postgresStore) Release(ctx context.Context, consumer, call string) error {
	if err := s.claims.ask(ctx, &pgAsk{claim: claim{consumer, call}, release: true}); err != nil && !errors.Is(err, errClosed) {
		return pgUnavailable("release a call", err)
	}
	return nil
}

func errClaimLost(doing string) error {
	return pgUnavailable(doing, errors.New("the claim was lost with its connection: claim the call again"))
}
