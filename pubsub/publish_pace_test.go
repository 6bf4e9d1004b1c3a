package pubsub_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gapi "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"perci.health/careline/pubsub"
)

// TestRequestsKeepADistance has a message come every 1.1 ms, to a Google that
// is quick, as slow as usual, or very slow.
func TestRequestsKeepADistance(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answers time.Duration
		batches []int
		waits   time.Duration // of a message that does not come first
	}{
		// Each message finds nothing under way.
		"quick": {answers: 500 * time.Microsecond, batches: []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, waits: 500 * time.Microsecond},
		// What came while a request was under way goes when that is answered.
		"slower": {answers: 2500 * time.Microsecond, batches: []int{1, 2, 2, 2, 3, 2}, waits: 5 * time.Millisecond},
		// Nobody waits for a slow answer to another request.
		"slow": {answers: 15500 * time.Microsecond, batches: []int{1, 3, 4, 3, 1}, waits: 19500 * time.Microsecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { keepADistance(t, tt.answers, tt.batches, tt.waits) })
		})
	}
}

func keepADistance(t *testing.T, answers time.Duration, batches []int, waits time.Duration) {
	g := &google{flying: map[string]int{}, answer: func(context.Context, *pubsubpb.PublishRequest) error {
		<-time.After(answers)
		return nil
	}}
	publisher := publisherTo(t, g)
	var wg sync.WaitGroup
	for n := range 12 {
		wg.Go(func() {
			began := time.Now()
			if err := publisher.Publish(t.Context(), pubsub.Message{Key: fmt.Sprint(n), Data: []byte("x")}); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > waits {
				t.Errorf("message %d waited %v, more than %v", n, took, waits)
			}
		})
		<-time.After(1100 * time.Microsecond) // so that nothing else happens at that moment
	}
	wg.Wait()
	if err := publisher.Close(); err != nil {
		t.Error(err)
	}
	same(t, "messages in each request", g.batches, batches)
}

// publisherTo asks g without a network, so that time stands still while they work.
func publisherTo(t *testing.T, g *google) *pubsub.Publisher {
	t.Helper()
	listener, server := bufconn.Listen(1<<20), grpc.NewServer()
	pubsubpb.RegisterPublisherServer(server, g)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		server.Stop()
		serving.Wait()
	})
	conn, err := grpc.NewClient("passthrough:google", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	client, err := gapi.NewTopicAdminClient(t.Context(), option.WithGRPCConn(conn))
	if err != nil {
		t.Fatal(err)
	}
	return pubsub.PublisherThrough(client, "projects/p/topics/t")
}
