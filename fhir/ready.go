package fhir

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"perci.health/careline/flight"
)

// How long Ready repeats its last answer. A probe may be open to everybody, and
// each search takes from the quota that the calls need.
const (
	goodFor = 15 * time.Second
	badFor  = time.Second
)

// readiness is the last answer of Ready, and the search for the next.
type readiness struct {
	searches flight.Group[struct{}]

	mu    sync.Mutex
	err   error
	until time.Time // when the answer is too old
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
	_, err := c.ready.searches.Do(ctx, "ready", c.probe)
	if _, gaveUp := errors.AsType[flight.GaveUp](err); gaveUp {
		return unreachable(ctx, ctx.Err())
	}
	return err
}

// probe is the last answer, or that of a new search.
func (c *Client) probe(ctx context.Context) (struct{}, error) {
	c.ready.mu.Lock()
	last, until := c.ready.err, c.ready.until
	c.ready.mu.Unlock()
	if c.cfg.Now().Before(until) {
		return struct{}{}, last
	}

	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout) // also of the wait for the quota
	defer cancel()
	_, err := c.Search(ctx, "Communication", url.Values{"_id": {"00000000-0000-0000-0000-000000000000"}, "_count": {"1"}})
	err = absent(err)
	keep := goodFor
	if err != nil {
		keep = badFor
	}

	c.ready.mu.Lock()
	defer c.ready.mu.Unlock()
	c.ready.err, c.ready.until = err, c.cfg.Now().Add(keep)

	return struct{}{}, err
}
