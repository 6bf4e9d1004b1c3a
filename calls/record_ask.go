package calls

import (
	"context"
	"crypto/rand"
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
	// Mode is how calls are recorded: "asked" or "announced".
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
	Refused      string // why it cannot be begun, in a sentence; empty: it can
}

// nobodysCall is told of a call that is not, or not known to be, of whoever asks.
func nobodysCall() error {
	return careline.NewError(careline.CodeNotFound, "There is no such call of yours. Please open it again from its appointment.", nil)
}

// Now is how it stands with recording a call of the clinician's. An error of code
// not-found says that they have no such call.
func (r Recordings) Now_(ctx context.Context, clinician, call string) (RecordingNow, error) {
	events, err := r.Log.Events(ctx, call)
	if err != nil {
		return RecordingNow{}, err
	}
	now := known(events)
	if clinician == "" || now.call.Clinician != clinician {
		return RecordingNow{}, nobodysCall()
	}
	return r.tells(now), nil
}

// RecordingOf is how it stands with recording a call, as it is told to its clinician.
func (r Recordings) RecordingOf(c careline.Call) RecordingNow {
	return r.tells(&knownRecordings{call: c})
}

func (r Recordings) tells(k *knownRecordings) RecordingNow {
	n := RecordingNow{Call: k.call.Key, Mode: r.Mode, Consent: k.call.Consent.Decision}
	if all := k.call.Recordings; len(all) > 0 {
		newest := all[len(all)-1]
		n.State = newest.State
		if newest.State == careline.RecordingRunning || newest.State == careline.RecordingPaused {
			n.Since, n.PausedSince = newest.Started, newest.PausedAt
			n.PausedByHold = newest.State == careline.RecordingPaused && !newest.ByHand
		}
	}
	if err := r.mayBegin(k.call); err != nil {
		n.Refused = sentenceOf(err)
	}
	return n
}
