package store

import (
	"context"
	"errors"
	"sync"
)

// epoch is one holding of a claim, from Claim until it is released or lost. What is
// done under it has it in its context, which ends with it. Whoever claims the same
// again, in this instance or another, has another epoch.
type epoch struct {
	claim   claim
	session *session // whose lock the claim is; nil: the process's

	mu    sync.Mutex
	ended bool
	end   context.CancelCauseFunc // of what is done under it; nil: nothing yet
}

// epochKey is where a context has its epoch.
type epochKey struct{}

// errLost is why what is done under a claim has to end.
var errLost = errors.New("the claim is not held any more: claim the call again")

// under is ctx for what is done under the epoch.
func (e *epoch) under(ctx context.Context) context.Context {
	ctx, end := context.WithCancelCause(context.WithValue(ctx, epochKey{}, e))
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.end = end; e.ended {
		end(errLost)
	}
	return ctx
}

// finish ends the epoch, and what is done under it.
func (e *epoch) finish(why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	if e.end != nil {
		e.end(why)
	}
}

// over reports whether the claim is not held any more, or may not be.
func (e *epoch) over() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ended || e.session.silent()
}

// epochOf is the epoch under which ctx was made; nil: none.
func epochOf(ctx context.Context) *epoch {
	e, _ := ctx.Value(epochKey{}).(*epoch)
	return e
}

// stale reports whether ctx is of a claim that is not held any more. What belongs to
// no claim is never stale.
func stale(ctx context.Context) bool {
	e := epochOf(ctx)
	return e != nil && e.over()
}
