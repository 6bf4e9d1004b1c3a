package calls_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// killing is a command in which the service is killed at every step.
type killing struct {
	ready func(*hall) // before it
	ask   func(*hall) error
}

func (h *hall) wants(to calls.Wanted) error {
	_, err := h.rooms.Change(h.t.Context(), "dr-1", parentLeg, "p2-member", to)
	return err
}

func killings() map[string]killing {
	nothing := func(*hall) {}
	return map[string]killing{
		"add": {nothing, func(h *hall) error {
			_, err := h.rooms.Add(h.t.Context(), "dr-1", parentLeg, calls.KindRelated, "d1")
			return err
		}},
		"remove": {nothing, func(h *hall) error { return h.rooms.Remove(h.t.Context(), "dr-1", parentLeg, interprets) }},
		"hold":   {nothing, func(h *hall) error { return h.wants(calls.Wanted{Hold: yes()}) }},
		"unhold": {func(h *hall) { h.change(calls.Wanted{Hold: yes()}) }, func(h *hall) error { return h.wants(calls.Wanted{Hold: no()}) }},
		"mute":   {nothing, func(h *hall) error { return h.wants(calls.Wanted{Muted: yes()}) }},
		"rejoin": {nothing, func(h *hall) error {
			_, err := h.rooms.Rejoin(h.t.Context(), calls.Ask{Call: "CA00000000000000000000000000000077", Clinician: "dr-1", Join: parentLeg})
			return err
		}},
		"end": {nothing, func(h *hall) error { return h.rooms.End(h.t.Context(), "dr-1", parentLeg) }},
	}
}

// killedIn is a call of three in which the service died at that step of the command, and
// has begun again; whole: the command had fewer steps.
func killedIn(t *testing.T, what killing, fuse int) (h *hall, asked error, whole bool) {
	h = added(t)
	what.ready(h)
	h.mu.Lock()
	h.fuse, h.steps = fuse, 0
	h.mu.Unlock()

	asked = what.ask(h)
	h.look()
	whole = h.steps < fuse
	h.restart()
	return h, asked, whole
}

// The service is killed at any step of a command: the next process finishes it, once, and
// what was not kept can be asked for again.
func TestRoomsKilledInACommand(t *testing.T) {
	t.Parallel()
	for name, so := range map[string]func(*hall) bool{
		"remove": func(h *hall) bool { return h.seats() == both },
		"hold":   func(h *hall) bool { return h.x.held[childLeg] },
		"unhold": func(h *hall) bool { return !h.x.held[childLeg] },
		"mute":   func(h *hall) bool { return h.x.mute[childLeg] },
		"end":    func(h *hall) bool { return h.seats() == "" },
		"rejoin": func(h *hall) bool { _, ok := h.call().Party("p4-clinician"); return ok },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			what := killings()[name]
			for fuse := 1; ; fuse++ {
				h, asked, whole := killedIn(t, what, fuse)
				if asked != nil { // the clinician's app had no answer, and asks again
					if err := what.ask(h); err != nil && h.reason(err) != careline.ReasonOver {
						t.Fatalf("step %d: %v", fuse, err)
					}
				}
				if name == "rejoin" {
					h.x.end(parentLeg, "completed")
				}
				h.pass(4 * time.Second)
				if !so(h) || h.times("move") != 1 || h.times("add") != 1 {
					t.Fatalf("step %d: in the room: %s; asked %q", fuse, h.seats(), h.x.asked)
				}
				if whole {
					break
				}
			}
		})
	}
}

// However the service is killed, nobody is alone in a room for longer than they may be.
func TestRoomsKilledLeaveNobodyAlone(t *testing.T) {
	t.Parallel()
	for name, leaves := range map[string]struct {
		gone  func(*hall)
		after time.Duration // the room is to end
	}{
		"the member's side": {func(h *hall) {
			for _, leg := range legsOf(h) {
				if leg != parentLeg {
					h.x.end(leg, "completed")
				}
			}
		}, 5 * time.Second},
		"the clinician": {func(h *hall) { h.x.end(parentLeg, "completed") }, time.Minute},
	} {
		for command, what := range killings() {
			t.Run(name+" leaves in "+command, func(t *testing.T) {
				t.Parallel()
				for fuse := 1; ; fuse++ {
					h, _, whole := killedIn(t, what, fuse)
					leaves.gone(h)
					h.look()
					h.jump(leaves.after - 2*time.Second)
					if command != "end" && h.seats() == "" {
						t.Fatalf("step %d: the room has ended early; asked %q", fuse, h.x.asked)
					}
					h.pass(3 * time.Second)
					if h.seats() != "" {
						t.Fatalf("step %d: in the room: %s; asked %q", fuse, h.seats(), h.x.asked)
					}
					if whole {
						break
					}
				}
			})
		}
	}
}

// legsOf are those who are in the room at the exchange, or are dialled into it.
func legsOf(h *hall) (legs []string) {
	for leg := range h.x.room {
		legs = append(legs, leg)
	}
	for _, leg := range h.x.made {
		if h.x.room[leg] == "" && !over(h.x.legs[leg]) {
			legs = append(legs, leg)
		}
	}
	return legs
}

// A call that moves while the service is killed, and of which one of the two never comes:
// the other is alone for ten seconds.
func TestRoomsKilledWhileOneIsMissing(t *testing.T) {
	t.Parallel()
	for fuse := 1; ; fuse++ {
		h := newHall(t)
		h.kept[parentLeg] = true
		h.mu.Lock()
		h.fuse, h.steps = fuse, 0
		h.mu.Unlock()
		asked := h.wants(calls.Wanted{Muted: yes()})
		h.look()
		whole := h.steps < fuse
		h.restart()
		if asked != nil {
			if err := h.wants(calls.Wanted{Muted: yes()}); err != nil {
				t.Fatal(err)
			}
		}

		came, alone := false, 0
		for range 30 {
			h.pass(time.Second)
			if h.seats() != "" {
				came, alone = true, alone+1
			}
		}
		if !came || alone > 11 || h.seats() != "" || h.call().Status != careline.StatusCompleted {
			t.Fatalf("step %d: came %t, alone for %d s, in the room: %s; asked %q", fuse, came, alone, h.seats(), h.x.asked)
		}
		if whole {
			break
		}
	}
}
