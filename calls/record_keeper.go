package calls

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

// Carried is a recording as the carrier's own records have it. They do not tell whether
// one that runs is paused.
type Carried struct {
	Sid, Leg string
	State    careline.RecordingState
	Created  time.Time // zero when they do not say
}

// Over reports whether nothing is recorded any more.
func (c Carried) Over() bool {
	switch c.State {
	case careline.RecordingCompleted, careline.RecordingAbsent, careline.RecordingFailed, careline.RecordingDeleted:
		return true
	}
	return false
}

// How long a recording is tried to be begun while the carrier has not connected the legs:
// it does so when the member has heard the announcement.
const (
	beginEvery = 500 * time.Millisecond
	beginFor   = 5 * time.Second
)

// RecordingKeeper has done at the carrier what the log says is to be done about what is
// recorded. It acts on how things stand and not on the event that it is given, so that it
// may be repeated, and cut off at any point: what may have been done before is looked for.
type RecordingKeeper struct {
	Log interface {
		// Events are all that the log holds for a call, in the log's order.
		Events(ctx context.Context, call string) ([]careline.CallEvent, error)
		// Append keeps an event durably, once.
		Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
	}
	Carrier interface {
		// StartRecording begins one on a leg; it is asked once. An error of reason
		// not-in-progress says that nobody speaks on that leg, or not yet.
		StartRecording(ctx context.Context, leg, callback string) (Carried, error)
		// ListRecordings are all of a leg, running ones too.
		ListRecordings(ctx context.Context, leg string) ([]Carried, error)
		// ChangeRecording pauses one, has it go on, or stops it; over: it had ended. An
		// error of code not-found says that there is none.
		ChangeRecording(ctx context.Context, leg, sid string, to careline.RecordingState) (over bool, err error)
		// DeleteRecording deletes the sound of one that has ended; one that there is not
		// is deleted. An error of code conflict says that it has not ended.
		DeleteRecording(ctx context.Context, sid string) error
	}
	Callback  func(call string) string // the URL to which recordings of a call are reported
	Announced bool                     // members are told by a voice, before they can be asked
	Off       bool                     // calls are not recorded any more: none is begun
	Now       func() time.Time
	Observe   func(outcome string) // told what became of a recording: started, not-started, stopped, deleted; may be nil
}

// Handle brings what is recorded of the delivery's call to where it should be.
func (k RecordingKeeper) Handle(ctx context.Context, d careline.Delivery) (careline.Filing, error) {
	return careline.Filing{}, k.settle(ctx, d.Event.Call)
}

// stepsAtMost bounds one handling; a call of so many steps has a fault in it.
const stepsAtMost = 200

func (k RecordingKeeper) settle(ctx context.Context, call string) error {
	for range stepsAtMost {
		now, step, err := k.look(ctx, call)
		if err != nil || step.do == doNothing {
			return err
		}
		careline.Note(ctx, slog.String("do", string(step.do)), slog.String("recording", step.one.Sid))
		if err := k.do(ctx, call, now, step); err != nil {
			return err
		}
	}
	return errors.New("what is to be done about the recordings of a call has no end")
}

func (k RecordingKeeper) look(ctx context.Context, call string) (*knownRecordings, recordingStep, error) {
	events, err := k.Log.Events(ctx, call)
	if err != nil {
		return nil, recordingStep{}, err
	}
	now := known(events)
	return now, now.next(k.Announced), nil
}

func (k RecordingKeeper) do(ctx context.Context, call string, now *knownRecordings, step recordingStep) error {
	switch step.do {
	case doNote:
		return k.keep(ctx, careline.CallEvent{
			ID:      call + "/consent/machine",
			Call:    call,
			Kind:    careline.KindConsent,
			Consent: careline.Consent{Decision: careline.ConsentNotAsked, By: "machine"},
		})
	case doAsk:
		return k.keep(ctx, careline.CallEvent{
			ID:    wishID(call, step.act, step.answers),
			Call:  call,
			Kind:  careline.KindRecordingAsked,
			Sound: careline.RecordingSaid{Act: step.act},
		})
	case doForget:
		return k.answer(ctx, call, step, recordingAnswer{act: careline.RecordStart, failed: "overtaken"})
	case doFind:
		return k.find(ctx, call, now, step)
	case doBegin:
		return k.begin(ctx, call, step)
	case doName:
		return k.answer(ctx, call, step, recordingAnswer{
			sid:   step.one.Sid,
			leg:   step.one.leg,
			act:   careline.RecordStart,
			state: careline.RecordingRunning,
		})
	case doChange:
		return k.change(ctx, call, step)
	case doDelete:
		return k.remove(ctx, call, step)
	}

	return k.clear(ctx, call, now, step)
}

