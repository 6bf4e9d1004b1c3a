package pubsub_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"perci.health/careline"
	"perci.health/careline/pubsub"
)

// google is a Publisher service over gRPC that a test answers for.
type google struct {
	pubsubpb.UnimplementedPublisherServer
	answer func(context.Context, *pubsubpb.PublishRequest) error

	mu       sync.Mutex
	flying   map[string]int // ordering keys of the requests under way
	requests int
	most     int
	now      int
	batches  []int
	faults   []string
}

func (g *google) Publish(ctx context.Context, r *pubsubpb.PublishRequest) (*pubsubpb.PublishResponse, error) {
	keys := map[string]bool{}
	for _, m := range r.GetMessages() {
		keys[m.GetOrderingKey()] = true
	}
	g.mu.Lock()
	g.now++
	g.requests++
	g.most = max(g.most, g.now)
	g.batches = append(g.batches, len(r.GetMessages()))
	for key := range keys {
		if g.flying[key]++; g.flying[key] > 1 {
			g.faults = append(g.faults, "two requests at once with the key "+key)
		}
	}
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.now--
		for key := range keys {
			g.flying[key]--
		}
	}()
	if err := g.answer(ctx, r); err != nil {
		return nil, err
	}
	ids := make([]string, len(r.GetMessages()))
	return &pubsubpb.PublishResponse{MessageIds: ids}, nil
}

func newGoogle(t *testing.T, answer func(context.Context, *pubsubpb.PublishRequest) error) (*google, pubsub.Topic) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &google{answer: answer, flying: map[string]int{}}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(20 << 20))
	pubsubpb.RegisterPublisherServer(server, g)
	go server.Serve(l)
	t.Cleanup(server.Stop)
	return g, pubsub.Topic{Project: "careline-test", Name: "twilio", Emulator: l.Addr().String()}
}

func TestAMessageCarriesTheReport(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	publisher := newPublisher(t, topic)
	e := reportOf(t, 1, 2, "completed")
	if err := publisher.Publish(t.Context(), messageOf(t, e)); err != nil {
		t.Fatal(err)
	}
	m := pullOne(t, topic, "careline-pull")
	same(t, "attributes", m.GetAttributes(), map[string]string{"type": "appointment", "subtype": "CallStatus", "source": "api",
		"version": "1.0", "googclient_traceparent": trace})
	same(t, "ordering key", m.GetOrderingKey(), sid(1))
	same(t, "data", string(m.GetData()), string(e.Report))
	again, err := understand("CallStatus", m.GetData())
	if err != nil {
		t.Fatal(err)
	}
	again.Trace = trace
	sameEvents(t, []careline.CallEvent{again}, []careline.CallEvent{e})
	if !strings.Contains(string(m.GetData()), `"AppointmentId":"appt-1"`) {
		t.Error("the data does not name the appointment")
	}
}

func TestAMessageWithoutACallHasItsLegForKey(t *testing.T) {
	t.Parallel()
	e := careline.CallEvent{Kind: careline.KindMachineDetection, Leg: sid(7), Report: []byte(`{}`)}
	m := messageOf(t, e)
	same(t, "key", m.Key, sid(7))
	same(t, "attributes", m.Attributes, map[string]string{"type": "appointment", "subtype": "MachineDetection", "source": "api", "version": "1.0"})
	for _, e := range []careline.CallEvent{{Kind: careline.KindRequested, Report: []byte("{}")}, {Kind: careline.KindProgress}} {
		if _, err := pubsub.NewMessage(subjectOf(e.Kind), e); careline.CodeOf(err) != careline.CodeInvalid {
			t.Errorf("%s: %v", e.Kind, err)
		}
	}
}

