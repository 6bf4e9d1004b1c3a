package calls

import (
	"slices"
	"time"

	"perci.health/careline"
)

// The times of a room.
const (
	// carriedOutWithin is how long what a clinician asked for is worth carrying out:
	// what comes later would surprise those who speak.
	carriedOutWithin = 30 * time.Second
	// movedWithin is how long a leg may take from its Dial into the room. Then it is
	// looked up.
	movedWithin = 15 * time.Second
	// othersMoveWithin is how long a move is left to the process that was asked for it: a
	// leg that is on its way is in no room, and moved once more it would begin again.
	othersMoveWithin = 5 * time.Second
	// bothWithin is how long one of the two may be alone in the room before the other
	// has joined.
	bothWithin = 10 * time.Second
	// nobodyFor is how long a room goes on without anybody on the member's side.
	nobodyFor = 5 * time.Second
	// ringsFor is how long somebody who is brought in may ring, and be dialled.
	ringsFor = 40 * time.Second
	// reportedWithin is how long the end of a leg may take to be reported after it has
	// left the room. Then it is looked up.
	reportedWithin = 30 * time.Second
	// lookedWithin is how long a room may be quiet before it is looked for: the report of
	// its end can be lost.
	lookedWithin = time.Minute
	// againAfter is when it is tried or looked for again what did not answer.
	againAfter = 2 * time.Second
	// toldWithin is how long after the clinician dropped out the others may be told.
	toldWithin = 10 * time.Second
)

// duty is one thing to do for a call.
type duty struct {
	what    dutyKind
	command careline.CallEvent // that asks for it; zero: careline itself
	leg     string             // that it is about
	label   string
	why     careline.Reason // of a failure, and of an end
}

// dutyKind is what is to be done.
type dutyKind string

const (
	dutyCarry  dutyKind = "carry"  // ask the carrier for what the command asks
	dutySettle dutyKind = "settle" // the command was carried out: its leg is known, or it is so
	dutyFail   dutyKind = "fail"   // the command comes to nothing
	dutyEnd    dutyKind = "end"    // ask for the end of the room
	dutyFetch  dutyKind = "fetch"  // look a leg up
	dutyHangUp dutyKind = "hang-up"
	dutyTell   dutyKind = "tell" // ask somebody to stay on the line
	dutyTold   dutyKind = "told" // they were asked to: only done, never to do
	dutyWarn   dutyKind = "warn" // have it asked for that somebody is told that the call is recorded
	dutyStop   dutyKind = "stop" // have it asked for that the call is not recorded any more
	dutyLook   dutyKind = "look" // ask whether there is a room at all
)

// scene is all that is known of a call when it is planned.
type scene struct {
	call careline.Call
	view roomView
	now  time.Time
	from careline.Phone // the number that the member saw

	alone time.Duration
	limit time.Duration // of the call; 0: none
	done  func(what dutyKind, of string) time.Time
	told  func(command string) bool // this process has kept the command itself
}

// planning is a plan half made.
type planning struct {
	scene
	todo []duty
	next time.Time // when to look next; zero: nobody need
}

// plan is what is to be done for a call now, and when to look next if nothing comes. It
// is pure: the same scene gives the same plan, whoever looks, and however often. What
// was done a moment ago is done again only when it had no effect in its time.
func (s scene) plan() (todo []duty, next time.Time) {
	p := planning{scene: s}
	for _, e := range s.view.open {
		p.command(e)
	}
	p.room()
	p.legs()
	return p.todo, p.next
}

// at has the call looked at again at a time.
func (p *planning) at(t time.Time) {
	if p.next.IsZero() || t.Before(p.next) {
		p.next = t
	}
}

func (p *planning) do(d duty) { p.todo = append(p.todo, d) }

func (p *planning) fail(e careline.CallEvent, why careline.Reason) {
	p.do(duty{what: dutyFail, command: e, why: why})
}

// due reports whether so much time has passed since; if not, the call is looked at then.
func (p *planning) due(since time.Time, after time.Duration) bool {
	if when := since.Add(after); p.now.Before(when) {
		p.at(when)
		return false
	}
	return true
}

// again reports whether a thing may be done: it was not done, or so long ago that it
// may be done once more.
func (p *planning) again(what dutyKind, of string, after time.Duration) bool {
	last := p.done(what, of)
	return last.IsZero() || p.due(last, after)
}

// command plans what is to become of something that was asked for.
func (p *planning) command(e careline.CallEvent) {
	v := p.view
	switch {
	case e.Kind == careline.KindRoomAsked:
		p.move(e)
	case e.Room.Act == careline.ActEnd:
		p.end(e)
	case v.over():
		p.fail(e, careline.ReasonOver)
	case !v.asked && v.failed != "":
		p.fail(e, v.failed)
	case !v.isOpen():
		p.waitFor(e)
	default:
		p.carry(e)
	}
}

