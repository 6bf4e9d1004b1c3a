package careline

// Reason says why exactly, in a word that a program can act on, where a code does not.
// Its text is in the API: never change one. The web app has a sentence for each.
type Reason string

// The reasons of what is asked of a call.
const (
	ReasonTooLate   Reason = "too-late"   // it could have been done earlier
	ReasonNotPlaced Reason = "not-placed" // the call was refused

	ReasonFeatureOff     Reason = "feature-off"        // a setting would have to be made
	ReasonNotInProgress  Reason = "not-in-progress"    // nobody speaks with anybody, or they are gone
	ReasonOver           Reason = "over"               // the call has ended already
	ReasonMoveFailed     Reason = "move-failed"        // the call could not go on in a room
	ReasonRoomFull       Reason = "room-full"          // as many as may be are in it
	ReasonAlreadyIn      Reason = "already-in"         // or being dialled
	ReasonLastMember     Reason = "last-member"        // the only one on the member's side
	ReasonNotOnFile      Reason = "number-not-on-file" // nobody whom one may add
	ReasonConsentMissing Reason = "consent-missing"    // the member was not asked
	ReasonDeclined       Reason = "consent-declined"   // the member does not want it
	ReasonAlready        Reason = "already"            // it is so already
	ReasonNotReady       Reason = "not-ready"          // the sound is still being made
	ReasonGone           Reason = "gone"               // the sound is deleted

	ReasonNoteOutcome    Reason = "note-outcome"    // none that a call can have
	ReasonNoteTooLong    Reason = "note-too-long"   // more than a note may have
	ReasonNoteUnreadable Reason = "note-unreadable" // with characters that cannot be shown
)

// The reasons of who asks, and for what.
const (
	ReasonNoClinician       Reason = "no-clinician-role"
	ReasonNoAuditor         Reason = "no-auditor-role"
	ReasonNoReviewer        Reason = "no-reviewer-role"
	ReasonNoSupervisor      Reason = "no-supervisor-role"
	ReasonOtherOrganisation Reason = "other-organisation" // a clinician, but not of this one
	ReasonNotLinked         Reason = "not-linked"         // the session names nobody of the record
	ReasonNotBooked         Reason = "not-booked"         // on this appointment
	ReasonNotHolder         Reason = "not-holder"         // somebody else began the call

	ReasonNoAppointment Reason = "no-such-appointment"
	ReasonNoNumber      Reason = "no-such-number"
	ReasonNoCall        Reason = "no-such-call" // of the one who asks
	ReasonNoParty       Reason = "no-such-party"
	ReasonNoRecording   Reason = "no-such-recording"
	ReasonNoSound       Reason = "nothing-recorded" // there was one, and nothing was heard on it
	ReasonForgotten     Reason = "forgotten"        // no such call is in the log, or no more
)

// The reasons why something cannot be had at the moment.
const (
	ReasonRecordAway       Reason = "record-away"
	ReasonTelephonyAway    Reason = "telephony-away"
	ReasonLogAway          Reason = "log-away"
	ReasonSessionUnchecked Reason = "session-unchecked" // the sign-in's keys cannot be had
	ReasonConsentUnread    Reason = "consent-unread"    // whether the patient refuses recordings
	ReasonNotNoted         Reason = "not-noted"         // that somebody asks for it, so it is not done
	ReasonNoCallerID       Reason = "no-caller-id"
	ReasonTookTooLong      Reason = "took-too-long"
	ReasonStreamsFull      Reason = "streams-full"
)

