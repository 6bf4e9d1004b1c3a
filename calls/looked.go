package calls

import (
	"context"
	"slices"
	"time"

	"perci.health/careline"
)

// Looked finds in the log who looked at a patient.
type Looked struct {
	Log interface {
		// CallsKept are the keys whose newest event was kept at from or later, and before
		// to; those of looks among them.
		CallsKept(ctx context.Context, from, to time.Time) ([]string, error)
		// Events are all that the log holds under a key, in the log's order.
		Events(ctx context.Context, key string) ([]careline.CallEvent, error)
	}
}

// KeptLook is a look as the log has it.
type KeptLook struct {
	careline.Look
	Key  string
	Kept time.Time
}

// At are the looks that the log holds by now, at what the record holds of the patient, in
// the order of their coming. Of an appointment of several patients each names this one
// alone. It reads the whole log: it is for an operator.
func (l Looked) At(ctx context.Context, patient careline.Reference, now time.Time) ([]KeptLook, error) {
	keys, err := l.Log.CallsKept(ctx, time.Unix(0, 0), now)
	if err != nil {
		return nil, err
	}

	var all []KeptLook
	for _, key := range keys {
		if !careline.LookKey(key) {
			continue
		}
		events, err := l.Log.Events(ctx, key)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			look, err := careline.LookOf(e)
			if err != nil {
				return nil, err
			}
			if slices.Contains(look.Patients, patient) {
				look.Patients = []careline.Reference{patient}
				all = append(all, KeptLook{Look: look, Key: key, Kept: e.Kept})
			}
		}
	}
	return all, nil
}
