package pubsub

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	google "cloud.google.com/go/pubsub/v2"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

// Bounds of a pull.
const (
	pullAtOnce = 256      // messages being taken
	pullBytes  = 64 << 20 // of those
	// leaseFor is how long a message may wait its turn here, behind others of its
	// key, before Google gives it to somebody else.
	leaseFor = 2 * time.Minute
	// leaseEach is for how long at a time it does so. What was on its way to a pull that
	// ended, or died, comes again after this long; the client's own would be a minute.
	leaseEach = 10 * time.Second
	// pullGrace is how long those under way may take to end: as long as the taking
	// of one message may.
	pullGrace = takeWithin
	// A Google that refuses is asked again after at most this long, the first time.
	refusedBase = time.Second
	refusedCap  = 30 * time.Second
)

// Pull takes messages from a subscription, where nothing can be pushed: the
// service is not reachable for Google, or dead letters are to be taken.
// The fields must be set.
type Pull struct {
	Topic        Topic  // its Project and Emulator count
	Subscription string // its name, such as "careline-twilio"
	Inbox        *Inbox
	Log          *slog.Logger
}

// Run takes messages until ctx ends, then lets those under way finish. A message
// is acknowledged when it is durable here, event or stray, and comes again when it
// could not be kept. Messages of one ordering key are taken one after the other,
// if the subscription has ordering enabled. Google's refusals, such as that the
// subscription does not exist, are logged, and it asks again. The error is that no
// client could be made.
func (p Pull) Run(ctx context.Context) error {
	client, err := p.client(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }() // nothing of it waits to be sent

	again := backoff.Doubling{First: refusedBase, Longest: refusedCap}
	for failures := 1; ; failures++ {
		began := time.Now()
		err := p.receive(ctx, client, p.Inbox.take)
		if ctx.Err() != nil {
			return nil
		}

		if time.Since(began) > refusedCap {
			failures = 1
		}
		wait := again.AtLeastHalf(failures, rand.Float64())
		p.Log.Error("pulling from Pub/Sub failed", slog.String("subscription", p.Subscription),
			slog.Any("err", err), slog.Int64("again_ms", wait.Milliseconds()))

		if !backoff.Wait(ctx, wait) {
			return nil
		}
	}
}

func (p Pull) client(ctx context.Context) (*google.Client, error) {
	client, err := google.NewClient(ctx, p.Topic.Project, p.Topic.Options()...)
	if err != nil {
		return nil, fmt.Errorf("pub/sub: make a client, for which Application Default Credentials are needed: %w", err)
	}
	return client, nil
}

// taking makes a message durable, or fails.
type taking func(context.Context, received) error

// receive takes messages until ctx ends or the client gives up. While nobody
// answers at Google the client does not notice that ctx has ended: it is left
// behind then, for Run to close its connection.
func (p Pull) receive(ctx context.Context, client *google.Client, take taking) error {
	ended := make(chan error, 1)
	go func() { ended <- p.receiveAll(ctx, client, take) }()

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}

	grace := time.NewTimer(pullGrace)
	defer grace.Stop()
	select {
	case err := <-ended:
		return err
	case <-grace.C:
		return ctx.Err()
	}
}

func (p Pull) receiveAll(ctx context.Context, client *google.Client, take taking) error {
	subscriber := client.Subscriber(p.Topic.SubscriptionPath(p.Subscription))
	subscriber.ReceiveSettings.MaxOutstandingMessages = pullAtOnce
	subscriber.ReceiveSettings.MaxOutstandingBytes = pullBytes
	subscriber.ReceiveSettings.MaxExtension = leaseFor
	subscriber.ReceiveSettings.MaxDurationPerAckExtension = leaseEach

	return subscriber.Receive(ctx, func(ctx context.Context, m *google.Message) {
		ctx, line := careline.WithLine(context.WithoutCancel(ctx)) // what has begun is finished
		err := take(ctx, received{id: m.ID, attributes: m.Attributes, data: m.Data})
		if err != nil {
			m.Nack()
			p.Log.LogAttrs(ctx, slog.LevelWarn, "a message could not be taken", append(line.Attrs(),
				slog.String("message", m.ID), slog.Any("err", err))...)
			return
		}
		m.Ack()
	})
}
