package calls_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// TestStarterAnnounces: the member is told only where the record has no refusal, and says
// so within a second; else they are called, and not recorded.
func TestStarterAnnounces(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		announced bool
		refuses   bool
		err       error
		takes     time.Duration
		announce  bool
		declined  bool
	}{
		"announced":           {announced: true, announce: true},
		"refused":             {announced: true, refuses: true, declined: true},
		"unread":              {announced: true, err: errors.New("down")},
		"too slow":            {announced: true, takes: 2 * time.Second},
		"slow":                {announced: true, takes: 900 * time.Millisecond, announce: true},
		"asked":               {},
		"asked, and refused":  {refuses: true, declined: true},
		"asked, and too slow": {refuses: true, takes: 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &log{}
			s := starter(t, l)
			s.Consents = &calls.Consents{
				Log: withEvents{l}, Announced: test.announced, Now: time.Now,
				Refuses: func(ctx context.Context, patient careline.Reference) (bool, error) {
					if patient != "Patient/p1" {
						t.Errorf("asked for %s", patient)
					}
					select {
					case <-time.After(test.takes):
						return test.refuses, test.err
					case <-ctx.Done():
						return false, ctx.Err()
					}
				},
			}
			began := time.Now()
			answer, err := s.Start(t.Context(), calls.Ask{Call: "CA1", Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: "a1"})
			took := time.Since(began)
			<-time.After(3 * time.Second) // what is still asked has ended
			synctest.Wait()

			dial, is := answer.(calls.Dial)
			if err != nil || !is || (dial.Announce == "CA1") != test.announce || dial.Announce != "" && !test.announced {
				t.Errorf("%s: %+v, %v", name, answer, err)
			}
			if took > time.Second || !test.announced && took > 0 {
				t.Errorf("%s: answered after %v", name, took)
			}
			declined := false
			for _, e := range l.events {
				declined = declined || e.Kind == careline.KindConsent && e.Consent.Decision == careline.ConsentDeclined && e.Consent.By == "standing" && e.Call == "CA1"
			}
			if declined != test.declined {
				t.Errorf("%s: kept %+v", name, l.events)
			}
		})
	}
}

// withEvents is a log that can be read, too.
type withEvents struct{ *log }

func (w withEvents) Events(context.Context, string) ([]careline.CallEvent, error) {
	return w.log.events, nil
}

func (w withEvents) AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (careline.CallEvent, bool, error) {
	if consumer != calls.RecordingsConsumer {
		return e, false, errors.New("kept for somebody else")
	}
	return w.Append(ctx, e)
}

// TestConsentsMay: who may be told that they are recorded.
func TestConsentsMay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		announced bool
		told      []careline.CallEvent
		want      bool
	}{
		"one who was called":   {true, nil, true},
		"where they are asked": {false, nil, false},
		"one who declined":     {true, []careline.CallEvent{consent(careline.ConsentDeclined, "standing")}, false},
		"one who was told":     {true, []careline.CallEvent{consent(careline.ConsentAnnounced, "key")}, false},
		"of one that is over":  {true, []careline.CallEvent{{ID: "e", Leg: "CB1", Kind: careline.KindProgress, Status: careline.StatusCompleted, Order: 9, At: noon}}, false},
	} {
		s := newStudio(t, test.told...)
		c := calls.Consents{Log: s, Announced: test.announced, Now: time.Now}
		if c.May(t.Context(), "CA1") != test.want {
			t.Errorf("%s", name)
		}
	}
	empty := calls.Consents{Log: &studio{t: t}, Announced: true}
	if empty.May(t.Context(), "CA1") {
		t.Error("a call that nobody knows")
	}
}
