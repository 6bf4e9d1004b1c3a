package store

import (
	"context"
	"errors"
	"slices"
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

	w := &Writer{engine: e, config: c, queue: NewQueue[*ticket](), ended: make(chan struct{})}
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
	t.answer = make(chan error, 1)
	if !w.queue.Put(t) {
		return Unavailable(doing, ErrClosed)
	}

	select {
	case err := <-t.answer:
		return t.answered(doing, err)
	case <-ctx.Done():
	}

	if t.drop() {
		return Unavailable(doing, ctx.Err())
	}
	return t.answered(doing, <-t.answer)
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

// serve does a batch: first what ends deliveries and what shares a transaction, then
// one by one what does not.
func (w *Writer) serve(batch []*ticket) {
	defer clear(batch) // its memory is used again, what it points to is not ours any more
	batch = slices.DeleteFunc(batch, func(one *ticket) bool { return !one.taken.CompareAndSwap(false, true) })
	slices.SortStableFunc(batch, func(a, b *ticket) int { return a.rank() - b.rank() })

	alone, found := slices.BinarySearchFunc(batch, rankAlone, func(one *ticket, rank int) int { return one.rank() - rank })
	if !found {
		alone = len(batch)
	}
	err := w.share(batch[:alone])
	for i := alone; i < len(batch); i++ {
		if err != nil && w.engine.Fate(err) != Alone {
			w.finish(batch[i:], err) // each would wait as long
			return
		}
		err = w.attempt(batch[i : i+1])
		w.finish(batch[i:i+1], err)
	}
}

// The order of a batch. Deliveries end first: that a call has an event more is then
// known to none of them, and each is decided by what was found.
const (
	rankEnd = iota
	rankOther
	rankAlone
)

func (t *ticket) rank() int {
	if t.alone != nil {
		return rankAlone
	}
	if _, ends := t.wish.(*ending); ends {
		return rankEnd
	}
	return rankOther
}

// share runs requests in one transaction. Its error is what the last of them were told.
func (w *Writer) share(batch []*ticket) error {
	if len(batch) == 0 {
		return nil
	}
	err := w.attempt(batch)
	if err == nil || len(batch) == 1 || w.engine.Fate(err) != Alone {
		w.finish(batch, err)
		return err
	}

	// One request spoiled the transaction for all: each gets its own.
	for i := range batch {
		err = w.attempt(batch[i : i+1])
		if err != nil && w.engine.Fate(err) != Alone {
			w.finish(batch[i:], err)
			return err
		}
		w.finish(batch[i:i+1], err)
	}
	return nil
}

// finish answers. What was not done is told to nobody else.
func (w *Writer) finish(batch []*ticket, err error) {
	w.failing.Store(err != nil)
	if err == nil {
		w.commits.Add(1)
		w.writes.Add(int64(len(batch)))
	}

	for _, one := range batch {
		one.answer <- err
	}
	if err == nil && len(w.plan.news) > 0 {
		w.config.Committed(w.plan.news)
	}
	w.plan.news = nil
}

// attempt is transact, and once more if the connection turns out to be broken. What
// is not the same when it is done twice is told of the break instead.
func (w *Writer) attempt(batch []*ticket) error {
	err := w.transact(batch, false)
	if err == nil || w.engine.Fate(err) != Again || slices.ContainsFunc(batch, func(one *ticket) bool { return one.once }) {
		return err
	}
	return w.transact(batch, true)
}

// transact runs the batch in one transaction. After an error nothing of it is kept.
func (w *Writer) transact(batch []*ticket, again bool) (err error) {
	w.plan.reset(again)
	ctx := context.Background() // an engine bounds its own time: who has left is still answered
	tx, err := w.engine.Begin(ctx)
	if err != nil {
		return err
	}

	if batch[0].alone != nil {
		err = batch[0].alone(ctx, tx)
	} else {
		err = w.decide(ctx, tx, batch)
	}
	if err == nil {
		err = tx.Commit(ctx, w.plan.tell())
	}
	if err != nil {
		w.plan.news = nil
		return errors.Join(err, tx.Rollback(ctx))
	}
	return nil
}

// decide plans the batch and has it written, in as many rounds as it takes: a round
// ends before a request that has to know more than was asked for it, or what was
// planned before it.
func (w *Writer) decide(ctx context.Context, tx Tx, batch []*ticket) error {
	now := toStored(w.config.Now())
	for _, one := range batch {
		one.refused = nil
		one.wish.begin(now)
	}

	for len(batch) > 0 {
		w.wanted.reset()
		for _, one := range batch {
			if one.epoch != nil {
				w.wanted.of(one.epoch)
			}
			one.wish.want(&w.wanted)
		}
		found, err := tx.Find(ctx, &w.wanted)
		if err != nil {
			return err
		}

		w.plan.begin(found)
		n := w.round(batch)
		if err := w.write(ctx, tx); err != nil {
			return err
		}
		batch = batch[n:]
	}
	return nil
}

// round decides as many requests as it can, and says how many that were.
func (w *Writer) round(batch []*ticket) (decided int) {
	for i, one := range batch {
		if one.epoch != nil && (w.plan.found.Lost || one.epoch.Over()) {
			one.refused = ErrLost
			continue
		}
		done, err := one.wish.decide(&w.plan)
		if !done && err == nil {
			return i
		}
		one.refused = err
	}
	return len(batch)
}

func (w *Writer) write(ctx context.Context, tx Tx) error {
	if w.plan.empty() {
		return nil
	}
	return tx.Apply(ctx, &w.plan.changes)
}

// reset empties the question; its memory is used again.
func (w *Wanted) reset() {
	*w = Wanted{
		Keys:    w.Keys[:0],
		Once:    w.Once[:0],
		Loads:   w.Loads[:0],
		Ends:    w.Ends[:0],
		Letters: w.Letters[:0],
		Whole:   w.Whole[:0],
	}
}

// of asks for the session of an epoch. All epochs in a batch are of one session: those
// of the one before were over before it began.
func (w *Wanted) of(e *Epoch) {
	if e.session != nil {
		w.Session = e.session.Number()
	}
}
