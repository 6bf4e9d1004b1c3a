package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/relay"
	"perci.health/careline/store"
)

var _ relay.Queue = deliveries{}

// TestRelayOnTheStore lets many reports come in while a relay hands them on,
// fails now and then, and is stopped and started again on the same database.
func TestRelayOnTheStore(t *testing.T) {
	t.Parallel()
	url := "file:" + filepath.Join(t.TempDir(), "log.db")
	const calls, perCall = 60, 5
	book := &book{last: map[string]int64{}, all: make(chan struct{}), want: calls * perCall}

	for half := range 2 {
		s, stop := relayOn(t, url, book)
		var wg sync.WaitGroup
		for c := range calls {
			wg.Go(func() {
				for n := half * perCall / 2; n < (half+1)*perCall/2; n++ {
					keep(t, s, fmt.Sprintf("call-%d", c), n)
				}
			})
		}
		wg.Wait()
		if half == 1 {
			<-book.all
		}
		stop() // the first time in the middle of things
	}

	s, err := store.Open(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pending, dead, _, err := s.Backlog(t.Context(), chart)
	if err != nil || pending != 0 || dead != 0 {
		t.Errorf("%d pending, %d dead (error: %v)", pending, dead, err)
	}
}

func keep(t *testing.T, s store.Store, call string, n int) {
	e := careline.CallEvent{ID: fmt.Sprint(n), Call: call, Leg: "leg of " + call, Kind: careline.KindProgress}
	if _, _, err := s.Append(t.Context(), e); err != nil {
		t.Error(err)
	}
}

// relayOn starts a store and its relay, wired as a service wires them.
func relayOn(t *testing.T, url string, b *book) (s store.Store, stop func()) {
	t.Helper()
	r := &relay.Relay{Backoff: relay.Backoff{Base: time.Millisecond, Cap: time.Millisecond, GiveUpAfter: time.Hour, AtLeast: 1000}}
	s, err := store.Open(t.Context(), store.Config{URL: url, Consumers: []string{chart}, Committed: r.Wake})
	if err != nil {
		t.Fatal(err)
	}
	r.Queue = deliveries{s}
	r.Consumer, r.Log = chart, slog.New(slog.DiscardHandler)
	r.Handle = func(_ context.Context, d careline.Delivery) (careline.Filing, error) {
		return careline.Filing{}, b.handle(t, d)
	}
	stopRelay := running(t, r.Run)
	return s, func() {
		t.Helper()
		stopRelay()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// book notes what was handled and fails every seventh first attempt.
type book struct {
	mu      sync.Mutex
	last    map[string]int64
	handled int
	want    int
	all     chan struct{}
}

func (b *book) handle(t *testing.T, d careline.Delivery) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d.Event.Seq%7 == 0 && d.Attempts == 0 {
		return errors.New("try again")
	}
	if d.Event.Seq <= b.last[d.Event.Call] {
		t.Errorf("%s: %d after %d", d.Event.Call, d.Event.Seq, b.last[d.Event.Call])
	}
	b.last[d.Event.Call] = d.Event.Seq
	if b.handled++; b.handled == b.want {
		close(b.all)
	}
	return nil
}

// running runs a part until the returned function is called, which waits for it.
func running(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
