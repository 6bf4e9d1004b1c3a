package calls_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// What goes on is told to supervisors, who are not told of what is over, was refused, or
// has no clinician.
func TestGoingOnIsWhatASupervisorMaySee(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.rooms.Asked = h.log.CallsAsked
	supervisor := calls.Asker{Supervisor: true}
	h.keep(careline.CallEvent{ID: "CA7/ringing", Call: "CA7", Leg: "CA7", Kind: careline.KindProgress, Status: careline.StatusRinging}) // placed by the REST API
	h.keep(careline.CallEvent{ID: "CA8/request", Call: "CA8", Leg: "CA8", Kind: careline.KindRefused,
		Request: careline.Request{Clinician: "dr-3", Refusal: careline.RefusedRate}})

	going := func(who calls.Asker) []calls.GoesOn {
		t.Helper()
		all, err := h.rooms.GoingOn(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	one := going(supervisor)
	if len(one) != 1 || one[0].Call.Key != parentLeg || one[0].Own || !one[0].Asked.Equal(noon) || len(one[0].Call.Present()) != 2 {
		t.Fatalf("there go on %+v", one)
	}
	if own := going(calls.Asker{Clinician: "dr-1", Supervisor: true}); len(own) != 1 || !own[0].Own {
		t.Errorf("to their clinician there go on %+v", own)
	}

	h.x.end(childLeg, "completed")
	if all := going(calls.Asker{Clinician: "dr-1", Supervisor: true}); len(all) != 0 {
		t.Errorf("after the end there go on %+v", all)
	}
}

// A call in which nobody is but an interpreter and the clinician goes on.
func TestGoingOnIsARoomWithoutItsMember(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.rooms.Asked = h.log.CallsAsked
	h.x.end(childLeg, "completed")
	all, err := h.rooms.GoingOn(t.Context(), calls.Asker{Supervisor: true})
	if err != nil || len(all) != 1 || all[0].Call.Room != careline.RoomOpen {
		t.Errorf("there go on %+v (%v)", all, err)
	}
}

// A supervisor is told of a call of two from the beginning, so of its end too, whatever
// came between.
func TestRoomsLiveTellsASupervisorOfACallOfTwo(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string]func(*calls.RoomsLive){
		"of a change":                func(live *calls.RoomsLive) { live.Changed([]string{parentLeg}) },
		"of what it may have missed": (*calls.RoomsLive).Missed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tellsASupervisor(t, changes)
		})
	}
}

func tellsASupervisor(t *testing.T, changes func(*calls.RoomsLive)) {
	h := newHall(t)
	h.rooms.Asked = h.log.CallsAsked
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	live := calls.NewRoomsLive(h.rooms, h.keeper)
	go live.Run(ctx)

	told := make(chan calls.Seen)
	go func() {
		_ = live.Follow(ctx, calls.Asker{Supervisor: true}, func(s calls.Seen) error {
			told <- s
			return nil
		})
	}()
	hears := func(what string, final bool) {
		t.Helper()
		select {
		case s := <-told:
			if s.Call.Final() != final {
				t.Errorf("%s: told of a call that is %s", what, s.Call.Status)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s was not told", what)
		}
	}
	hears("what goes on", false)
	h.x.end(childLeg, "completed")
	changes(live)
	hears("the end", true)
}

// Where the log cannot be read at the beginning, what changes is told all the same.
func TestRoomsLiveBeginsWithoutTheLog(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.rooms.Asked = func(context.Context, careline.AskedFor, int) ([]careline.Asked, error) {
		return nil, errors.New("the log does not answer")
	}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	live := calls.NewRoomsLive(h.rooms, h.keeper)
	go live.Run(ctx)

	told := make(chan calls.Seen, 1)
	go func() {
		_ = live.Follow(ctx, calls.Asker{Supervisor: true}, func(s calls.Seen) error {
			told <- s
			return nil
		})
	}()
	tick, deadline := time.NewTicker(10*time.Millisecond), time.After(10*time.Second)
	defer tick.Stop()
	for {
		select {
		case <-told:
			return
		case <-tick.C:
			live.Changed([]string{parentLeg})
		case <-deadline:
			t.Fatal("nothing was told")
		}
	}
}