// TestPublisherSendsWhateverWaitsAtOnce lets the first requests wait for the last message to
// come: if anything but the requests under way held messages back, it never ends.
func TestPublisherSendsWhateverWaitsAtOnce(t *testing.T) {
	t.Parallel()
	const messages, keys = 5000, 50
	seen, all := map[string][]string{}, make(chan struct{})
	var mu sync.Mutex
	g, topic := newGoogle(t, func(ctx context.Context, r *pubsubpb.PublishRequest) error {
		select {
		case <-all:
		case <-ctx.Done():
			return ctx.Err()
		}
		mu.Lock()
		defer mu.Unlock()
		for _, m := range r.GetMessages() {
			seen[m.GetOrderingKey()] = append(seen[m.GetOrderingKey()], string(m.GetData()))
		}
		return nil
	})
	publisher := newPublisher(t, topic)
	want := map[string][]string{}
	var wg sync.WaitGroup
	entered := make(chan struct{}, messages)
	for k := range keys {
		key := fmt.Sprintf("key-%02d", k)
		for n := range messages / keys {
			want[key] = append(want[key], fmt.Sprint(n))
		}
		mine := want[key]
		wg.Go(func() {
			var calls sync.WaitGroup
			for _, data := range mine {
				began := make(chan struct{})
				calls.Go(func() {
					if err := publisher.Publish(noting(t.Context(), began), pubsub.Message{Key: key, Data: []byte(data)}); err != nil {
						t.Error(err)
					}
				})
				<-began
				entered <- struct{}{}
			}
			calls.Wait()
		})
	}
	for range messages {
		<-entered
	}
	close(all)
	wg.Wait()
	same(t, "published", seen, want)
	same(t, "faults", g.faults, []string(nil))
	if g.most > 4 {
		t.Errorf("%d requests at once, more than 4", g.most)
	}
	if most := slices.Max(g.batches); most > 1000 || g.requests > 100 {
		t.Errorf("%d requests, the largest of %d messages", g.requests, most)
	}
}

// noting is a context that tells when somebody waits for its end: Publish does,
// after the message has its place.
func noting(ctx context.Context, began chan struct{}) context.Context {
	return &awaited{Context: ctx, began: began}
}

type awaited struct {
	context.Context
	once  sync.Once
	began chan struct{}
}

func (a *awaited) Done() <-chan struct{} {
	a.once.Do(func() { close(a.began) })
	return a.Context.Done()
}

func TestPublisherBoundsARequestInBytes(t *testing.T) {
	t.Parallel()
	free := make(chan struct{})
	g, topic := newGoogle(t, func(ctx context.Context, r *pubsubpb.PublishRequest) error {
		<-free
		size := 0
		for _, m := range r.GetMessages() {
			size += len(m.GetData())
		}
		if size > 10_000_000 {
			return status.Error(codes.InvalidArgument, "too large")
		}
		return nil
	})
	publisher := newPublisher(t, topic)
	var wg sync.WaitGroup
	for range 12 {
		began := make(chan struct{})
		wg.Go(func() {
			if err := publisher.Publish(noting(t.Context(), began), pubsub.Message{Key: "k", Data: make([]byte, 3_000_000)}); err != nil {
				t.Error(err)
			}
		})
		<-began
	}
	close(free)
	wg.Wait()
	if g.requests < 5 {
		t.Errorf("36 MB went in %d requests", g.requests)
	}
}

