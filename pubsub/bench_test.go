package pubsub_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gapi "cloud.google.com/go/pubsub/v2"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"perci.health/careline"
	"perci.health/careline/auth"
	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pubsubbox"
	googlesetup "perci.health/careline/setup/google"
)

// callers is how many webhooks are handled at a time.
const callers = 32

// sideBySide runs do as often as the benchmark wants, from so many callers, and
// tells how often that was a second.
func sideBySide(b *testing.B, n int, do func(i int)) {
	b.Helper()
	b.ReportAllocs()
	var next atomic.Int64
	done := make(chan struct{})
	b.ResetTimer()
	busy := processorTime(b)
	for range n {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					done <- struct{}{}
					return
				}
				do(i)
			}
		}()
	}
	for range n {
		<-done
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64((processorTime(b)-busy).Nanoseconds())/float64(b.N)/1000, "cpu-µs/message")
}

// processorTime is what this process has used so far: on a machine with other
// work it says more than the time that passed.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkKeep publishes reports as webhooks do, each waiting for Google's
// answer; beside it, the same through the batching of Google's own client. Nobody
// subscribes, so that the emulator does nothing else.
//
//	GOMAXPROCS=1 go test ./events -run '^$' -bench Keep -benchtime 20000x
func BenchmarkKeep(b *testing.B) {
	topic := topicOf(b, shared.start(b).Endpoint())
	admin := newAdmin(b, googlesetup.Config{Topic: topic, Pull: "careline-pull"})
	plan, err := admin.Plan(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if len(plan) > 0 {
		if err := plan[0].Apply(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	reports := make([]careline.CallEvent, 2000)
	for c := range reports {
		reports[c] = reportOf(b, c, 0, "ringing")
	}
	warm := newPublisher(b, topic) // the emulator is slow at first
	sideBySide(b, 128, func(i int) {
		for range 20_000 / b.N {
			if err := warm.Publish(context.Background(), messageOf(b, reports[i%len(reports)])); err != nil {
				b.Error(err)
			}
		}
	})
	for _, n := range []int{callers, 128} {
		b.Run(fmt.Sprintf("ours/%d", n), func(b *testing.B) {
			publisher := newPublisher(b, topic)
			outbox := &pubsub.Outbox{Publish: publisher.Publish, Subject: subjectOf, Log: slog.New(slog.DiscardHandler),
				Append: func(context.Context, careline.CallEvent) error { b.Error("kept here"); return nil }}
			sideBySide(b, n, func(i int) {
				if err := outbox.Keep(context.Background(), reports[i%len(reports)]); err != nil {
					b.Error(err)
				}
			})
		})
		for name, delay := range map[string]time.Duration{"client, 10 ms": gapi.DefaultPublishSettings.DelayThreshold, "client, 1 ms": time.Millisecond} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				client, err := gapi.NewClient(b.Context(), topic.Project, option.WithEndpoint(topic.Emulator), option.WithoutAuthentication(),
					option.WithTelemetryDisabled(), option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
				if err != nil {
					b.Fatal(err)
				}
				defer client.Close()
				publisher := client.Publisher(topic.Name)
				publisher.EnableMessageOrdering = true
				publisher.PublishSettings.DelayThreshold = delay
				defer publisher.Stop()
				sideBySide(b, n, func(i int) {
					m := messageOf(b, reports[i%len(reports)])
					_, err := publisher.Publish(context.Background(), &gapi.Message{Data: m.Data, Attributes: m.Attributes, OrderingKey: m.Key}).Get(context.Background())
					if err != nil {
						b.Error(err)
					}
				})
			})
		}
	}
}

// BenchmarkPush takes pushes, with a token to check, into a log on disk.
func BenchmarkPush(b *testing.B) {
	issuer, err := pubsubbox.NewIssuer(pushEmail, pushAudience)
	if err != nil {
		b.Fatal(err)
	}
	defer issuer.Close()
	verifier, err := auth.NewPush(auth.PushConfig{Audience: pushAudience, Email: pushEmail, KeysURL: issuer.KeysURL()})
	if err != nil {
		b.Fatal(err)
	}
	token, err := issuer.Token(time.Now(), nil)
	if err != nil {
		b.Fatal(err)
	}
	log := chartLog(b)
	push := &pubsub.Push{Verify: verifier.Verify, Fail: fail, Inbox: &pubsub.Inbox{Understand: understand,
		Append: func(ctx context.Context, e careline.CallEvent) error { _, _, err := log.Append(ctx, e); return err }}}
	bodies := make([][]byte, b.N)
	for i := range bodies {
		e := reportOf(b, i/4, i%4, "ringing")
		bodies[i] = wrapped(messageOf(b, e).Attributes, e.Report, nil)
	}
	sideBySide(b, callers, func(i int) {
		r := httptest.NewRequest(http.MethodPost, pubsub.PathPush, bytes.NewReader(bodies[i]))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		if push.ServeHTTP(w, r); w.Code != http.StatusNoContent {
			b.Error(w.Code)
		}
	})
}
