package calls_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// pair is something of the member that is either so or not.
type pair struct {
	what string // at the exchange
	to   func(on bool) calls.Wanted
	told func(careline.Party) bool
	is   func(*exchange) map[string]bool
}

func pairs() []pair {
	return []pair{
		{
			what: "hold",
			to:   func(on bool) calls.Wanted { return calls.Wanted{Hold: &on} },
			told: func(p careline.Party) bool { return p.Held },
			is:   func(x *exchange) map[string]bool { return x.held },
		},
		{
			what: "mute",
			to:   func(on bool) calls.Wanted { return calls.Wanted{Muted: &on} },
			told: func(p careline.Party) bool { return p.Muted },
			is:   func(x *exchange) map[string]bool { return x.mute },
		},
	}
}

// change asks for it of the member, and has the keeper look.
func (h *hall) change(to calls.Wanted) {
	h.t.Helper()
	if _, err := h.rooms.Change(h.t.Context(), "dr-1", parentLeg, "p2-member", to); err != nil {
		h.t.Fatal(err)
	}
	h.look()
}

// isSo checks how it is at the exchange, and how it is told.
func (h *hall) isSo(of pair, when string, on bool) {
	h.t.Helper()
	member, _ := h.call().Party("p2-member")
	if is, told := of.is(h.x)[childLeg], of.told(member); is != on || told != on {
		h.t.Errorf("%s, %s: it is %t and told as %t; asked %q", of.what, when, is, told, h.x.asked)
	}
}

// deliver brings the reports that were on their way.
func (h *hall) deliver() {
	post := h.post
	h.post, h.slow = nil, false
	for _, form := range post {
		h.told("Conference", form)
	}
}

// While the report of what was done is on its way, what is asked for is done all the same:
// nobody who is to be on hold hears what is said.
func TestRoomsHoldWhileReportsAreOnTheWay(t *testing.T) {
	t.Parallel()
	for _, of := range pairs() {
		for _, on := range []bool{true, false} {
			h := added(t)
			h.change(of.to(on))
			h.slow = true
			h.change(of.to(!on))
			h.isSo(of, "reported late", !on)
			h.change(of.to(on))
			h.isSo(of, "and back", on)
			h.deliver()
			h.isSo(of, "when all is reported", on)
		}
	}
}

// Of reports that come in another order than what they tell was done, nothing is undone.
func TestRoomsHoldWhoseReportsCross(t *testing.T) {
	t.Parallel()
	for _, of := range pairs() {
		h := added(t)
		h.slow = true
		h.change(of.to(true))
		h.change(of.to(false))
		h.post[0], h.post[1] = h.post[1], h.post[0]
		h.deliver()
		h.isSo(of, "reported the wrong way round", false)
	}
}

// A report that is lost is missed by nobody: how it is is told, and it can be changed.
func TestRoomsHoldWhoseReportIsLost(t *testing.T) {
	t.Parallel()
	for _, of := range pairs() {
		for _, lost := range []bool{true, false} { // that of the hold, or that of its end
			h := added(t)
			h.deaf = lost
			h.change(of.to(true))
			h.isSo(of, "put on", true)
			h.deaf = !lost
			h.change(of.to(false))
			h.isSo(of, "taken off", false)
			h.deaf = false
			h.pass(70 * time.Second) // it is looked for meanwhile
			h.isSo(of, "after a while", false)
			h.change(of.to(true))
			h.isSo(of, "put on again", true)
		}
	}
}

