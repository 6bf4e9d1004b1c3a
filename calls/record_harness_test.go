package calls_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// errCut is that the process was killed here.
var errCut = errors.New("killed")

// studio is the log of one call and the carrier who records it. At the step cut of what
// is done to either, the process is killed: before the step is done, or after it.
type studio struct {
	t      testing.TB
	events []careline.CallEvent
	given  []string // IDs of what was kept for the consumer of recordings
	now    time.Time

	takes    []take
	step     int
	cut      int // 0: never
	after    bool
	refuse   int              // how often the start is refused, for nobody speaks yet
	starting func()           // called as one is started
	fails    map[string]error // by what is asked: start, list, change, delete
	heldUp   bool             // what is stopped is not ready to be deleted
	observed []string
}

// take is what the carrier recorded.
type take struct {
	sid, leg string
	state    careline.RecordingState
	deleted  bool
}

func newStudio(t testing.TB, more ...careline.CallEvent) *studio {
	s := &studio{t: t, now: noon, fails: map[string]error{}}
	s.told(
		careline.CallEvent{ID: "r", Call: "CA1", Leg: "CA1", Kind: careline.KindRequested, Appointment: "a1", Request: careline.Request{Clinician: "dr-1", Patient: "Patient/p1"}},
		careline.CallEvent{ID: "p", Call: "CA1", Leg: "CB1", Kind: careline.KindProgress, Status: careline.StatusInProgress, Word: "in-progress", Order: 2, At: noon},
	)
	s.told(more...)
	return s
}

// told keeps what came from elsewhere, whatever is cut.
func (s *studio) told(events ...careline.CallEvent) {
	for _, e := range events {
		e.Seq, e.Kept = int64(len(s.events)+1), s.tick()
		if e.Call == "" {
			e.Call = "CA1"
		}
		if !slices.ContainsFunc(s.events, func(known careline.CallEvent) bool { return known.ID == e.ID }) {
			s.events = append(s.events, e)
		}
	}
}

func (s *studio) tick() time.Time {
	s.now = s.now.Add(time.Millisecond)
	return s.now
}

// dies reports whether the process is killed at this step, before it is done or after.
func (s *studio) dies(after bool) bool {
	if !after {
		s.step++
	}
	return s.cut != 0 && s.step == s.cut && s.after == after
}

func (s *studio) do(effect func() error) error {
	if s.dies(false) {
		return errCut
	}
	err := effect()
	if s.dies(true) {
		return errCut
	}
	return err
}

func (s *studio) Events(context.Context, string) ([]careline.CallEvent, error) {
	return slices.Clone(s.events), nil
}

func (s *studio) Append(_ context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error) {
	err = s.do(func() error {
		for _, known := range s.events {
			if known.ID == e.ID {
				kept, repeated = known, true
				return nil
			}
		}
		s.told(e)
		kept = s.events[len(s.events)-1]
		return nil
	})
	return kept, repeated, err
}

func (s *studio) AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (careline.CallEvent, bool, error) {
	if consumer != calls.RecordingsConsumer {
		s.t.Errorf("kept for %q", consumer)
	}
	s.given = append(s.given, e.ID)
	return s.Append(ctx, e)
}

func (s *studio) CallOf(_ context.Context, leg string) (string, error) {
	if leg == "CA1" || leg == "CB1" || leg == "CA2" {
		return "CA1", nil
	}
	return "", nil
}

func (s *studio) Claim(ctx context.Context, _, _ string) (context.Context, bool, error) {
	return ctx, true, nil
}

func (s *studio) Release(context.Context, string, string) error { return nil }

func (s *studio) StartRecording(_ context.Context, leg, callback string) (c calls.Carried, err error) {
	if callback != "https://example.org/CA1" {
		s.t.Errorf("reports go to %s", callback)
	}
	if s.starting != nil {
		s.starting()
	}
	if s.fails["start"] != nil {
		return c, s.fails["start"]
	}
	if s.refuse > 0 {
		s.refuse--
		return c, careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "Not yet.")
	}
	err = s.do(func() error {
		c = calls.Carried{Sid: fmt.Sprintf("RE%d", len(s.takes)+1), Leg: leg, State: careline.RecordingRunning, Created: s.now}
		s.takes = append(s.takes, take{sid: c.Sid, leg: leg, state: careline.RecordingRunning})
		return nil
	})
	return c, err
}