func TestPublishRejectsWhatIsBeyondPubSubsLimits(t *testing.T) {
	t.Parallel()
	g, topic := newGoogle(t, func(context.Context, *pubsubpb.PublishRequest) error { return nil })
	publisher := newPublisher(t, topic)
	many := map[string]string{}
	for n := range 101 {
		many[fmt.Sprint(n)] = "x"
	}
	for name, m := range map[string]pubsub.Message{
		"empty":            {Key: "k"},
		"long key":         {Key: strings.Repeat("k", 1025), Data: []byte("x")},
		"many attributes":  {Attributes: many},
		"long name":        {Attributes: map[string]string{strings.Repeat("n", 257): ""}},
		"long value":       {Attributes: map[string]string{"n": strings.Repeat("v", 1025)}},
		"more than 8 MB":   {Data: make([]byte, 8_000_001)},
		"one byte too far": {Data: []byte("x"), Key: strings.Repeat("é", 513)},
	} {
		if err := publisher.Publish(t.Context(), m); careline.CodeOf(err) != careline.CodeRejected {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, "requests", g.requests, 0)
}

func TestAnErrorIsOfItsMessagesOnly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer error
		want   careline.Code
	}{
		"away":        {status.Error(codes.Unavailable, "away"), careline.CodeUnavailable},
		"no topic":    {status.Error(codes.NotFound, "Topic not found"), careline.CodeUnavailable},
		"no right":    {status.Error(codes.PermissionDenied, "no"), careline.CodeUnavailable},
		"bad message": {status.Error(codes.InvalidArgument, "bad"), careline.CodeRejected},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived, release := make(chan struct{}, 8), make(chan struct{})
			_, topic := newGoogle(t, func(_ context.Context, r *pubsubpb.PublishRequest) error {
				arrived <- struct{}{}
				<-release
				if slices.ContainsFunc(r.GetMessages(), func(m *pubsubpb.PubsubMessage) bool { return string(m.GetData()) == "bad" }) {
					return tt.answer
				}
				return nil
			})
			publisher := newPublisher(t, topic)
			errs := make(map[string]error)
			var mu sync.Mutex
			var wg sync.WaitGroup
			for _, data := range []string{"first", "good", "bad", "better"} {
				began := make(chan struct{})
				wg.Go(func() {
					err := publisher.Publish(noting(t.Context(), began), pubsub.Message{Key: "k", Data: []byte(data)})
					mu.Lock()
					defer mu.Unlock()
					errs[data] = err
				})
				<-began
				if data == "first" {
					<-arrived // alone: the others wait for its key
				}
			}
			close(release)
			wg.Wait()
			if careline.CodeOf(errs["bad"]) != tt.want || errs["bad"] == nil {
				t.Errorf("bad: %v", errs["bad"])
			}
			if errs["first"] != nil {
				t.Errorf("the request before it: %v", errs["first"])
			}
			if beside := errors.Join(errs["good"], errs["better"]); tt.want == careline.CodeRejected && beside != nil {
				t.Errorf("those beside it: %v", beside)
			}
		})
	}
}

func TestPublisherGivesUpARequestThatNobodyAwaits(t *testing.T) {
	t.Parallel()
	arrived, gone := make(chan string, 8), make(chan string, 8)
	_, topic := newGoogle(t, func(ctx context.Context, r *pubsubpb.PublishRequest) error {
		data := string(r.GetMessages()[0].GetData())
		arrived <- data
		if strings.HasPrefix(data, "hang") {
			<-ctx.Done()
			gone <- ctx.Err().Error()
		}
		return nil
	})
	publisher := newPublisher(t, topic)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for n := range 4 { // every flight there is
		wg.Go(func() {
			err := publisher.Publish(ctx, pubsub.Message{Key: fmt.Sprint(n), Data: fmt.Append(nil, "hang ", n)})
			if careline.CodeOf(err) != careline.CodeUnavailable || !errors.Is(err, context.Canceled) {
				t.Errorf("hang %d: %v", n, err)
			}
		})
		<-arrived
	}
	// One that gives up before it has flown is not published.
	early, stop := context.WithCancel(t.Context())
	began := make(chan struct{})
	left := make(chan error)
	go func() {
		left <- publisher.Publish(noting(early, began), pubsub.Message{Key: "early", Data: []byte("early")})
	}()
	<-began
	stop()
	if err := <-left; err == nil {
		t.Error("a message was published though every request hangs")
	}
	cancel()
	wg.Wait()
	for range 4 {
		same(t, "a request ended because it was", <-gone, context.Canceled.Error()) // not after its 10 s
	}
	if err := publisher.Publish(t.Context(), pubsub.Message{Key: "0", Data: []byte("after")}); err != nil {
		t.Error(err)
	}
	same(t, "arrived next", <-arrived, "after")
}

