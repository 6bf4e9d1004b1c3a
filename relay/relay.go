package relay

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"perci.health/careline"
)

// Queue is where deliveries wait.
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
	Done(ctx context.Context, d careline.Delivery) error
	Retry(ctx context.Context, d careline.Delivery, at time.Time, cause string) error
	Bury(ctx context.Context, d careline.Delivery, cause string) error
}

// The outcomes of a delivery, as they are logged and observed.
const (
	OutcomeDone        = "done"
	OutcomeRetry       = "retry"       // failed, and will be tried again
	OutcomeBuried      = "buried"      // failed, and will not be
	OutcomeInterrupted = "interrupted" // cut off by the end of Run or of the claim; as if it had not begun
)

// Bounds of a relay.
const (
	// sweepEvery is how often the queue is asked without anybody waking the
	// relay: for what another process has kept.
	sweepEvery = 5 * time.Second
	// claimedFor is when the queue is asked about a call that somebody else had.
	claimedFor = 200 * time.Millisecond
	// readyBound is how many calls are remembered as having something to
	// deliver; more are found again in the queue.
	readyBound = 1024
	// settleFor is how long the queue may take to note an outcome.
	settleFor = 10 * time.Second
)

// Relay hands the deliveries of one consumer to Handle. The fields without a
// default must be set, and none may change after Run or Wake was called.
type Relay struct {
	Queue    Queue
	Consumer string
	// Handle acts on one event. It must be safe to repeat. An error of code
	// rejected buries the delivery; any other is taken to pass.
	Handle func(context.Context, careline.Delivery) error
	Log    *slog.Logger

	Workers int              // calls handled at once; 0: 16
	Backoff Backoff          // zero: DefaultBackoff
	Limit   time.Duration    // the longest that Handle may take; 0: a minute
	Grace   time.Duration    // how long Run lets Handle finish after its ctx has ended; 0: 10 s
	Now     func() time.Time // nil: time.Now
	Random  func() float64   // in [0, 1); nil: math/rand/v2

	// Observe is told how each handling ended; nil: nobody.
	Observe func(outcome string, d careline.Delivery, took time.Duration)
	// Span wraps each handling; what it returns is told how that ended. nil: none.
	Span func(context.Context, careline.Delivery) (context.Context, func(error))

	mu     sync.Mutex
	woken  map[string]bool
	signal chan struct{}
}

// Wake tells that these calls have something to deliver. It never blocks, and
// may be called before, during and after Run.
func (r *Relay) Wake(calls []string) {
	signal := r.alarm()
	r.mu.Lock()
	for _, call := range calls {
		if len(r.woken) > readyBound {
			break // the next sweep finds the others
		}
		r.woken[call] = true
	}
	r.mu.Unlock()
	select {
	case signal <- struct{}{}:
	default:
	}
}

func (r *Relay) alarm() chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.signal == nil {
		r.signal, r.woken = make(chan struct{}, 1), map[string]bool{}
	}
	return r.signal
}

// wokenCalls takes what Wake has left, and whether that is all there was.
func (r *Relay) wokenCalls() (calls []string, all bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for call := range r.woken {
		calls = append(calls, call)
	}
	clear(r.woken)
	return calls, len(calls) <= readyBound
}

// Run hands out deliveries until ctx ends, then lets those under way finish. It
// returns nil, or an error when a Handle does not end although its context has;
// that delivery is repeated by the next Run. Only one Run at a time.
func (r *Relay) Run(ctx context.Context) error {
	return newShift(ctx, r).run(ctx)
}

func (r *Relay) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

func (r *Relay) random() float64 {
	if r.Random == nil {
		return rand.Float64()
	}
	return r.Random()
}

func (r *Relay) workers() int {
	if r.Workers <= 0 {
		return 16
	}
	return r.Workers
}

func (r *Relay) backoff() Backoff {
	if r.Backoff == (Backoff{}) {
		return DefaultBackoff()
	}
	return r.Backoff
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}
