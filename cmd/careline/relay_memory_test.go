package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/relay"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
)

// TestWhatTheRelayHandsOnIsWhatTheStoreWould has calls with legs, failures, dead
// letters, calls filed again and restarts come in any order, and holds every
// delivery against the store's own.
func TestWhatTheRelayHandsOnIsWhatTheStoreWould(t *testing.T) {
	t.Parallel()
	for range 4 {
		seed := rand.Uint64()
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := &schedule{t: t, url: "file:" + filepath.Join(t.TempDir(), "log.db"), random: rand.New(rand.NewPCG(seed, 1)), dice: rand.New(rand.NewPCG(seed, 2))}
			s.start()
			for range 300 {
				s.step()
			}
			s.end()
		})
	}
}

// schedule is a log, its relay, and what happens to them.
type schedule struct {
	t      *testing.T
	url    string
	random *rand.Rand // of the test
	log    *countedReads
	stop   func()

	mu    sync.Mutex
	dice  *rand.Rand // of the handlings
	calm  bool       // nothing fails any more
	given int        // deliveries handed on
	// compared are those that were the same as the store's.
	compared int
	reads    atomic.Int64
}

// countedReads counts how often the store was asked for a delivery, and notes how
// often a call had changed otherwise than by an event when it was claimed.
type countedReads struct {
	store.Store
	reads *atomic.Int64

	mu      sync.Mutex
	changes map[string]int
	claimed map[string]int
}

func (c *countedReads) Claim(ctx context.Context, consumer, call string) (context.Context, bool, error) {
	c.mu.Lock()
	before := c.changes[call]
	c.mu.Unlock()
	held, ok, err := c.Store.Claim(ctx, consumer, call)
	if ok {
		c.mu.Lock()
		c.claimed[call] = before
		c.mu.Unlock()
	}
	return held, ok, err
}

// hear takes note of what was committed.
func (c *countedReads) hear(news []careline.News) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range news {
		if n.Event.Seq == 0 {
			c.changes[n.Event.Call]++
		}
	}
}

// changed reports whether a call has changed since it was claimed: whoever was given
// a delivery of it before has another one than the store would give now.
func (c *countedReads) changed(call string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changes[call] != c.claimed[call]
}

func (c *countedReads) Next(ctx context.Context, consumer, call string, now time.Time) (careline.Delivery, bool, error) {
	c.reads.Add(1)
	return c.Store.Next(ctx, consumer, call, now)
}

func (s *schedule) start() {
	s.t.Helper()
	r := &relay.Relay{
		Consumer: chart,
		Alone:    true,
		Log:      slog.New(slog.DiscardHandler),
		Workers:  4,
		Backoff:  relay.Backoff{Base: time.Millisecond, Cap: 5 * time.Millisecond, GiveUpAfter: time.Hour, AtLeast: 1000},
		Handle:   s.handle,
	}
	counted := &countedReads{reads: &s.reads, changes: map[string]int{}, claimed: map[string]int{}}
	committed := func(news []careline.News) {
		r.Take(news)
		counted.hear(news)
	}
	log, err := sqlite.Open(s.t.Context(), store.Config{URL: s.url, Consumers: []string{chart}, Committed: committed})
	if err != nil {
		s.t.Fatal(err)
	}
	counted.Store, s.log = log, counted
	r.Queue = s.log
	stopRelay := running(s.t, r.Run)
	s.stop = func() {
		s.t.Helper()
		stopRelay()
		if err := log.Close(); err != nil {
			s.t.Error(err)
		}
	}
}

func (s *schedule) step() {
	s.t.Helper()
	ctx, call := s.t.Context(), fmt.Sprint("call-", s.random.IntN(6))
	switch dice := s.random.IntN(100); {
	case dice < 80:
		s.keep(call)
	case dice < 90:
		s.refile(call, dice < 85)
	case dice < 98:
		dead, err := s.log.Dead(ctx, chart)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, d := range dead {
			if err := s.log.Revive(ctx, chart, d.Delivery.Event.Seq); err != nil && careline.CodeOf(err) != careline.CodeNotFound {
				s.t.Fatal(err)
			}
		}
	default:
		s.stop()
		s.start()
	}
}

