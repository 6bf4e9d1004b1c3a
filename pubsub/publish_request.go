package pubsub

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"perci.health/careline"
)

// request is one PublishRequest: the messages that go to Google together.
type request struct {
	batch   []*outgoing
	awaited int // callers that still wait, in the publisher's lock
	cancel  context.CancelFunc
}

// startRequest sends a request on its way when something waits and it is time; the
// lock is held.
func (p *Publisher) startRequest() {
	if len(p.waiting) == 0 || p.underWay == requestsAtMost || (p.underWay > 0 && !p.due) {
		return
	}

	p.underWay++
	p.due = false
	p.again.Reset(requestsApart)
	go p.request()
}

// follow lets another request follow the last one, now or when a message comes.
func (p *Publisher) follow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due = true
	p.startRequest()
}

// request sends what waits to Google, and tells those who wait how it went.
func (p *Publisher) request() {
	p.gather()
	ctx, cancel := context.WithTimeout(context.Background(), requestWithin)
	defer cancel()
	r := p.load(cancel)

	if len(r.batch) > 0 {
		err := p.send(ctx, r.batch)
		if alone := len(r.batch) == 1; status.Code(err) == codes.InvalidArgument && !alone {
			p.sendSingly(ctx, r.batch)
		} else {
			answer(r.batch, err, alone)
		}
	}

	p.end(r)
}

// gather lets goroutines that are ready to publish come forward: on one processor
// the first of a crowd would otherwise have a request of its own, and the others
// wait for its answer.
func (p *Publisher) gather() {
	for before := -1; ; {
		runtime.Gosched()
		p.mu.Lock()
		n := len(p.waiting)
		p.mu.Unlock()
		if n == before || n >= batchMessages {
			return
		}
		before = n
	}
}

// load takes the first messages whose keys are not under way already, and those
// behind them of the same keys; there may be none.
func (p *Publisher) load(cancel context.CancelFunc) *request {
	p.mu.Lock()
	defer p.mu.Unlock()

	r := &request{cancel: cancel}
	size, kept := 0, p.waiting[:0]
	full := false
	for _, out := range p.waiting {
		switch {
		case out.left:
			p.bytes -= out.size
		case full || p.busy[out.message.OrderingKey]:
			kept = append(kept, out)
		case len(r.batch) == batchMessages || (size+out.size > batchBytes && size > 0):
			full = true // a smaller one behind it may be of the same key
			kept = append(kept, out)
		default:
			r.batch = append(r.batch, out)
			out.in = r
			size += out.size
		}
	}
	clear(p.waiting[len(kept):])
	p.waiting, p.bytes = kept, p.bytes-size

	r.awaited = len(r.batch)
	for _, out := range r.batch {
		if out.message.OrderingKey != "" {
			p.busy[out.message.OrderingKey] = true
		}
	}
	return r
}

// end frees the keys of a request, and lets the next one begin.
func (p *Publisher) end(r *request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, out := range r.batch {
		delete(p.busy, out.message.OrderingKey)
	}

	p.underWay--
	p.startRequest()
	p.oneEnded.Broadcast()
}

func (p *Publisher) send(ctx context.Context, batch []*outgoing) error {
	request := &pubsubpb.PublishRequest{Topic: p.topic, Messages: make([]*pubsubpb.PubsubMessage, len(batch))}
	for i, out := range batch {
		request.Messages[i] = out.message
	}

	response, err := p.client.Publish(ctx, request)
	if err == nil && len(response.MessageIds) != len(batch) {
		return fmt.Errorf("%d messages were answered with %d ids", len(batch), len(response.MessageIds))
	}
	return err
}

// sendSingly finds out which messages of a refused request Google will not have,
// so that the others do not suffer for them.
func (p *Publisher) sendSingly(ctx context.Context, batch []*outgoing) {
	for i := range batch {
		answer(batch[i:i+1], p.send(ctx, batch[i:i+1]), true)
	}
}

func answer(batch []*outgoing, err error, alone bool) {
	if err != nil {
		err = problemOf(err, alone)
	}
	for _, out := range batch {
		out.done <- err
	}
}

// problemOf says what Google's refusal means. Only what is wrong with one message
// alone is final: everything else may be put right while the message waits.
func problemOf(err error, alone bool) error {
	switch status.Code(err) {
	case codes.InvalidArgument:
		if alone {
			return careline.NewError(careline.CodeRejected, "Pub/Sub will not take this message.", err)
		}
	case codes.NotFound:
		return unpublished("the topic does not exist; careline provision makes it", err)
	case codes.PermissionDenied, codes.Unauthenticated:
		return unpublished("Google does not let this service publish; it needs the role roles/pubsub.publisher on the topic", err)
	}
	return unpublished("Google has not taken the message", err)
}

// Limits of one message (Pub/Sub, "Quotas and limits").
const (
	messageBytes  = 8_000_000 // Pub/Sub allows 10 MB with everything; a report has some 1.5 kB
	keyBytes      = 1024
	attributesMax = 100
	nameBytes     = 256
	valueBytes    = 1024
)

// newOutgoing also refuses what would spoil the request for the messages beside
// it.
func newOutgoing(m Message) (*outgoing, error) {
	size := len(m.Data) + len(m.Key) + 64
	fits := len(m.Key) <= keyBytes && len(m.Attributes) <= attributesMax && len(m.Data)+len(m.Attributes) > 0
	for name, value := range m.Attributes {
		fits = fits && len(name) <= nameBytes && len(value) <= valueBytes
		size += len(name) + len(value) + 8
	}

	if !fits || size > messageBytes {
		return nil, careline.NewError(careline.CodeRejected, "Pub/Sub will not take this message.",
			errors.New("it is empty, or larger than Pub/Sub allows"))
	}

	message := &pubsubpb.PubsubMessage{Data: m.Data, Attributes: m.Attributes, OrderingKey: m.Key}
	return &outgoing{message: message, size: size, done: make(chan error, 1)}, nil
}
