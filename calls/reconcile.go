package calls

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

// The bounds of looking up. Calls are read from the log so many at a time, the
// longest waiting first, until none is due. Twilio limits how many requests of an
// account are under way at once and tells nobody the number (Twilio, error 20429):
// 16 leave room for others of the account, and at 0.3 s each look up 50 calls a
// second; docs/scale.md, "Calls that nobody reported", has the sum.
const (
	ReconcileEvery = time.Minute
	lookUpAtOnce   = 16
	lookUpAtMost   = 200
	failAtMost     = 16
)

// How long until a call that goes on is looked at again: a fifth of its age, in
// these bounds until it is as old as a call can be. Twilio ends every call after
// four hours (voice/twiml/dial, timeLimit).
const (
	lookAgainSoonest = 2 * time.Minute
	lookAgainLatest  = 5 * time.Minute
	longestCall      = 4 * time.Hour
)

// The ways in which looking a call up ends. Their text is part of the metrics.
const (
	LookedUpCompleted = "completed" // its end was found and kept
	LookedUpGoesOn    = "goes-on"   // it is looked at again
	LookedUpUnknown   = "unknown"   // the carrier does not know it, and it is over
	LookedUpFailed    = "failed"    // the carrier or the log did not answer; it is looked at again
)

// Reconciler completes calls whose reports did not come, from the carrier's own
// record. One instance does so at a time. All that it does is safe to repeat, and
// to be cut off at any point; a report that comes after all does no harm.
type Reconciler struct {
	Log interface {
		Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error)
		Release(ctx context.Context, consumer, call string) error
		// Unsettled are calls to be looked at by the time now, the longest waiting
		// first, and how many there are in all.
		Unsettled(ctx context.Context, now time.Time, limit int) (calls []string, all int, err error)
		// LookAgain sets when the call is looked at next; zero: not again.
		LookAgain(ctx context.Context, call string, at time.Time) error
		ReconcileLog
	}
	// LookUp is what the carrier's own record tells of a call's end, and whether
	// the call is over. An error of code not-found or invalid says that the carrier
	// knows no such call; any other, that it did not answer.
	LookUp func(ctx context.Context, call string) (events []careline.CallEvent, over bool, err error)
	Now    func() time.Time

	Observe func(outcome string) // told of every call that was looked up; may be nil
	Waiting func(calls int)      // told by every sweep how many calls were to be looked at; may be nil
}

// ReconcileLog is the log as every verb knows it.
type ReconcileLog interface {
	// Events are all that the log holds for a call, in the log's order.
	Events(ctx context.Context, call string) ([]careline.CallEvent, error)
	// Append keeps an event durably, once.
	Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
}

// reconciliation and sweep are what a sweep claims, so that it is alone.
const (
	reconciliation = "reconciliation"
	sweep          = "sweep"
)

// Look looks up every call that is due, unless another instance is at it. A call
// that could not be looked up keeps no other from it, and is due again in two
// minutes; when the carrier answers nobody, the sweep ends early, and the rest
// stays due. The error is the last one.
func (r Reconciler) Look(ctx context.Context) error {
	_, err := r.look(ctx)
	return err
}

// look tells also whether it came to its end: single calls that failed are no
// reason to slow down, a log or a carrier that does not answer is.
func (r Reconciler) look(ctx context.Context) (whole bool, err error) {
	held, ours, err := r.Log.Claim(ctx, reconciliation, sweep)
	if err != nil || !ours {
		return err == nil, err
	}
	defer func() { _ = r.Log.Release(context.WithoutCancel(held), reconciliation, sweep) }() // an end of the process releases it too

	ctx = held
	var failures failures
	for {
		due, all, err := r.Log.Unsettled(ctx, r.Now(), lookUpAtMost)
		if err != nil {
			return false, err
		}

		if r.Waiting != nil {
			r.Waiting(all)
		}
		r.sweep(ctx, due, &failures)

		switch {
		case ctx.Err() != nil:
			return false, nil
		case failures.many() || len(due) < lookUpAtMost:
			return !failures.many(), failures.last
		}
	}
}

