package calls

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"perci.health/careline"
)

// PresentFor is how long a device counts as ready that says no more. An app says every
// 15 s that it is.
const PresentFor = 45 * time.Second

// loadsAtOnce is how many of the ready are looked up at once: somebody waits for the list.
const loadsAtOnce = 8

// longestDevice bounds what an app calls itself by.
const longestDevice = 100

// Presence knows whose apps can be rung. It is best effort: who is found may be gone.
type Presence struct {
	Log interface {
		// SayPresent keeps what a clinician's device said at a time.
		SayPresent(ctx context.Context, clinician, device string, ready bool, at time.Time) error
		// Present are those of whom a device said since then, and last, that it is ready.
		Present(ctx context.Context, since time.Time) ([]string, error)
		// Load is how busy a clinician is.
		Load(ctx context.Context, clinician string, now time.Time) (careline.Load, error)
	}
	Now func() time.Time
}

// Say keeps that a clinician's device is ready to be rung, or not any more. The device is
// whatever the app calls itself by, of 1 to 100 characters; an Error of code invalid says
// that it is not.
func (p Presence) Say(ctx context.Context, clinician, device string, ready bool) error {
	if n := utf8.RuneCountInString(device); n < 1 || n > longestDevice || !utf8.ValidString(device) {
		return careline.NewError(careline.CodeInvalid, "The app did not say which device it is. Please load it again.", nil)
	}
	if err := p.Log.SayPresent(ctx, clinician, device, ready, p.Now()); err != nil {
		return fmt.Errorf("say who is present: %w", err)
	}
	return nil
}

// Present are the practitioner ids of those who can be rung now, each once, in order: whose
// device says that it is ready, and who is in no call of their own on another one. A device
// says that it is not while it is in a call, also in one that its clinician has joined.
func (p Presence) Present(ctx context.Context) ([]string, error) {
	ready, err := p.Log.Present(ctx, p.Now().Add(-PresentFor))
	if err != nil {
		return nil, fmt.Errorf("find who is present: %w", err)
	}

	busy := make([]bool, len(ready))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(loadsAtOnce)
	for i, clinician := range ready {
		group.Go(func() error {
			load, err := p.Log.Load(ctx, clinician, p.Now())
			busy[i] = load.Live > 0
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("find who is in a call: %w", err)
	}

	var free []string
	for i, clinician := range ready {
		if !busy[i] {
			free = append(free, clinician)
		}
	}
	return free, nil
}
