package pubsubbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	pubsub "cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Pusher delivers the messages of a subscription as Google's pushes do. It pulls
// them, so the subscription must have no push endpoint; with ordering enabled,
// messages of one key are delivered one after the other.
type Pusher struct {
	Endpoint     string // host:port of the Pub/Sub to pull from
	Subscription string // projects/<project>/subscriptions/<name>
	URL          string // where to push
	// Token is the bearer token of a delivery; nil: none is sent.
	Token func(context.Context) (string, error)

	AtOnce     int           // deliveries at a time; 0: 32
	Attempts   int           // then a message is a dead letter; 0: for ever
	DeadLetter string        // projects/<project>/topics/<name>; needed with Attempts
	LeastPause time.Duration // before the second attempt; doubles; 0: 50 ms
	MostPause  time.Duration // 0: 1 s
	HTTP       *http.Client  // nil: one for as many connections as AtOnce
	// Observe is told of each delivery: which attempt, and its status, 0 when
	// nobody answered; nil: nobody.
	Observe func(messageID string, attempt, status int)
}

// Message is a message as Google has it.
type Message struct {
	ID, OrderingKey string
	Attributes      map[string]string
	Data            []byte
	Published       time.Time
}

// answerWithin is how long a receiver may take: the ack deadline that Google has
// by default.
const answerWithin = 10 * time.Second

// Run delivers until ctx ends. A message that was not taken by then comes again
// when somebody next pulls or pushes.
func (p *Pusher) Run(ctx context.Context) error {
	project, name, err := split(p.Subscription)
	if err != nil {
		return err
	}
	client, err := pubsub.NewClient(ctx, project, option.WithEndpoint(p.Endpoint), option.WithoutAuthentication(),
		option.WithTelemetryDisabled(), option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		return fmt.Errorf("pusher: %w", err)
	}
	defer func() { _ = client.Close() }() // nothing of it waits to be sent

	run := *p
	if run.HTTP == nil {
		run.HTTP = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: p.atOnce()}}
		defer run.HTTP.CloseIdleConnections()
	}

	subscriber := client.Subscriber(name)
	subscriber.ReceiveSettings.MaxOutstandingMessages = p.atOnce()
	err = subscriber.Receive(ctx, func(ctx context.Context, m *pubsub.Message) {
		if run.deliver(ctx, client, Message{
			ID:          m.ID,
			OrderingKey: m.OrderingKey,
			Attributes:  m.Attributes,
			Data:        m.Data,
			Published:   m.PublishTime,
		}) {
			m.Ack()
			return
		}
		m.Nack()
	})

	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("pusher: %w", err)
	}
	return nil
}

func (p *Pusher) atOnce() int {
	if p.AtOnce <= 0 {
		return 32
	}
	return p.AtOnce
}

// deliver pushes one message until it is taken, or is a dead letter; false when
// ctx ended first.
func (p *Pusher) deliver(ctx context.Context, client *pubsub.Client, m Message) bool {
	pause, most := p.LeastPause, p.MostPause
	if pause <= 0 {
		pause = 50 * time.Millisecond
	}
	if most <= 0 {
		most = time.Second
	}

	for attempt := 1; ; attempt++ {
		status, err := p.Post(ctx, m, attempt)
		if p.Observe != nil {
			p.Observe(m.ID, attempt, status)
		}

		switch {
		case err == nil && taken(status):
			return true
		case p.Attempts > 0 && attempt >= p.Attempts:
			return p.bury(ctx, client, m, attempt) == nil
		}

		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return false
		}
		pause = min(2*pause, most)
	}
}

// taken reports whether the status acknowledges a message (Pub/Sub, "Push
// subscriptions"; 102 is an interim answer in Go).
func taken(status int) bool {
	switch status {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent:
		return true
	}
	return false
}

// bury publishes a dead letter, with the attributes that Google adds (Pub/Sub,
// "Dead-letter topics").
func (p *Pusher) bury(ctx context.Context, client *pubsub.Client, m Message, attempts int) error {
	attributes := map[string]string{
		"CloudPubSubDeadLetterSourceDeliveryCount": strconv.Itoa(attempts),
		"CloudPubSubDeadLetterSourceSubscription":  p.Subscription,
		"CloudPubSubDeadLetterSourceMessageId":     m.ID,
	}
	for name, value := range m.Attributes {
		attributes[name] = value
	}
	_, err := client.TopicAdminClient.Publish(ctx, &pubsubpb.PublishRequest{Topic: p.DeadLetter, Messages: []*pubsubpb.PubsubMessage{
		{Data: m.Data, Attributes: attributes, OrderingKey: m.OrderingKey},
	}})
	return err
}

// Post pushes a message once, wrapped as Google does it, and returns the answer's
// status.
func (p *Pusher) Post(ctx context.Context, m Message, attempt int) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()

	body, err := wrap(m, p.Subscription, attempt)
	if err != nil {
		return 0, err
	}

	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("push: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)")

	if p.Token != nil {
		token, err := p.Token(ctx)
		if err != nil {
			return 0, fmt.Errorf("push: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}

	client := p.HTTP
	if client == nil {
		client = http.DefaultClient
	}

	resp, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("push: %w", err)
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, err
}

// wrap is the body of a push. Google writes id and time under two names each.
func wrap(m Message, subscription string, attempt int) ([]byte, error) {
	published := m.Published.UTC().Format("2006-01-02T15:04:05.999Z")
	message := map[string]any{"messageId": m.ID, "message_id": m.ID, "publishTime": published, "publish_time": published}

	if len(m.Attributes) > 0 {
		message["attributes"] = m.Attributes
	}
	if len(m.Data) > 0 {
		message["data"] = m.Data
	}
	if m.OrderingKey != "" {
		message["orderingKey"] = m.OrderingKey
	}

	body, err := json.Marshal(map[string]any{"message": message, "subscription": subscription, "deliveryAttempt": attempt})
	if err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	return body, nil
}

func split(subscription string) (project, name string, err error) {
	parts := strings.Split(subscription, "/")
	if len(parts) != 4 || parts[0] != "projects" || parts[2] != "subscriptions" {
		return "", "", fmt.Errorf("pusher: %q is not projects/<project>/subscriptions/<name>", subscription)
	}
	return parts[1], parts[3], nil
}
