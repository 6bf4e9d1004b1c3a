package store

import (
	"cmp"
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
	// idleFor is when the server ends a session of claims that has asked nothing for
	// so long, however alive its network looks: the program behind it is frozen, or
	// cut off by a proxy that keeps the connection. A claim counts for believeFor
	// after the session was last asked anything: well before that, and after the
	// program's own look has failed.
	idleFor, believeFor = 30 * time.Second, 20 * time.Second
	// Pauses between two attempts to make the connection anew.
	firstPause, longestPause = 50 * time.Millisecond, 5 * time.Second
)

// pgClaims holds what an instance has claimed, on a connection of its own, where
// it also listens for what the other instances commit.
//
// A claim is an advisory lock of that session. Compared with a row that is marked
// (FOR UPDATE SKIP LOCKED, or a lease in a column), nothing is written and nothing
// has to be vacuumed, and a claim ends with its process or its connection at once,
// without a lease to wait out. When the connection is lost, so are all claims: what
// is done under them is cut off, and what it writes is refused, here and, since the
// other end of a connection can know earlier, by the database itself (session).
//
// Locks of a session and LISTEN need a session: a pooler that lends it to others
// between transactions is found out when the store connects.
type pgClaims struct {
	config    *pgx.ConnConfig
	space     atomic.Int64 // tells the claims of this log from those of another in the same database
	teller    string
	elsewhere func(calls []string)
	idleFor   time.Duration

	queue *queue[*pgAsk]
	ended chan struct{}
	end   context.CancelFunc

	mu        sync.Mutex
	session   *session
	held      map[int64]*epoch   // by the claim's number; one that was lost stays until it is claimed again or given back
	interrupt context.CancelFunc // ends the wait for notifications
}

// pgAsk is a call that is to be claimed or released.
type pgAsk struct {
	claim   claim
	release bool
	epoch   *epoch // that is given back, nil: whichever; or that began
	taken   atomic.Bool
	ok      bool
	answer  chan error // room for one
}

func openClaims(ctx context.Context, config *pgx.ConnConfig, teller string, of Config) (*pgClaims, error) {
	elsewhere := of.Elsewhere
	if elsewhere == nil {
		elsewhere = func([]string) {}
	}
	c := &pgClaims{config: with(config, "statement_timeout", milliseconds(connectFor)), teller: teller, elsewhere: elsewhere, idleFor: cmp.Or(of.idleFor, idleFor),
		queue: newQueue[*pgAsk](), ended: make(chan struct{}), held: map[int64]*epoch{}}
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
	begun := newSession()
	err = conn.QueryRow(ctx, pgBegin, begun.number).Scan(&space)
	if err == nil {
		c.space.Store(space)
		_, err = conn.Exec(ctx, pgIdle, milliseconds(c.idleFor))
	}
	if err == nil {
		_, err = conn.Exec(ctx, "LISTEN careline")
	}
	if err != nil {
		return nil, errors.Join(pgUnavailable("listen", err), conn.Close(ctx))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = begun
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
		if !c.begin(ask, number) {
			ask.answer <- nil
			continue
		}
		asked, numbers, releases = append(asked, ask), append(numbers, number), append(releases, ask.release)
	}
	c.mu.Unlock()
	if len(asked) == 0 {
		return nil
	}
	c.session.asked()
	rows, err := conn.Query(ctx, pgClaim, numbers, releases)
	var done []bool
	if err == nil {
		done, err = pgx.CollectRows(rows, pgx.RowTo[bool])
	}
	c.tell(asked, numbers, done, err)
	return err
}

// begin notes what is about to be asked of the server, and reports whether anything
// is; c.mu is held.
func (c *pgClaims) begin(ask *pgAsk, number int64) bool {
	has := c.held[number]
	lost := has != nil && has.session != c.session
	switch {
	case !ask.release && (has == nil || lost):
		ask.epoch = &epoch{claim: ask.claim, session: c.session}
		c.held[number] = ask.epoch
		return true
	case !ask.release || has == nil || ask.epoch != nil && ask.epoch != has:
		return false // somebody has it; or there is nothing of this epoch to be given back
	}
	delete(c.held, number)
	has.finish(context.Canceled)
	return !lost
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

// lose ends all epochs of a session that is over.
func (c *pgClaims) lose(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.held {
		if e.session == s {
			e.finish(errLost)
		}
	}
}

// loseAll is lose of the session that there is, which is over with its connection.
func (c *pgClaims) loseAll() {
	c.mu.Lock()
	s := c.session
	c.mu.Unlock()
	c.lose(s)
}

func (c *pgClaims) forget(ask *pgAsk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	number := c.number(ask.claim)
	if e := c.held[number]; e != nil && (ask.epoch == nil || ask.epoch == e) {
		delete(c.held, number)
		e.finish(context.Canceled)
	}
}

// lost reports whether what ctx does belongs to a claim that is not held any more.
// What has no epoch is asked about by the claim: whether it was held and is not any
// more, without anybody having released it. A claim without consumer is anybody's.
func (c *pgClaims) lost(ctx context.Context, of claim) bool {
	if epochOf(ctx) != nil {
		return stale(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.held {
		if e.claim.call == of.call && (of.consumer == "" || e.claim.consumer == of.consumer) && e.over() {
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
func (s *postgresStore) Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error) {
	ask := &pgAsk{claim: claim{consumer, call}}
	if err := s.claims.ask(ctx, ask); err != nil {
		return nil, false, pgUnavailable("claim a call", err)
	}
	if !ask.ok {
		return nil, false, nil
	}
	return ask.epoch.under(ctx), true, nil
}

// Release gives a claimed call back; see Claims. It is done also for a caller whose
// ctx has ended.
func (s *postgresStore) Release(ctx context.Context, consumer, call string) error {
	if err := s.claims.ask(ctx, &pgAsk{claim: claim{consumer, call}, release: true, epoch: epochOf(ctx)}); err != nil && !errors.Is(err, errClosed) {
		return pgUnavailable("release a call", err)
	}
	return nil
}

func errClaimLost(doing string) error {
	return pgUnavailable(doing, errLost)
}
