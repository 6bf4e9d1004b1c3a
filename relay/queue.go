package relay

import (
	"context"
	"time"

	"perci.health/careline"
)

// Queue is where deliveries wait.
//
// Wide: whoever gives the work out is asked of it, and takes it back.
type Queue interface {
	Claims
	Outcomes
}

// Claims give out the work, one call at a time.
type Claims interface {
	// Due are calls whose first pending delivery is due and that nobody has
	// claimed, the longest due first; and when the earliest that is not due yet
	// will be, zero when there is none.
	Due(ctx context.Context, consumer string, now time.Time, limit int) (calls []string, next time.Time, err error)
	// Claim is false when somebody else has the call. It holds until Release, or
	// until it is lost; held, which is ctx, ends with it. Whatever is done for the
	// call is done with held: the queue takes nothing of an epoch that is over.
	Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error)
	Release(ctx context.Context, consumer, call string) error
	// Next is the first pending delivery of a claimed call, if it is due.
	Next(ctx context.Context, consumer, call string, now time.Time) (careline.Delivery, bool, error)
}

// Outcomes take the work back.
type Outcomes interface {
	// Done ends a delivery and, unless filed is zero, saves that filing, in one
	// transaction. A delivery that is ended already is left so. An error of code
	// conflict says that the filing's call turned out to be a leg of another, and that
	// nothing was done.
	Done(ctx context.Context, d careline.Delivery, filed careline.Filing) error
	// Retry counts a failed attempt and makes the delivery due again at the time
	// at; those behind it wait.
	Retry(ctx context.Context, d careline.Delivery, at time.Time, cause string) error
	// Bury gives a delivery up, after one more failed attempt; the delivery behind it
	// is due at once.
	Bury(ctx context.Context, d careline.Delivery, cause string) error
}

// The outcomes of a delivery, as they are logged and observed.
const (
	OutcomeDone        = "done"
	OutcomeRetry       = "retry"       // failed, and will be tried again
	OutcomePutOff      = "put-off"     // not tried, and will be later, as the handler asked for
	OutcomeBuried      = "buried"      // failed, and will not be
	OutcomeInterrupted = "interrupted" // cut off by the end of Run or of the claim; as if it had not begun
)