// because is what a reason says to a person. Where the service knows more of the one
// case, such as a number, its own sentence says that; these are true of all cases.
var because = map[Reason]string{
	ReasonTooLate:        "This call ended more than 24 hours ago, so it can no longer be noted here. Please write it in the patient's chart.",
	ReasonNotPlaced:      "This call was not placed, so nothing can have come of it. Please write it in the patient's chart.",
	ReasonFeatureOff:     "This is switched off at your clinic. Please ask your IT team if you need it.",
	ReasonNotInProgress:  "This is possible only while they are connected. Please look how the call stands.",
	ReasonOver:           "This call has ended already.",
	ReasonMoveFailed:     "The call could not be changed, and goes on as before. Please try again in a moment.",
	ReasonRoomFull:       "The call is full. Somebody would have to leave first.",
	ReasonAlreadyIn:      "They are in this call already, or being dialled.",
	ReasonLastMember:     "Nobody else is on the line with you. Please end the call instead.",
	ReasonNotOnFile:      "Only people with a number on file, people of your clinic's list and clinicians who are signed in can be added. Please choose somebody from the list.",
	ReasonConsentMissing: "The person called was not told that this call is recorded, so it cannot be.",
	ReasonDeclined:       "The person called does not want to be recorded.",
	ReasonAlready:        "That has happened already.",
	ReasonNotReady:       "The sound of this recording is still being made. Please try again in a minute.",
	ReasonGone:           "This recording is deleted.",
	ReasonNoteOutcome:    "This is not one of the outcomes that a call can have. Please choose one of those shown.",
	ReasonNoteTooLong:    "The note is longer than 1,000 characters. Please shorten it; the rest belongs in the patient's chart.",
	ReasonNoteUnreadable: "The note holds characters that cannot be shown. Please type it again instead of pasting it.",

	ReasonNoClinician:       "Your account may not make calls here. If you are a clinician, ask your manager or your IT team to give you access, then sign in again.",
	ReasonNoAuditor:         "Only auditors may see every call. If you are one, ask your manager or your IT team to give you access, then sign in again.",
	ReasonNoReviewer:        "Only reviewers may see what others recorded, or delete a recording. If the person called does not want it, say so in the call, or ask a reviewer.",
	ReasonNoSupervisor:      "Only supervisors may see the calls that go on. If you are one, ask your manager or your IT team to give you access, then sign in again.",
	ReasonOtherOrganisation: "You are a clinician of another organisation than the one you are signed in to. Choose that one, then try again.",
	ReasonNotLinked:         "Your account is not linked to you in the health record. Please ask your IT team to link it, then sign in again.",
	ReasonNotBooked:         "You are not booked on this appointment.",
	ReasonNotHolder:         "Only the clinician who began the call can put somebody on hold.",
	ReasonNoAppointment:     "There is no such appointment. Please open it again from the list.",
	ReasonNoNumber:          "This number is not on file for the appointment. Please open the appointment again.",
	ReasonNoCall:            "There is no such call of yours. Please open it again from its appointment.",
	ReasonNoParty:           "There is nobody of this name in the call.",
	ReasonNoRecording:       "There is no such recording. Please open it again from its call.",
	ReasonNoSound:           "Nothing was recorded here.",
	ReasonForgotten:         "There is no such call. It may have been forgotten: calls are kept for a time only.",

	ReasonRecordAway:       "The health record does not answer as it should at the moment. Please try again in a minute; if it stays so, tell your IT team.",
	ReasonTelephonyAway:    "The telephone service does not answer as it should at the moment. Please try again in a minute; if it stays so, tell your IT team.",
	ReasonLogAway:          "The service cannot look up its calls at the moment. Please try again in a minute.",
	ReasonSessionUnchecked: "Your session cannot be checked at the moment. Please try again in a minute.",
	ReasonConsentUnread:    "Whether this patient refuses recordings cannot be read at the moment, so the call is not recorded. Please try again in a moment.",
	ReasonNotNoted:         "It could not be noted that you asked for this, so it was not done. Please try again in a moment.",
	ReasonNoCallerID:       "No telephone number is available to call from. Please try again in a minute, or tell your IT team.",
	ReasonTookTooLong:      "This took too long. Please try again in a moment.",
	ReasonStreamsFull:      "Live updates are full at the moment. Calls can still be made; this page asks again by itself.",
}

// Sentence is what a person is told, whatever the case; empty for a reason unknown.
func (r Reason) Sentence() string { return because[r] }
