package api

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"perci.health/careline"
)

// AnswerWithin is how long a person waits for an answer at most. What waits for
// another system is given up then, or at once when it is known that it would take
// longer: the sentence of an error helps, an empty reply does not. It is well below
// the bound of writing an answer, and what web apps and phones give up after.
const AnswerWithin = 8 * time.Second

// bounded is the context of a request: one that ends for an answer to a person, but for
// a stream of events, which is no answer, for all calls as one table (see auditCalls), and
// for the sound of a recording (see hearRecording).
func bounded(ctx context.Context, route *Route) (context.Context, context.CancelFunc) {
	switch {
	case route.Path == streamPath, route.Path == auditPath, sounds(route.Path):
		return ctx, func() {}
	case route.Who == Clinician, route.Who == Auditor, route.Who == Somebody:
		return context.WithTimeout(ctx, AnswerWithin)
	}
	return ctx, func() {}
}

// late makes of a deadline that nobody put into words an error that may be told.
func late(err error) error {
	if _, told := errors.AsType[*careline.Error](err); !told && errors.Is(err, context.DeadlineExceeded) {
		return careline.Because(careline.CodeUnavailable, careline.ReasonTookTooLong, err)
	}
	return err
}

const (
	// retryAfter is in seconds: a restart or a record's hiccup is over by then.
	retryAfter = 5
	// longestAfter bounds what another system may ask a person to wait.
	longestAfter = 3600
)

// comeAgain is the Retry-After of an error, in seconds (RFC 9110, section 10.2.3):
// what the other system asks for, if it asks.
func comeAgain(err error) string {
	wait := time.Duration(0)
	if asks, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		wait = asks.RetryAfter()
	}
	return strconv.Itoa(min(max(retryAfter, int(math.Ceil(wait.Seconds()))), longestAfter))
}
