package postgres

import (
	"context"
	"errors"

	"perci.health/careline/store"
)

// lose ends all epochs of a session that is over.
func (c *claims) lose(number int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.held {
		if e.session.number == number {
			e.Finish(store.ErrLost)
		}
	}
}

// loseAll is lose of the session that there is, which is over with its connection.
func (c *claims) loseAll() {
	c.mu.Lock()
	number := c.session.number
	c.mu.Unlock()
	c.lose(number)
}

func (c *claims) forget(one *ask) {
	c.mu.Lock()
	defer c.mu.Unlock()
	number := c.number(one.consumer, one.call)
	if e := c.held[number]; e != nil && (one.epoch == nil || one.epoch == e.Epoch) {
		delete(c.held, number)
		e.Finish(context.Canceled)
	}
}

// lost reports whether what ctx does belongs to a claim that is not held any more.
// What has no epoch is asked about by the claim: whether it was held and is not any
// more, without anybody having released it. A claim without consumer is anybody's.
func (c *claims) lost(ctx context.Context, consumer, call string) bool {
	if store.EpochOf(ctx) != nil {
		return store.Stale(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.held {
		if e.Call == call && (consumer == "" || e.Consumer == consumer) && e.Over() {
			return true
		}
	}
	return false
}

func (c *claims) ask(ctx context.Context, one *ask) error {
	one.answer = make(chan error, 1)
	if !c.queue.Put(one) {
		return store.ErrClosed
	}
	c.mu.Lock()
	if c.interrupt != nil {
		c.interrupt()
	}
	c.mu.Unlock()

	select {
	case err := <-one.answer:
		return err
	case <-ctx.Done():
	}
	if !one.release && one.taken.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	return <-one.answer
}

// Claim takes a call; see store.Claims.
func (s *Store) Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error) {
	one := &ask{consumer: consumer, call: call}
	if err := s.claims.ask(ctx, one); err != nil {
		return nil, false, unavailable("claim a call", err)
	}
	if !one.ok {
		return nil, false, nil
	}
	return one.epoch.Under(ctx), true, nil
}

// Release gives a claimed call back; see store.Claims. It is done also for a caller
// whose ctx has ended.
func (s *Store) Release(ctx context.Context, consumer, call string) error {
	one := &ask{
		consumer: consumer,
		call:     call,
		release:  true,
		epoch:    store.EpochOf(ctx),
	}
	if err := s.claims.ask(ctx, one); err != nil && !errors.Is(err, store.ErrClosed) {
		return unavailable("release a call", err)
	}
	return nil
}

func errClaimLost(doing string) error {
	return unavailable(doing, store.ErrLost)
}
