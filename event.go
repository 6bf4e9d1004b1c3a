package careline

import (
	"log/slog"
	"time"
)

// Kind says what an event tells of.
type Kind string

// The kinds of event. Their text is kept in the log: never change one.
const (
	KindRequested        Kind = "requested"         // a clinician asked for a call and may have it
	KindRefused          Kind = "refused"           // a clinician asked for a call and may not
	KindProgress         Kind = "progress"          // the carrier on the member's leg, or on one whose report does not say whose it is
	KindDialEnded        Kind = "dial-ended"        // the carrier on the outcome, told to the clinician's leg
	KindClinicianLeg     Kind = "clinician-leg"     // the carrier on the clinician's leg
	KindMachineDetection Kind = "machine-detection" // the carrier on who or what answered
	KindMemberCalled     Kind = "member-called"     // the carrier on a call that a member began
	KindLook             Kind = "look"              // nothing of a call: somebody looked at an appointment (Look)
)

// CallEvent is one thing that happened to a call, as somebody told us. The log
// keeps it as it came, for as long as it keeps the call; nothing that was kept is
// changed meanwhile.
type CallEvent struct {
	Seq  int64  // place in the log, from 1; 0 until the log has it
	ID   string // the same for every report of the same content, and only for those
	Call string // key of the call; empty when the report does not say, then the log finds it by Leg
	Leg  string // the carrier's id of the leg that the event is about
	Role Role   // on KindParty: who is on the leg
	Kind Kind

	At    time.Time // the carrier's time; zero when it gave none; of a note, ours
	Kept  time.Time // when the log took it
	Order int       // the carrier's sequence number on this leg; 0 when it gave none

	Status      Status
	Word        string // the carrier's word for Status, kept also when it is new to us
	Direction   string
	MemberLeg   string // on KindDialEnded: the leg whose outcome it is
	Appointment string
	Seconds     Seconds
	AnsweredBy  string
	Recording   string
	EndedBy     Side    // on KindDialEnded: who hung up
	Failure     Failure // with a final status
	LookedUp    bool    // found in the carrier's own record, because no report told it

	Note    CallNote      // on KindNoted, without its At; an empty one takes back what was noted
	Room    RoomSaid      // on the kinds of a room
	Consent Consent       // on KindConsent
	Sound   RecordingSaid // on the kinds of what is recorded
	Request Request       // on KindRequested and KindRefused; of a leg that the REST API dialled its To alone
	Report  []byte        // what the carrier sent, as a JSON object of its parameters; on KindLook a Look
	Trace   string        // W3C traceparent of the request that brought it; may be empty
}

// Request is what was decided when a clinician asked for a call.
type Request struct {
	Clinician string // practitioner id
	Sender    Reference
	Patient   Reference
	Recipient Reference
	To        Phone
	CallerID  Phone
	Refusal   Refusal
	Names     Names
	Household bool // the clinician confirmed that the household of a patient who has died is to be reached
	Limit     int  // seconds after which the carrier ends the conversation; 0: not known
}

// reconciled ends the ID of every event that was looked up, so that no report has
// the same.
const reconciled = "/reconciled"

// ReconciledID is the ID of the event that tells that a leg came to a status, as
// the carrier's own record has it: told by nobody, but looked up. It is the same
// however often it is looked up, and no report has it.
func ReconciledID(leg string, s Status) string { return leg + "/" + string(s) + reconciled }

// Reconciled reports whether the event was looked up in the carrier's own record
// (LookedUp) because its report did not come. Such an event is of the kind that the
// report would have been of.
func (e CallEvent) Reconciled() bool { return e.LookedUp }

var _ slog.LogValuer = CallEvent{}

// LogValue keeps the event's report, which holds numbers, out of every log.
func (e CallEvent) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", e.Call), slog.String("kind", string(e.Kind)),
		slog.String("status", e.Word), slog.Int64("seq", e.Seq))
}

// Delivery is one event on its way to one consumer.
type Delivery struct {
	Consumer string
	Event    CallEvent
	Attempts int // how often it was tried before
	Known    *Known
}

// Known is what the log held of a call when it gave out a delivery of it; nil from
// a log that was not read then. What came since is a delivery that follows.
type Known struct {
	Events []CallEvent // all of the call, in the log's order; their Report may be missing
	Filing Filing
	Last   bool // no other delivery of the call waited for the consumer
	// Unfiled is true only when it is certain that nobody can have tried to file the
	// call: this process has kept all its events, alone has the log, and every
	// delivery of it that was given out came back with nothing filed.
	Unfiled bool
}

// Filing says where and how a resource of a call stands in the health record.
type Filing struct {
	Call    string // key of the call
	Of      string // which resource of the call: empty, its Communication; else such as "Media/RE…"
	ID      string // the record's id for it; empty until it is known
	Version string // the record's version that holds what was filed last
	Seq     int64  // the last event that the record has
	Tried   bool   // a first filing was begun: it may exist though ID is empty
	Doubted bool   // an answer to the first filing was lost: the record may hold it twice

	// Patient is whose the call is, as it was filed: the log learns it so of a call whose
	// request it has not. It is no part of what the log says of a filing.
	Patient Reference
}
