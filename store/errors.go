package store

import (
	"errors"
	"fmt"

	"perci.health/careline"
)

// ErrClosed is why a closed store does nothing.
var ErrClosed = errors.New("the log is closed")

// Unavailable is the error for whoever waits. Engines name tables and columns in
// theirs, never values.
func Unavailable(doing string, err error) error {
	return careline.NewError(careline.CodeUnavailable, "The log of calls cannot be used at the moment.", fmt.Errorf("%s: %w", doing, err))
}

// NoCall is the error for a key that the log has no call of.
func NoCall(key string) error {
	return careline.NewError(careline.CodeNotFound, "The log has no call "+key+".", nil)
}

// NoDeadLetter is the error for a dead letter that is none.
func NoDeadLetter(consumer string, seq int64) error {
	return careline.NewError(careline.CodeNotFound, fmt.Sprintf("There is no dead letter %d of %s.", seq, consumer), nil)
}

// invalid is the error for an event that cannot be kept.
func invalid(format string, args ...any) error {
	return careline.NewError(careline.CodeInvalid, "This report cannot be kept.", fmt.Errorf(format, args...))
}

// moved is the error for a filing of what turned out to be another call's leg.
func moved() error {
	return careline.NewError(careline.CodeConflict, "This call has become part of another.", nil)
}

// NoStray is the error for a message that is none.
func NoStray(seq int64) error {
	return careline.NewError(careline.CodeNotFound, fmt.Sprintf("There is no unread message %d.", seq), nil)
}

// OnlyDead is the dead letter that was looked for among those found.
func OnlyDead(found []Dead, consumer string, seq int64) (Dead, error) {
	if len(found) == 0 {
		return Dead{}, NoDeadLetter(consumer, seq)
	}
	return found[0], nil
}

// OnlyStray is the message that was looked for among those found.
func OnlyStray(found []careline.Stray, seq int64) (careline.Stray, error) {
	if len(found) == 0 {
		return careline.Stray{}, NoStray(seq)
	}
	return found[0], nil
}
