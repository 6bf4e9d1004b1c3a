package calls_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/twilio"
)

// add asks for the interpreter, and has the keeper look.
func (h *hall) add() {
	h.t.Helper()
	if _, err := h.rooms.Add(h.t.Context(), "dr-1", parentLeg, calls.KindDirectory, "polish"); err != nil {
		h.t.Fatal(err)
	}
	h.look()
}

// failed is why the command of that kind and act came to nothing.
func (h *hall) failed(act careline.RoomAct) (why string, answered bool) {
	for _, e := range h.events() {
		if e.Kind == careline.KindPartyAnswered && e.Room.Act == act {
			why, answered = e.Room.Failed, true
		}
	}
	return why, answered
}

// dropped answers nothing, before or after it has done what was asked.
func dropped(first bool) func(http.ResponseWriter, func()) {
	return func(_ http.ResponseWriter, do func()) {
		if first {
			do()
		}
		panic(http.ErrAbortHandler)
	}
}

// A move that the carrier refuses leaves the call as it was, and so does what was asked
// with it; it can be asked for again.
func TestRoomsMoveThatIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault func(http.ResponseWriter, func())
		why   careline.Reason
	}{
		"nobody knows the leg":  {told(404, 20404), careline.ReasonNotInProgress},
		"it is not in progress": {told(400, 21220), careline.ReasonNotInProgress},
		"it is refused":         {told(400, 21100), careline.ReasonMoveFailed},
	} {
		h := newHall(t)
		h.x.faults["move"] = test.fault
		h.add()
		c := h.call()
		if c.Room != careline.RoomNone || c.Final() || c.ClinicianLeft {
			t.Errorf("%s: room %q, %s", name, c.Room, c.Status)
		}
		for _, act := range []careline.RoomAct{careline.ActStart, careline.ActAdd} {
			if why, answered := h.failed(act); !answered || why != string(test.why) {
				t.Errorf("%s: %s: %q, %t", name, act, why, answered)
			}
		}

		// The Dial of a call that goes on as it was tells its outcome.
		if _, moved, err := h.rooms.Moved(t.Context(), parentLeg); moved || err != nil {
			t.Errorf("%s: moved %t, %v", name, moved, err)
		}
		delete(h.x.faults, "move")
		h.add()
		if h.seats() != both || h.times("add") != 1 {
			t.Errorf("%s: then in the room: %s", name, h.seats())
		}
	}
}

// Nobody knows whether a move was done whose answer is lost: it is not asked for again,
// and the join, or at last a look, tells.
func TestRoomsMoveWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		done, over bool
		why        careline.Reason
	}{
		"it was done":                     {true, false, ""},
		"it was not":                      {false, false, careline.ReasonMoveFailed},
		"it was not, and the leg is over": {false, true, careline.ReasonNotInProgress},
	} {
		h := newHall(t)
		h.x.faults["move"] = dropped(test.done)
		h.add()
		if test.over {
			h.x.legs[childLeg], h.silent[childLeg] = "completed", true
		}
		h.pass(14 * time.Second)
		if _, answered := h.failed(careline.ActStart); answered != test.done || h.times("move") != 1 {
			t.Errorf("%s: answered %t, asked %q", name, answered, h.x.asked)
		}
		h.pass(20 * time.Second)
		if why, answered := h.failed(careline.ActStart); !answered || why != string(test.why) || h.times("move") != 1 {
			t.Errorf("%s: %q, %t; asked %q", name, why, answered, h.x.asked)
		}
		if test.done != (h.seats() == both) || test.done != (h.times("add") == 1) {
			t.Errorf("%s: in the room: %s; asked %q", name, h.seats(), h.x.asked)
		}
		if c := h.call(); test.over != c.Final() {
			t.Errorf("%s: %s", name, c.Status)
		}
	}
}

