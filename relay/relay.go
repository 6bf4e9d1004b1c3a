package relay

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"perci.health/careline"
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
// default must be set, and none may change after Run or Take was called.
type Relay struct {
	Queue    Queue
	Consumer string
	// Handle acts on one event, and says where the call's resource stands in the
	// health record afterwards: that is saved as the delivery is ended. A zero filing
	// with no error says that nothing was filed, nor tried to be. It must be safe to
	// repeat. An error of code rejected buries the delivery; any other is taken to
	// pass.
	Handle func(context.Context, careline.Delivery) (filed careline.Filing, err error)
	Log    *slog.Logger

	// Alone says that nobody but this process writes the log, and that each event
	// which Take is told of is a delivery to the consumer: then what was just kept is
	// handed on from memory, and the queue is read only for what is not held there.
	Alone bool

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

	once   sync.Once
	signal chan struct{} // something was woken
	memory *memory       // nil unless Alone

	mu    sync.Mutex
	woken []string // by Take, in the order of their coming; a call may be in it twice
	lost  bool     // more was woken than is remembered
}

// Take tells what was just committed, in the log's order, each event once; the
// calls of it have something to deliver. It never blocks, and may be called before,
// during and after Run.
func (r *Relay) Take(news []careline.News) {
	r.prepare()
	if r.memory != nil {
		r.memory.take(news)
	}

	r.mu.Lock()
	for _, n := range news {
		r.wake(n.Event.Call)
	}
	r.mu.Unlock()
	r.alarm()
}

// Known are all events of a call in the log's order, without their reports, if the call
// is in memory, and Take was told of everything up to the place newest of the log: of a
// newest that was asked for just now the log holds no others. They are not to be changed.
func (r *Relay) Known(call string, newest int64) (events []careline.CallEvent, ok bool) {
	r.prepare()
	if r.memory == nil {
		return nil, false
	}
	return r.memory.known(call, newest)
}

// wake leaves a call for Run to see; the lock is held.
func (r *Relay) wake(call string) {
	n := len(r.woken)
	if n > 0 && r.woken[n-1] == call {
		return
	}
	if n >= readyBound {
		r.lost = true // the next sweep finds it
		return
	}
	r.woken = append(r.woken, call)
}

// prepare makes what Take and Run share.
func (r *Relay) prepare() {
	r.once.Do(func() {
		r.signal = make(chan struct{}, 1)
		if r.Alone {
			r.memory = newMemory(r.Queue)
		}
	})
}

func (r *Relay) alarm() {
	select {
	case r.signal <- struct{}{}:
	default:
	}
}

// takeWoken moves what was woken into spare, whose room is used again, and says
// whether that is all there was.
func (r *Relay) takeWoken(spare []string) (calls []string, all bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls, all = r.woken, !r.lost
	r.woken, r.lost = spare[:0], false
	return calls, all
}

// queue is where deliveries are taken from.
func (r *Relay) queue() Queue {
	if r.memory != nil {
		return r.memory
	}
	return r.Queue
}

// Run hands out deliveries until ctx ends, then lets those under way finish. It
// returns nil, or an error when a Handle does not end although its context has;
// that delivery is repeated by the next Run. Only one Run at a time.
func (r *Relay) Run(ctx context.Context) error {
	r.prepare()
	return newDispatcher(ctx, r).run(ctx)
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

func (r *Relay) workers() int { return cmp.Or(max(r.Workers, 0), 16) }

func (r *Relay) limit() time.Duration { return cmp.Or(max(r.Limit, 0), time.Minute) }

func (r *Relay) grace() time.Duration { return cmp.Or(max(r.Grace, 0), 10*time.Second) }

func (r *Relay) backoff() Backoff { return cmp.Or(r.Backoff, DefaultBackoff()) }
