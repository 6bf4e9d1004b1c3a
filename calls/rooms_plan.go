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
	// toldWithin is how long after somebody joined, or left, the others may be told.
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
	dutyWarn   dutyKind = "warn" // tell somebody that the call is recorded
	dutyLook   dutyKind = "look" // ask whether there is a room at all
)

// scene is all that is known of a call when it is planned.
type scene struct {
	call careline.Call
	view roomView
	now  time.Time

	alone time.Duration
	limit time.Duration // of the call; 0: none
	done  func(what dutyKind, of string) time.Time
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
		p.do(duty{what: dutyFail, command: e, why: careline.ReasonOver})
	case !v.asked && v.failed != "":
		p.do(duty{what: dutyFail, command: e, why: v.failed})
	case !v.isOpen():
		p.waitFor(e)
	default:
		p.carry(e)
	}
}

// waitFor has what needs a room wait for one.
func (p *planning) waitFor(e careline.CallEvent) {
	if p.due(e.Kept, carriedOutWithin) {
		p.do(duty{what: dutyFail, command: e, why: careline.ReasonNotInProgress})
	}
}

// move plans that the member's leg goes from its Dial to the room; the clinician's
// follows by itself. A leg that has joined settles it, whichever it is. One that has
// not in time is looked for, and the move given up.
func (p *planning) move(e careline.CallEvent) {
	switch {
	case !p.view.since.IsZero():
		p.do(duty{what: dutySettle, command: e})
	case p.call.Final() || p.call.MemberLeg == "":
		p.do(duty{what: dutyFail, command: e, why: careline.ReasonNotInProgress})
	case p.done(dutyCarry, e.ID).IsZero() && p.now.Before(e.Kept.Add(movedWithin)):
		p.do(duty{what: dutyCarry, command: e, leg: p.call.MemberLeg, label: careline.LabelMember})
	case p.due(later(e.Kept, p.done(dutyCarry, e.ID)), movedWithin):
		p.do(duty{what: dutyFail, command: e, leg: p.call.MemberLeg, why: careline.ReasonMoveFailed})
	}
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
		p.do(duty{what: dutyFail, command: e, why: careline.ReasonNotInProgress})
		return
	}
	wanted := duty{what: dutyCarry, command: e, leg: party.Leg, label: party.Label}

	switch act := e.Room.Act; {
	case act == careline.ActAdd && party.Leg != "":
		p.do(duty{what: dutySettle, command: e, leg: party.Leg})
		return
	case act == careline.ActRemove && gone(party):
		p.do(duty{what: dutySettle, command: e})
		return
	case act != careline.ActAdd && gone(party):
		p.do(duty{what: dutyFail, command: e, why: careline.ReasonNotInProgress})
		return
	case act != careline.ActAdd && party.Leg == "":
		p.waitFor(e)
		return
	}

	if act := e.Room.Act; act != careline.ActRemove && !p.now.Before(e.Kept.Add(carriedOutWithin)) {
		p.do(duty{what: dutyFail, command: e, leg: wanted.leg, label: wanted.label, why: careline.ReasonTooLate})
		return
	}
	if p.again(dutyCarry, e.ID, againAfter) {
		p.do(wanted)
	}
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

// room plans the end of a room that has no reason to go on.
func (p *planning) room() {
	v := p.view
	if !v.isOpen() {
		return
	}

	if p.due(v.last, lookedWithin) && p.again(dutyLook, v.conference, lookedWithin) {
		p.do(duty{what: dutyLook})
	}
	p.twice()
	p.warn()
	if why := p.over(); why != "" && p.again(dutyEnd, why, 5*againAfter) {
		p.do(duty{what: dutyEnd, why: careline.Reason(why)})
	}
}

// The reasons why careline ends a room itself. They are in the ids of the events that ask
// for it: never change one.
const (
	endsApart  = "apart"  // one of the two has not come
	endsNobody = "nobody" // on the member's side
	endsAlone  = "alone"  // no clinician has come back
	endsLimit  = "limit"
)

