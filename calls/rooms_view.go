package calls

import (
	"maps"
	"slices"
	"time"

	"perci.health/careline"
)

// roomCommands is what was asked of a call's room, and what became of it. Times are those
// of the log.
type roomCommands struct {
	asked    bool                 // a room was asked for, and that did not come to nothing
	rooms    int                  // how often one was asked for
	open     []careline.CallEvent // commands without an answer, in the log's order
	failed   careline.Reason      // why the last room that was asked for came to nothing
	failedAt time.Time            // when that was kept
	wanted   map[toggled]wanting  // of whom something was asked for that is either so or not
	recorded told                 // the newest wish that the call be recorded
	stopped  told                 // the newest wish that it be not
	tells    map[string]telling   // who was told so, by leg and wish (see tellID)
	last     time.Time            // when the newest event was kept
}

// commandsOf reads the events of a call.
func commandsOf(events []careline.CallEvent) (c roomCommands) {
	c.wanted, c.tells = map[toggled]wanting{}, map[string]telling{}
	answers := map[string]*careline.CallEvent{}
	for i := range events {
		e := &events[i] // they are large
		if e.Kept.After(c.last) {
			c.last = e.Kept
		}
		if e.Kind == careline.KindPartyAnswered {
			answers[e.Room.Answers] = e
		}
	}

	for i := range events {
		e := &events[i]
		switch {
		case startsRecording(e):
			c.recorded = told{id: e.ID, seq: e.Seq}
		case e.Kind == careline.KindRecordingAsked && e.Sound.Act == careline.RecordStop:
			c.stopped = told{id: e.ID, seq: e.Seq}
		}
		if !commands(e) {
			continue
		}

		answer := answers[e.ID]
		if answer == nil {
			answer = &careline.CallEvent{}
			c.open = append(c.open, *e)
		}
		c.wants(e, answer)
		c.tellsOf(e, answer)
		if e.Kind == careline.KindRoomAsked {
			c.rooms++
			c.asked = answer.Room.Failed == ""
			c.failed, c.failedAt = careline.Reason(answer.Room.Failed), answer.Kept
		}
	}
	return c
}

// commands reports whether the event asks the carrier for something, by way of the
// keeper. Whoever comes back to a room is asked nothing more.
func commands(e *careline.CallEvent) bool {
	return e.Kind == careline.KindRoomAsked || e.Kind == careline.KindPartyAsked && e.Room.Act != careline.ActRejoin
}

// concerns reports whether there may be something to do for the call's room.
func (c roomCommands) concerns() bool { return c.asked || c.failed != "" || len(c.open) > 0 }

// roomView is a call's room as the keeper and whoever asks it for something need it: what
// was asked, and who is in it now. Whether there is one is told here of the room itself,
// and not by the call's Room: that is open to people also while one of two is on the way,
// and of a move that was given up, should somebody have come after all.
type roomView struct {
	roomCommands
	careline.RoomLegs
}

// viewOf reads the events of a call, and the call that they fold to.
func viewOf(call careline.Call, events []careline.CallEvent) roomView {
	return roomView{commandsOf(events), careline.LegsInRoom(call, events)}
}

// isOpen reports whether there is a room that one can be in.
func (v roomView) isOpen() bool {
	return v.asked && v.Conference != "" && v.Ended.IsZero() && len(v.In) > 0
}

// moving reports whether a room was asked for that nobody has come to yet.
func (v roomView) moving() bool { return v.asked && v.Since.IsZero() && v.Ended.IsZero() }

// over reports whether there was a room, and is none any more: the carrier ends one in
// which nobody is left.
func (v roomView) over() bool {
	return v.asked && (!v.Ended.IsZero() || !v.Since.IsZero() && len(v.In) == 0)
}

// legs are those in the room, in an order that is always the same.
func (v roomView) legs() []string { return slices.Sorted(maps.Keys(v.In)) }

// lastLeft is when the last of the clinicians, or of everybody else, left the room; zero:
// none has.
func (v roomView) lastLeft(call careline.Call, clinicians bool) (last time.Time) {
	for leg, left := range v.Out {
		if clinical(roleOf(call, leg)) == clinicians {
			last = later(last, left)
		}
	}
	return last
}

// roomName is what the carrier knows the room by.
func (v roomView) roomName(call string) string {
	if v.Conference == "" {
		return call
	}
	return v.Conference
}

// clinical reports whether somebody is on the clinician's side of a call. Everybody else
// is on the member's: an interpreter who stays to speak with the clinician ends nothing.
func clinical(r careline.Role) bool {
	return r == careline.RoleClinician || r == careline.RoleSecondClinician
}

// roleOf is whose leg it is.
func roleOf(call careline.Call, leg string) careline.Role {
	for _, p := range call.Present() {
		if p.Leg == leg || slices.Contains(p.Earlier, leg) {
			return p.Role
		}
	}
	switch leg {
	case call.Key:
		return careline.RoleClinician
	case call.MemberLeg:
		return careline.RoleMember
	}
	return careline.RoleOther
}

// hasGone reports whether somebody is not in the call any more, or never was.
func hasGone(p careline.Party) bool { return p.State() == careline.PartyHasLeft }
