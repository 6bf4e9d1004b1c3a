package pubsub

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"perci.health/careline"
)

// ForwardConsumer names the consumer whose deliveries are still to be published.
// It is in the database: never change it.
const ForwardConsumer = "pubsub"

// The ways of an event out of the Outbox, as they are observed.
const (
	WayPublished = "published" // Google has it
	WayKept      = "kept"      // it was appended here, to be forwarded
	WayForwarded = "forwarded" // Google has it, after it was kept here
	WayFailed    = "failed"    // neither: the sender was told so
)

// Bounds of an outbox.
const (
	// publishWithin is how long Google may keep a webhook waiting.
	publishWithin = 2 * time.Second
	// keepWithin is how long the database may, after that: Twilio gives up after
	// 15 seconds.
	keepWithin = 5 * time.Second
)

// Outbox makes events durable at Google, or here when Google cannot take them.
// The fields without a default must be set, and none may change after the first
// call.
type Outbox struct {
	// Publish returns nil when Google has the message: see Publisher.
	Publish func(context.Context, Message) error
	// Append keeps an event here, durably, with a delivery to ForwardConsumer.
	Append func(context.Context, careline.CallEvent) error
	// Subject says what a report of that kind is about, in the word that the
	// carrier's place has for it; empty for kinds that no report makes.
	Subject func(careline.Kind) string
	Log     *slog.Logger

	Within  time.Duration                          // how long Google may take; 0: 2 s
	Observe func(way string, e careline.CallEvent) // told how each event left; nil: nobody

	mu      sync.Mutex
	circuit circuit
}

// Keep returns nil when the event is durable: Google has it, or it was appended
// here because Google had not taken it in time. While Google takes nothing, only
// one event at a time still tries it, and the others do not wait.
//
// An event that Google took after we gave up waiting is published again later,
// which is harmless: a repeated report is kept once. An error of code invalid says
// that the event is no report; one of code unavailable, that it is not known to be
// durable anywhere: the sender should repeat it.
func (o *Outbox) Keep(ctx context.Context, e careline.CallEvent) error {
	m, err := NewMessage(o.Subject(e.Kind), e)
	if err != nil {
		return err
	}

	if err = o.try(ctx, m); err == nil {
		o.observe(WayPublished, e)
		return nil
	}

	// A sender that hangs up may never come back: the event is kept all the same.
	keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer cancel()
	if failure := o.Append(keeping, e); failure != nil {
		o.observe(WayFailed, e)
		return careline.NewError(careline.CodeUnavailable,
			"The report could be kept neither at Google nor here. Please send it again.", errors.Join(err, failure))
	}

	o.observe(WayKept, e)
	return nil
}

// Forward publishes what was kept here: it is the Handle of the relay whose consumer
// is ForwardConsumer. It files nothing.
func (o *Outbox) Forward(ctx context.Context, d careline.Delivery) (careline.Filing, error) {
	m, err := NewMessage(o.Subject(d.Event.Kind), d.Event)
	if err != nil {
		return careline.Filing{}, careline.NewError(careline.CodeRejected, "This event is no report that can be published.", err)
	}

	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	err = o.Publish(ctx, m)
	if err == nil {
		o.saw(nil)
		o.observe(WayForwarded, d.Event)
	}
	return careline.Filing{}, err
}

var errCircuitOpen = errors.New("not asked: Google takes nothing at the moment")

// try publishes the message, unless Google is known to take nothing.
func (o *Outbox) try(ctx context.Context, m Message) error {
	o.mu.Lock()
	may := o.circuit.may(time.Now())
	o.mu.Unlock()
	if !may {
		return errCircuitOpen
	}

	bounded, cancel := context.WithTimeout(ctx, cmp.Or(o.Within, publishWithin))
	defer cancel()
	err := o.Publish(bounded, m)

	switch {
	case err != nil && ctx.Err() != nil:
		o.unasked() // the sender hung up, which says nothing of Google
	case careline.CodeOf(err) == careline.CodeRejected:
		o.saw(nil) // Google was there to say no
	default:
		o.saw(err)
	}
	return err
}

func (o *Outbox) unasked() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.circuit.trying = false
}

func (o *Outbox) saw(err error) {
	o.mu.Lock()
	was := o.circuit.open
	o.circuit.saw(err, time.Now())
	is := o.circuit.open
	o.mu.Unlock()

	switch {
	case is && !was:
		o.Log.Warn("Pub/Sub takes nothing: reports are kept here and forwarded later", slog.Any("err", err))
	case was && !is:
		o.Log.Info("Pub/Sub takes reports again")
	}
}

func (o *Outbox) observe(way string, e careline.CallEvent) {
	if o.Observe != nil {
		o.Observe(way, e)
	}
}

// circuit knows whether Google is worth asking.
type circuit struct {
	failures int // in a row
	open     bool
	trying   bool      // somebody is asking, to see
	next     time.Time // when to see again
}

const (
	// openAfter failures in a row, Google is taken to be down.
	openAfter = 5
	// seeEvery is how often one sender is made to wait, to see whether it is back.
	// What was kept here is forwarded meanwhile, and shows it sooner.
	seeEvery = 5 * time.Second
)

// may reports whether to ask, and takes note of it.
func (c *circuit) may(now time.Time) bool {
	if !c.open {
		return true
	}
	if c.trying || now.Before(c.next) {
		return false
	}
	c.trying = true
	return true
}

func (c *circuit) saw(err error, now time.Time) {
	c.trying = false
	if err == nil {
		*c = circuit{}
		return
	}
	c.failures++
	if c.failures >= openAfter {
		c.open, c.next = true, now.Add(seeEvery)
	}
}