// A leg that is not in progress any more when it is to move, and whose end nobody reports,
// is looked up after 15 s.
func TestRoomsMoveOfALegThatIsOver(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.x.legs[childLeg], h.silent[childLeg] = "completed", true
	h.add()
	h.pass(14 * time.Second)
	if h.call().Final() {
		t.Error("looked up at once: its report may come")
	}
	h.pass(2 * time.Second)
	if c := h.call(); c.Status != careline.StatusCompleted || c.Room != careline.RoomNone {
		t.Errorf("%s, room %q; asked %q", c.Status, c.Room, h.x.asked)
	}
}

// The member hangs up while the call moves: their leg tells the outcome, and the
// clinician is not left alone in the room.
func TestRoomsMemberHangsUpDuringTheMove(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.x.faults["move"] = func(w http.ResponseWriter, do func()) {
		do()
		h.x.end(childLeg, "completed")
		fmt.Fprint(w, "{}")
	}
	h.add()
	h.pass(8 * time.Second)
	c := h.call()
	if c.Status != careline.StatusCompleted || h.seats() != "" || h.times("end") != 1 || c.Room != careline.RoomOver {
		t.Errorf("%s, room %q, in it: %s; asked %q", c.Status, c.Room, h.seats(), h.x.asked)
	}
	if h.times("add") != 0 {
		t.Error("an interpreter was dialled for nobody")
	}
}

// Of two who were dialled together one does not come: the other is alone for ten seconds.
func TestRoomsJoinOfOneIsMissing(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.kept[parentLeg] = true
	h.x.faults["add"] = told(400, 21211)
	h.add()
	h.pass(9 * time.Second)
	if h.seats() != "p2-member" {
		t.Fatalf("in the room: %s", h.seats())
	}
	h.pass(2 * time.Second)
	if h.seats() != "" || h.call().Status != careline.StatusCompleted {
		t.Errorf("in the room: %s; asked %q", h.seats(), h.x.asked)
	}
}

// A room that is not ended though Twilio said so is ended again.
func TestRoomsEndWithoutEffect(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.faults["end"] = func(w http.ResponseWriter, _ func()) { fmt.Fprint(w, "{}") }
	h.x.end(childLeg, "completed")
	h.x.end(h.x.made[interprets], "completed")
	h.pass(7 * time.Second)
	delete(h.x.faults, "end")
	if h.seats() != "p1-clinician" || h.times("end") != 1 {
		t.Fatalf("in the room: %s; asked %q", h.seats(), h.x.asked)
	}
	h.pass(12 * time.Second)
	if h.seats() != "" {
		t.Errorf("in the room: %s", h.seats())
	}
}

// The browser of a clinician drops out of a room: the member waits a minute, and is told
// once to stay.
func TestRoomsClinicianDrops(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.end(h.x.made[interprets], "completed")
	h.x.end(parentLeg, "completed")
	h.pass(59 * time.Second)
	if c := h.call(); h.seats() != "p2-member" || c.Final() || !c.Live() {
		t.Fatalf("in the room: %s; %s", h.seats(), c.Status)
	}
	if len(h.x.said) != 1 || !strings.Contains(h.x.said[0], "p2-member") || !strings.Contains(h.x.said[0], "say=stay") {
		t.Errorf("told: %q", h.x.said)
	}
	h.pass(3 * time.Second)
	if c := h.call(); h.seats() != "" || c.Status != careline.StatusCompleted || c.Live() || h.times("end") != 1 {
		t.Errorf("in the room: %s; %s; asked %q", h.seats(), c.Status, h.x.asked)
	}
}

// Who stays with the clinician speaks on; the clinician alone does not stay.
func TestRoomsMemberLeaves(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.end(childLeg, "completed")
	h.pass(5 * time.Minute)
	if c := h.call(); h.seats() != "p1-clinician p3-interpreter" || c.Status != careline.StatusCompleted || !c.Live() {
		t.Fatalf("in the room: %s, %s", h.seats(), c.Status)
	}
	h.x.end(h.x.made[interprets], "completed")
	h.pass(4 * time.Second)
	if h.seats() != "p1-clinician" {
		t.Fatalf("in the room: %s", h.seats())
	}
	h.pass(2 * time.Second)
	if h.seats() != "" {
		t.Errorf("in the room: %s", h.seats())
	}
}

