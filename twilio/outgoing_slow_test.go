package twilio_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/twilio"
)

// TestStartThatHangsIsToldToTheClinician has the log hang. Twilio waits 15 seconds,
// and then reads "an application error has occurred"; a commit that was begun may
// take ten of them.
func TestStartThatHangsIsToldToTheClinician(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t)
		a.hooks.Start = func(ctx context.Context, _ calls.Ask) (calls.Answer, error) {
			select {
			case <-ctx.Done():
				return nil, careline.NewError(careline.CodeUnavailable, "The log of calls cannot be used at the moment.", ctx.Err())
			case <-time.After(30 * time.Second):
				return nil, nil
			}
		}
		began := time.Now()
		w := a.post(twilio.PathOutgoing, outgoingForm())
		a.wantStatus(w, 200)
		if got, want := w.Body.String(), spoken("This call could not be recorded, so it was not placed. Please try again."); got != want {
			t.Errorf("it hears %s", got)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("after %v", took)
		}
	})
}
