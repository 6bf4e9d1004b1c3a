package calls

import (
	"context"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

const (
	// RetainEvery is how often the log is looked through for calls to forget.
	RetainEvery = 24 * time.Hour
	// retainFirst is when that is done first: a process that is replaced every day
	// does it too, but not while it starts.
	retainFirst = 10 * time.Minute
	// forgetAtOnce is how many calls are asked for at once. The store forgets them
	// in transactions of its own, between which everybody else can write.
	forgetAtOnce = 200
)

// retention and purge are what forgetting claims, so that one instance does it.
const (
	retention = "retention"
	purge     = "purge"
)

// Retention forgets calls, and messages that nobody could read, that have been
// kept long enough. The health record is not touched.
type Retention struct {
	Log interface {
		Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error)
		Release(ctx context.Context, consumer, call string) error
		// Purge forgets up to limit keys whose newest event was kept before the time
		// given, and strays as old; it forgot fewer keys than limit when none are left.
		Purge(ctx context.Context, before time.Time, limit int) (careline.LogCount, error)
	}
	Keep      time.Duration // how long a call is kept after its newest event; 0: for ever
	Now       func() time.Time
	Forgotten func(calls int) // told how many, each time that any were; may be nil
}

// Forget forgets everything that is too old, unless another instance is at it, and
// returns how many calls that were, also with an error.
func (r Retention) Forget(ctx context.Context) (calls int, err error) {
	if r.Keep <= 0 {
		return 0, nil
	}

	held, ours, err := r.Log.Claim(ctx, retention, purge)
	if err != nil || !ours {
		return 0, err
	}
	defer func() { _ = r.Log.Release(context.WithoutCancel(held), retention, purge) }() // an end of the process releases it too
	ctx = held

	before := r.Now().Add(-r.Keep)
	for {
		forgotten, err := r.Log.Purge(ctx, before, forgetAtOnce)
		calls += forgotten.Calls
		if forgotten.Calls > 0 && r.Forgotten != nil {
			r.Forgotten(forgotten.Calls)
		}
		if err != nil || forgotten.Keys() < forgetAtOnce {
			return calls, err
		}
	}
}

// Run forgets once a day until ctx ends. What failed is told to failed, and made
// up for the day after.
func (r Retention) Run(ctx context.Context, failed func(error)) {
	for pause := retainFirst; backoff.Wait(ctx, pause); pause = RetainEvery {
		if _, err := r.Forget(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}
