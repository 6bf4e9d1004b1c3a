package relay_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/relay"
)

// nowhere is a queue that costs nothing: whatever is handed on is in memory.
type nowhere struct{}

func (nowhere) Due(context.Context, string, time.Time, int) ([]string, time.Time, error) {
	return nil, time.Time{}, nil
}
func (nowhere) Claim(ctx context.Context, _, _ string) (context.Context, bool, error) {
	return ctx, true, nil
}
func (nowhere) Release(context.Context, string, string) error { return nil }
func (nowhere) Next(context.Context, string, string, time.Time) (careline.Delivery, bool, error) {
	return careline.Delivery{}, false, nil
}
func (nowhere) Done(context.Context, careline.Delivery, careline.Filing) error { return nil }
func (nowhere) Retry(context.Context, careline.Delivery, time.Time, string) error {
	return nil
}
func (nowhere) Bury(context.Context, careline.Delivery, string) error { return nil }

// BenchmarkRelay is what the relay itself costs a delivery, from the news of its
// event to its end, in calls of four events.
func BenchmarkRelay(b *testing.B) {
	done := make(chan struct{}, 16)
	r := &relay.Relay{
		Queue:    nowhere{},
		Alone:    true,
		Consumer: "chart",
		Log:      slog.New(slog.DiscardHandler),
		Handle: func(context.Context, careline.Delivery) (careline.Filing, error) {
			done <- struct{}{}
			return careline.Filing{}, nil
		},
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()

	b.ReportAllocs()
	kept, report := time.Now(), make([]byte, 1000)
	seq := int64(0)
	for b.Loop() {
		call := fmt.Sprint("CA", seq/4)
		before := int64(0)
		if seq%4 > 0 {
			before = seq
		}
		seq++
		e := careline.CallEvent{Seq: seq, Call: call, Leg: call, Kind: careline.KindRequested, Kept: kept, Report: report}
		r.Take([]careline.News{{Event: e, Before: before}})
		<-done
	}
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
