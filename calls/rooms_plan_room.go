package calls

import (
	"time"

	"perci.health/careline"
)

// room plans the end of a room that has no reason to go on.
func (p *planning) room() {
	v := p.view
	if !v.isOpen() {
		return
	}

	p.look()
	p.twice()
	p.leftRecorded()
	p.warn()
	if why := p.over(); why != "" && p.again(dutyEnd, why, 5*againAfter) {
		p.do(duty{what: dutyEnd, why: careline.Reason(why)})
	}
}

// look plans that the carrier is asked how the room stands: one that has been quiet for
// long, and one of which it is not sure who is on hold.
func (p *planning) look() {
	quiet := p.due(p.view.last, lookedWithin) && p.again(dutyLook, p.view.Conference, lookedWithin)
	unsure := p.unsure() && p.again(dutyLook, p.view.Conference, 5*againAfter)
	if quiet || unsure {
		p.do(duty{what: dutyLook})
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
	for _, leg := range v.legs() {
		clinical := clinical(roleOf(call, leg))
		member, clinician = member || !clinical, clinician || clinical
	}

	if !p.met() && !call.Final() {
		if p.due(v.Since, bothWithin) {
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
		return !p.view.In[leg].IsZero() || !p.view.Out[leg].IsZero()
	}
	return been(p.call.Key) && been(p.call.MemberLeg)
}

// lastLeft is when the last of a side left the room; who never came was there when the
// first joined it.
func (p *planning) lastLeft(clinicians bool) time.Time {
	return later(p.view.Since, p.view.lastLeft(p.call, clinicians))
}

// tell plans that those who wait for a clinician are asked to stay, once.
func (p *planning) tell(since time.Time) {
	if p.now.After(since.Add(toldWithin)) {
		return
	}
	for _, leg := range p.view.legs() {
		if clinical(roleOf(p.call, leg)) || !p.done(dutyTold, leg).Before(since) {
			continue
		}
		if p.again(dutyTell, leg, againAfter) {
			p.do(duty{what: dutyTell, leg: leg})
		}
	}
}

// twice plans that a clinician who came back is in the room once: their earlier leg may
// live on at the carrier, though its app is gone.
func (p *planning) twice() {
	for _, party := range p.call.Present() {
		if _, back := p.view.In[party.Leg]; !back {
			continue
		}
		for _, leg := range party.Earlier {
			since, there := p.view.In[leg]
			if there && since.Before(p.view.In[party.Leg]) && p.again(dutyHangUp, leg, movedWithin) {
				p.do(duty{what: dutyHangUp, leg: leg})
			}
		}
	}
}

// legs plans what is to be looked up because nobody reports it: the end of a leg that
// has left, and one that rings for longer than it can. The clinician's own is not looked
// up: that it is over would say that all of the call is.
func (p *planning) legs() {
	p.leftBehind()
	p.leftRinging()
	for _, party := range p.call.Present() {
		if party.Leg == "" || party.Role == careline.RoleClinician || party.Status.Final() {
			continue
		}

		since, after := p.view.Out[party.Leg], reportedWithin
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

// leftBehind plans that the member's leg is looked up whose move came to nothing: it may
// have ended meanwhile, without a report. After a while the reconciler looks.
func (p *planning) leftBehind() {
	v := p.view
	if v.asked || v.failed == "" || p.call.Final() || p.now.After(v.failedAt.Add(careline.LookAfter)) {
		return
	}
	if p.due(v.failedAt, movedWithin) && p.again(dutyFetch, p.call.MemberLeg, movedWithin) {
		p.do(duty{what: dutyFetch, leg: p.call.MemberLeg, label: careline.LabelMember})
	}
}

// leftRinging plans that nobody goes on ringing for a room that is over: who answered
// would be alone in a new one of its name.
func (p *planning) leftRinging() {
	if !p.view.over() {
		return
	}
	for _, party := range p.call.Present() {
		_, left := p.view.Out[party.Leg]
		rings := party.Role.Joins() && party.Leg != "" && !left && !party.Status.Final()
		if rings && p.again(dutyHangUp, party.Leg, movedWithin) {
			p.do(duty{what: dutyHangUp, leg: party.Leg})
		}
	}
}

// ringing is since when somebody rings who was brought in, and how long they may.
func (p *planning) ringing(party careline.Party) (since time.Time, most time.Duration) {
	if !party.Role.Joins() || party.Together || party.Status == careline.StatusInProgress && !p.view.over() {
		return time.Time{}, 0
	}
	return party.Asked, ringsFor
}
