package calls

import (
	"context"
	"math"
	"time"

	"perci.health/careline"
)

// The rhythm of settling. A first filing whose answer was lost can be stored by
// the health record long after, when a frozen database thaws; nothing bounds how
// long, so what is looked at is bounded instead. Most are stored within seconds, such
// as one that was under way when its claim was lost: a call that has just had its last
// event is looked at more often, and nobody sees it twice for long. A look costs the
// record a search.
const (
	SettleEvery      = 5 * time.Minute
	settleFor        = 24 * time.Hour // after the filing's last event
	settleSoonEvery  = 30 * time.Second
	settleSoonFor    = 2 * time.Minute
	settleSoonAtMost = 50 // of them at one look: after an outage there may be many
)

// Settler looks again, for a day and at first more often, whether a call whose first
// filing was in doubt is in the health record twice, and takes the later one back.
type Settler struct {
	Log interface {
		Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error)
		Release(ctx context.Context, consumer, call string) error
		Events(ctx context.Context, call string) ([]careline.CallEvent, error)
		// Doubted are the filings in doubt that had an event kept since.
		Doubted(ctx context.Context, since time.Time) ([]careline.Filing, error)
	}
	// Settle withdraws a second Communication of the call; safe to repeat. Of which of
	// the call's resources it is to be asked says the filing (Filing.Of).
	Settle func(ctx context.Context, c careline.Call, f careline.Filing) error
	Now    func() time.Time
}

// settling and doubts are what a look claims: each instance that looked too would
// ask the record the same.
const (
	settling = "settling"
	doubts   = "doubts"
)

// Look settles every filing in doubt once, unless another instance is at it. One
// that fails keeps no other from being looked at; the error is the last one.
func (s Settler) Look(ctx context.Context) error {
	return s.look(ctx, settleFor, math.MaxInt)
}

// look is Look at filings, at most so many, whose last event was kept so lately.
func (s Settler) look(ctx context.Context, lately time.Duration, atMost int) error {
	held, ours, err := s.Log.Claim(ctx, settling, doubts)
	if err != nil || !ours {
		return err
	}
	defer func() { _ = s.Log.Release(context.WithoutCancel(held), settling, doubts) }() // an end of the process releases it too
	ctx = held

	filings, last := s.Log.Doubted(ctx, s.Now().Add(-lately))
	for _, f := range filings[:min(atMost, len(filings))] {
		events, err := s.Log.Events(ctx, f.Call)
		if err == nil {
			err = s.Settle(ctx, careline.Fold(events), f)
		}
		if err != nil {
			last = err
		}
	}

	return last
}

// Run looks every SettleEvery, and in between at what is new, until ctx ends. What
// failed is tried again at the next look, and told to failed.
func (s Settler) Run(ctx context.Context, failed func(error)) {
	again := time.NewTicker(settleSoonEvery)
	defer again.Stop()

	for n := time.Duration(1); ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
		var err error
		if n*settleSoonEvery%SettleEvery == 0 {
			err = s.Look(ctx)
		} else {
			err = s.look(ctx, settleSoonFor, settleSoonAtMost)
		}
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}
