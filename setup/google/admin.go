package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	gapi "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"perci.health/careline/pubsub"
)

// Config says what there shall be at Pub/Sub.
type Config struct {
	Topic pubsub.Topic
	// Pull is the name of the subscription that careline pulls from; empty: Google
	// pushes, through the subscription careline-<topic>.
	Pull string
	// PushURL is where Google pushes: our public URL and PathPush.
	PushURL      string
	PushEmail    string // service account in whose name Google signs the pushes' tokens
	PushAudience string // what those tokens say in aud
	// HTTP asks the service at PushURL; nil: http.DefaultClient.
	HTTP *http.Client
}

// How a subscription is set up. What a message's fate depends on is set out in
// docs/decisions/0012-pubsub.md.
const (
	ackDeadline  = 30 * time.Second
	backoffLeast = time.Second
	backoffMost  = time.Minute
	// attempts, then the message is a dead letter: Pub/Sub's most, an hour and a
	// half at a minute each, so that an outage of our database makes none.
	attempts  = 100
	retention = 7 * 24 * time.Hour
	// lettersFor is how long a dead letter waits for somebody: the longest that
	// every version of Pub/Sub allows.
	lettersFor = 7 * 24 * time.Hour
	// topicRetention is how far back the subscription can be sought, for messages
	// that were acknowledged too: what a restored backup of the log lacks comes back
	// so (docs/runbook.md, "Restore from a backup"). A topic keeps nothing by itself.
	topicRetention = 7 * 24 * time.Hour
)

// Admin looks after the topic and its subscriptions. It may be used by many
// goroutines.
type Admin struct {
	cfg           Config
	topics        *gapi.TopicAdminClient
	subscriptions *gapi.SubscriptionAdminClient
}

// NewAdmin is an Admin. It asks nobody yet.
func NewAdmin(ctx context.Context, cfg Config) (*Admin, error) {
	if cfg.Pull == "" && (cfg.PushURL == "" || cfg.PushEmail == "" || cfg.PushAudience == "") {
		return nil, errors.New("pub/sub: a push subscription needs its URL, service account and audience")
	}
	topics, err := cfg.Topic.Client(ctx)
	if err != nil {
		return nil, err
	}
	subscriptions, err := gapi.NewSubscriptionAdminClient(ctx, cfg.Topic.Options()...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("pub/sub: make a client: %w", err), topics.Close())
	}
	return &Admin{cfg: cfg, topics: topics, subscriptions: subscriptions}, nil
}

// Close ends the connections.
func (a *Admin) Close() error { return errors.Join(a.topics.Close(), a.subscriptions.Close()) }

// Subscription is the name of the subscription that brings the messages.
func (a *Admin) Subscription() string {
	if a.cfg.Pull != "" {
		return a.cfg.Pull
	}
	return "careline-" + a.cfg.Topic.Name
}

func (a *Admin) deadLetters() pubsub.Topic { return a.cfg.Topic.DeadLetters() }

// wantedTopics are the topics as they shall be. In which regions their messages may
// lie is left as it is: whoever owns the project says so, and no setting does.
func (a *Admin) wantedTopics() []*pubsubpb.Topic {
	return []*pubsubpb.Topic{
		{Name: a.cfg.Topic.Path(), MessageRetentionDuration: durationpb.New(topicRetention)},
		{Name: a.deadLetters().Path()}, // its subscription keeps them
	}
}

// wanted is the subscription as it shall be.
func (a *Admin) wanted() *pubsubpb.Subscription {
	return &pubsubpb.Subscription{
		Name:                     a.cfg.Topic.SubscriptionPath(a.Subscription()),
		Topic:                    a.cfg.Topic.Path(),
		PushConfig:               a.wantedPush(),
		AckDeadlineSeconds:       int32(ackDeadline / time.Second),
		MessageRetentionDuration: durationpb.New(retention),
		EnableMessageOrdering:    true,
		ExpirationPolicy:         &pubsubpb.ExpirationPolicy{}, // without a time: never
		DeadLetterPolicy:         &pubsubpb.DeadLetterPolicy{DeadLetterTopic: a.deadLetters().Path(), MaxDeliveryAttempts: attempts},
		RetryPolicy:              wantedRetry(),
	}
}

// wantedRetry is after which pauses a message comes again that was not taken.
// Without one it comes at once, and for as long as our database is away.
func wantedRetry() *pubsubpb.RetryPolicy {
	return &pubsubpb.RetryPolicy{MinimumBackoff: durationpb.New(backoffLeast), MaximumBackoff: durationpb.New(backoffMost)}
}

// wantedPush is empty for a subscription that is pulled from.
func (a *Admin) wantedPush() *pubsubpb.PushConfig {
	if a.cfg.Pull != "" {
		return &pubsubpb.PushConfig{}
	}
	return &pubsubpb.PushConfig{
		PushEndpoint: a.cfg.PushURL,
		AuthenticationMethod: &pubsubpb.PushConfig_OidcToken_{OidcToken: &pubsubpb.PushConfig_OidcToken{
			ServiceAccountEmail: a.cfg.PushEmail, Audience: a.cfg.PushAudience,
		}},
	}
}

// wantedLetters is the subscription that holds dead letters until somebody reads
// them; without one they would be lost (Pub/Sub, "Dead-letter topics").
func (a *Admin) wantedLetters() *pubsubpb.Subscription {
	return &pubsubpb.Subscription{
		Name:                     a.cfg.Topic.SubscriptionPath(a.deadLetters().Name),
		Topic:                    a.deadLetters().Path(),
		AckDeadlineSeconds:       int32(ackDeadline / time.Second),
		MessageRetentionDuration: durationpb.New(lettersFor),
		ExpirationPolicy:         &pubsubpb.ExpirationPolicy{},
		RetryPolicy:              wantedRetry(),
	}
}

// topic is the topic of that path as it is; nil when there is none.
func (a *Admin) topic(ctx context.Context, path string) (*pubsubpb.Topic, error) {
	t, err := a.topics.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: path})
	if status.Code(err) == codes.NotFound {
		return nil, nil
	}
	return t, err
}

// subscription is the subscription of that name as it is; nil when there is none.
func (a *Admin) subscription(ctx context.Context, name string) (*pubsubpb.Subscription, error) {
	s, err := a.subscriptions.GetSubscription(ctx, &pubsubpb.GetSubscriptionRequest{Subscription: a.cfg.Topic.SubscriptionPath(name)})
	if status.Code(err) == codes.NotFound {
		return nil, nil
	}
	return s, err
}
