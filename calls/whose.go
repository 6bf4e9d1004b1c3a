package calls

import (
	"context"
	"slices"

	"perci.health/careline"
)

// Whose finds the calls of a patient in the log: those that name the patient, also those
// in which a related person was called, and those that the REST API placed. These name
// nobody; the log learns whose they are when they are filed, and of those that a release
// before filed the record knows it alone.
type Whose struct {
	Log interface {
		// CallsOf are the keys of the calls that the log knows to be the patient's.
		CallsOf(ctx context.Context, patient careline.Reference) ([]string, error)
		// Events are all that the log holds for a call, in the log's order.
		Events(ctx context.Context, call string) ([]careline.CallEvent, error)
	}
	// Recorded are the carrier's ids of the calls that the record holds as the patient's,
	// of either leg. Nil: the record is not asked.
	Recorded func(ctx context.Context, patient careline.Reference) ([]string, error)
}

// Calls are the keys of the patient's calls. A call that the log knows to be another
// patient's is none of them, whatever the record says by now.
func (w Whose) Calls(ctx context.Context, patient careline.Reference) ([]string, error) {
	keys, err := w.Log.CallsOf(ctx, patient)
	if err != nil || w.Recorded == nil {
		return keys, err
	}
	recorded, err := w.Recorded(ctx, patient)
	if err != nil {
		return nil, err
	}

	for _, id := range recorded {
		if slices.Contains(keys, id) {
			continue
		}
		events, err := w.Log.Events(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(events) > 0 && careline.Fold(events).Patient == "" {
			keys = append(keys, id)
		}
	}
	return keys, nil
}
