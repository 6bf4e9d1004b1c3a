package calls

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"perci.health/careline"
)

// Recordings are what clinicians and reviewers ask of what is recorded. What is asked is
// kept before anybody acts on it.
type Recordings struct {
	Log interface {
		// Events are all that the log holds for a call, in the log's order.
		Events(ctx context.Context, call string) ([]careline.CallEvent, error)
		// AppendFor keeps an event durably, once, and has the consumer given it.
		AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
		// CallOf is the key of the call that a leg belongs to; empty when it is none's.
		CallOf(ctx context.Context, leg string) (string, error)
	}
	// Consents are asked before a recording begins.
	Consents Consents
	// Heard keeps that somebody listens, or has a recording deleted, durably.
	Heard func(ctx context.Context, l careline.Look) error
	// Sound fetches the sound of a recording from the carrier.
	Sound func(ctx context.Context, sid, part string) (Sound, error)
	// LegOf is the leg that a recording is of, by the carrier's word.
	LegOf func(ctx context.Context, sid string) (string, error)
	// Mode is how calls are recorded: "asked" or "announced"; empty: not any more.
	Mode string
	Now  func() time.Time
}

// RecordingNow is how it stands with recording a call.
type RecordingNow struct {
	Call         string
	Mode         string
	Consent      careline.Decision
	State        careline.RecordingState // of the newest recording
	Since        time.Time               // since when it is recorded; zero: it is not
	PausedSince  time.Time
	PausedByHold bool
	MayStart     bool
	Refused      string // why it cannot be started, in a sentence
}

// Tell is how it stands with recording a call of the clinician's. An error of code
// not-found says that they have no such call; with the reason feature-off, that calls are
// not recorded any more, and this one was not either.
func (r Recordings) Tell(ctx context.Context, clinician, call string) (RecordingNow, error) {
	k, err := r.own(ctx, clinician, call)
	if err != nil {
		return RecordingNow{}, err
	}
	if !r.Concerns(k.call) {
		return RecordingNow{}, recordingOff()
	}
	return r.Of(k.call), nil
}

// Concerns reports whether there is anything to tell of recording a call: where calls are
// not recorded any more, whoever was recorded before can still see that, and end it.
func (r Recordings) Concerns(c careline.Call) bool {
	return r.Mode != "" || c.Consent.Decision != careline.ConsentNone || len(c.Recordings) > 0
}

func (r Recordings) own(ctx context.Context, clinician, call string) (*knownRecordings, error) {
	events, err := r.Log.Events(ctx, call)
	if err != nil {
		return nil, err
	}
	k := known(events)
	if clinician == "" || k.call.Clinician != clinician {
		return nil, noSuchCall()
	}
	return k, nil
}

// Of is how it stands with recording a call, as its clinician is told.
func (r Recordings) Of(c careline.Call) RecordingNow {
	n := RecordingNow{Call: c.Key, Mode: r.Mode, Consent: c.Consent.Decision}
	if newest := newestOf(c); newest.State != careline.RecordingNone {
		n.State = newest.State
		if newest.State == careline.RecordingRunning || newest.State == careline.RecordingPaused {
			n.Since, n.PausedSince = newest.Started, newest.PausedAt
			n.PausedByHold = newest.State == careline.RecordingPaused && !newest.ByHand
		}
	}

	err := r.mayStart(c)
	n.MayStart = err == nil
	if e, ok := errors.AsType[*careline.Error](err); ok && e.Reason != careline.ReasonAlready {
		n.Refused = e.Message
		if e.Reason == careline.ReasonFeatureOff {
			n.Refused = e.Reason.Sentence() // a clinician reads it, whom the setting's name tells nothing
		}
	}
	return n
}

func newestOf(c careline.Call) careline.Recording {
	if n := len(c.Recordings); n > 0 {
		return c.Recordings[n-1]
	}
	return careline.Recording{}
}

// Ask keeps what the clinician of a call wants of its recording, and tells how it then
// stands. Errors: not-found for a call that is not theirs; conflict with the reason why it
// cannot be done; unavailable, when it is not known to be kept.
func (r Recordings) Ask(ctx context.Context, clinician, call string, act careline.RecordingAct) (RecordingNow, error) {
	k, err := r.own(ctx, clinician, call)
	if err != nil {
		return RecordingNow{}, err
	}
	careline.Note(ctx, slog.String("call", call), slog.String("recording", string(act)))
	if err := r.may(k.call, act); err != nil {
		return RecordingNow{}, err
	}

	switch act {
	case careline.RecordWithdraw:
		err = r.decide(ctx, call, clinician, careline.ConsentWithdrawn)
	case careline.RecordStart:
		err = r.start(ctx, k.call, clinician)
	default:
		err = r.command(ctx, call, careline.RecordingSaid{Act: act, By: clinician})
	}
	if err != nil {
		return RecordingNow{}, err
	}
	if k, err = r.own(ctx, clinician, call); err != nil {
		return RecordingNow{}, err
	}
	return r.Of(k.call), nil
}

// start keeps that the member agreed, in the clinician's word, and then that a recording
// is wanted: of the first alone nothing follows.
func (r Recordings) start(ctx context.Context, c careline.Call, clinician string) error {
	if !c.Consent.Decision.Allows() {
		if err := r.Consents.standing(ctx, c); err != nil {
			return err
		}
		if err := r.decide(ctx, c.Key, clinician, careline.ConsentGiven); err != nil {
			return err
		}
	}
	return r.command(ctx, c.Key, careline.RecordingSaid{Act: careline.RecordStart, By: clinician})
}

func (r Recordings) decide(ctx context.Context, call, clinician string, d careline.Decision) error {
	_, _, err := r.Log.AppendFor(ctx, RecordingsConsumer, careline.CallEvent{
		ID:      call + "/consent/" + string(d),
		Call:    call,
		Kind:    careline.KindConsent,
		At:      r.Now(),
		Consent: careline.Consent{Decision: d, By: clinician},
	})
	return err
}

// command keeps something that is wanted. Whoever wants the same again later means it
// again.
func (r Recordings) command(ctx context.Context, call string, said careline.RecordingSaid) error {
	_, _, err := r.Log.AppendFor(ctx, RecordingsConsumer, careline.CallEvent{
		ID:    call + "/recording/" + string(said.Act) + "/" + rand.Text(),
		Call:  call,
		Kind:  careline.KindRecordingAsked,
		At:    r.Now(),
		Sound: said,
	})
	return err
}
