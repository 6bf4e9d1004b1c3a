package store

import (
	"context"
	"time"
)

// Presence tells whose apps are ready for a call. It is best effort: nobody is told of an
// app that stops without saying so, but for that it says no more.
type Presence interface {
	// SayPresent keeps what a clinician's device said at the time at, in place of what it
	// said before; of one that says something older, nothing. What the clinician's devices
	// said a day before that is forgotten.
	SayPresent(ctx context.Context, clinician, device string, ready bool, at time.Time) error
	// Present are the practitioner ids of those of whom a device said at since or later,
	// and last, that it is ready; each once, in the order of the ids.
	Present(ctx context.Context, since time.Time) ([]string, error)
}

// PresenceFor is how long is remembered what a device said.
const PresenceFor = 24 * time.Hour
