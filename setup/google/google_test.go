package google_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"sync"
	"testing"

	gapi "cloud.google.com/go/pubsub/v2/apiv1"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pubsubbox"
	"perci.health/careline/setup"
	"perci.health/careline/setup/google"
)

// shared is one Pub/Sub for all tests: each has a project of its own.
var shared lazyBox

type lazyBox struct {
	mu  sync.Mutex
	box *pubsubbox.Box
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.box != nil {
		if err := shared.box.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		fmt.Println("pubsub:", shared.box.Kind())
		for _, what := range shared.box.LeftOut() {
			fmt.Println("pubsub: left out:", what)
		}
	}
	os.Exit(code)
}

func (l *lazyBox) start(t testing.TB) *pubsubbox.Box {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.box == nil {
		box, err := pubsubbox.Start(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		l.box = box
	}
	return l.box
}

// topicOf is the test's own topic, not made yet.
func topicOf(t testing.TB, endpoint string) pubsub.Topic {
	sum := fnv.New64()
	fmt.Fprint(sum, t.Name())
	return pubsub.Topic{Project: fmt.Sprintf("careline-%x", sum.Sum64()), Name: "twilio", Emulator: endpoint}
}

const (
	pushEmail    = "careline-push@careline-test.iam.gserviceaccount.com"
	pushAudience = "https://backend.example.org/api/v1/twilio/pubsub"
)

func newAdmin(t testing.TB, cfg google.Config) *google.Admin {
	t.Helper()
	admin, err := google.NewAdmin(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	return admin
}

// provision applies the plan, and returns what it was.
func provision(t testing.TB, admin *google.Admin) setup.Plan {
	t.Helper()
	plan := planned(t, admin)
	if err := plan.Apply(t.Context(), func(int, setup.Outcome) {}); err != nil {
		t.Fatal(err)
	}
	return plan
}

// pulled provisions a topic with a subscription to pull from.
func pulled(t testing.TB, box *pubsubbox.Box) (pubsub.Topic, *google.Admin) {
	t.Helper()
	topic := topicOf(t, box.Endpoint())
	admin := newAdmin(t, google.Config{Topic: topic, Pull: "careline-pull"})
	provision(t, admin)
	return topic, admin
}

func subscriptionsAt(t testing.TB, topic pubsub.Topic) *gapi.SubscriptionAdminClient {
	t.Helper()
	client, err := gapi.NewSubscriptionAdminClient(t.Context(), option.WithEndpoint(topic.Emulator), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s:\n%s", what, diff)
	}
}
