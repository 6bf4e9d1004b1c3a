package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/auth"
	"perci.health/careline/pubsub"
	"perci.health/careline/relay"
	"perci.health/careline/twilio"
)

// transport is how reports come from Twilio's webhooks to the log. Its zero value
// is the straight way; over Pub/Sub they go out through the outbox, and come back
// by push or pull.
type transport struct {
	publisher *pubsub.Publisher
	outbox    *pubsub.Outbox // nil: reports go the straight way
	forwarder *relay.Relay   // sends later what the outbox kept here
	push      *pubsub.Push   // nil: no push is accepted
	pushKeys  func(context.Context) error
	pull      *pubsub.Pull // nil: nothing is pulled
}

// newTransport makes what the settings ask for. It asks nobody yet.
func newTransport(ctx context.Context, c config, p *parts) (t transport, err error) {
	inbox := &pubsub.Inbox{
		Understand: understanding(c.twilio.accountSID),
		KeepStray:  p.store.KeepStray,
		Append:     p.append,
		Observe:    func(outcome string) { p.metrics.Message("in", outcome) },
	}

	if c.pubsub.audience != "" {
		if t.push, t.pushKeys, err = newPush(c, p, inbox); err != nil {
			return t, err
		}
	}
	if c.pubsub.subscription != "" {
		t.pull = &pubsub.Pull{
			Topic:        c.pubsub.at(),
			Subscription: c.pubsub.subscription,
			Inbox:        inbox,
			Log:          p.log,
		}
	}

	// A project that nothing is published to may still be owed what was kept here
	// while Google took nothing: with EVENTS=local that goes out, and no more comes.
	if c.pubsub.project == "" {
		return t, nil
	}

	t.publisher, err = pubsub.NewPublisher(ctx, c.pubsub.at())
	switch {
	case err != nil && !c.pubsub.publish: // without credentials, a service that sends nothing new starts all the same
		p.log.Warn("what was kept for Pub/Sub cannot be sent", "err", err)
		return t, nil
	case err != nil:
		return t, err
	}

	outbox := &pubsub.Outbox{
		Publish: t.publisher.Publish,
		Append:  p.appendForForwarding,
		Log:     p.log,
		Subject: func(k careline.Kind) string { return string(twilio.SubjectOf(k)) },
		Observe: func(way string, _ careline.CallEvent) { p.metrics.Message("out", way) },
	}
	if c.pubsub.publish {
		t.outbox = outbox
	}

	t.forwarder = &relay.Relay{
		Queue:    p.store,
		Consumer: pubsub.ForwardConsumer,
		Handle:   outbox.Forward,
		Log:      p.log,
		Observe: func(outcome string, d careline.Delivery, took time.Duration) {
			p.metrics.Delivery(d.Consumer, outcome, took)
		},
	}
	return t, nil
}

func newPush(c config, p *parts, inbox *pubsub.Inbox) (*pubsub.Push, func(context.Context) error, error) {
	verifier, err := auth.NewPush(auth.PushConfig{
		Audience: c.pubsub.audience,
		Email:    c.pubsub.serviceAccount,
		KeysURL:  c.pubsub.keys,
		HTTP:     &http.Client{Timeout: 10 * time.Second, Transport: p.traces.Transport(nil, "google", p.metrics.Outbound)},
	})
	if err != nil {
		return nil, nil, err
	}
	return &pubsub.Push{Verify: verifier.Verify, Inbox: inbox, Fail: api.Fail}, verifier.Warm, nil
}

// at is the topic, wherever it is.
func (p pubsubConfig) at() pubsub.Topic {
	return pubsub.Topic{Project: p.project, Name: p.topic, Emulator: p.emulator}
}

// understanding reads a report of the account that came as a message: what anybody
// may publish is checked as a webhook is. One of another account is a stray.
func understanding(account string) func(subject string, data []byte) (careline.CallEvent, error) {
	return func(subject string, data []byte) (careline.CallEvent, error) {
		form, err := twilio.FormFromJSON(data)
		if err != nil {
			return careline.CallEvent{}, err
		}
		if err := twilio.OfAccount(account, form); err != nil {
			return careline.CallEvent{}, err
		}
		return twilio.Event(twilio.Subject(subject), form)
	}
}

// keep makes a webhook's event durable, here or with Google.
func (p *parts) keep(ctx context.Context, e careline.CallEvent) error {
	if p.transport.outbox != nil {
		return p.transport.outbox.Keep(ctx, e)
	}
	return p.append(ctx, e)
}

// append keeps an event in the log, and counts it.
func (p *parts) append(ctx context.Context, e careline.CallEvent) error {
	_, _, err := p.heeding().Append(ctx, e)
	return err
}

// appendForForwarding keeps an event that Google could not take. What is recorded
// concerns nobody as much as us: it is not sent later, but acted on at once.
func (p *parts) appendForForwarding(ctx context.Context, e careline.CallEvent) error {
	if p.recordings.concerns(e) {
		return p.append(ctx, e)
	}
	_, _, err := p.counted().AppendFor(ctx, pubsub.ForwardConsumer, e)
	return err
}

// routes are those that Google asks.
func (t transport) routes() []api.Route {
	if t.push == nil {
		return nil
	}
	return []api.Route{{
		Method:  http.MethodPost,
		Path:    pubsub.PathPush,
		Handler: t.push,
		Who:     "google",
		Limit:   pubsub.PushLimit,
	}}
}

// running are the parts that run beside the requests.
func (t transport) running() map[string]func(context.Context) error {
	parts := map[string]func(context.Context) error{}
	if t.pushKeys != nil {
		parts["push keys"] = t.pushKeys
	}
	if t.pull != nil {
		parts["pull"] = t.pull.Run
	}
	if t.forwarder != nil {
		parts["forwarder"] = t.forwarder.Run
	}
	return parts
}

// close sends what waits.
func (t transport) close() error {
	if t.publisher == nil {
		return nil
	}
	if err := t.publisher.Close(); err != nil {
		return errors.Join(errors.New("close the connection to Pub/Sub"), err)
	}
	return nil
}
