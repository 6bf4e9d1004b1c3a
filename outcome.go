package careline

import (
	"cmp"
	"slices"
)

// told is the member's leg that the call is told by: whose end is the call's
// outcome. This is the one place that says so.
//
// The member's own leg says how the call went, and no other's does: not that of a
// clinician who is rung, nor of whoever joins and leaves. Where the member was
// dialled on several legs, at once or one after the other, the call goes on while
// one of them does. When none does, the one that was answered tells it; else the one
// that nobody told the end of, for the clinician did not wait for it; else the one
// that was dialled last; else the first that was told of. A leg of which only an id is
// known tells nothing.
func (f *fold) told() *legFold {
	candidates := append(slices.Clip(f.members), &f.nameless)

	return slices.MinFunc(candidates, func(a, b *legFold) int {
		return cmp.Or(
			compareFlags(b.told, a.told),
			compareFlags(f.goesOn(b), f.goesOn(a)),
			compareFlags(b.Answered(), a.Answered()),
			compareFlags(a.over, b.over),
			b.Sent.Compare(a.Sent),
		)
	})
}

// goesOn reports whether nothing has ended the leg: neither a report, nor another
// one that was answered, nor the clinician's leaving.
func (f *fold) goesOn(l *legFold) bool {
	return !l.over && !f.left() && !f.lost(l)
}

// lost reports whether the leg rang when another one was answered: the carrier
// connects the first that is, and gives up the others (Twilio, voice/twiml/dial,
// "simultaneous dialing").
func (f *fold) lost(l *legFold) bool {
	if l.Answered() || l.Sent.IsZero() {
		return false
	}
	return slices.ContainsFunc(f.members, func(other *legFold) bool {
		return !l.Sent.After(other.Received)
	})
}

// left reports whether the clinician's leg is over, and the call with it: the
// member's leg does not outlive it, unless both were in a room.
func (f *fold) left() bool {
	return f.clinician.over && (!f.room || f.gone)
}

// tell takes over what the leg tells of the call. When the call began, and was first
// answered, any of the member's legs may tell.
func (f *fold) tell(l *legFold) {
	c := &f.call
	c.MemberLeg, c.Direction, c.AnsweredBy = l.ID, l.Direction, l.AnsweredBy
	c.Seconds, c.EndedBy, c.Failure, c.Ended = l.Seconds, l.endedBy, l.Failure, l.Ended
	f.at.machine, f.at.length, f.at.side = l.at.machine, l.at.length, l.at.side

	for _, m := range f.members {
		c.Sent, c.Received = earlier(c.Sent, m.Sent), earlier(c.Received, m.Received)
	}

	if l.told && (l.over || c.Status != StatusRefused) {
		c.Status, c.Word, c.Refusal, c.Told = l.Status, l.Word, "", ""
		f.at.status = l.at.status
	}
}

// leave ends a call whose clinician has left though nobody told its outcome. Word
// stays what was last said of the member's leg, for the carrier says "completed" of
// the clinician's even when the line was busy.
func (f *fold) leave() {
	c := &f.call
	c.ClinicianLeft = f.clinician.over
	if c.Final() || !f.left() {
		return
	}

	c.Ended = f.clinician.Ended
	f.at.status = later(f.at.status, f.clinician.at.status)
	if c.Status == StatusInProgress {
		c.Status = StatusCompleted
	} else {
		c.Status = StatusCanceled
	}
}

// sipDecline is SIP's word for a call that was turned away (RFC 3261, section 21.6.2).
const sipDecline = 603

// reasons leaves of who and why what the outcome allows: a witness who was
// outvoted on the outcome was wrong on its reason too. Networks say "busy" of a
// call that a person turned away, but no telephone rings on a busy line.
func (f *fold) reasons(l *legFold) {
	c := &f.call
	switch c.Status {
	case StatusBusy:
		c.Declined = l.rang || c.Failure.SIP == sipDecline
	case StatusFailed, StatusNoAnswer:
		c.Declined = c.Failure.SIP == sipDecline
	}

	if c.Status != StatusFailed {
		c.Failure = Failure{}
	}
	hungUp := c.Status == StatusCompleted || c.EndedBy == SideClinician && (c.Status == StatusCanceled || c.Status == StatusNoAnswer)
	if !hungUp || f.cutOff() {
		c.EndedBy, f.at.side = "", f.at.status
	}
}

// cutOff reports whether the carrier may have ended the conversation at its limit:
// its reports are then those of a member who hung up. It counts whole seconds.
func (f *fold) cutOff() bool {
	return f.limit > 0 && f.call.Seconds.known && f.call.Seconds.n >= f.limit-1
}

// legs are all that have an id, the clinician's first.
func (f *fold) legs() []Leg {
	var legs []Leg
	if f.call.ClinicianLeg != "" {
		clinician := f.clinician.Leg
		clinician.ID, clinician.Role = f.call.ClinicianLeg, RoleClinician
		legs = append(legs, clinician)
	}

	for _, l := range slices.Concat(f.members, f.others) {
		legs = append(legs, l.Leg)
	}
	return legs
}
