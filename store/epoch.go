package store

import (
	"context"
	"errors"
	"sync"
)

// Epoch is one holding of a claim, from Claim until it is released or lost. What is
// done under it has it in its context, which ends with it. Whoever claims the same
// again, in this instance or another, has another epoch.
type Epoch struct {
	Consumer, Call string // what is claimed
	session        Session

	mu    sync.Mutex
	ended bool
	end   context.CancelCauseFunc // of what is done under it; nil: nothing yet
}

// Session is whatever holds an engine's claims, if it is not the process itself.
type Session interface {
	// Number is what the engine looks its lock up by (Wanted.Session); not 0.
	Number() int64
	// Silent reports whether it may be over without anybody here having noticed.
	Silent() bool
}

// ErrLost is why what is done under a claim has to end.
var ErrLost = errors.New("the claim is not held any more: claim the call again")

// NewEpoch begins a holding; session is nil when claims end with the process only.
func NewEpoch(consumer, call string, session Session) *Epoch {
	return &Epoch{Consumer: consumer, Call: call, session: session}
}

// epochKey is where a context has its epoch.
type epochKey struct{}

// Under is ctx for what is done under the epoch.
func (e *Epoch) Under(ctx context.Context) context.Context {
	ctx, end := context.WithCancelCause(context.WithValue(ctx, epochKey{}, e))
	e.mu.Lock()
	defer e.mu.Unlock()

	if e.end = end; e.ended {
		end(ErrLost)
	}
	return ctx
}

// Finish ends the epoch, and what is done under it.
func (e *Epoch) Finish(why error) {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.ended = true
	if e.end != nil {
		e.end(why)
	}
}

// Over reports whether the claim is not held any more, or may not be.
func (e *Epoch) Over() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ended || e.session != nil && e.session.Silent()
}

// EpochOf is the epoch under which ctx was made; nil: none.
func EpochOf(ctx context.Context) *Epoch {
	e, _ := ctx.Value(epochKey{}).(*Epoch)
	return e
}

// Stale reports whether ctx is of a claim that is not held any more. What belongs to
// no claim is never stale.
func Stale(ctx context.Context) bool {
	e := EpochOf(ctx)
	return e != nil && e.Over()
}
