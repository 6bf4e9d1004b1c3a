package postgres

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

	"perci.health/careline/store"
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

// claims holds what an instance has claimed, on a connection of its own, where
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
type claims struct {
	config    *pgx.ConnConfig
	space     atomic.Int64 // tells the claims of this log from those of another in the same database
	teller    string
	elsewhere func(calls []string)
	idleFor   time.Duration

	queue *store.Queue[*ask]
	ended chan struct{}
	end   context.CancelFunc

	mu        sync.Mutex
	session   *session
	held      map[int64]*holding // by the claim's number; one that was lost stays until it is claimed again or given back
	interrupt context.CancelFunc // ends the wait for notifications
}

// holding is a claim that this instance has, or had until it was lost.
type holding struct {
	*store.Epoch
	session *session
}

// ask is a call that is to be claimed or released.
type ask struct {
	consumer, call string
	release        bool

	epoch  *store.Epoch // that is given back, nil: whichever; or that began
	taken  atomic.Bool
	ok     bool
	answer chan error // room for one
}

func openClaims(ctx context.Context, config *pgx.ConnConfig, teller string, of store.Config) (*claims, error) {
	elsewhere := of.Elsewhere
	if elsewhere == nil {
		elsewhere = func([]string) {}
	}

	c := &claims{
		config:    with(config, "statement_timeout", milliseconds(connectFor)),
		teller:    teller,
		elsewhere: elsewhere,
		idleFor:   cmp.Or(of.IdleFor, idleFor),
		queue:     store.NewQueue[*ask](),
		ended:     make(chan struct{}),
		held:      map[int64]*holding{},
	}
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

func (c *claims) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := connect(ctx, c.config)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectFor)
	defer cancel()

	var space int64
	begun := newSession()
	err = conn.QueryRow(ctx, sqlBegin, begun.number).Scan(&space)
	if err == nil {
		c.space.Store(space)
		_, err = conn.Exec(ctx, sqlIdle, milliseconds(c.idleFor))
	}
	if err == nil {
		_, err = conn.Exec(ctx, "LISTEN careline")
	}
	if err != nil {
		return nil, errors.Join(unavailable("listen", err), conn.Close(ctx))
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = begun
	return conn, nil
}

// close gives back all claims; what waits is refused.
func (c *claims) close() {
	if c == nil {
		return
	}
	c.queue.Close()
	c.end()
	<-c.ended
}

// number is the claim's advisory lock. Two claims of one number would only keep
// each other waiting.
func (c *claims) number(consumer, call string) int64 {
	h := fnv.New64a()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(c.space.Load())))
	h.Write([]byte(consumer + "\x00" + call))
	return int64(h.Sum64())
}

const sqlClaim = `SELECT CASE WHEN a.release THEN pg_advisory_unlock(a.number) ELSE pg_try_advisory_lock(a.number) END
	FROM unnest($1::bigint[], $2::boolean[]) a (number, release)`

// do claims and releases in the order asked, all in one round trip. A lock that a
// session has it would get again, so what this instance holds is looked up first.
func (c *claims) do(ctx context.Context, conn *pgx.Conn, batch []*ask) error {
	ctx, cancel := context.WithTimeout(ctx, connectFor)
	defer cancel()

	var asked []*ask
	numbers, releases := []int64{}, []bool{}
	c.mu.Lock()
	for _, one := range batch {
		if !one.taken.CompareAndSwap(false, true) {
			continue
		}
		number := c.number(one.consumer, one.call)
		if !c.begin(one, number) {
			one.answer <- nil
			continue
		}
		asked, numbers, releases = append(asked, one), append(numbers, number), append(releases, one.release)
	}
	c.mu.Unlock()
	if len(asked) == 0 {
		return nil
	}

	c.session.asked()
	rows, err := conn.Query(ctx, sqlClaim, numbers, releases)
	var done []bool
	if err == nil {
		done, err = pgx.CollectRows(rows, pgx.RowTo[bool])
	}
	c.tell(asked, numbers, done, err)
	return err
}

// begin notes what is about to be asked of the server, and reports whether anything
// is; c.mu is held.
func (c *claims) begin(one *ask, number int64) bool {
	has := c.held[number]
	lost := has != nil && has.session != c.session
	switch {
	case !one.release && (has == nil || lost):
		one.epoch = store.NewEpoch(one.consumer, one.call, c.session)
		c.held[number] = &holding{one.epoch, c.session}
		return true
	case !one.release || has == nil || one.epoch != nil && one.epoch != has.Epoch:
		return false // somebody has it; or there is nothing of this epoch to be given back
	}

	delete(c.held, number)
	has.Finish(context.Canceled)
	return !lost
}

// tell answers those who asked. After an error nothing is claimed: what was, the
// end of the connection gives back.
func (c *claims) tell(asked []*ask, numbers []int64, done []bool, err error) {
	c.mu.Lock()
	for i, one := range asked {
		if !one.release && (err != nil || !done[i]) {
			delete(c.held, numbers[i])
		}
		one.ok = err == nil && done[i]
	}
	c.mu.Unlock()

	for _, one := range asked {
		one.answer <- err
	}
}
