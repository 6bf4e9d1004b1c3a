package calls

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"perci.health/careline"
)

// NotedFor is how long after its end a call can be noted: until then a clinician knows
// what came of it, later a note would look as old as the call.
const NotedFor = 24 * time.Hour

// Noter keeps what a clinician notes of a call of theirs.
type Noter struct {
	Log interface {
		// Events are all that the log holds for a call, in the log's order.
		Events(ctx context.Context, call string) ([]careline.CallEvent, error)
		// Append keeps an event durably.
		Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
	}
	Now func() time.Time
}

// Note keeps the note in the place of the one before, and returns it as it then stands.
// What stands already is not kept again, so that a request may be repeated. The error
// is of code not-found for a call that the log does not know, or that another clinician
// asked for, and of code conflict for one that cannot be noted, with its reason.
func (n Noter) Note(ctx context.Context, clinician, key string, note careline.CallNote) (careline.CallNote, error) {
	events, err := n.Log.Events(ctx, key)
	if err != nil {
		return careline.CallNote{}, err
	}
	call, now := careline.Fold(events), n.Now()
	if err := noted(call, clinician, now); err != nil {
		return careline.CallNote{}, err
	}

	note.By, note.At = clinician, newer(events, now)
	if note.Same(call.Note) {
		if !call.Note.Empty() {
			note.At = call.Note.At
		}
		return note, nil
	}
	careline.Note(ctx, slog.String("call", key), slog.Bool("taken_back", note.Empty()))

	kept, _, err := n.Log.Append(ctx, careline.CallEvent{
		ID:   key + "/noted/" + rand.Text(), // whoever notes the same again later means it again
		Call: key,
		Kind: careline.KindNoted,
		At:   note.At,
		Note: note,
	})
	note.At = kept.At
	return note, err
}

// noted is why the call may not be noted.
func noted(call careline.Call, clinician string, now time.Time) error {
	switch {
	case call.Clinician == "" || call.Clinician != clinician:
		return noSuchCall()
	case call.Status == careline.StatusRefused:
		return careline.Because(careline.CodeConflict, careline.ReasonNotPlaced, nil)
	case !call.Live() && now.Sub(call.Ends()) > NotedFor:
		return careline.Because(careline.CodeConflict, careline.ReasonTooLate, nil)
	}
	return nil
}

// newer is now, or, where the clock of the instance that kept the last note is ahead of
// ours, just after that: of two notes the later one stands.
func newer(events []careline.CallEvent, now time.Time) time.Time {
	for _, e := range events {
		if e.Kind == careline.KindNoted && !now.After(e.At) {
			now = e.At.Add(time.Microsecond) // as finely as the log tells time
		}
	}
	return now
}
