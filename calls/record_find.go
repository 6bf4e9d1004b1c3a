package calls

import (
	"context"
	"errors"
	"slices"

	"perci.health/careline"
)

// adopt looks for a recording that an earlier try has begun, whose answer was lost: the
// first that runs is the one, others are not wanted.
func (k RecordingKeeper) adopt(ctx context.Context, call string, step recordingStep) (done bool, err error) {
	there, err := k.Carrier.ListRecordings(ctx, step.leg)
	if err != nil && careline.CodeOf(err) != careline.CodeNotFound {
		return false, err
	}
	events, err := k.Log.Events(ctx, call)
	if err != nil {
		return false, err
	}

	for _, carried := range unknown(there, known(events)) {
		if carried.Over() {
			continue // its report tells what becomes of it
		}
		if done {
			err = k.doubled(ctx, call, carried.Sid)
		}
		done = true
		err = errors.Join(err, k.answer(ctx, call, step, recordingAnswer{
			sid:   carried.Sid,
			leg:   step.leg,
			act:   careline.RecordStart,
			state: careline.RecordingRunning,
		}))
		if err != nil {
			return false, err
		}
	}
	return done, nil
}

// doubled has a recording deleted of which there is another one.
func (k RecordingKeeper) doubled(ctx context.Context, call, sid string) error {
	return k.keep(ctx, careline.CallEvent{
		ID:        sid + "/twice",
		Call:      call,
		Kind:      careline.KindRecordingAsked,
		Recording: sid,
		Sound:     careline.RecordingSaid{Act: careline.RecordDelete, Why: WhyTwice},
	})
}

// unknown are those of the carrier's that the log does not know of.
func unknown(there []Carried, k *knownRecordings) []Carried {
	return slices.DeleteFunc(slices.Clone(there), func(c Carried) bool {
		return slices.ContainsFunc(k.all, func(one oneRecording) bool { return one.Sid == c.Sid })
	})
}

// clear finds what was begun and never told of, so that it is known and deleted.
func (k RecordingKeeper) clear(ctx context.Context, call string, now *knownRecordings, step recordingStep) error {
	found, err := k.told(ctx, call, now, step)
	if found || err != nil {
		return err // they are deleted first
	}
	return k.answer(ctx, call, step, recordingAnswer{act: careline.RecordWithdraw})
}

// find finds what was begun, its answer lost, and stopped before it was known.
func (k RecordingKeeper) find(ctx context.Context, call string, now *knownRecordings, step recordingStep) error {
	found, err := k.told(ctx, call, now, step)
	if found || err != nil {
		return err // they are stopped next
	}
	return k.answer(ctx, call, step, recordingAnswer{act: careline.RecordStart, failed: string(careline.RecordingStopped)})
}

// told keeps that there are recordings that nobody told of, and reports whether there are.
func (k RecordingKeeper) told(ctx context.Context, call string, now *knownRecordings, step recordingStep) (found bool, err error) {
	for _, leg := range now.legs() {
		there, err := k.Carrier.ListRecordings(ctx, leg)
		if err != nil && careline.CodeOf(err) != careline.CodeNotFound {
			return found, err
		}

		for _, carried := range unknown(there, now) {
			found = true
			is := carried.State
			if !carried.Over() {
				is = careline.RecordingRunning // the carrier's word does not tell: it is stopped
			}
			err := k.answer(ctx, call, step, recordingAnswer{
				sid:   carried.Sid,
				leg:   leg,
				act:   careline.RecordStart,
				state: is,
			})
			if err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// legs are those on which the clinician was, on which something may have been recorded.
func (k *knownRecordings) legs() []string {
	legs := []string{k.call.ClinicianLeg}
	for _, p := range k.call.Parties {
		if p.Role == careline.RoleClinician {
			legs = append(append(legs, p.Leg), p.Earlier...)
		}
	}
	for _, one := range k.all {
		legs = append(legs, one.leg)
	}

	legs = slices.DeleteFunc(legs, func(leg string) bool { return leg == "" })
	slices.Sort(legs)
	return slices.Compact(legs)
}
