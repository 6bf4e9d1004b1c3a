package pubsub_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	gapi "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	googlesetup "perci.health/careline/setup/google"
)

func subscriptionsAt(t testing.TB, topic pubsub.Topic) *gapi.SubscriptionAdminClient {
	t.Helper()
	client, err := gapi.NewSubscriptionAdminClient(t.Context(), option.WithEndpoint(topic.Emulator), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func subscriptionPath(topic pubsub.Topic, name string) string {
	return "projects/" + topic.Project + "/subscriptions/" + name
}

// pullOne takes one message from a subscription.
func pullOne(t testing.TB, topic pubsub.Topic, name string) *pubsubpb.PubsubMessage {
	t.Helper()
	client := subscriptionsAt(t, topic)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		answer, err := client.Pull(ctx, &pubsubpb.PullRequest{Subscription: subscriptionPath(topic, name), MaxMessages: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range answer.GetReceivedMessages() {
			err := client.Acknowledge(ctx, &pubsubpb.AcknowledgeRequest{Subscription: subscriptionPath(topic, name), AckIds: []string{m.GetAckId()}})
			if err != nil {
				t.Fatal(err)
			}
			return m.GetMessage()
		}
	}
}

// pull runs a Pull until stop is called, or the test ends.
func pull(t testing.TB, topic pubsub.Topic, inbox *pubsub.Inbox) (stop func()) {
	t.Helper()
	return pullFrom(t, pubsub.Pull{Topic: topic, Subscription: "careline-pull", Inbox: inbox, Log: slog.New(slog.DiscardHandler)})
}

func pullFrom(t testing.TB, p pubsub.Pull) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	stopped := false
	stop = func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Error("Run does not end")
		}
	}
	t.Cleanup(stop)
	return stop
}

func TestWhatCannotBeKeptIsPulledAgain(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	publisher, got := newPublisher(t, topic), newArrivals()
	got.breaks(errors.New("disk full"))
	stop := pull(t, topic, got.inbox())
	for n := range 3 {
		if err := publisher.Publish(t.Context(), messageOf(t, reportOf(t, 1, n, "ringing"))); err != nil {
			t.Fatal(err)
		}
	}
	got.until(t, "it fails", func() bool { return got.outcomes[pubsub.TakenFailed] > 0 })
	got.breaks(nil)
	got.until(t, "all are kept", func() bool { return len(got.events) >= 3 })
	stop()
}

func TestAStrayIsPulledOnce(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	publisher, got := newPublisher(t, topic), newArrivals()
	stop := pull(t, topic, got.inbox())
	stray := pubsub.Message{Key: "k", Attributes: map[string]string{"type": "invoice"}, Data: []byte("\x00\xff")}
	if err := publisher.Publish(t.Context(), stray); err != nil {
		t.Fatal(err)
	}
	// Behind it in order, so that it was acknowledged when this one comes.
	m := messageOf(t, reportOf(t, 1, 0, "ringing"))
	m.Key = "k"
	if err := publisher.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got.until(t, "the one behind it arrives", func() bool { return len(got.events) > 0 })
	stop()
	if len(got.strays) != 1 {
		t.Fatalf("%d strays", len(got.strays))
	}
	s := got.strays[0]
	same(t, "data", s.Data, stray.Data)
	same(t, "attributes", s.Attributes, stray.Attributes)
	if s.ID == "" || !strings.Contains(s.Why, `its type is "invoice"`) {
		t.Errorf("stray %q because %q", s.ID, s.Why)
	}
}

// TestPullFinishesWhatHasBegun stops a pull while a message is being kept.
func TestPullFinishesWhatHasBegun(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	publisher, got := newPublisher(t, topic), newArrivals()
	begun, free := make(chan struct{}), make(chan struct{})
	inbox := got.inbox()
	inbox.Append = func(ctx context.Context, e careline.CallEvent) error {
		close(begun)
		<-free
		if err := ctx.Err(); err != nil {
			t.Error("what has begun is cut off")
		}
		return got.append(ctx, e)
	}
	if err := publisher.Publish(t.Context(), messageOf(t, reportOf(t, 1, 0, "ringing"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	p := pubsub.Pull{Topic: topic, Subscription: "careline-pull", Inbox: inbox, Log: slog.New(slog.DiscardHandler)}
	go func() { ended <- p.Run(ctx) }()
	<-begun
	cancel()
	close(free)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	same(t, "kept", len(got.events), 1)
}

// TestPullAsksAgain pulls from a subscription that is not there yet.
func TestPullAsksAgain(t *testing.T) {
	t.Parallel()
	topic := topicOf(t, shared.start(t).Endpoint())
	got := newArrivals()
	log, text := lines()
	stop := pullFrom(t, pubsub.Pull{Topic: topic, Subscription: "careline-pull", Inbox: got.inbox(), Log: log})
	eventually(t, "it is logged", func() bool { return strings.Contains(text.String(), "pulling from Pub/Sub failed") })
	provision(t, newAdmin(t, googlesetup.Config{Topic: topic, Pull: "careline-pull"}))
	if err := newPublisher(t, topic).Publish(t.Context(), messageOf(t, reportOf(t, 1, 0, "ringing"))); err != nil {
		t.Fatal(err)
	}
	got.until(t, "the report arrives", func() bool { return len(got.events) > 0 })
	stop()
}

// provisionAgain applies the plan until a Pub/Sub that was restarted has it all.
func provisionAgain(t testing.TB, admin *googlesetup.Admin) {
	t.Helper()
	eventually(t, "provisioned again", func() bool {
		plan, err := admin.Plan(t.Context())
		for _, change := range plan {
			if change.Apply != nil {
				err = errors.Join(err, change.Apply(t.Context()))
			}
		}
		return err == nil
	})
}

// eventually polls for what nothing tells of.
func eventually(t testing.TB, what string, met func() bool) {
	t.Helper()
	tick, end := time.NewTicker(20*time.Millisecond), time.NewTimer(time.Minute)
	defer tick.Stop()
	defer end.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatal("never: " + what)
		}
	}
}