func TestPublisherBoundsWhatWaits(t *testing.T) {
	t.Parallel()
	free := make(chan struct{})
	_, topic := newGoogle(t, func(context.Context, *pubsubpb.PublishRequest) error { <-free; return nil })
	publisher := newPublisher(t, topic)
	var wg sync.WaitGroup
	full := make(chan error, 40)
	for range 40 { // of 5 MB: more than 64 MB
		wg.Go(func() {
			if err := publisher.Publish(t.Context(), pubsub.Message{Key: "k", Data: make([]byte, 5_000_000)}); err != nil {
				full <- err
			}
		})
	}
	err := <-full
	if careline.CodeOf(err) != careline.CodeUnavailable || !strings.Contains(err.Error(), "waiting room is full") {
		t.Errorf("the room is full: %v", err)
	}
	close(free)
	wg.Wait()
}

func TestCloseSendsWhatWaits(t *testing.T) {
	t.Parallel()
	arrived, free := make(chan struct{}, 8), make(chan struct{})
	_, topic := newGoogle(t, func(context.Context, *pubsubpb.PublishRequest) error {
		arrived <- struct{}{}
		<-free
		return nil
	})
	publisher, err := pubsub.NewPublisher(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 3 {
		began := make(chan struct{})
		wg.Go(func() {
			if err := publisher.Publish(noting(t.Context(), began), pubsub.Message{Key: "k", Data: []byte("x")}); err != nil {
				t.Error(err)
			}
		})
		<-began
	}
	<-arrived
	closed := make(chan error)
	go func() { closed <- publisher.Close() }()
	close(free)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	wg.Wait()
	if err := publisher.Publish(t.Context(), pubsub.Message{Data: []byte("x")}); careline.CodeOf(err) != careline.CodeUnavailable {
		t.Errorf("after Close: %v", err)
	}
}

// TestPublishKeepsTheOrderThroughPubSub publishes the reports of many calls from as many
// senders and takes them from a subscription with ordering.
func TestPublishKeepsTheOrderThroughPubSub(t *testing.T) {
	t.Parallel()
	const calls, each = 30, 20
	topic, _ := pulled(t, shared.start(t))
	publisher := newPublisher(t, topic)
	got := newArrivals()
	stop := pull(t, topic, got.inbox())
	var wg sync.WaitGroup
	for c := range calls {
		wg.Go(func() {
			for n := range each {
				if err := publisher.Publish(t.Context(), messageOf(t, reportOf(t, c, n, "ringing"))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got.until(t, "all reports arrive", func() bool { return len(distinct(got.events)) == calls*each })
	stop()
	seen := map[string]int{} // how many of a call's; what was repeated, and all behind it, comes again
	for _, e := range got.events {
		if e.Order > seen[e.Call] {
			t.Errorf("%s: %d after %d", e.Call, e.Order, seen[e.Call]-1)
		}
		seen[e.Call] = max(seen[e.Call], e.Order+1)
	}
	same(t, "outcomes", got.outcomes[pubsub.TakenStray]+got.outcomes[pubsub.TakenFailed], 0)
}

func TestADeadlineIsKept(t *testing.T) {
	t.Parallel()
	box := shared.start(t)
	line := newLine(t, box.Endpoint())
	topic, _ := pulled(t, box)
	topic.Emulator = line.endpoint()
	publisher := newPublisher(t, topic)
	if err := publisher.Publish(t.Context(), messageOf(t, reportOf(t, 1, 0, "queued"))); err != nil {
		t.Fatal(err)
	}
	line.hang()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := publisher.Publish(ctx, messageOf(t, reportOf(t, 1, 1, "ringing")))
	if careline.CodeOf(err) != careline.CodeUnavailable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while Google hangs: %v", err)
	}
	line.flow()
	if err := publisher.Publish(t.Context(), messageOf(t, reportOf(t, 1, 2, "completed"))); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
