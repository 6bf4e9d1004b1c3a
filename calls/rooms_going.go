package calls

import (
	"context"
	"time"

	"perci.health/careline"
)

const (
	// goingAtMost is how many calls a supervisor is told of at once: more than anybody can
	// look at.
	goingAtMost = 1000
	// goingPage is how many of them are read at once.
	goingPage = 200
)

// GoesOn is a call that goes on, as a supervisor may see it.
type GoesOn struct {
	Seen
	Asked time.Time // when it was asked for, by our clock
}

// GoingOn are the calls that go on now, those that were asked for last first: what
// supervisors may see. Whether who asks is one is for the caller to know; they learn
// besides which of the calls are their own.
func (r *Rooms) GoingOn(ctx context.Context, who Asker) (going []GoesOn, err error) {
	now := r.Now()
	asked := careline.AskedFor{
		From:  now.Add(-careline.LiveFor),
		To:    now.Add(time.Minute), // another instance's clock may be ahead
		Going: true,
	}

	for looked := 0; looked < goingAtMost; looked += goingPage {
		found, err := r.Asked(ctx, asked, goingPage)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			asked.After = one.Place
			call := careline.Fold(one.Events)
			seen := r.seen(who, call, viewOf(call, one.Events))
			if seen.supervised() {
				going = append(going, GoesOn{Seen: seen, Asked: one.Place.At})
			}
		}
		if len(found) < goingPage {
			break
		}
	}
	return going, nil
}
