package pubsub

import (
	"context"
	"fmt"
	"time"

	google "cloud.google.com/go/pubsub/v2/apiv1"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	"perci.health/careline"
)

// Topic says which topic, at whose Pub/Sub.
type Topic struct {
	Project string // Google Cloud project id
	Name    string // such as "twilio"
	// Emulator is host:port of Google's emulator, which knows neither TLS nor
	// logins (PUBSUB_EMULATOR_HOST of Google's clients). Empty: Google itself, with
	// Application Default Credentials.
	Emulator string
}

// Path is the topic's full name, projects/<project>/topics/<name>.
func (t Topic) Path() string { return "projects/" + t.Project + "/topics/" + t.Name }

// SubscriptionPath is the full name of a subscription of the topic's project.
func (t Topic) SubscriptionPath(name string) string {
	return "projects/" + t.Project + "/subscriptions/" + name
}

// deadLetterSuffix follows the topic's name in that of the topic for its dead
// letters, and of the subscription that holds them.
const deadLetterSuffix = "-dead-letter"

// DeadLetters is the topic for the dead letters of this one; the subscription of
// the same name holds them.
func (t Topic) DeadLetters() Topic {
	t.Name += deadLetterSuffix
	return t
}

// Options are how a client of Google's reaches this Pub/Sub. Spans of the client are off: a batch
// carries the messages of many traces, each of which names its own.
func (t Topic) Options() []option.ClientOption {
	// After an outage, gRPC by itself may wait two minutes before it connects again.
	connect := grpc.ConnectParams{
		MinConnectTimeout: 5 * time.Second,
		Backoff: backoff.Config{
			BaseDelay:  100 * time.Millisecond,
			Multiplier: 1.6,
			Jitter:     0.2,
			MaxDelay:   3 * time.Second,
		},
	}

	options := []option.ClientOption{option.WithTelemetryDisabled(), option.WithGRPCDialOption(grpc.WithConnectParams(connect))}
	if t.Emulator == "" {
		return options
	}

	return append(options, option.WithEndpoint(t.Emulator), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
}

func (t Topic) check() error {
	if t.Project == "" || t.Name == "" {
		return fmt.Errorf("pub/sub: project and topic must both be set")
	}
	return nil
}

// Client is a client for the topic's messages and settings. It connects when it
// is first used.
func (t Topic) Client(ctx context.Context) (*google.TopicAdminClient, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	client, err := google.NewTopicAdminClient(ctx, t.Options()...)
	if err != nil {
		return nil, fmt.Errorf("pub/sub: make a client, for which Application Default Credentials are needed: %w", err)
	}
	return client, nil
}

// Attributes of a message. Others who read the topic depend on them.
const (
	attributeType    = "type"
	attributeSubtype = "subtype"
	attributeSource  = "source"
	attributeVersion = "version"
	// attributeTrace holds a W3C traceparent, where Google's own client libraries
	// put it (Pub/Sub, "OpenTelemetry tracing": the prefix googclient_).
	attributeTrace = "googclient_traceparent"

	typeAppointment = "appointment"
	sourceAPI       = "api"
	version1        = "1.0"
)

// Message is what goes over the topic.
type Message struct {
	Key        string // ordering key: messages of one key are delivered in their order; may be empty
	Attributes map[string]string
	Data       []byte
}

// NewMessage is the message of a carrier's report: its subject (such as
// "CallStatus") and, as data, what the carrier sent. The ordering key is the
// call's, or the leg's while the call is not known.
//
// An error of code invalid says that the event is no report.
func NewMessage(subject string, e careline.CallEvent) (Message, error) {
	if subject == "" || len(e.Report) == 0 {
		return Message{}, careline.NewError(careline.CodeInvalid,
			fmt.Sprintf("An event of kind %q is no carrier's report: it does not go over Pub/Sub.", e.Kind), nil)
	}

	m := Message{Key: e.Call, Data: e.Report, Attributes: map[string]string{
		attributeType:    typeAppointment,
		attributeSubtype: subject,
		attributeSource:  sourceAPI,
		attributeVersion: version1,
	}}

	if m.Key == "" {
		m.Key = e.Leg
	}
	if e.Trace != "" {
		m.Attributes[attributeTrace] = e.Trace
	}
	return m, nil
}
