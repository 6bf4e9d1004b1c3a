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

// NewReasoned is an Error of the given code and reason, in a sentence that says more
// than the reason's own.
func NewReasoned(code Code, reason Reason, message string) error {
	return &Error{Code: code, Reason: reason, Message: message}
}

// Because is an Error of the given code and reason, in the reason's own sentence; cause
// may be nil.
func Because(code Code, reason Reason, cause error) error {
	return &Error{
		Code:    code,
		Reason:  reason,
		Message: reason.Sentence(),
		Err:     cause,
	}
}

// CodeOf is the code of the first Error in err's chain; CodeInternal when there
// is none, so that an unforeseen error never looks like the caller's fault.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
