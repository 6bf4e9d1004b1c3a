package pubsub_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	"perci.health/careline/relay"
)

// ways counts how events left an outbox.
type ways struct {
	mu    sync.Mutex
	count map[string]int
}

func (w *ways) observe(way string, _ careline.CallEvent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count == nil {
		w.count = map[string]int{}
	}
	w.count[way]++
}

func (w *ways) of(way string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count[way]
}

// stand is an outbox between a Google and a database that do as they are told.
type stand struct {
	*pubsub.Outbox
	publish func(context.Context, pubsub.Message) error
	keep    func(context.Context, careline.CallEvent) error
	asked   int
	kept    int
	ways    ways
}

func newStand() *stand {
	s := &stand{
		publish: func(context.Context, pubsub.Message) error { return nil },
		keep:    func(context.Context, careline.CallEvent) error { return nil },
	}
	var mu sync.Mutex
	s.Outbox = &pubsub.Outbox{
		Publish: func(ctx context.Context, m pubsub.Message) error {
			mu.Lock()
			s.asked++
			mu.Unlock()
			return s.publish(ctx, m)
		},
		Append: func(ctx context.Context, e careline.CallEvent) error {
			mu.Lock()
			s.kept++
			mu.Unlock()
			return s.keep(ctx, e)
		},
		Subject: subjectOf, Log: slog.New(slog.DiscardHandler), Observe: s.ways.observe,
	}
	return s
}

func (s *stand) away() {
	s.publish = func(context.Context, pubsub.Message) error { return unavailable(errors.New("away")) }
}

func (s *stand) hangs() {
	s.publish = func(ctx context.Context, _ pubsub.Message) error { <-ctx.Done(); return unavailable(ctx.Err()) }
}

func TestKeepAsksGoogleThenTheDatabase(t *testing.T) {
	t.Parallel()
	lost := unavailable(errors.New("database down"))
	for name, tt := range map[string]struct {
		google, database error
		want             careline.Code
		kept             int
		way              string
	}{
		"both there":        {nil, nil, "", 0, pubsub.WayPublished},
		"no database":       {nil, lost, "", 0, pubsub.WayPublished},
		"no Google":         {unavailable(errors.New("away")), nil, "", 1, pubsub.WayKept},
		"Google rejects it": {rejected(), nil, "", 1, pubsub.WayKept},
		"neither":           {unavailable(errors.New("away")), lost, careline.CodeUnavailable, 1, pubsub.WayFailed},
		"a raw error":       {errors.New("odd"), errors.New("odd"), careline.CodeUnavailable, 1, pubsub.WayFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			s.publish = func(context.Context, pubsub.Message) error { return tt.google }
			s.keep = func(context.Context, careline.CallEvent) error { return tt.database }
			err := s.Keep(t.Context(), reportOf(t, 1, 0, "ringing"))
			if (err == nil) != (tt.want == "") || (err != nil && careline.CodeOf(err) != tt.want) {
				t.Errorf("Keep: %v", err)
			}
			same(t, "kept here", s.kept, tt.kept)
			same(t, "way", s.ways.of(tt.way), 1)
		})
	}
	s := newStand()
	if err := s.Keep(t.Context(), careline.CallEvent{Kind: careline.KindRequested}); careline.CodeOf(err) != careline.CodeInvalid {
		t.Errorf("no report: %v", err)
	}
}

func TestOutboxGivesGoogleTwoSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand()
		s.hangs()
		began := time.Now()
		if err := s.Keep(t.Context(), reportOf(t, 1, 0, "ringing")); err != nil {
			t.Error(err)
		}
		same(t, "took", time.Since(began), 2*time.Second)
		same(t, "kept here", s.kept, 1)
	})
}

// TestAnOutageOfGoogleKeepsNobodyWaiting has reports come for a minute while
// Google hangs.
func TestAnOutageOfGoogleKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand()
		log, text := lines()
		s.Log = log
		s.hangs()
		e := reportOf(t, 1, 0, "ringing")
		waited, reports := 0, 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 600 {
			wg.Go(func() {
				began := time.Now()
				if err := s.Keep(t.Context(), e); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if reports++; time.Since(began) > 0 {
					waited++
				}
			})
			linger(100 * time.Millisecond)
		}
		wg.Wait()
		same(t, "reports", reports, 600)
		// 25 in the two seconds before the fifth failure was seen, then one every seven.
		if waited > 25+9 {
			t.Errorf("%d reports had to wait", waited)
		}
		if s.asked < 25 || s.asked != waited {
			t.Errorf("Google was asked %d times", s.asked)
		}
		same(t, "lines", strings.Count(text.String(), "Pub/Sub takes nothing"), 1)

		s.publish = func(context.Context, pubsub.Message) error { return nil }
		linger(6 * time.Second)
		for range 10 {
			if err := s.Keep(t.Context(), e); err != nil {
				t.Error(err)
			}
		}
		same(t, "published when Google is back", s.ways.of(pubsub.WayPublished), 10)
		same(t, "lines", strings.Count(text.String(), "Pub/Sub takes reports again"), 1)
	})
}

func TestAForwardedEventShowsThatGoogleIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand()
		s.away()
		e := reportOf(t, 1, 0, "ringing")
		for range 6 {
			if err := s.Keep(t.Context(), e); err != nil {
				t.Error(err)
			}
		}
		same(t, "asked", s.asked, 5)
		if _, err := s.Forward(t.Context(), careline.Delivery{Event: e}); err == nil {
			t.Error("forwarded to a Google that is away")
		}
		s.publish = func(context.Context, pubsub.Message) error { return nil }
		if _, err := s.Forward(t.Context(), careline.Delivery{Event: e}); err != nil {
			t.Error(err)
		}
		if err := s.Keep(t.Context(), e); err != nil {
			t.Error(err)
		}
		same(t, "published", s.ways.of(pubsub.WayPublished), 1)
		same(t, "forwarded", s.ways.of(pubsub.WayForwarded), 1)
	})
}

func TestWhoHangsUpIsNoOutageAndIsKept(t *testing.T) {
	t.Parallel()
	s := newStand()
	s.hangs()
	s.keep = func(ctx context.Context, _ careline.CallEvent) error { return ctx.Err() }
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		if err := s.Keep(gone, reportOf(t, 1, 0, "ringing")); err != nil {
			t.Error(err)
		}
	}
	same(t, "asked", s.asked, 20)
	same(t, "kept", s.kept, 20)
}

func TestAnEventThatIsNoReportIsNotForwarded(t *testing.T) {
	t.Parallel()
	s := newStand()
	_, err := s.Forward(t.Context(), careline.Delivery{Event: careline.CallEvent{Kind: careline.KindRefused}})
	if careline.CodeOf(err) != careline.CodeRejected {
		t.Errorf("Forward: %v", err)
	}
}

// TestOutboxForwardsWhenPubSubComesBack stops Google's emulator under a stream of
// reports, each of which must come out of the subscription in the end.
func TestOutboxForwardsWhenPubSubComesBack(t *testing.T) {
	t.Parallel()
	box := ownBox(t)
	topic, admin := pulled(t, box)
	publisher := newPublisher(t, topic)
	kept := chartLog(t)
	var counts ways
	outbox := &pubsub.Outbox{Publish: publisher.Publish, Subject: subjectOf, Log: slog.New(slog.DiscardHandler), Observe: counts.observe,
		Within: time.Minute, // one that is away refuses at once, and one that has just started may be slow
		Append: func(ctx context.Context, e careline.CallEvent) error {
			_, _, err := kept.AppendFor(ctx, pubsub.ForwardConsumer, e)
			return err
		}}
	keepAll := func(from, to int) {
		t.Helper()
		for c := from; c < to; c++ {
			for n, status := range []string{"initiated", "ringing", "completed"} {
				if err := outbox.Keep(t.Context(), reportOf(t, c, n, status)); err != nil {
					t.Error(err)
				}
			}
		}
	}
	keepAll(0, 5)
	same(t, "kept here while Google is there", counts.of(pubsub.WayKept), 0)
	got := newArrivals()
	stop := pull(t, topic, got.inbox())
	got.until(t, "what was published arrives", func() bool { return len(distinct(got.events)) == 15 })
	stop() // Google's client would pause half a minute before it pulls again
	if err := box.Stop(); err != nil {
		t.Fatal(err)
	}
	keepAll(5, 10)
	same(t, "kept here while Google is away", counts.of(pubsub.WayKept), 15)
	if err := box.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	provisionAgain(t, admin)
	forwarder := &relay.Relay{Queue: kept, Consumer: pubsub.ForwardConsumer, Handle: outbox.Forward, Log: slog.New(slog.DiscardHandler),
		Backoff: relay.Backoff{Base: time.Millisecond, Cap: 100 * time.Millisecond, GiveUpAfter: time.Hour, AtLeast: 1000}}
	relaying, stopRelay := context.WithCancel(t.Context())
	relayed := make(chan error, 1)
	go func() { relayed <- forwarder.Run(relaying) }()
	stop = pull(t, topic, got.inbox())
	got.until(t, "what was kept arrives", func() bool { return len(distinct(got.events)) == 30 })
	keepAll(10, 15)
	got.until(t, "what comes afterwards arrives", func() bool { return len(distinct(got.events)) == 45 })
	stopRelay()
	if err := <-relayed; err != nil {
		t.Error(err)
	}
	stop()
	if counts.of(pubsub.WayPublished) < 16 {
		t.Error("nothing goes straight to Google again")
	}
	for consumer, want := range map[string]int{pubsub.ForwardConsumer: 0, "chart": counts.of(pubsub.WayKept)} { // only what was kept here
		pending, dead, _, err := kept.Backlog(t.Context(), consumer)
		if err != nil || pending != want || dead != 0 {
			t.Errorf("%s: %d pending, %d dead (error: %v)", consumer, pending, dead, err)
		}
	}
}

