package careline

import "time"

// partyFold is a party half told.
type partyFold struct {
	Party
	number int // of its label; 0: not known

	leg     *legFold // nil: not known
	told    bool     // the room's reports tell whether they are in it
	been    bool     // they were in the room
	in      bool
	out     bool // they left the room, and their leg did not go on
	outAt   time.Time
	failed  bool // they could not be brought in
	removed bool

	switches []*CallEvent // what was asked for of them that is either so or not
}

// hear takes what was told of the party in the room, the earlier first, and reports
// whether it is that they have come.
func (one *partyFold) hear(e *CallEvent) (came bool) {
	act := e.roomAct()
	switch act {
	case ActFail:
		one.failed = true
		return false
	case "":
		return false // a word that is new to us
	}

	one.told, one.been = true, true
	if act == ActLeave {
		one.goes(e, e.Room.LegLives)
		return false
	}

	one.in, one.out = true, false
	switch act {
	case ActJoin:
		one.Joined = earlier(one.Joined, happened(e))
		return true
	case ActHold:
		one.Held, one.HeldAt = true, earlier(one.HeldAt, happened(e))
	case ActUnhold:
		one.Held, one.HeldAt = false, time.Time{}
	case ActMute, ActUnmute:
		one.Muted = act == ActMute
	}
	return false
}

func (one *partyFold) goes(e *CallEvent, lives bool) {
	one.in, one.out, one.outAt = false, !lives, happened(e)
	one.Held, one.HeldAt, one.Muted = false, time.Time{}, false
}

// tell tells whether the party is in the room: as its reports say; of one of whom they
// say nothing, as long as their leg goes on.
func (one *partyFold) tell(f *fold, over bool) {
	one.leg = f.legOf(one.Leg)
	if one.leg != nil && one.leg.told {
		one.Status = one.leg.Status
	}
	if one.Label == LabelMember && f.call.Final() {
		one.Status = f.call.Status
	}

	switch {
	case over || one.Status.Final():
		one.Together = false
	case one.told:
		one.Together = one.in
	default:
		one.Together = one.Status == StatusInProgress || one.Label == LabelClinician
	}
	if one.Joined.IsZero() && one.leg != nil && one.Label != LabelClinician {
		one.Joined = one.leg.Received
	}
	if one.Together {
		one.obey(&f.rooms)
	}
}

// end tells what became of a party who is not in the call any more, or never was.
func (one *partyFold) end(roomOver bool, at time.Time) {
	over, alive := one.Status.Final(), one.Status.progress() > 0
	switch was := one.been || !one.Joined.IsZero(); {
	case one.Together, !over && !one.out && !roomOver && (!one.failed || alive):
		return
	case was && one.removed:
		one.Outcome = PartyRemoved
	case was:
		one.Outcome = PartyLeft
	case over:
		one.Outcome = outcomeOf(one.Status, one.leg != nil && one.leg.declined())
	case one.failed:
		one.Outcome = PartyFailed
	default:
		one.Outcome = PartyCanceled
	}

	one.Held, one.HeldAt, one.Muted = false, time.Time{}, false
	for _, when := range []time.Time{at, one.outAt, one.ended()} {
		if !when.IsZero() {
			one.Left = leftAt(one.Party, when)
		}
	}
}

// ended is when the party's leg did; zero: not known.
func (one *partyFold) ended() time.Time {
	if one.leg == nil || !one.leg.over {
		return time.Time{}
	}
	return one.leg.Ended
}

// declined reports whether the leg was turned away.
func (l *legFold) declined() bool {
	switch l.Status {
	case StatusBusy:
		return l.rang || l.Failure.SIP == sipDecline
	case StatusFailed, StatusNoAnswer:
		return l.Failure.SIP == sipDecline
	}
	return false
}

// whose is the same for all labels of one party.
func (one *partyFold) whose() string {
	if one.Role == RoleClinician {
		return LabelClinician
	}
	return one.Label
}