// The room's report that somebody left is lost: that their leg is over says it too, and
// the clinician does not stay alone.
func TestRoomsLeaveThatNobodyReports(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.deaf = true
	h.x.end(childLeg, "completed")
	h.x.end(h.x.made[interprets], "completed")
	h.pass(4 * time.Second)
	if h.seats() != "p1-clinician" {
		t.Fatalf("in the room: %s", h.seats())
	}
	h.pass(3 * time.Second)
	if h.times("end") != 1 || h.seats() != "" {
		t.Errorf("in the room: %s; asked %q", h.seats(), h.x.asked)
	}
}

// An interpreter never answers: the call is as before, also when nobody reports it.
func TestRoomsNobodyAnswers(t *testing.T) {
	t.Parallel()
	for _, reported := range []bool{true, false} {
		h := newHall(t)
		h.add()
		leg := h.x.made[interprets]
		h.silent[leg] = !reported
		h.pass(30 * time.Second)
		h.x.end(leg, "no-answer")
		h.pass(15 * time.Second)
		c := h.call()
		if p, _ := c.Party(interprets); p.Outcome != careline.PartyNoAnswer || h.seats() != both || c.Final() {
			t.Errorf("reported %t: %q; in the room: %s; asked %q", reported, p.Outcome, h.seats(), h.x.asked)
		}
	}
}

// The member has left, and their leg's end is not reported: it is looked up.
func TestRoomsLegWithoutAReport(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.silent[childLeg] = true
	h.x.end(childLeg, "completed")
	h.pass(29 * time.Second)
	if h.call().Final() {
		t.Error("the leave alone made an outcome")
	}
	h.pass(2 * time.Second)
	if c := h.call(); c.Status != careline.StatusCompleted || !c.Reconciled {
		t.Errorf("%s; asked %q", c.Status, h.x.asked)
	}
}

// A room whose end is not reported is looked for.
func TestRoomsEndWithoutAReport(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.room, h.x.open = map[string]string{}, false
	for leg := range h.x.legs {
		h.x.legs[leg] = "completed"
	}
	h.pass(61 * time.Second)
	if c := h.call(); c.Room != careline.RoomOver {
		t.Errorf("room %q; asked %q", c.Room, h.x.asked)
	}
	h.pass(32 * time.Second)
	if c := h.call(); !c.Final() {
		t.Errorf("%s; asked %q", c.Status, h.x.asked)
	}
}

func TestRoomsLimit(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.keeper.Limit = 2 * time.Minute
	h.pass(119 * time.Second)
	if h.seats() != withThird {
		t.Fatalf("in the room: %s", h.seats())
	}
	h.pass(3 * time.Second)
	if h.seats() != "" {
		t.Errorf("in the room: %s", h.seats())
	}
}

// The answer to an ask to dial is lost: nobody is dialled twice.
func TestRoomsAddWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for _, done := range []bool{true, false} {
		h := newHall(t)
		h.x.faults["add"] = dropped(done)
		h.add()
		delete(h.x.faults, "add")
		h.pass(5 * time.Second)
		if why, answered := h.failed(careline.ActAdd); !answered || why != "" || len(h.x.made) != 1 {
			t.Errorf("done %t: %q, %t; asked %q", done, why, answered, h.x.asked)
		}
		if want := map[bool]int{true: 1, false: 2}[done]; h.times("add") != want {
			t.Errorf("done %t: asked %d times", done, h.times("add"))
		}
	}
}

