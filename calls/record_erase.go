package calls

import (
	"context"
	"errors"

	"perci.health/careline"
)

// RecordingErase deletes all sound of a call, with what the record holds of it, before
// the call itself is forgotten. It may be repeated.
type RecordingErase struct {
	// Events are all that the log holds for a call, in the log's order.
	Events  func(ctx context.Context, call string) ([]careline.CallEvent, error)
	Carrier interface {
		// ListRecordings are all of a leg, running ones too.
		ListRecordings(ctx context.Context, leg string) ([]Carried, error)
		// ChangeRecording stops one; over: it had ended.
		ChangeRecording(ctx context.Context, leg, sid string, to careline.RecordingState) (over bool, err error)
		// DeleteRecording deletes the sound of one that has ended; one that there is not
		// is deleted. An error of code conflict says that it has not ended.
		DeleteRecording(ctx context.Context, sid string) error
	}
	// Found are the Media that the record has of a recording, by their ids.
	Found func(ctx context.Context, sid string) (media []string, err error)
	// Drop deletes a Media in the record; one that is not there is no error.
	Drop func(ctx context.Context, media string) error
}

// Recorded are the recordings of a call that have, or had, sound: by their ids, with the
// leg of each.
func (r RecordingErase) recorded(ctx context.Context, call string) (legs map[string]string, media []string, err error) {
	events, err := r.Events(ctx, call)
	if err != nil {
		return nil, nil, err
	}
	k := known(events)
	legs = map[string]string{}
	for _, one := range k.all {
		legs[one.Sid] = one.leg
	}
	for sid := range legs {
		of, err := mediaOf(ctx, sid, events, r.Found)
		if err != nil {
			return nil, nil, err
		}
		media = append(media, of...)
	}
	if len(legs) == 0 && k.begun.id == "" {
		return legs, media, nil
	}

	for _, leg := range k.legs() { // and what nobody told of
		there, err := r.Carrier.ListRecordings(ctx, leg)
		if err != nil && careline.CodeOf(err) != careline.CodeNotFound {
			return nil, nil, err
		}
		for _, carried := range there {
			legs[carried.Sid] = leg
		}
	}
	return legs, media, nil
}

// Any reports whether there may be sound of a call, without asking anybody but the log.
func (r RecordingErase) Any(ctx context.Context, call string) (bool, error) {
	events, err := r.Events(ctx, call)
	if err != nil {
		return false, err
	}
	k := known(events)
	return k.begun.id != "" || len(k.all) > 0, nil
}

// Erase deletes it. An error says that some is left: of code conflict, that its sound is
// still being made.
func (r RecordingErase) Erase(ctx context.Context, call string) (recordings int, err error) {
	legs, media, err := r.recorded(ctx, call)
	if err != nil {
		return 0, err
	}

	for sid, leg := range legs {
		if leg != "" {
			if _, err := r.Carrier.ChangeRecording(ctx, leg, sid, careline.RecordingStopped); err != nil &&
				careline.CodeOf(err) != careline.CodeNotFound && careline.CodeOf(err) != careline.CodeRejected {
				return recordings, err
			}
		}
		if err := r.Carrier.DeleteRecording(ctx, sid); err != nil {
			return recordings, err
		}
		recordings++
	}
	for _, id := range media {
		err = errors.Join(err, r.Drop(ctx, id))
	}
	return recordings, err
}
