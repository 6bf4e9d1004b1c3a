package twilio

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

// Lookup is what Twilio's own record tells of a call's end, by the call's key, the
// SID of the clinician's leg. Over: nothing of it is going on any more. The events
// are those that the reports would have told had they come, under IDs of their own
// (careline.ReconciledID), and are none while a leg goes on.
//
// The member's leg is asked for by its parent (Twilio, voice/api/call-resource,
// "Read multiple Call resources", ParentCallSid). There is none when the clinician
// left before the dialling, or the dialling was refused: the events are then those
// of the clinician's leg. A leg that the REST API dialled, and that dialled nobody
// further, is the member's itself. A call that Twilio does not know is an error of code
// not-found, a key that is no SID one of code invalid.
//
// Nobody waits for a look-up, and many are made at once. So while Twilio refuses
// for too many requests of the account (429), it waits longer each time, for half
// a minute in all, and is tried again: whoever waits takes no place meanwhile.
func (c *Client) Lookup(ctx context.Context, call string) (events []careline.CallEvent, over bool, err error) {
	for refusals := 1; ; refusals++ {
		events, over, err = c.lookup(ctx, call)
		if !crowded(err) || refusals > mostCrowded {
			return events, over, err
		}

		// Chance, so that those that were refused together do not come back together.
		if !backoff.Wait(ctx, crowds.Around(refusals, rand.Float64())) {
			return nil, false, err
		}
	}
}

// crowds are the pauses of a look-up that is refused for too many requests: 2, 4, 8
// and 16 s.
var crowds = backoff.Doubling{First: 2 * time.Second}

const mostCrowded = 4

func crowded(err error) bool {
	e, ok := errors.AsType[*APIError](err)
	return ok && e.Status == http.StatusTooManyRequests
}

func (c *Client) lookup(ctx context.Context, call string) (events []careline.CallEvent, over bool, err error) {
	legs, err := c.ListCalls(ctx, call)
	if err != nil {
		return nil, false, err
	}
	if len(legs) == 0 {
		own, err := c.FetchCall(ctx, call)
		if err != nil {
			return nil, false, err
		}
		legs = []CallResource{own}
	}

	for _, r := range legs {
		if !r.settled() {
			return nil, false, nil
		}
		if r.ParentSID == "" && r.Direction != careline.DirectionAPI {
			events = append(events, r.clinicianLeg())
		} else {
			events = append(events, r.dialledLeg()...)
		}
	}
	return events, true, nil
}

// settled reports whether the resource tells all that it ever will. It follows the
// call with a delay, so that a call can be completed before its length is there.
func (r CallResource) settled() bool {
	_, known := r.Seconds.Value()
	return r.Status.Final() && (r.Status != careline.StatusCompleted || known && !r.End.IsZero())
}

func (r CallResource) clinicianLeg() careline.CallEvent {
	return careline.CallEvent{
		ID:        careline.ReconciledID(r.SID, r.Status),
		Call:      r.SID,
		Leg:       r.SID,
		Kind:      careline.KindClinicianLeg,
		At:        r.End,
		Status:    r.Status,
		Word:      r.Word,
		Direction: r.Direction,
		LookedUp:  true,
	}
}

// dialledLeg is the leg's beginning, its answer and its end, as far as they are
// known to be different.
func (r CallResource) dialledLeg() []careline.CallEvent {
	call, kind := r.ParentSID, careline.KindProgress
	if call == "" {
		call = r.SID
	}
	if r.ToApp {
		kind = careline.KindRingLeg
	}

	event := func(s careline.Status, at time.Time) careline.CallEvent {
		return careline.CallEvent{
			ID:        careline.ReconciledID(r.SID, s),
			Call:      call,
			Leg:       r.SID,
			Kind:      kind,
			At:        at,
			Status:    s,
			Word:      string(s),
			Direction: r.Direction,
			LookedUp:  true,
		}
	}

	answered := r.answered()
	var events []careline.CallEvent
	if !r.Start.IsZero() && (answered.IsZero() || r.Start.Before(answered)) {
		events = append(events, event(careline.StatusInitiated, r.Start))
	}
	if !answered.IsZero() {
		events = append(events, event(careline.StatusInProgress, answered))
	}

	end := event(r.Status, r.End)
	end.Word, end.Seconds, end.AnsweredBy = r.Word, r.Seconds, r.AnsweredBy
	return append(events, end)
}

// rounding is how far apart two times of one moment can be: Twilio counts whole
// seconds, and a length is rounded from either end.
const rounding = 2 * time.Second

// answered is when somebody answered, counted back from the end by the length;
// zero when nobody did. start_time is that moment or the dialling's.
func (r CallResource) answered() time.Time {
	n, known := r.Seconds.Value()
	if r.Status != careline.StatusCompleted || !known || r.End.IsZero() {
		return time.Time{}
	}
	at := r.End.Add(-time.Duration(n) * time.Second)
	if r.Start.IsZero() || at.Sub(r.Start) > rounding {
		return at
	}
	return r.Start
}