// Nobody reports what a process has carried out that then died: the next one looks, and
// asks for nothing again.
func TestRoomsLookBeforeTheyAsk(t *testing.T) {
	t.Parallel()
	const third = "CA00000000000000000000000000000100"
	h := newHall(t)
	h.deaf, h.silent[third] = true, true
	h.x.faults["move"], h.x.faults["add"] = dropped(true), dropped(true)
	h.add()
	h.restart()
	h.look()
	h.restart()
	h.pass(3 * time.Second)
	if why, answered := h.failed(careline.ActAdd); !answered || why != "" || h.times("add") != 1 || h.times("move") != 1 {
		t.Errorf("%q, %t; asked %q", why, answered, h.x.asked)
	}
	if p, _ := h.call().Party(interprets); p.Leg != third {
		t.Errorf("the interpreter's leg is %q", p.Leg)
	}
}

// Reports of a room that cross are taken in the room's own order.
func TestRoomsReportsThatCross(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.end(h.x.made[interprets], "completed")
	of := func(word string, n int) url.Values {
		return url.Values{
			"AccountSid": {roomAccount}, "ConferenceSid": {roomSID}, "FriendlyName": {parentLeg}, "SequenceNumber": {fmt.Sprint(n)}, "StatusCallbackEvent": {word},
			"Timestamp": {h.clock().UTC().Format(time.RFC1123Z)}, "CallSid": {childLeg}, "ParticipantLabel": {"p2-member"}, "ParticipantCallStatus": {"completed"},
		}
	}
	delete(h.x.room, childLeg)
	h.told(twilio.SubjectConference, of("participant-leave", 101))
	h.told(twilio.SubjectConference, of("participant-join", 100))
	h.pass(6 * time.Second)
	if h.seats() != "" {
		t.Errorf("in the room: %s", h.seats())
	}
}

// A command that nobody could carry out for half a minute comes to nothing.
func TestRoomsCommandThatIsLate(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.faults["hold"] = told(503, 0)
	if _, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Hold: yes()}); err != nil {
		t.Fatal(err)
	}
	h.pass(31 * time.Second)
	delete(h.x.faults, "hold")
	h.pass(10 * time.Second)
	if why, answered := h.failed(careline.ActHold); !answered || why != string(careline.ReasonTooLate) || h.x.held[childLeg] {
		t.Errorf("%q, %t, held %t", why, answered, h.x.held[childLeg])
	}
}

// The service is killed at any step of bringing somebody in and holding the member: the
// next process finishes what was begun. Each thing is asked for once, and nobody is left
// alone.
func TestRoomsKilledAtAnyStep(t *testing.T) {
	t.Parallel()
	steps, killed := 0, 0
	for fuse := 1; ; fuse++ {
		h := newHall(t)
		h.fuse, h.steps = fuse, 0
		_, asked := h.rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindDirectory, "polish")
		h.look()
		_, held := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Hold: yes()})
		h.look()
		done := h.steps < fuse
		h.restart()
		if asked != nil { // the clinician's app had no answer, and asks again
			if _, err := h.rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindDirectory, "polish"); err != nil && h.reason(err) != careline.ReasonAlreadyIn {
				t.Fatalf("step %d: %v", fuse, err)
			}
		}
		h.pass(4 * time.Second)
		if held != nil {
			if _, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Hold: yes()}); err != nil {
				t.Fatalf("step %d: %v", fuse, err)
			}
		}
		h.pass(20 * time.Second)

		if h.seats() != both || !h.x.held[childLeg] || len(h.x.made) != 1 || h.times("add") != 1 || h.times("move") > 2 {
			t.Fatalf("step %d: in the room: %s; held %t; asked %q", fuse, h.seats(), h.x.held[childLeg], h.x.asked)
		}
		rooms, adds := 0, 0
		for _, e := range h.events() {
			if e.Kind == careline.KindRoomAsked {
				rooms++
			}
			if e.Kind == careline.KindPartyAsked && e.Room.Act == careline.ActAdd {
				adds++
			}
		}
		if rooms != 1 || adds != 1 {
			t.Fatalf("step %d: %d rooms and %d people asked for", fuse, rooms, adds)
		}
		if done {
			break
		}
		steps, killed = fuse, killed+1
	}
	if killed < 10 {
		t.Errorf("killed %d times: that is no test", killed)
	}
	t.Logf("killed at each of %d steps", steps)
}
