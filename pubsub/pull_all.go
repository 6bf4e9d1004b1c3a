package pubsub

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
)

// Taken is how many messages were taken.
type Taken struct {
	Kept   int // the log has their events, as of now or already
	Strays int // nobody here could read them; they were kept for an operator
}

// errQuiet ends a pull because nothing came any more.
var errQuiet = errors.New("nothing came any more")

// askWithin bounds the question whether the subscription is there.
const askWithin = 20 * time.Second

// All takes messages until none has come for quiet, and says how many it took.
// Whether a subscription is empty Pub/Sub does not tell, and it holds a message
// back that somebody else failed to take: quiet has to be longer than that. An
// error says why it stopped before: the subscription could not be asked, a message
// could not be kept, or ctx ended. What was not taken waits for the next time; to
// run it again, or beside another, is harmless.
func (p Pull) All(ctx context.Context, quiet time.Duration) (Taken, error) {
	client, err := p.client(ctx)
	if err != nil {
		return Taken{}, err
	}
	defer func() { _ = client.Close() }() // nothing of it waits to be sent

	// To a stream, a Google that does not answer is one that has nothing.
	asking, cancel := context.WithTimeout(ctx, askWithin)
	_, err = client.SubscriptionAdminClient.GetSubscription(asking, &pubsubpb.GetSubscriptionRequest{Subscription: p.Topic.SubscriptionPath(p.Subscription)})
	cancel()
	if err != nil {
		return Taken{}, fmt.Errorf("ask Pub/Sub for the subscription %s: %w", p.Subscription, err)
	}
	return p.untilQuiet(ctx, quiet, func(ctx context.Context, take taking) error { return p.receive(ctx, client, take) })
}

// untilQuiet counts what receive takes, and ends it.
func (p Pull) untilQuiet(ctx context.Context, quiet time.Duration, receive func(context.Context, taking) error) (Taken, error) {
	var kept, strays atomic.Int64
	counted := *p.Inbox
	counted.Observe = func(outcome string) {
		switch outcome {
		case TakenKept:
			kept.Add(1)
		case TakenStray:
			strays.Add(1)
		}
		if p.Inbox.Observe != nil {
			p.Inbox.Observe(outcome)
		}
	}

	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	idle := time.AfterFunc(quiet, func() { stop(errQuiet) })
	defer idle.Stop()

	err := receive(ctx, func(ctx context.Context, m received) error {
		err := counted.take(ctx, m)
		if err != nil {
			stop(fmt.Errorf("a message could not be kept, and stays in the subscription: %w", err))
		}
		idle.Reset(quiet)
		return err
	})

	if ctx.Err() != nil { // by then the client has nothing of its own to say
		err = context.Cause(ctx)
	}

	taken := Taken{Kept: int(kept.Load()), Strays: int(strays.Load())}
	if errors.Is(err, errQuiet) {
		return taken, nil
	}
	return taken, err
}