func distinct(all []careline.CallEvent) map[string]bool {
	ids := map[string]bool{}
	for _, e := range all {
		ids[e.Call+" "+e.ID] = true
	}
	return ids
}

// TestAPubSubThatHangsIsNotAwaited holds back every byte on the way to Google. A
// report is answered although no byte has come back, and what Google got of it
// after all is one event in the end.
func TestAPubSubThatHangsIsNotAwaited(t *testing.T) {
	t.Parallel()
	box := shared.start(t)
	topic, _ := pulled(t, box)
	direct := topic
	line := newLine(t, box.Endpoint())
	topic.Emulator = line.endpoint()
	publisher := newPublisher(t, topic)
	log := chartLog(t)
	var counts ways
	outbox := &pubsub.Outbox{Publish: publisher.Publish, Subject: subjectOf, Log: slog.New(slog.DiscardHandler), Observe: counts.observe,
		Within: 50 * time.Millisecond, // the order of things counts here, the two seconds in TestOutboxGivesGoogleTwoSeconds
		Append: func(ctx context.Context, e careline.CallEvent) error { _, _, err := log.Append(ctx, e); return err }}
	if err := publisher.Publish(t.Context(), messageOf(t, reportOf(t, 1, 0, "initiated"))); err != nil {
		t.Fatal(err)
	}
	line.hang()
	hung := reportOf(t, 1, 1, "ringing")
	if err := outbox.Keep(t.Context(), hung); err != nil {
		t.Error(err)
	}
	same(t, "kept here", counts.of(pubsub.WayKept), 1)
	line.flow() // the request goes on its way now
	if _, err := outbox.Forward(t.Context(), careline.Delivery{Event: hung}); err != nil {
		t.Error(err)
	}
	repeats := 0
	got := newArrivals()
	inbox := got.inbox()
	inbox.Append = func(ctx context.Context, e careline.CallEvent) error {
		_, repeated, err := log.Append(ctx, e)
		if repeated {
			repeats++
		}
		return errors.Join(err, got.append(ctx, e))
	}
	stop := pull(t, direct, inbox)
	got.until(t, "both reports come over Pub/Sub", func() bool { return len(distinct(got.events)) == 2 })
	stop()
	if repeats == 0 {
		t.Error("the report that was kept here did not come again")
	}
	kept, err := log.Events(t.Context(), sid(1))
	if err != nil || len(kept) != 2 {
		t.Errorf("the log has %d events (error: %v)", len(kept), err)
	}
}

// TestManySendersAtOnce has them share the outbox, under the race detector too.
func TestManySendersAtOnce(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	publisher := newPublisher(t, topic)
	outbox := &pubsub.Outbox{Publish: publisher.Publish, Subject: subjectOf, Log: slog.New(slog.DiscardHandler), Within: time.Minute,
		Append: func(context.Context, careline.CallEvent) error { return fmt.Errorf("not needed here") }}
	var wg sync.WaitGroup
	for c := range 32 {
		wg.Go(func() {
			for n := range 10 {
				if err := outbox.Keep(t.Context(), reportOf(t, c, n, "ringing")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := newArrivals()
	stop := pull(t, topic, got.inbox())
	got.until(t, "all arrive", func() bool { return len(distinct(got.events)) == 320 })
	stop()
}
