package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"perci.health/careline"
)

// idleAfter is how long nobody writes before the engine is told so.
const idleAfter = time.Second

// Writer is the part of a Store that decides, the same for every engine. One
// goroutine takes everything that waits, runs it in one transaction, commits once and
// answers all: a commit costs the same whatever it carries.
type Writer struct {
	engine Engine
	config Config
	queue  *Queue[*ticket]
	ended  chan struct{}
	plan   plan
	wanted Wanted

	keepings sync.Pool // *keeping, to be used again

	failing         atomic.Bool // the last commit failed
	commits, writes atomic.Int64
}

// ticket is one request that waits for the writer. It is either a wish, which shares
// a transaction with others, or alone.
type ticket struct {
	wish  wish
	alone func(context.Context, Tx) error
	epoch *Epoch // of the claim under which it is done; nil: none
	once  bool   // it is not the same when it is done twice

	taken   atomic.Bool // by the writer, or by a caller who waits no longer
	refused error       // why this one was not done, though its transaction was
	answer  chan error  // room for one
	over    bool        // the caller has the answer, and the writer knows nothing of it any more
}

// drop takes the request back; false when the writer has it already.
func (t *ticket) drop() bool { return t.taken.CompareAndSwap(false, true) }

// wish is what a request asks of the log. It is asked as often as its batch has to be
// decided; what it was told the last time counts.
type wish interface {
	// begin is told when the deciding begins, and forgets what was decided before.
	begin(now time.Time)
	// want adds what it has to know.
	want(*Wanted)
	// decide plans what is to be written. It is not done when it has to know more, or
	// must see what is planned so far: then it has planned nothing that the next time
	// would not find, and is asked again when that is written. An error is its own
	// refusal: it plans nothing, and says nothing of the others.
	decide(*plan) (done bool, err error)
}

// NewWriter is the deciding part of a store. It runs until Close.
func NewWriter(e Engine, c Config) *Writer {
	c.Consumers, c.Outbound = slices.Clone(c.Consumers), slices.Clone(c.Outbound)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Committed == nil {
		c.Committed = func([]careline.News) {}
	}

	w := &Writer{
		engine: e,
		config: c,
		queue:  NewQueue[*ticket](),
		ended:  make(chan struct{}),
	}
	w.plan.config = &w.config
	go w.run()
	return w
}

// Close finishes what is under way and refuses what comes later; first is false when
// it was closed before.
func (w *Writer) Close() (first bool) {
	first = w.queue.Close()
	<-w.ended
	return first
}

// Failing reports whether the last commit failed.
func (w *Writer) Failing() bool { return w.failing.Load() }

// Waiting is how many requests wait for the writer.
func (w *Writer) Waiting() int { return w.queue.Len() }

// Stats is what was written so far.
func (w *Writer) Stats() Stats {
	return Stats{Commits: w.commits.Load(), Writes: w.writes.Load()}
}

// Do has do write in a transaction of its own, for what no rule is asked about. An
// error takes everything back. It is not done again when nobody knows whether it was
// committed, unless repeatable.
func (w *Writer) Do(ctx context.Context, doing string, repeatable bool, do func(context.Context, Tx) error) error {
	return w.ask(ctx, doing, &ticket{alone: do, once: !repeatable})
}

// grant has a wish done together with whatever else waits, under the claim that ctx
// is of, if it is of one.
func (w *Writer) grant(ctx context.Context, doing string, one wish) error {
	return w.ask(ctx, doing, &ticket{wish: one})
}

func (w *Writer) grantUnder(ctx context.Context, doing string, one wish) error {
	return w.ask(ctx, doing, &ticket{wish: one, epoch: EpochOf(ctx)})
}

func (w *Writer) ask(ctx context.Context, doing string, t *ticket) error {
	if t.answer == nil {
		t.answer = make(chan error, 1)
	}
	if !w.queue.Put(t) {
		return Unavailable(doing, ErrClosed)
	}

	select {
	case err := <-t.answer:
		t.over = true
		return t.answered(doing, err)
	case <-ctx.Done():
	}

	if t.drop() {
		return Unavailable(doing, ctx.Err())
	}
	err := <-t.answer
	t.over = true
	return t.answered(doing, err)
}

func (t *ticket) answered(doing string, err error) error {
	switch {
	case err != nil:
		return Unavailable(doing, err)
	case t.refused == nil:
		return nil
	}

	if own, ok := errors.AsType[*careline.Error](t.refused); ok {
		return own
	}
	return Unavailable(doing, t.refused)
}

// run serves the queue until it is closed and empty.
func (w *Writer) run() {
	defer close(w.ended)
	idle := time.NewTimer(idleAfter)
	defer idle.Stop()

	for dirty := false; ; {
		select {
		case <-w.queue.Signal():
		case <-idle.C:
			if dirty {
				w.engine.Idle()
			}
			dirty = false
			continue
		}

		batch, open := w.queue.Take()
		if len(batch) > 0 {
			w.serve(batch)
			dirty = true
			idle.Reset(idleAfter)
		} else if !open {
			return
		}
	}
}
