package careline

import (
	"errors"
	"strings"
)

// Code says what kind of error it is, in a word that a program can act on.
type Code string

// The codes. A place that speaks HTTP turns each into a status.
const (
	CodeInvalid         Code = "invalid"         // the request cannot be understood
	CodeUnauthenticated Code = "unauthenticated" // nobody is signed in
	CodeForbidden       Code = "forbidden"       // signed in, but not allowed
	CodeNotFound        Code = "not-found"
	CodeConflict        Code = "conflict"    // somebody else was faster: read again
	CodeUnavailable     Code = "unavailable" // passing: the same request may succeed later
	CodeRejected        Code = "rejected"    // an outside party will never take this
	CodeInternal        Code = "internal"
)

// Reason says why exactly, in a word that a program can act on, where a code does not.
// Its text is in the API: never change one.
type Reason string

// The reasons.
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
)

// Error is the one error type that crosses packages: a code for machines, a
// sentence for the person who asked, a cause for the operator.
type Error struct {
	Code    Code
	Reason  Reason // why exactly, for a program; empty with most codes
	Message string // a sentence a person can act on; shown to the user
	Err     error  // the cause; for the log only
}

var _ error = (*Error)(nil)

// Error is for the operator: message and cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return strings.TrimSuffix(e.Message, ".") + ": " + e.Err.Error()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// NewError is an Error of the given code; cause may be nil.
func NewError(code Code, message string, cause error) error {
	return &Error{Code: code, Message: message, Err: cause}
}

// NewReasoned is an Error of the given code and reason.
func NewReasoned(code Code, reason Reason, message string) error {
	return &Error{Code: code, Reason: reason, Message: message}
}

// CodeOf is the code of the first Error in err's chain; CodeInternal when there
// is none, so that an unforeseen error never looks like the caller's fault.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
