package pubsubbox_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pubsub "cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"perci.health/careline/sandbox/pubsubbox"
)

const (
	project      = "careline-test"
	topic        = "projects/careline-test/topics/twilio"
	letters      = "projects/careline-test/topics/letters"
	subscription = "projects/careline-test/subscriptions/pull"
)

// TestWhichPubSub says what the tests of this machine run on, and what they leave
// out for it.
func TestWhichPubSub(t *testing.T) {
	t.Parallel()
	box := start(t, pubsubbox.Start)
	t.Log("Pub/Sub is " + box.Kind())
	for _, what := range box.LeftOut() {
		t.Log("left out: " + what)
	}
	if box.Pushes() != (len(box.LeftOut()) == 0) {
		t.Error("it pushes by itself, or leaves something out")
	}
}

func start(t *testing.T, start func(context.Context) (*pubsubbox.Box, error)) *pubsubbox.Box {
	t.Helper()
	box, err := start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 2 {
			if err := box.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return box
}

func fake(context.Context) (*pubsubbox.Box, error) { return pubsubbox.StartFake() }

func client(t *testing.T, endpoint string) *pubsub.Client {
	t.Helper()
	c, err := pubsub.NewClient(t.Context(), project, option.WithEndpoint(endpoint), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func provision(t *testing.T, c *pubsub.Client) {
	t.Helper()
	for _, name := range []string{topic, letters} {
		if _, err := c.TopicAdminClient.CreateTopic(t.Context(), &pubsubpb.Topic{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	for name, of := range map[string]string{subscription: topic, "projects/careline-test/subscriptions/letters": letters} {
		_, err := c.SubscriptionAdminClient.CreateSubscription(t.Context(), &pubsubpb.Subscription{Name: name, Topic: of, EnableMessageOrdering: true, AckDeadlineSeconds: 10})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func publish(t *testing.T, c *pubsub.Client, key string, data ...string) {
	t.Helper()
	for _, d := range data {
		_, err := c.TopicAdminClient.Publish(t.Context(), &pubsubpb.PublishRequest{Topic: topic, Messages: []*pubsubpb.PubsubMessage{{Data: []byte(d), OrderingKey: key, Attributes: map[string]string{"a": "b"}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestABoxForgetsWhenItRestarts(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(context.Context) (*pubsubbox.Box, error){"installed": pubsubbox.Start, "fake": fake} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := start(t, begin)
			endpoint := box.Endpoint()
			provision(t, client(t, endpoint))
			if err := box.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			if box.Endpoint() != endpoint {
				t.Error("it has another endpoint")
			}
			c := client(t, endpoint)
			if _, err := c.TopicAdminClient.GetTopic(t.Context(), &pubsubpb.GetTopicRequest{Topic: topic}); status.Code(err) != codes.NotFound {
				t.Errorf("the topic: %v", err)
			}
			provision(t, c)
			if err := box.Resume(t.Context()); err == nil {
				t.Error("it was resumed while it ran")
			}
			if err := box.Stop(); err != nil {
				t.Fatal(err)
			}
			if conn, err := net.Dial("tcp", endpoint); err == nil {
				conn.Close()
				t.Error("somebody still listens")
			}
		})
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	box, err := pubsubbox.Start(ctx)
	if err == nil && box.Pushes() {
		t.Error("an emulator started for nobody")
	}
	if err == nil {
		box.Close()
	}
}

// receiver answers pushes as it is told, and notes them.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	tokens []string
	answer func(data string, n int) int
	seen   map[string]int
	all    chan string
}

func newReceiver(t *testing.T, answer func(body string, n int) int) *receiver {
	r := &receiver{answer: answer, seen: map[string]int{}, all: make(chan string, 1000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		r.bodies = append(r.bodies, string(body))
		r.tokens = append(r.tokens, req.Header.Get("Authorization"))
		data := dataOf(string(body))
		r.seen[data]++
		status := r.answer(data, r.seen[data])
		r.mu.Unlock()
		if status < 300 {
			r.all <- data
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func dataOf(body string) string {
	_, rest, _ := strings.Cut(body, `"data":"`)
	data, _, _ := strings.Cut(rest, `"`)
	return data
}

// run runs a pusher until the test has taken what it waits for.
func run(t *testing.T, p *pubsubbox.Pusher) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// TestPusher has two messages of one key refused at first, and a third for ever.
func TestPusher(t *testing.T) {
	t.Parallel()
	box := start(t, pubsubbox.Start)
	c := client(t, box.Endpoint())
	provision(t, c)
	const one, two, bad, four = "b25l", "dHdv", "YmFk", "Zm91cg==" // base64
	r := newReceiver(t, func(data string, n int) int {
		if data == bad || n < 3 {
			return 503
		}
		return 204
	})
	publish(t, c, "k", "one", "two", "bad", "four")
	var attempts []int
	var mu sync.Mutex
	stop := run(t, &pubsubbox.Pusher{Endpoint: box.Endpoint(), Subscription: subscription, URL: r.URL, LeastPause: time.Millisecond, Attempts: 5, DeadLetter: letters,
		Token:   func(context.Context) (string, error) { return "secret", nil },
		Observe: func(_ string, attempt, _ int) { mu.Lock(); attempts = append(attempts, attempt); mu.Unlock() }})
	var order []string
	for range 3 {
		order = append(order, <-r.all)
	}
	stop()
	if !slices.Equal(order, []string{one, two, four}) {
		t.Errorf("taken in the order %v", order)
	}
	if !slices.Equal(attempts[:11], []int{1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 5}) {
		t.Errorf("attempts %v", attempts)
	}
	if r.tokens[0] != "Bearer secret" {
		t.Error("no token")
	}
	for _, part := range []string{`"subscription":"` + subscription + `"`, `"deliveryAttempt":1`, `"orderingKey":"k"`, `"attributes":{"a":"b"}`, `"messageId":"`, `"message_id":"`, `"publishTime":"`, `"publish_time":"`} {
		if !strings.Contains(r.bodies[0], part) {
			t.Errorf("no %s in %s", part, r.bodies[0])
		}
	}
	var letter *pubsub.Message
	ctx, cancel := context.WithCancel(t.Context())
	err := c.Subscriber("letters").Receive(ctx, func(_ context.Context, m *pubsub.Message) {
		letter = m
		m.Ack()
		cancel()
	})
	if err != nil {
		t.Fatal(err)
	}
	if string(letter.Data) != "bad" || letter.Attributes["a"] != "b" || letter.Attributes["CloudPubSubDeadLetterSourceDeliveryCount"] != "5" {
		t.Errorf("dead letter %q %v", letter.Data, letter.Attributes)
	}
}

func TestPusherNeedsAWholeName(t *testing.T) {
	t.Parallel()
	if err := (&pubsubbox.Pusher{Subscription: "pull"}).Run(t.Context()); err == nil {
		t.Error("it ran")
	}
}

func TestIssuerChangesItsKeys(t *testing.T) {
	t.Parallel()
	i, err := pubsubbox.NewIssuer("a@b.c", "aud")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.Close() })
	get := func() (int, string) {
		resp, err := http.Get(i.KeysURL())
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	for _, step := range []struct {
		keep bool
		keys []string
	}{{true, []string{"key-1", "key-2"}}, {false, []string{"key-3"}}} {
		if err := i.Rotate(step.keep); err != nil {
			t.Fatal(err)
		}
		_, body := get()
		if n := strings.Count(body, `"kid"`); n != len(step.keys) || slices.ContainsFunc(step.keys, func(k string) bool { return !strings.Contains(body, `"`+k+`"`) }) {
			t.Errorf("want %v: %s", step.keys, body)
		}
	}
	i.SetDown(true)
	if code, _ := get(); code != http.StatusServiceUnavailable || i.Fetches() != 3 {
		t.Errorf("down: %d after %d fetches", code, i.Fetches())
	}
	bearer := i.Bearer()
	first, err := bearer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := bearer(t.Context()); err != nil || again != first {
		t.Errorf("another token within the hour (error: %v)", err)
	}
}