// begin begins a recording, or adopts the one that an earlier try has begun. While the
// legs are not connected it is tried again, as long as it is wanted.
func (k RecordingKeeper) begin(ctx context.Context, call string, step recordingStep) error {
	if k.Off {
		off := careline.NewReasoned(careline.CodeConflict, careline.ReasonFeatureOff, "Calls are not recorded any more.")
		return k.unbegun(ctx, call, step, off)
	}

	for began := k.Now(); ; {
		done, err := k.adopt(ctx, call, step)
		if done || err != nil {
			return err
		}

		carried, err := k.Carrier.StartRecording(ctx, step.leg, k.Callback(call))
		if err == nil {
			k.observe("started")
			return k.answer(ctx, call, step, recordingAnswer{
				sid:   carried.Sid,
				leg:   step.leg,
				act:   careline.RecordStart,
				state: careline.RecordingRunning,
			})
		}
		if refused := reasonOf(err) == careline.ReasonNotInProgress; !refused && careline.CodeOf(err) != careline.CodeRejected {
			return err
		} else if !refused || k.Now().Sub(began) >= beginFor {
			return k.unbegun(ctx, call, step, err)
		}

		if !backoff.Wait(ctx, beginEvery) {
			return ctx.Err()
		}
		if _, again, err := k.look(ctx, call); err != nil || again != step {
			return err // something else is to be done now
		}
	}
}

func reasonOf(err error) careline.Reason {
	if e, ok := errors.AsType[*careline.Error](err); ok {
		return e.Reason
	}
	return ""
}

// unbegun keeps that no recording could be begun, which ends nothing else.
func (k RecordingKeeper) unbegun(ctx context.Context, call string, step recordingStep, err error) error {
	k.observe("not-started")
	why := string(reasonOf(err))
	if why == "" {
		why = string(careline.CodeOf(err))
	}
	careline.Note(ctx, slog.String("not_recorded", err.Error()))
	return k.answer(ctx, call, step, recordingAnswer{leg: step.leg, act: careline.RecordStart, failed: why})
}

func (k RecordingKeeper) change(ctx context.Context, call string, step recordingStep) error {
	leg := step.one.leg
	if leg == "" {
		leg = call
	}
	over, err := k.Carrier.ChangeRecording(ctx, leg, step.one.Sid, step.to)
	asItWas := step.maybe && careline.CodeOf(err) == careline.CodeRejected // it was so already
	if err != nil && !asItWas && careline.CodeOf(err) != careline.CodeNotFound {
		return passing(err)
	}

	answer := recordingAnswer{
		sid:   step.one.Sid,
		leg:   leg,
		act:   step.act,
		state: step.to,
	}
	if over || err != nil && !asItWas { // nothing runs that could be changed; its report tells the rest
		answer.act, answer.state = careline.RecordStop, careline.RecordingStopped
	}
	if answer.act == careline.RecordStop {
		k.observe("stopped")
	}
	return k.answer(ctx, call, step, answer)
}

// passing is a refusal as something to try again: what is recorded against somebody's word
// is not given up because the carrier refused once.
func passing(err error) error {
	if careline.CodeOf(err) != careline.CodeRejected {
		return err
	}
	return careline.NewError(careline.CodeUnavailable, "The carrier refuses to change a recording.", err)
}

// remove deletes a recording at the carrier, which deletes none that has not ended.
func (k RecordingKeeper) remove(ctx context.Context, call string, step recordingStep) error {
	if step.one.running() {
		stop := step
		stop.to, stop.act = careline.RecordingStopped, careline.RecordStop
		if err := k.change(ctx, call, stop); err != nil {
			return err
		}
	}
	if err := k.Carrier.DeleteRecording(ctx, step.one.Sid); err != nil {
		return passing(err)
	}

	k.observe("deleted")
	return k.keep(ctx, careline.CallEvent{
		ID:        step.one.Sid + "/gone",
		Call:      call,
		Leg:       step.one.leg,
		Kind:      careline.KindRecordingGone,
		Recording: step.one.Sid,
		Sound:     careline.RecordingSaid{Answers: step.answers, Why: step.why},
	})
}

func (k RecordingKeeper) observe(outcome string) {
	if k.Observe != nil {
		k.Observe(outcome)
	}
}
