package careline

import "time"

// Role is what somebody is in a call. Its text is kept in the log: never change one.
type Role string

// The roles.
const (
	RoleClinician       Role = "clinician"
	RoleMember          Role = "member"
	RoleInterpreter     Role = "interpreter"
	RoleFamily          Role = "family"
	RoleSecondClinician Role = "second-clinician"
	RoleOther           Role = "other" // somebody of whom no more is known
)

// Joins reports whether somebody of this role joins a call that goes on without
// them too: whatever becomes of their leg says nothing of the call.
func (r Role) Joins() bool {
	switch r {
	case RoleInterpreter, RoleFamily, RoleSecondClinician, RoleOther:
		return true
	}
	return false
}

// The kinds of event that tell of one leg and never of how the call ends. Their text
// is kept in the log: never change one.
const (
	// KindRingLeg is the carrier on a leg that it dialled to a clinician's app. Of
	// several that ring at once one is answered, and the others end.
	KindRingLeg Kind = "ring-leg"
	// KindParty is the carrier on a leg that joined the call.
	KindParty Kind = "party"
)

// Leg is one party's half of a call. A zero field means "not known".
type Leg struct {
	ID   string // the carrier's id of the leg
	Role Role

	Status    Status // StatusUnknown also of a leg of which nothing was told but that it is there
	Word      string // the carrier's own word for Status, as it came
	Direction string // the carrier's own word

	Sent     time.Time // the carrier's time of its first report
	Received time.Time // when the leg was first in progress
	Ended    time.Time // the carrier's time of its last report

	Seconds    Seconds // length of the conversation on this leg
	AnsweredBy string  // what answered, in the carrier's word
	Failure    Failure // why the carrier could not connect it
}

// Answered reports whether somebody or something has answered.
func (l Leg) Answered() bool {
	return l.Status == StatusInProgress || l.Status == StatusCompleted
}