func (s *studio) ListRecordings(_ context.Context, leg string) (all []calls.Carried, err error) {
	if s.fails["list"] != nil {
		return nil, s.fails["list"]
	}
	for _, one := range s.takes {
		if one.leg == leg && !one.deleted {
			all = append(all, calls.Carried{Sid: one.sid, Leg: leg, State: seen(one.state)})
		}
	}
	return all, nil
}

// seen is the state as the carrier's records have it, which tell of nothing that is paused.
func seen(state careline.RecordingState) careline.RecordingState {
	if state == careline.RecordingCompleted {
		return state
	}
	return careline.RecordingStopped // "processing"
}

func (s *studio) ChangeRecording(_ context.Context, leg, sid string, to careline.RecordingState) (over bool, err error) {
	if s.fails["change"] != nil {
		return false, s.fails["change"]
	}
	one := s.take(sid)
	if one == nil || one.deleted || one.leg != leg {
		return false, careline.NewError(careline.CodeNotFound, "No such recording.", nil)
	}
	err = s.do(func() error {
		if over = one.state == careline.RecordingCompleted; over {
			return nil
		}
		if one.state = to; to == careline.RecordingStopped && !s.heldUp {
			one.state = careline.RecordingCompleted
		}
		return nil
	})
	return over, err
}

func (s *studio) DeleteRecording(_ context.Context, sid string) error {
	if s.fails["delete"] != nil {
		return s.fails["delete"]
	}
	one := s.take(sid)
	if one == nil || one.deleted {
		return nil
	}
	return s.do(func() error {
		if one.state != careline.RecordingCompleted {
			return careline.NewError(careline.CodeConflict, "Not yet.", nil)
		}
		one.deleted = true
		return nil
	})
}

func (s *studio) take(sid string) *take {
	for i := range s.takes {
		if s.takes[i].sid == sid {
			return &s.takes[i]
		}
	}
	return nil
}

// reports are told of all that the carrier has to report.
func (s *studio) reports() {
	for _, one := range s.takes {
		s.told(report(one.sid, one.leg, "in-progress"))
		if one.state == careline.RecordingCompleted {
			s.told(report(one.sid, one.leg, "completed"))
		}
	}
}

func report(sid, leg, word string) careline.CallEvent {
	e := careline.CallEvent{ID: sid + "/" + word, Leg: leg, Kind: careline.KindRecording, Recording: sid, Word: word, At: noon}
	e.Sound = careline.RecordingSaid{State: careline.RecordingState(word), Channels: 2}
	if word == "completed" {
		e.Seconds = careline.SecondsOf(60)
	}
	return e
}

func consent(d careline.Decision, by string) careline.CallEvent {
	return careline.CallEvent{ID: "CA1/consent/" + string(d), Kind: careline.KindConsent, At: noon, Consent: careline.Consent{Decision: d, By: by}}
}

func wish(act careline.RecordingAct, n int) careline.CallEvent {
	return careline.CallEvent{
		ID: fmt.Sprintf("CA1/recording/%s/%d", act, n), Kind: careline.KindRecordingAsked, At: noon.Add(time.Duration(n) * time.Second),
		Sound: careline.RecordingSaid{Act: act, By: "dr-1"},
	}
}

func (s *studio) keeper(announced bool) calls.RecordingKeeper {
	return calls.RecordingKeeper{
		Log: s, Carrier: s, Announced: announced,
		Callback: func(call string) string { return "https://example.org/" + call },
		Now:      func() time.Time { return s.tick() },
		Observe:  func(outcome string) { s.observed = append(s.observed, outcome) },
	}
}

func (s *studio) settle(announced bool) error {
	_, err := s.keeper(announced).Handle(s.t.Context(), careline.Delivery{Event: careline.CallEvent{Call: "CA1"}})
	return err
}

// want is what the carrier has: "RE1 in-progress, RE2 deleted".
func (s *studio) want(what string) {
	s.t.Helper()
	got := ""
	for i, one := range s.takes {
		if i > 0 {
			got += ", "
		}
		state := string(one.state)
		if one.deleted {
			state = "deleted"
		}
		got += one.sid + " " + state
	}
	if got != what {
		s.t.Errorf("the carrier has %q, want %q", got, what)
	}
}

// call is the call by all that is known.
func (s *studio) call() careline.Call { return careline.Fold(s.events) }