// waitFor has what needs a room wait for one.
func (p *planning) waitFor(e careline.CallEvent) {
	if p.due(e.Kept, carriedOutWithin) {
		p.fail(e, careline.ReasonNotInProgress)
	}
}

// move plans that the member's leg goes from its Dial to the room; the clinician's
// follows by itself. A leg that has joined settles it, whichever it is. One that has
// not in time is looked for, and the move given up.
func (p *planning) move(e careline.CallEvent) {
	switch {
	case !p.view.Since.IsZero():
		p.do(duty{what: dutySettle, command: e})
	case p.call.Final() || p.call.MemberLeg == "":
		p.fail(e, careline.ReasonNotInProgress)
	case p.now.Before(e.Kept.Add(movedWithin)) && p.moves(e):
		p.do(duty{
			what:    dutyCarry,
			command: e,
			leg:     p.call.MemberLeg,
			label:   careline.LabelMember,
		})
	case p.due(later(e.Kept, p.done(dutyCarry, e.ID)), movedWithin):
		p.do(duty{
			what:    dutyFail,
			command: e,
			leg:     p.call.MemberLeg,
			why:     careline.ReasonMoveFailed,
		})
	}
}

// moves reports whether a move is to be carried out now, which is done once: by the
// process that was asked for it, or by another that has looked for it, and again when
// that one's time was over.
func (p *planning) moves(e careline.CallEvent) bool {
	last := p.done(dutyCarry, e.ID)
	if last.IsZero() {
		return true
	}
	return !p.told(e.ID) && last.Before(e.Kept.Add(othersMoveWithin)) && p.due(e.Kept, othersMoveWithin)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// carry plans what is asked of somebody in an open room.
func (p *planning) carry(e careline.CallEvent) {
	party, known := p.call.Party(e.Room.Label)
	if !known {
		p.fail(e, careline.ReasonNotInProgress)
		return
	}

	switch act := e.Room.Act; {
	case p.takenBack(e):
		p.fail(e, takenBack)
		return
	case act == careline.ActAdd && party.Leg != "":
		p.do(duty{what: dutySettle, command: e, leg: party.Leg})
		return
	case act == careline.ActAdd && p.call.Final():
		p.fail(e, careline.ReasonOver)
		return
	case act == careline.ActRemove && hasGone(party):
		p.do(duty{what: dutySettle, command: e})
		return
	case act == careline.ActTell && !p.isRecorded():
		p.fail(e, notRecorded) // if it is again, it is told anew
		return
	case act != careline.ActAdd && hasGone(party):
		p.fail(e, careline.ReasonNotInProgress)
		return
	case act != careline.ActAdd && party.Leg == "":
		p.waitFor(e)
		return
	}

	if p.onTheWay(e, party) {
		return
	}
	if act := e.Room.Act; act != careline.ActRemove && !p.now.Before(e.Kept.Add(carriedOutWithin)) {
		p.late(e, party)
		return
	}
	if p.again(dutyCarry, e.ID, againAfter) {
		p.do(duty{
			what:    dutyCarry,
			command: e,
			leg:     party.Leg,
			label:   party.Label,
		})
	}
}

// onTheWay reports whether the command is of somebody who has yet to join, so that the
// carrier would know nobody to do it to. Of one whose join is not reported it is asked in
// the end.
func (p *planning) onTheWay(e careline.CallEvent, party careline.Party) bool {
	_, switches := toggleOf(e.Room.Act)
	_, in := p.view.In[party.Leg]
	return !in && (switches || e.Room.Act == careline.ActTell) && !p.due(e.Kept, bothWithin)
}

// late plans that a command comes to nothing which nobody could carry out in time.
func (p *planning) late(e careline.CallEvent, party careline.Party) {
	if p.again(dutyFail, e.ID, againAfter) {
		p.do(duty{
			what:    dutyFail,
			command: e,
			leg:     party.Leg,
			label:   party.Label,
			why:     careline.ReasonTooLate,
		})
	}
}

// takenBack reports whether the opposite was asked for since: carried out after it, the
// earlier one would undo what the clinician wants now.
func (p *planning) takenBack(e careline.CallEvent) bool {
	t, ok := toggleOf(e.Room.Act)
	i := slices.IndexFunc(p.view.open, func(o careline.CallEvent) bool { return o.ID == e.ID })
	return ok && slices.ContainsFunc(p.view.open[i+1:], func(o careline.CallEvent) bool {
		return o.Room.Act == t.opposite(e.Room.Act) && o.Room.Label == e.Room.Label
	})
}

// end plans that all goes to its end: the room, else the clinician's leg.
func (p *planning) end(e careline.CallEvent) {
	v := p.view
	switch {
	case v.over(), !v.isOpen() && p.call.Final():
		p.do(duty{what: dutySettle, command: e})
	case p.again(dutyCarry, e.ID, againAfter):
		p.do(duty{what: dutyCarry, command: e, leg: p.call.Key})
	}
}
