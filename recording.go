package careline

import "time"

// The kinds of event of what is recorded. None of them tells how the call went. Their
// text is kept in the log: never change one.
const (
	KindConsent        Kind = "consent"         // what was decided of recording the call
	KindRecordingAsked Kind = "recording-asked" // a clinician wants something of a recording; kept before the carrier is asked
	KindRecording      Kind = "recording"       // the carrier on a recording
	KindRecordingKept  Kind = "recording-kept"  // the health record has its Media
	KindRecordingGone  Kind = "recording-gone"  // its sound is deleted
)

// ofRecording reports whether the kind is one of those above.
func (k Kind) ofRecording() bool {
	switch k {
	case KindConsent, KindRecordingAsked, KindRecording, KindRecordingKept, KindRecordingGone:
		return true
	}
	return false
}

// Decision is what was decided of recording a call. Its text is kept in the log and
// written to the record: never change one.
type Decision string

// The decisions.
const (
	ConsentNone      Decision = ""          // nobody was asked
	ConsentAnnounced Decision = "announced" // the member was told, and did not decline
	ConsentGiven     Decision = "given"     // the member agreed, in the clinician's word
	ConsentDeclined  Decision = "declined"  // by a key, or before: a standing refusal
	ConsentWithdrawn Decision = "withdrawn" // after it was begun: what was recorded is deleted
	ConsentNotAsked  Decision = "not-asked" // a machine answered
)

// Allows reports whether the call may be recorded.
func (d Decision) Allows() bool { return d == ConsentAnnounced || d == ConsentGiven }

// Consent is the decision that stands.
type Consent struct {
	Decision Decision
	By       string    // "key", "standing", "machine", or a practitioner id
	Text     string    // the first 12 hexadecimal digits of the SHA-256 of what was announced
	At       time.Time // when it was decided
}

// RecordingAct is what a clinician asks for. Its text is kept in the log: never change one.
type RecordingAct string

// What can be asked for with KindRecordingAsked.
const (
	RecordStart    RecordingAct = "start"
	RecordPause    RecordingAct = "pause"
	RecordResume   RecordingAct = "resume"
	RecordStop     RecordingAct = "stop"
	RecordWithdraw RecordingAct = "withdraw" // stop and delete everything of this call
	RecordDelete   RecordingAct = "delete"   // one recording, by a reviewer
)

// RecordingState is how a recording stands. Its text is kept in the log: never change one.
type RecordingState string

// How a recording stands.
const (
	RecordingNone      RecordingState = ""
	RecordingStarting  RecordingState = "starting"
	RecordingRunning   RecordingState = "in-progress"
	RecordingPaused    RecordingState = "paused"
	RecordingStopped   RecordingState = "stopped" // its sound is being made
	RecordingCompleted RecordingState = "completed"
	RecordingAbsent    RecordingState = "absent" // nothing was recorded
	RecordingFailed    RecordingState = "failed"
	RecordingDeleted   RecordingState = "deleted"
)

// RecordingSaid is what an event of a recording says. A zero field was not said. The
// recording is named by CallEvent.Recording, its length is CallEvent.Seconds.
type RecordingSaid struct {
	Act      RecordingAct
	State    RecordingState
	Channels int
	Started  time.Time
	By       string // practitioner id of who asked; empty: careline itself, as when a member is held
	Answers  string // ID of the event that this is the answer to
	Failed   string // why it came to nothing
	Media    string // id of the Media in the health record
	Why      string // of a deletion: withdrawn, expired, erased, machine, or what the reviewer wrote
	Whole    bool   // the sound of a room, and not of the clinician's leg
}

// Recording is what was recorded of a call at one time.
type Recording struct {
	Sid      string // the carrier's id
	State    RecordingState
	Channels int // 2: the clinician's own words are the first
	Seconds  Seconds
	Started  time.Time
	PausedAt time.Time // since when it is paused; zero: it is not
	ByHand   bool      // a person paused it, so only a person resumes it
	Media    string    // id of the Media in the health record; empty: none yet, or no more
	Gone     string    // why its sound is deleted; empty: it is not
}