// over is why the room is to end now; empty: it is not, or not yet.
func (p *planning) over() string {
	v, call := p.view, p.call
	member, clinician := false, false
	for _, leg := range legsIn(v) {
		clinical := clinical(roleOf(call, leg))
		member, clinician = member || !clinical, clinician || clinical
	}

	if !p.met() && !call.Final() {
		if p.due(v.since, bothWithin) {
			return endsApart
		}
		return ""
	}
	if !member && p.due(p.lastLeft(false), nobodyFor) {
		return endsNobody
	}
	if !clinician {
		since := p.lastLeft(true)
		p.tell(since)
		if p.due(since, p.alone) {
			return endsAlone
		}
	}
	if p.limit > 0 && !call.Received.IsZero() && p.due(call.Received, p.limit) {
		return endsLimit
	}
	return ""
}

// met reports whether both of the two who were dialled together have been in the room.
func (p *planning) met() bool {
	been := func(leg string) bool {
		return !p.view.in[leg].IsZero() || !p.view.out[leg].IsZero()
	}
	return been(p.call.Key) && been(p.call.MemberLeg)
}

// lastLeft is when the last of a side left the room; who never came was there when the
// first joined it.
func (p *planning) lastLeft(clinicians bool) time.Time {
	last := p.view.since
	for leg, left := range p.view.out {
		if clinical(roleOf(p.call, leg)) == clinicians {
			last = later(last, left)
		}
	}
	return last
}

// tell plans that those who wait for a clinician are asked to stay, once.
func (p *planning) tell(since time.Time) {
	if p.now.After(since.Add(toldWithin)) {
		return
	}
	for _, leg := range legsIn(p.view) {
		if !clinical(roleOf(p.call, leg)) && p.done(dutyTell, leg).Before(since) {
			p.do(duty{what: dutyTell, leg: leg})
		}
	}
}

// warn plans that whoever joins a call that is recorded is told so: not the two who were
// dialled together, of whom the member has been told and the clinician knows.
func (p *planning) warn() {
	recorded := slices.ContainsFunc(p.call.Recordings, func(r careline.Recording) bool {
		return r.State == careline.RecordingRunning || r.State == careline.RecordingStarting
	})
	if !recorded {
		return
	}
	for leg, since := range p.view.in {
		joined := roleOf(p.call, leg).Joins()
		if joined && !p.now.After(since.Add(toldWithin)) && p.done(dutyWarn, leg).IsZero() {
			p.do(duty{what: dutyWarn, leg: leg})
		}
	}
}

// twice plans that a clinician who came back is in the room once: their earlier leg may
// live on at the carrier, though its app is gone.
func (p *planning) twice() {
	for _, party := range p.call.Present() {
		if _, back := p.view.in[party.Leg]; !back {
			continue
		}
		for _, leg := range party.Earlier {
			since, there := p.view.in[leg]
			if there && since.Before(p.view.in[party.Leg]) && p.again(dutyHangUp, leg, movedWithin) {
				p.do(duty{what: dutyHangUp, leg: leg})
			}
		}
	}
}

// legs plans what is to be looked up because nobody reports it: the end of a leg that
// has left, and one that rings for longer than it can. The clinician's own is not looked
// up: that it is over would say that all of the call is.
func (p *planning) legs() {
	for _, party := range p.call.Present() {
		if party.Leg == "" || party.Role == careline.RoleClinician || party.Status.Final() {
			continue
		}

		since, after := p.view.out[party.Leg], reportedWithin
		if since.IsZero() {
			since, after = p.ringing(party)
		}
		if since.IsZero() || !p.due(since, after) {
			continue
		}
		if p.again(dutyFetch, party.Leg, reportedWithin) {
			p.do(duty{what: dutyFetch, leg: party.Leg, label: party.Label})
		}
	}
}

// ringing is since when somebody rings who was brought in, and how long they may.
func (p *planning) ringing(party careline.Party) (since time.Time, most time.Duration) {
	if !party.Role.Joins() || party.Together || party.Status == careline.StatusInProgress || gone(party) {
		return time.Time{}, 0
	}
	return party.Asked, ringsFor
}
