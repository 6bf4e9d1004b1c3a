package careline

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The labels of the two with whom every call begins.
const (
	LabelClinician = "p1-clinician"
	LabelMember    = "p2-member"
)

// Outcomes of parties: why one is not in the call any more, or never was. Their text is
// written to the record: never change one.
const (
	PartyLeft     = "left"
	PartyRemoved  = "removed" // the clinician ended their leg
	PartyNoAnswer = "no-answer"
	PartyBusy     = "busy"
	PartyFailed   = "failed"
	PartyDeclined = "declined" // it rang, and was turned away
	PartyCanceled = "canceled" // nobody waited for them any longer
	PartyCollided = "collided" // another leg of the same person was answered
)

// PartyAsked is who is asked for by an event (KindPartyAsked of ActAdd or ActRejoin), as
// long as nothing more is known of them.
func PartyAsked(e *CallEvent) Party {
	_, role, ok := ReadLabel(e.Room.Label)
	if !ok {
		role = RoleOther
	}

	return Party{
		Label:  e.Room.Label,
		Role:   role,
		Ref:    e.Room.Ref,
		Name:   e.Room.Name,
		Entry:  e.Room.Entry,
		Ending: e.Room.To.Ending(),
		Asked:  happened(e),
	}
}

// PartyState is how far a party has come. Its text is in the API: never change one.
type PartyState string

// How far a party has come.
const (
	PartyIsAsked     PartyState = "asked"     // the carrier has not been heard of yet
	PartyIsDialling  PartyState = "dialling"  // or waits to be dialled
	PartyIsRinging   PartyState = "ringing"   //
	PartyIsConnected PartyState = "connected" // they are in the call, perhaps on hold
	PartyHasLeft     PartyState = "left"      // or never came: see Outcome
)

// State is how far the party has come.
func (p Party) State() PartyState {
	switch {
	case p.Outcome != "":
		return PartyHasLeft
	case p.Together, p.Status == StatusInProgress:
		return PartyIsConnected
	case p.Status == StatusRinging:
		return PartyIsRinging
	case p.Status == StatusQueued, p.Status == StatusInitiated:
		return PartyIsDialling
	}
	return PartyIsAsked
}

// LabelOf is the label of the n-th party of a call, counted from 1.
func LabelOf(n int, role Role) string { return "p" + strconv.Itoa(n) + "-" + string(role) }

// ReadLabel is the inverse of LabelOf; ok is false of what it never makes.
func ReadLabel(label string) (n int, role Role, ok bool) {
	place, name, cut := strings.Cut(label, "-")
	digits, begins := strings.CutPrefix(place, "p")
	n, err := strconv.Atoi(digits)
	if !cut || !begins || err != nil || n < 1 {
		return 0, "", false
	}
	return n, Role(name), true
}

// labelForm is what a label looks like: room is left for more roles than there are.
var labelForm = regexp.MustCompile(`^p[0-9]{1,3}-[a-z-]{1,32}$`)

// ValidLabel reports whether a text from outside can be the label of a party.
func ValidLabel(label string) bool { return labelForm.MatchString(label) }

// NextLabel is the label of whoever is asked for next in the call of the events. No label
// is used twice: not by somebody who comes back, nor after a clinician who came back, and
// whom the call shows once.
func NextLabel(events []CallEvent, role Role) string {
	last := 2 // the clinician and the member have theirs, whether or not there is a room
	for _, e := range events {
		if n, _, ok := ReadLabel(e.Room.Label); ok {
			last = max(last, n)
		}
	}
	return LabelOf(last+1, role)
}

// Party is the party of that label.
func (c Call) Party(label string) (p Party, ok bool) {
	for _, p := range c.Present() {
		if p.Label == label {
			return p, true
		}
	}
	return Party{}, false
}

// Present are the call's parties as people see them: Parties, or, of a call that has
// never had to do with a room, its clinician and its member. A call that was refused has
// none, and one that the REST API placed has no clinician.
func (c Call) Present() []Party {
	if len(c.Parties) > 0 || c.Status == StatusRefused || c.Status == StatusUnknown && len(c.Legs) == 0 {
		return c.Parties
	}

	member := c.member()
	member.Together = c.Status == StatusInProgress && !c.ClinicianLeft
	if c.Final() {
		member.Outcome = outcomeOf(c.Status, c.Declined)
		member.Left = leftAt(member, c.Ended)
	}
	if c.ClinicianLeg == "" {
		return []Party{member}
	}

	clinician := c.clinician()
	clinician.Together = member.Together
	if c.Final() || c.ClinicianLeft {
		clinician.Outcome = PartyLeft
		clinician.Left = leftAt(clinician, c.Ended)
	}
	return []Party{clinician, member}
}

// clinician is who began the call, without what becomes of them.
func (c Call) clinician() Party {
	p := Party{
		Label:  LabelClinician,
		Role:   RoleClinician,
		Ref:    c.Sender,
		Name:   c.Names.Sender,
		Leg:    c.ClinicianLeg,
		Joined: c.Received,
	}
	for _, l := range c.Legs {
		if l.ID == c.ClinicianLeg {
			p.Status = l.Status
		}
	}
	return p
}

// member is who was called, without what becomes of them.
func (c Call) member() Party {
	return Party{
		Label:  LabelMember,
		Role:   RoleMember,
		Ref:    c.Recipient,
		Name:   c.Names.Recipient,
		Ending: c.ToEnding,
		Leg:    c.MemberLeg,
		Status: c.Status,
		Joined: c.Received,
	}
}

// outcomeOf is what became of a party whose leg is over.
func outcomeOf(s Status, declined bool) string {
	switch {
	case declined:
		return PartyDeclined
	case s == StatusBusy:
		return PartyBusy
	case s == StatusFailed:
		return PartyFailed
	case s == StatusNoAnswer:
		return PartyNoAnswer
	case s == StatusCanceled:
		return PartyCanceled
	}
	return PartyLeft
}

// leftAt is when a party that is gone left the call; zero of one who was never in it.
func leftAt(p Party, at time.Time) time.Time {
	if p.Joined.IsZero() {
		return time.Time{}
	}
	return at
}
