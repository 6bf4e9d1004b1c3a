package careline

import (
	"slices"
	"time"
)

// Status says how far the member's side of a call has come. The words are those
// of Twilio's Call resource, which are also the telephone trade's.
type Status string

// The statuses of a call, in the order in which a call goes through them.
const (
	StatusUnknown    Status = ""            // nothing is known, or a word we have not met
	StatusRefused    Status = "refused"     // decided here: never dialled
	StatusRequested  Status = "requested"   // decided here: may be dialled, carrier silent so far
	StatusQueued     Status = "queued"      // the carrier waits to dial
	StatusInitiated  Status = "initiated"   // the carrier dials
	StatusRinging    Status = "ringing"     // the member's phone rings
	StatusInProgress Status = "in-progress" // somebody or something answered
	StatusCompleted  Status = "completed"   // answered, then ended
	StatusBusy       Status = "busy"
	StatusFailed     Status = "failed" // could not be connected at all
	StatusNoAnswer   Status = "no-answer"
	StatusCanceled   Status = "canceled" // the clinician hung up first
)

// Final reports whether nothing can follow this status.
func (s Status) Final() bool {
	switch s {
	case StatusRefused, StatusCompleted, StatusBusy, StatusFailed, StatusNoAnswer, StatusCanceled:
		return true
	}

	return false
}

// progress orders the statuses that are not final; a higher one replaces a lower.
func (s Status) progress() int {
	switch s {
	case StatusQueued:
		return 1
	case StatusInitiated:
		return 2
	case StatusRinging:
		return 3
	case StatusInProgress:
		return 4
	}

	return 0
}

// Call is one attempt to reach a member, told from everything reported about it.
// Both legs, the clinician's browser and the member's phone, are one Call.
//
// A zero field means "not known"; it is left out of the record, never guessed.
type Call struct {
	Key          string // id of the call: that of the clinician's leg
	ClinicianLeg string // the carrier's id of the browser's leg
	MemberLeg    string // the carrier's id of the phone's leg, once it exists; of several, the one that the call is told by
	Legs         []Leg  // all that are known from its events: the clinician's, the member's, others'; none of a call that was read from the record

	Status    Status
	Word      string // the carrier's own word for Status, as it came
	Direction string // the carrier's own word

	Clinician   string    // practitioner id of the caller
	Sender      Reference // Practitioner or PractitionerRole that takes part in the appointment
	Patient     Reference
	Recipient   Reference // the patient, or the related person whose number was dialled
	Appointment string    // id of the appointment
	To          Phone
	ToEnding    string  // last four digits of To; all that the record has of it
	Refusal     Refusal // why the call was not dialled; empty when it was
	Told        string  // the sentence of Refusal, as the clinician heard it
	Names       Names   // of those whom the references name, as the record had them when the call was asked for
	Household   bool    // the patient had died, and the clinician confirmed that the household is to be reached

	Sent     time.Time // the carrier's time of its first report; when the call was asked for, if it ended without one
	Received time.Time // when the call was first in progress
	Ended    time.Time // the carrier's time of the last report
	At       time.Time // when the newest of what is told here happened

	Seconds    Seconds // length of the conversation
	AnsweredBy string  // what answered, in the carrier's word: human, machine_start, …
	Recording  string  // the carrier's id of the recording
	EndedBy    Side    // who hung up, as far as the reports tell
	Failure    Failure // why the carrier could not connect the call; only of one that failed
	Declined   bool    // it rang, and was turned away: the line was not busy

	Note CallNote // what its clinician noted of it last; zero: nothing, or taken back

	Room       RoomState
	Conference string      // the carrier's id of the room; empty until it is known
	Parties    []Party     // in the order in which they were asked for; none of a call that was read from the record without any
	Recordings []Recording // in the order in which they began
	Consent    Consent

	ClinicianLeft bool // the browser's leg is over, and no later one of the clinician's goes on; says nothing about the member
	Reconciled    bool // part of it was looked up, for its report had not come
}

// Final reports whether the call is over and its outcome known.
func (c Call) Final() bool { return c.Status.Final() }

// Live reports whether the call may still occupy its clinician: it goes on and they have
// not left it; or it is in a room, or on its way there, that waits for them, which ends
// with the room or the call, and nothing here counts the seconds; or they are in the
// room with others, though the member's part is over.
func (c Call) Live() bool {
	if c.Room == RoomOpen && slices.ContainsFunc(c.Parties, func(p Party) bool { return p.Role == RoleClinician && p.Together }) {
		return true
	}
	return !c.Final() && (!c.ClinicianLeft || c.Room == RoomMoving || c.Room == RoomOpen)
}

// Ends is when a call that is over ended, as well as that is known.
func (c Call) Ends() time.Time {
	if c.Ended.IsZero() {
		return c.At
	}
	return c.Ended
}

// Recordable reports whether the health record should hold this call. A call is
// known by its request, by a report of the member's leg that names the
// clinician's, or by one of a leg that the REST API dialled for an appointment; a
// report that stands alone (a machine detection that came first, a member who
// called back) waits in the log until its call is known.
func (c Call) Recordable() bool {
	known := c.ClinicianLeg != "" || c.direct()
	return c.Status == StatusRefused || c.Clinician != "" || known && c.Appointment != ""
}

// direct reports whether the member's leg is the call's only one.
func (c Call) direct() bool { return c.MemberLeg != "" && c.MemberLeg == c.Key }

// Names are how the people of a call are called. They are a patient's: never to
// be logged.
type Names struct {
	Sender    string `json:"sender,omitempty"`
	Patient   string `json:"patient,omitempty"`
	Recipient string `json:"recipient,omitempty"`
	Relation  string `json:"relation,omitempty"` // of the recipient to the patient, such as "daughter"; empty for the patient
}

// Side is one of the two who speak with each other; empty: not known. Its text is
// kept in the log and written to the record: never change one.
type Side string

// The sides.
const (
	SideClinician Side = "clinician"
	SideMember    Side = "member"
)

// Seconds is a length of time that may be unknown. Its zero value is unknown;
// a call of no length is SecondsOf(0).
type Seconds struct {
	known bool
	n     int
}

// SecondsOf is a known length of n seconds. A negative n is unknown.
func SecondsOf(n int) Seconds {
	if n < 0 {
		return Seconds{}
	}
	return Seconds{known: true, n: n}
}

// Value is the length, and whether it is known.
func (s Seconds) Value() (n int, known bool) { return s.n, s.known }

// Reference names a resource of the health record as FHIR writes it, such as
// "Patient/123" (FHIR R4, section 2.3.0, literal references). Empty: not known.
type Reference string
