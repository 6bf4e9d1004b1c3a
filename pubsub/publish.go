package pubsub

import (
	"context"
	"errors"
	"sync"
	"time"

	google "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"perci.health/careline"
)

// Bounds of a publisher.
const (
	// batchMessages is Pub/Sub's own limit (Pub/Sub, "Quotas and limits").
	batchMessages = 1000
	// batchBytes keeps a request below Pub/Sub's 10 MB with its envelope.
	batchBytes = 9_000_000
	// requestsAtMost is how many requests are under way at once.
	requestsAtMost = 4
	// requestsApart is how long a request must have been under way before another
	// one follows it. A full request costs both sides little more than one with a
	// single message, so what comes meanwhile goes together; with one request only,
	// everybody would wait for the slowest answer, and Google's take 10 to 20 ms.
	requestsApart = 4 * time.Millisecond
	// roomMessages and roomBytes bound what waits: some two seconds' worth, after
	// which nobody waits for it any more.
	roomMessages = 20_000
	roomBytes    = 64 << 20
	// requestWithin is how long Google may take, however long a caller would wait.
	requestWithin = 10 * time.Second
)

// Publisher publishes a message as soon as it comes, unless another request has
// only just begun: then it goes with whatever waits when that one is answered, at
// most 4 ms later. Google's own client waits up to 10 ms for more messages to
// come, in which a webhook's caller waits too. It may be used by many goroutines.
type Publisher struct {
	client *google.TopicAdminClient
	topic  string

	mu       sync.Mutex
	waiting  []*outgoing     // in the order of their coming
	bytes    int             // of those waiting
	underWay int             // requests under way, or about to be
	due      bool            // the last request has been under way for requestsApart
	again    *time.Timer     // until it has
	busy     map[string]bool // ordering keys of the messages in them
	closed   bool
	oneEnded sync.Cond // a request has
}

// outgoing is a message on its way. Its fields belong to the publisher's lock but
// for message and done.
type outgoing struct {
	message *pubsubpb.PubsubMessage
	size    int
	in      *request // nil until it is sent
	left    bool     // nobody waits for it any more
	done    chan error
}

// NewPublisher is a Publisher to the topic. It asks nobody yet: that the topic
// does not exist is seen by the first message.
func NewPublisher(ctx context.Context, t Topic) (*Publisher, error) {
	client, err := t.Client(ctx)
	if err != nil {
		return nil, err
	}
	return newPublisher(client, t.Path()), nil
}

func newPublisher(client *google.TopicAdminClient, topic string) *Publisher {
	client.CallOptions.Publish = nil // what fails is kept elsewhere at once, not tried again in here
	p := &Publisher{client: client, topic: topic, busy: map[string]bool{}}
	p.oneEnded.L = &p.mu
	p.again = time.AfterFunc(requestsApart, p.follow)
	return p
}

// Publish returns nil when Google has the message, durably. An error of code
// rejected says that it is beyond Pub/Sub's limits and can never be taken; one of
// code unavailable, that it is not known to be there: when ctx ended first, it
// may yet arrive.
//
// Messages of one key are sent in the order of the calls, but for those that
// failed.
func (p *Publisher) Publish(ctx context.Context, m Message) error {
	out, err := newOutgoing(m)
	if err != nil {
		return err
	}
	if err := p.enter(out); err != nil {
		return err
	}

	select {
	case err := <-out.done:
		return err
	case <-ctx.Done():
		p.leave(out)
		return unpublished("Google has not taken the message in time", ctx.Err())
	}
}

// Close sends what waits, and ends the connection. What is published later fails.
func (p *Publisher) Close() error {
	p.mu.Lock()
	p.closed = true
	for p.underWay > 0 {
		p.oneEnded.Wait()
	}
	p.again.Stop()
	p.mu.Unlock()
	return p.client.Close()
}

func unpublished(what string, cause error) error {
	return careline.NewError(careline.CodeUnavailable, "The report could not be published: "+what+".", cause)
}

// enter lets a message into the waiting room, and sees that a request takes it.
func (p *Publisher) enter(out *outgoing) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return unpublished("the service is stopping", errors.New("the publisher is closed"))
	case len(p.waiting) >= roomMessages || p.bytes+out.size > roomBytes:
		return unpublished("too many wait already", errors.New("the publisher's waiting room is full"))
	}

	p.waiting = append(p.waiting, out)
	p.bytes += out.size
	if !p.busy[out.message.OrderingKey] {
		p.startRequest()
	}
	return nil
}

// leave takes note that nobody waits for the message any more. A request that
// nobody waits for is given up, so that a Google that hangs holds none of the few there may be.
func (p *Publisher) leave(out *outgoing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out.left = true
	if r := out.in; r != nil {
		if r.awaited--; r.awaited == 0 {
			r.cancel()
		}
	}
}