// Who is not on hold at the exchange, though they were put there, is put there again; who
// was taken off it is.
func TestRoomsHoldThatIsNotSoIsPutRight(t *testing.T) {
	t.Parallel()
	for _, of := range pairs() {
		for _, on := range []bool{true, false} {
			for name, test := range map[string]struct {
				goes   func(*hall)
				within time.Duration
			}{
				"nobody told": {func(h *hall) { of.is(h.x)[childLeg] = !on }, 61 * time.Second},
				"told":        {func(h *hall) { h.x.toggles(of.what, childLeg, !on) }, time.Second},
				"came again": {func(h *hall) {
					delete(h.x.room, childLeg)
					of.is(h.x)[childLeg] = false
					h.x.join(childLeg, "p2-member")
				}, time.Second},
			} {
				h := added(t)
				h.change(of.to(!on))
				h.change(of.to(on))
				h.pass(5 * time.Second)
				test.goes(h)
				h.pass(test.within)
				h.isSo(of, name, on)
			}
		}
	}
}

func (x *exchange) toggles(what, leg string, on bool) {
	if what == "hold" {
		x.hold(leg, on)
		return
	}
	x.silence(leg, on)
}

// What is so as it was asked for is not looked for again and again.
func TestRoomsHoldThatIsSoIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.change(calls.Wanted{Hold: yes()})
	looks := h.times("look")
	h.pass(55 * time.Second)
	if more := h.times("look") - looks; more > 0 || h.times("hold") != 1 {
		t.Errorf("%d looks; asked %q", more, h.x.asked)
	}
}

// The answers to a hold are lost, and Twilio has carried it out: it is not given up as if
// the member heard. What nobody knows is not told either way.
func TestRoomsHoldWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for _, of := range pairs() {
		for _, done := range []bool{true, false} {
			h := added(t)
			h.deaf = true
			h.x.faults[of.what] = dropped(done)
			h.change(of.to(true))
			h.x.faults["look"] = told(503, 0)
			h.jump(40 * time.Second)
			if why, answered := h.failed(actOf(of)); answered {
				t.Errorf("%s: given up as %q, and nobody knows", of.what, why)
			}
			delete(h.x.faults, "look")
			h.pass(3 * time.Second)
			why, answered := h.failed(actOf(of))
			if !answered || (why == "") != done {
				t.Errorf("%s, done %t: answered %t, %q", of.what, done, answered, why)
			}
			h.isSo(of, "when it is known", done)
		}
	}
}

// jump lets time go on at once, and looks.
func (h *hall) jump(d time.Duration) {
	h.mu.Lock()
	h.now = h.now.Add(d)
	h.mu.Unlock()
	h.look()
}

func actOf(of pair) careline.RoomAct {
	if of.what == "hold" {
		return careline.ActHold
	}
	return careline.ActMute
}

// What was taken back came to nothing, and is no failure: who waits for it is told so.
func TestRoomsHoldThatIsTakenBackIsNotDone(t *testing.T) {
	t.Parallel()
	for _, of := range pairs() {
		h := added(t)
		for _, on := range []bool{true, false} {
			if _, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", of.to(on)); err != nil {
				t.Fatal(err)
			}
		}
		h.look()
		if why, answered := h.failed(actOf(of)); !answered || why != "taken-back" || h.times(of.what) != 1 {
			t.Errorf("%s: %q, %t; asked %q", of.what, why, answered, h.x.asked)
		}
		h.isSo(of, "taken back", false)
	}
}

// A hold that makes the room is asked of the carrier when the member is in it: their leg
// may come after the clinician's.
func TestRoomsHoldOfWhoIsOnTheWay(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.x.late = childLeg
	on := true
	if _, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Hold: &on}); err != nil {
		t.Fatal(err)
	}
	h.pass(2 * time.Second)
	if h.seats() != "p1-clinician" {
		t.Fatalf("in the room: %s; asked %q", h.seats(), h.x.asked)
	}

	h.x.late = ""
	h.x.join(childLeg, "p2-member")
	h.pass(2 * time.Second)
	if why, answered := h.failed(careline.ActHold); !answered || why != "" || !h.x.held[childLeg] {
		t.Errorf("%q, %t, held %t; asked %q", why, answered, h.x.held[childLeg], h.x.asked)
	}
}
