package calls

import (
	"context"
	"log/slog"
	"time"

	"perci.health/careline"
)

// standingWithin is how long a standing refusal is waited for. Who cannot be asked has
// not consented.
const standingWithin = time.Second

// Consents find out whether a member may be recorded, and keep what was found. They never
// keep a call from being placed.
type Consents struct {
	Log interface {
		// Events are all that the log holds for a call, in the log's order.
		Events(ctx context.Context, call string) ([]careline.CallEvent, error)
		// AppendFor keeps an event durably, once, and has the consumer given it.
		AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
	}
	// Refuses reports whether the record has a standing refusal of a patient's.
	Refuses func(ctx context.Context, patient careline.Reference) (bool, error)
	// Announced says that members are told by a voice, before the conversation.
	Announced bool
	Now       func() time.Time
}

// asking is a question to the record that is under way.
type asking chan error

// refusal is what a standing refusal is answered as.
type refusal struct{}

func (refusal) Error() string { return "the member does not want to be recorded" }

// ask asks whether the patient refuses, and waits for nobody.
func (c Consents) ask(ctx context.Context, patient careline.Reference) asking {
	answer := make(asking, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), standingWithin)
		defer cancel()
		refuses, err := c.Refuses(ctx, patient)
		if refuses && err == nil {
			err = refusal{}
		}
		answer <- err
	}()
	return answer
}

// mayTell reports whether the member may be told, when they answer, that they are
// recorded. Where they are asked by the clinician, nobody waits for the record.
func (c Consents) mayTell(ctx context.Context, call string, answer asking) bool {
	if c.Announced {
		return c.may(ctx, call, answer)
	}
	own, _ := careline.WithLine(context.WithoutCancel(ctx))
	go c.may(own, call, answer)
	return false
}

// may waits for the answer, and keeps a refusal: then nobody is told anything, and the
// clinician's app says why. It reports whether the member may be recorded.
func (c Consents) may(ctx context.Context, call string, answer asking) bool {
	wait := time.NewTimer(standingWithin)
	defer wait.Stop()
	err := context.DeadlineExceeded
	select {
	case err = <-answer:
	case <-wait.C:
	case <-ctx.Done():
	}

	if err == nil {
		return true
	}
	if _, refuses := err.(refusal); !refuses {
		careline.Note(ctx, slog.String("consent_unread", err.Error()))
		return false
	}
	if err := c.refuse(ctx, call); err != nil {
		careline.Note(ctx, slog.String("consent_unkept", err.Error()))
	}
	return false
}

// refuse keeps that the member refuses, in the record's word: what was begun meanwhile is
// deleted.
func (c Consents) refuse(ctx context.Context, call string) error {
	_, _, err := c.Log.AppendFor(ctx, RecordingsConsumer, careline.CallEvent{
		ID:      call + "/consent/standing",
		Call:    call,
		Kind:    careline.KindConsent,
		At:      c.Now(),
		Consent: careline.Consent{Decision: careline.ConsentDeclined, By: "standing"},
	})
	return err
}

// May reports whether the member of a call is to be told that it is recorded: of a call
// that a clinician asked for, that is not over, and of which nothing is decided yet.
func (c Consents) May(ctx context.Context, call string) bool {
	if !c.Announced {
		return false
	}
	events, err := c.Log.Events(ctx, call)
	if err != nil {
		careline.Note(ctx, slog.String("consent_unread", err.Error()))
		return false
	}
	known := careline.Fold(events)
	return known.Clinician != "" && !known.Final() && known.Consent.Decision == careline.ConsentNone
}

// standing asks the record once more whether the patient refuses. While it does not
// answer nothing is recorded.
func (c Consents) standing(ctx context.Context, call careline.Call) error {
	ctx, cancel := context.WithTimeout(ctx, standingWithin)
	defer cancel()
	refuses, err := c.Refuses(ctx, call.Patient)
	if err != nil {
		return careline.Because(careline.CodeUnavailable, careline.ReasonConsentUnread, err)
	}
	if !refuses {
		return nil
	}
	if err := c.refuse(ctx, call.Key); err != nil {
		return err
	}
	return standingRefusal()
}