// sweep looks the calls up, and leaves off when the failures are many.
func (r Reconciler) sweep(ctx context.Context, due []string, failures *failures) {
	var group errgroup.Group
	group.SetLimit(lookUpAtOnce)

	for _, call := range due {
		if ctx.Err() != nil || failures.many() {
			break
		}
		group.Go(func() error {
			outcome, err := r.reconcile(ctx, call)
			failures.note(err)
			if r.Observe != nil {
				r.Observe(outcome)
			}
			return nil
		})
	}

	_ = group.Wait() // nothing above fails: failures has the errors
}

// reconcile looks one call up and keeps what is final. The look is put off before
// anything else, so that a call which nobody can look up does not stand before all
// others for ever.
func (r Reconciler) reconcile(ctx context.Context, call string) (outcome string, err error) {
	if err = r.Log.LookAgain(ctx, call, r.Now().Add(lookAgainSoonest)); err != nil {
		return LookedUpFailed, err
	}

	begun, err := r.begun(ctx, call)
	if err != nil {
		return LookedUpFailed, err
	}
	age := r.Now().Sub(begun)

	events, over, err := r.LookUp(ctx, call)
	switch code := careline.CodeOf(err); {
	case err == nil:
	case code == careline.CodeNotFound || code == careline.CodeInvalid:
		return r.unknown(ctx, call, age)
	default:
		return LookedUpFailed, fmt.Errorf("look a call up: %w", err)
	}

	if !over {
		return r.later(ctx, call, age)
	}
	return r.keep(ctx, call, events, LookedUpCompleted)
}

// unknown waits until the call is over whatever the carrier knows: its record may
// be late, or another account's, for as long as a call can last.
func (r Reconciler) unknown(ctx context.Context, call string, age time.Duration) (outcome string, err error) {
	if age < longestCall {
		return r.later(ctx, call, age)
	}

	over := careline.CallEvent{
		ID:       careline.ReconciledID(call, careline.StatusCompleted),
		Call:     call,
		Leg:      call,
		Kind:     careline.KindClinicianLeg,
		Status:   careline.StatusCompleted,
		LookedUp: true,
	}
	return r.keep(ctx, call, []careline.CallEvent{over}, LookedUpUnknown)
}

func (r Reconciler) later(ctx context.Context, call string, age time.Duration) (outcome string, err error) {
	if err := r.Log.LookAgain(ctx, call, r.Now().Add(lookAgainAfter(age))); err != nil {
		return LookedUpFailed, err
	}
	return LookedUpGoesOn, nil
}

func lookAgainAfter(age time.Duration) time.Duration {
	if age >= longestCall {
		return age / 5
	}
	return min(max(age/5, lookAgainSoonest), lookAgainLatest)
}

// keep ends the looking after the events are kept: cut off in between, the next
// look brings the same events, which are kept once.
func (r Reconciler) keep(ctx context.Context, call string, events []careline.CallEvent, outcome string) (string, error) {
	for _, e := range events {
		if _, _, err := r.Log.Append(ctx, e); err != nil {
			return LookedUpFailed, fmt.Errorf("keep what was looked up: %w", err)
		}
	}
	if err := r.Log.LookAgain(ctx, call, time.Time{}); err != nil {
		return LookedUpFailed, err
	}
	return outcome, nil
}

// begun is when the call's first event was kept.
func (r Reconciler) begun(ctx context.Context, call string) (time.Time, error) {
	events, err := r.Log.Events(ctx, call)
	if err != nil {
		return time.Time{}, err
	}
	if len(events) == 0 {
		return r.Now(), nil
	}
	return events[0].Kept, nil
}

// Run sweeps every ReconcileEvery until ctx ends; failures are told to failed.
// While the log or the carrier does not answer, it waits twice as long each time,
// at most five minutes. Single calls that fail delay no others.
func (r Reconciler) Run(ctx context.Context, failed func(error)) {
	sweeps, troubles := backoff.Doubling{First: ReconcileEvery, Longest: lookAgainLatest}, 0
	for backoff.Wait(ctx, sweeps.After(troubles+1)) {
		whole, err := r.look(ctx)
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		if whole || ctx.Err() != nil {
			troubles = 0
			continue
		}
		troubles++
	}
}

// failures are those of one Look: how many came in a row, with no success in
// between, and the last of all.
type failures struct {
	mu   sync.Mutex
	row  int
	last error
}

func (f *failures) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.row = 0
		return
	}
	f.row++
	f.last = err
}

func (f *failures) many() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.row >= failAtMost
}
