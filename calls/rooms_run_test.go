package calls_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// until waits for so many answers to commands of the act.
func (h *hall) until(act careline.RoomAct, answers int) {
	h.t.Helper()
	tick, deadline := time.NewTicker(5*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for {
		n := 0
		for _, e := range h.events() {
			if e.Kind == careline.KindPartyAnswered && e.Room.Act == act && e.Room.Failed == "" {
				n++
			}
		}
		if n >= answers {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			h.t.Fatalf("waited in vain for %s", act)
		}
	}
}

// What a process left that is gone is finished by the next; what another instance kept is
// carried out when it is told of, and when that may have been missed. Who waits for it is
// woken.
func TestKeeperRun(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	if _, err := h.rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindDirectory, "polish"); err != nil {
		t.Fatal(err)
	}
	h.restart()
	if h.keeper.Knows(parentLeg) || h.keeper.Knows("CA9") {
		t.Error("it knows of calls before it has looked through the log")
	}

	h.mu.Lock()
	h.now = h.now.Add(6 * time.Second) // as long as a move is left to whoever may have begun it
	h.mu.Unlock()

	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		h.keeper.Run(ctx, func(err error) { t.Error(err) })
	})
	t.Cleanup(running.Wait)
	t.Cleanup(stop)
	h.until(careline.ActAdd, 1)
	if h.keeper.Knows(parentLeg) || !h.keeper.Knows("CA9") {
		t.Error("it does not know which call has a room")
	}

	other := *h.rooms // another instance: nothing tells this keeper of what it keeps
	other.Log = mortal{h.log, h}
	for n, told := range []func(){
		func() { h.keeper.Elsewhere([]string{parentLeg}) },
		h.keeper.Missed,
	} {
		hold := n == 0
		if _, err := other.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Hold: &hold}); err != nil {
			t.Fatal(err)
		}
		told()
		h.until([]careline.RoomAct{careline.ActHold, careline.ActUnhold}[n], 1)
	}

	own := *h.rooms
	own.Wait = h.keeper.Wait
	waiting, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if done, err := own.Change(waiting, "dr-1", parentLeg, "p2-member", calls.Wanted{Muted: yes()}); !done || err != nil {
		t.Errorf("muted: %t, %v", done, err)
	}
}
