package fhir

import (
	"context"
	"net/url"
	"sync"
	"time"
)

// How long Ready repeats its last answer. A probe may be open to everybody, and
// each search takes from the quota that the calls need.
const (
	goodFor = 15 * time.Second
	badFor  = time.Second
)

// readiness is the last answer of Ready, or the search for the next.
type readiness struct {
	mu      sync.Mutex
	running *errand
	err     error
	until   time.Time // when the answer is too old
}

// Ready reports whether calls can be recorded now, as far as that shows without
// writing: it searches a Communication by an id that nobody has. That needs the
// login, the right to search and the server's database, and reads one index; the
// capability statement would prove none of these, and on Medplum _count=0 never
// reaches the database.
//
// It searches at most once in 15 s, or in a second after a failure, however often
// it is called, and never ahead of other requests when the quota is low. Errors:
// unavailable; rejected, when the server does not know such a search.
func (c *Client) Ready(ctx context.Context) error {
	r := c.probe(ctx)
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return unreachable(ctx, ctx.Err())
	}
}

// probe is the search under way, else the last answer, else a new search. That
// belongs to none of those who wait for it.
func (c *Client) probe(ctx context.Context) *errand {
	c.ready.mu.Lock()
	defer c.ready.mu.Unlock()
	if c.ready.running != nil {
		return c.ready.running
	}

	r := &errand{done: make(chan struct{})}
	if c.cfg.Now().Before(c.ready.until) {
		r.err = c.ready.err
		close(r.done)
		return r
	}

	c.ready.running = r
	go c.runProbe(context.WithoutCancel(ctx), r)
	return r
}

func (c *Client) runProbe(ctx context.Context, r *errand) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout) // also of the wait for the quota
	defer cancel()
	_, err := c.Search(ctx, "Communication", url.Values{"_id": {"00000000-0000-0000-0000-000000000000"}, "_count": {"1"}})
	r.err = absent(err)
	keep := goodFor
	if r.err != nil {
		keep = badFor
	}
	c.ready.mu.Lock()
	defer c.ready.mu.Unlock()
	c.ready.running, c.ready.err, c.ready.until = nil, r.err, c.cfg.Now().Add(keep)
	close(r.done)
}
