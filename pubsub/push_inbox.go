package pubsub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perci.health/careline"
)

// The outcomes of a message that came in, as they are observed.
const (
	TakenKept   = "kept"   // the log has its event, as of now or already
	TakenStray  = "stray"  // nobody here can read it; it was kept for an operator
	TakenFailed = "failed" // it could not be kept; it comes again
)

// Inbox keeps what comes over Pub/Sub, pushed or pulled. The fields without a
// default must be set.
type Inbox struct {
	// Understand is the event that a report of that subject tells of. An error says
	// that the report cannot be read, now or later, unless its code is unavailable.
	Understand func(subject string, data []byte) (careline.CallEvent, error)
	// Append keeps an event, durably, however often it comes. An error of code
	// invalid says that it never will.
	Append func(context.Context, careline.CallEvent) error
	// KeepStray keeps a message that cannot be read, durably, once.
	KeepStray func(context.Context, careline.Stray) error

	// Observe is told how each message was taken; nil: nobody.
	Observe func(outcome string)
	// Span wraps the taking of a message in the trace that its traceparent, which
	// may be empty, tells of; what it returns is told how that ended. nil: none.
	Span func(ctx context.Context, traceparent string) (context.Context, func(error))
}

// takeWithin bounds the taking of one message, so that the answer comes before
// the shortest time that Google waits for one: 10 seconds.
const takeWithin = 8 * time.Second

// received is a message as it came in.
type received struct {
	id         string
	attributes map[string]string
	data       []byte
	odd        string // what is not as Pub/Sub writes it; empty for every message of its own
}

// take returns nil when the message is durable here, as an event or as a stray:
// it need never come again. Any other outcome is an error of code unavailable. To
// take a message twice, also at the same time, is harmless.
func (i *Inbox) take(ctx context.Context, m received) (err error) {
	ctx, cancel := context.WithTimeout(ctx, takeWithin)
	defer cancel()

	trace := m.attributes[attributeTrace]
	if i.Span != nil {
		var end func(error)
		ctx, end = i.Span(ctx, trace)
		defer func() { end(err) }()
	}

	outcome := TakenKept
	e, err := i.readAll(m)
	never := err != nil && careline.CodeOf(err) != careline.CodeUnavailable
	if err == nil {
		e.Trace = trace
		err = i.Append(ctx, e)
		never = careline.CodeOf(err) == careline.CodeInvalid
	}

	if never {
		outcome = TakenStray
		err = i.KeepStray(ctx, careline.Stray{
			ID:         m.id,
			Attributes: m.attributes,
			Data:       m.data,
			Why:        err.Error(),
		})
	}

	if err != nil {
		outcome = TakenFailed
		err = careline.NewError(careline.CodeUnavailable, "The message could not be kept. Please send it again.", err)
	}

	if i.Observe != nil {
		i.Observe(outcome)
	}
	return err
}

// readAll reads a message that is in every part as Pub/Sub writes it.
func (i *Inbox) readAll(m received) (careline.CallEvent, error) {
	if m.odd != "" {
		return careline.CallEvent{}, errors.New(m.odd)
	}
	return i.read(m)
}

// Read is the event that a stray tells of, for a version that can read it.
func (i *Inbox) Read(m careline.Stray) (careline.CallEvent, error) {
	return i.read(received{id: m.ID, attributes: m.Attributes, data: m.Data})
}

// read is the event that a message tells of.
func (i *Inbox) read(m received) (careline.CallEvent, error) {
	for _, want := range []struct{ name, value string }{{attributeType, typeAppointment}, {attributeVersion, version1}} {
		if got := m.attributes[want.name]; got != want.value {
			return careline.CallEvent{}, fmt.Errorf("its %s is %q, not %q", want.name, short(got), want.value)
		}
	}

	subject := m.attributes[attributeSubtype]
	if subject == "" {
		return careline.CallEvent{}, errors.New("it has no subtype")
	}

	e, err := i.Understand(subject, m.data)
	if err != nil {
		return careline.CallEvent{}, fmt.Errorf("a report of subtype %q: %w", short(subject), err)
	}
	return e, nil
}

func short(text string) string {
	const enough = 64
	return text[:min(len(text), enough)]
}
