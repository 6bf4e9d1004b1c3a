package calls_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// The busiest minute of a national service (docs/scale.md), of which every report is lost.
const (
	callsAMinute = 500
	callLasts    = 5 * time.Minute
	answerTakes  = 300 * time.Millisecond
)

// nation is log and carrier in one, of calls of which only the request was ever told.
type nation struct {
	mu      sync.Mutex
	calls   map[string]*unreported
	waiting []string             // those without an end, in the order of their requests
	down    func(time.Time) bool // whether the carrier answers nobody
	refuses string               // a call that the carrier can never tell of
	asked   int
}

type unreported struct{ begun, look, completed time.Time }

func (n *nation) Claim(ctx context.Context, _, _ string) (context.Context, bool, error) {
	return ctx, true, nil
}
func (n *nation) Release(context.Context, string, string) error { return nil }
func (n *nation) Events(_ context.Context, call string) ([]careline.CallEvent, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return []careline.CallEvent{{Call: call, Kind: careline.KindRequested, Kept: n.calls[call].begun}}, nil
}

func (n *nation) Unsettled(_ context.Context, now time.Time, limit int) (due []string, all int, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting = slices.DeleteFunc(n.waiting, func(call string) bool { return n.calls[call].look.IsZero() })
	for _, call := range n.waiting {
		if !n.calls[call].look.After(now) {
			due = append(due, call)
		}
	}
	slices.SortStableFunc(due, func(a, b string) int { return n.calls[a].look.Compare(n.calls[b].look) })
	return due[:min(limit, len(due))], len(due), nil
}

func (n *nation) LookAgain(_ context.Context, call string, at time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls[call].look = at
	return nil
}

func (n *nation) Append(_ context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls[e.Call].completed = time.Now()
	return e, false, nil
}

func (n *nation) lookUp(_ context.Context, call string) ([]careline.CallEvent, bool, error) {
	<-time.After(answerTakes)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	if n.down(time.Now()) || call == n.refuses {
		return nil, false, careline.NewError(careline.CodeUnavailable, "Twilio cannot answer.", nil)
	}
	end := n.calls[call].begun.Add(callLasts)
	if time.Now().Before(end) {
		return nil, false, nil
	}
	return []careline.CallEvent{{Call: call, Leg: call, Kind: careline.KindClinicianLeg, At: end, Status: careline.StatusCompleted}}, true, nil
}

// calling lets calls begin, as many each second as in the busiest minute.
func (n *nation) calling(until time.Time) {
	tick := time.NewTicker(time.Minute / callsAMinute)
	defer tick.Stop()
	for time.Now().Before(until) {
		<-tick.C
		n.mu.Lock()
		call := fmt.Sprintf("CA%06d", len(n.calls))
		n.calls[call] = &unreported{begun: time.Now(), look: time.Now().Add(careline.LookAfter)}
		n.waiting = append(n.waiting, call)
		n.mu.Unlock()
	}
}

// late is how long after a call's end, or after the carrier was back, its end was known at the latest, and how many
// calls have none.
func (n *nation) late(back time.Time) (worst time.Duration, open int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.calls {
		due := c.begun.Add(callLasts)
		if back.After(due) {
			due = back
		}
		if c.completed.IsZero() {
			open++
			continue
		}
		worst = max(worst, c.completed.Sub(due))
	}
	return worst, open
}

func TestReconcilerKeepsUpWhenEveryReportIsLost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		down  time.Duration // from the beginning, the carrier answers nobody
		poor  bool          // one call can never be looked up
		after time.Duration // the end of a call, or of the outage: then its end is known
		open  int
	}{
		"an hour of the busiest minutes":        {after: 4 * time.Minute},
		"one call can never be looked up":       {poor: true, after: 4 * time.Minute, open: 1},
		"half an hour in which Twilio was away": {down: 30 * time.Minute, after: 20 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				back := began.Add(test.down)
				n := &nation{calls: map[string]*unreported{}, down: func(now time.Time) bool { return now.Before(back) }}
				if test.poor {
					n.refuses = "CA000007"
				}
				ctx, stop := context.WithTimeout(t.Context(), 90*time.Minute)
				defer stop()
				go n.calling(began.Add(time.Hour))
				calls.Reconciler{Log: n, LookUp: n.lookUp, Now: time.Now}.Run(ctx, func(error) {})
				worst, open := n.late(back)
				if worst > test.after || open != test.open {
					t.Errorf("of %d calls the last was completed %v late, want %v; %d were never, want %d", len(n.calls), worst, test.after, open, test.open)
				}
				if asked := n.asked; asked > 4*len(n.calls) {
					t.Errorf("%d look-ups for %d calls", asked, len(n.calls))
				}
			})
		})
	}
}

// A carrier that answers nobody is left alone, ever longer.
func TestReconcilerSlowsDownForACarrierThatAnswersNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := &nation{calls: map[string]*unreported{}, down: func(time.Time) bool { return true }}
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		go n.calling(time.Now().Add(59 * time.Minute))
		var told error
		calls.Reconciler{Log: n, LookUp: n.lookUp, Now: time.Now}.Run(ctx, func(err error) { told = err })
		if n.asked > 15*32 || careline.CodeOf(told) != careline.CodeUnavailable || errors.Is(told, context.Canceled) {
			t.Errorf("asked %d times in an hour, and told %v", n.asked, told)
		}
	})
}
