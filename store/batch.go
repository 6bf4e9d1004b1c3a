package store

import (
	"context"
	"errors"
	"slices"
)

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
	w.plan.reset(again, len(batch))
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