// keep has an event kept: of the call's own leg, of a leg, or of one whose call is
// not named.
func (s *schedule) keep(call string) {
	s.t.Helper()
	e := careline.CallEvent{ID: fmt.Sprint("e", s.random.Uint64()), Call: call, Leg: call, Kind: careline.KindProgress, Report: fmt.Appendf(nil, `{"CallSid":"%d"}`, s.random.Uint64())}
	switch s.random.IntN(4) {
	case 0:
		e.Kind, e.Request.Clinician = careline.KindRequested, "dr-1"
	case 1, 2:
		e.Leg = fmt.Sprint("leg ", s.random.IntN(2), " of ", call)
		if s.random.IntN(3) == 0 {
			e.Call = ""
		}
	case 3:
		e.Kind, e.MemberLeg = careline.KindDialEnded, "leg 0 of "+call
	}
	if _, _, err := s.log.Append(s.t.Context(), e); err != nil {
		s.t.Fatal(err)
	}
}

// refile has the call filed again, as an operator would: with its claim.
func (s *schedule) refile(call string, whole bool) {
	s.t.Helper()
	held, ok, err := s.log.Claim(s.t.Context(), chart, call)
	if err != nil {
		s.t.Fatal(err)
	}
	if !ok {
		return
	}
	if err := s.log.Refile(held, chart, call, whole); err != nil && careline.CodeOf(err) != careline.CodeNotFound {
		s.t.Fatal(err)
	}
	if err := s.log.Release(held, chart, call); err != nil {
		s.t.Fatal(err)
	}
}

// handle holds the delivery against the store's, and ends it in some way.
func (s *schedule) handle(ctx context.Context, d careline.Delivery) (careline.Filing, error) {
	want, ok, err := s.log.Store.Next(ctx, d.Consumer, d.Event.Call, time.Now())
	if err != nil {
		return careline.Filing{}, err
	}
	joined := !ok || want.Event.Call != d.Event.Call // meanwhile, to another call
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given++
	if !joined && want.Event.Seq == d.Event.Seq {
		s.compare(d, want)
	}
	switch dice := s.dice.IntN(20); {
	case s.calm:
	case dice == 0:
		return careline.Filing{}, careline.NewError(careline.CodeRejected, "never", nil)
	case dice < 4:
		return careline.Filing{}, errors.New("no luck")
	case dice < 6: // not recordable
		return careline.Filing{}, nil
	}
	if d.Known.Filing.Seq >= d.Event.Seq {
		return careline.Filing{}, nil
	}
	return careline.Filing{Call: d.Event.Call, ID: "of " + d.Event.Call, Version: fmt.Sprint(s.given), Seq: d.Event.Seq, Tried: true}, nil
}

// compare leaves out what came between the giving of the one and the other.
func (s *schedule) compare(got, want careline.Delivery) {
	began := time.Now()
	known := *got.Known
	got.Known, known.Unfiled = &known, false
	if n := len(known.Events); n < len(want.Known.Events) && want.Known.Events[n-1].Seq == known.Events[n-1].Seq {
		want.Known.Events, want.Known.Last = want.Known.Events[:n], known.Last
	}
	known.Events, want.Known.Events = withoutReports(known.Events), withoutReports(want.Known.Events)
	diff := cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true }))
	if diff == "" {
		s.compared++
		return
	}

	// What the store has committed is told a moment later.
	for again := time.NewTicker(5 * time.Millisecond); ; <-again.C {
		if s.log.changed(got.Event.Call) {
			return
		}
		if time.Since(began) > 2*time.Second {
			s.t.Errorf("the delivery (-the store's +the relay's):\n%s", diff)
			return
		}
	}
}

func withoutReports(events []careline.CallEvent) []careline.CallEvent {
	events = slices.Clone(events)
	for i := range events {
		events[i].Report = nil
	}
	return events
}

// end has all be delivered.
func (s *schedule) end() {
	s.t.Helper()
	s.mu.Lock()
	s.calm = true
	s.mu.Unlock()
	eventually(s.t, "all to be delivered", func() bool {
		pending, _, _, err := s.log.Backlog(s.t.Context(), chart)
		return err == nil && pending == 0
	})
	s.stop()
	if reads := int(s.reads.Load()); s.compared < s.given/2 || reads >= s.given {
		s.t.Errorf("the store was read %d times for %d deliveries, of which %d were compared", reads, s.given, s.compared)
	}
}
