package relay

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// dispatcher is one Run of a relay: it gives calls to workers. Its fields belong to
// the goroutine of run, but for handling and outage.
type dispatcher struct {
	*Relay
	from     Queue
	stopping <-chan struct{}
	handling context.Context // of every Handle; ends after the grace
	cutOff   context.CancelFunc
	outage   *outage

	spare    []string        // for takeWoken
	ready    []string        // calls to look at, in the order of their coming
	queued   map[string]bool // those in ready
	busy     map[string]bool // those being handled; true: woken meanwhile
	finished chan returned
	sweepAt  time.Time // when to ask the queue what is due
	troubles int       // failures of the queue itself, in a row
}

// returned is what a worker says of a call that it gives back.
type returned struct {
	call  string
	again time.Time // when to ask the queue again; zero: nothing known
	err   error     // the queue failed
}

func newDispatcher(ctx context.Context, r *Relay) *dispatcher {
	handling, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	return &dispatcher{
		Relay:    r,
		from:     r.queue(),
		stopping: ctx.Done(),
		handling: handling,
		cutOff:   cutOff,
		outage:   &outage{random: r.random},
		queued:   map[string]bool{},
		busy:     map[string]bool{},
		finished: make(chan returned, r.workers()),
	}
}

func (s *dispatcher) run(ctx context.Context) error {
	defer s.cutOff()
	timer := time.NewTimer(0)
	defer timer.Stop()

	for ctx.Err() == nil {
		s.enqueueWoken()
		s.sweep(ctx)
		timer.Reset(s.start())

		select {
		case <-s.signal:
		case <-timer.C:
		case done := <-s.finished:
			s.finish(done)
		case <-ctx.Done():
		}
	}
	return s.stop()
}

func (s *dispatcher) enqueueWoken() {
	calls, all := s.takeWoken(s.spare)
	for _, call := range calls {
		s.enqueue(call)
	}
	s.spare = calls
	if !all {
		s.sweepAt = s.now()
	}
}

func (s *dispatcher) enqueue(call string) {
	if _, busy := s.busy[call]; busy {
		s.busy[call] = true
		return
	}
	if s.queued[call] {
		return
	}
	if len(s.ready) >= readyBound {
		s.sweepAt = s.now()
		return
	}

	s.queued[call] = true
	s.ready = append(s.ready, call)
}

// sweep asks the queue for more when it is time and there is room for it.
func (s *dispatcher) sweep(ctx context.Context) {
	now, workers := s.now(), s.workers()
	if room, _ := s.outage.room(workers, now); now.Before(s.sweepAt) || len(s.ready) >= workers || room == 0 {
		return
	}

	limit := 4 * workers
	calls, next, err := s.from.Due(ctx, s.Consumer, now, limit)
	if err != nil {
		s.trouble(err)
		return
	}
	for _, call := range calls {
		s.enqueue(call)
	}

	s.sweepAt = now.Add(sweepEvery)
	if !next.IsZero() && next.Before(s.sweepAt) {
		s.sweepAt = next
	}
	if len(calls) == limit {
		s.sweepAt = now // there may be more; ready is full enough to wait for it
	}
}

// start gives calls to workers, and returns when there is something to do even
// if nothing happens.
func (s *dispatcher) start() time.Duration {
	now := s.now()
	room, until := s.outage.room(s.workers(), now)
	for len(s.ready) > 0 && len(s.busy) < room {
		call := s.ready[0]
		s.ready = s.ready[1:]
		delete(s.queued, call)
		s.busy[call] = false
		go func() { s.finished <- s.work(call) }()
	}

	if room == 0 {
		return until.Sub(now)
	}
	if len(s.ready) > 0 {
		return sweepEvery // a worker is done first
	}
	return max(s.sweepAt.Sub(now), 0)
}

func (s *dispatcher) finish(done returned) {
	woken := s.busy[done.call]
	delete(s.busy, done.call)
	if done.err != nil {
		s.trouble(done.err)
		return // a sweep finds the call again
	}

	s.troubles = 0
	if woken && s.mayWait(done.call) {
		s.enqueue(done.call)
	}
	if !done.again.IsZero() && done.again.Before(s.sweepAt) {
		s.sweepAt = done.again
	}
}

// mayWait reports whether something of the call may wait to be delivered.
func (s *dispatcher) mayWait(call string) bool {
	if s.memory == nil {
		return true
	}
	waits, certain := s.memory.waits(call)
	return waits || !certain
}

// trouble waits for a queue that failed. Those who were under way when it did fail
// with it, and are no further trouble.
func (s *dispatcher) trouble(err error) {
	if s.stopped() || s.troubles > 0 && s.now().Before(s.sweepAt) {
		return
	}

	s.troubles++
	wait := outages.AtLeastHalf(s.troubles, s.random())
	s.sweepAt = s.now().Add(wait)
	s.Log.Error("the queue of deliveries failed", slog.String("consumer", s.Consumer),
		slog.Any("err", err), slog.Int64("again_ms", wait.Milliseconds()))
}

// stopped reports whether no further delivery may begin.
func (s *dispatcher) stopped() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// stop waits for the handlings under way: first for their own end, then for them
// to notice that they are cut off.
func (s *dispatcher) stop() error {
	if s.wait(s.grace()) {
		return nil
	}

	s.cutOff()
	if s.wait(settleFor) {
		return nil
	}
	return fmt.Errorf("%d deliveries to %s did not end when they were cut off; they will be repeated", len(s.busy), s.Consumer)
}

func (s *dispatcher) wait(bound time.Duration) (all bool) {
	timer := time.NewTimer(bound)
	defer timer.Stop()
	for len(s.busy) > 0 {
		select {
		case done := <-s.finished:
			delete(s.busy, done.call)
		case <-timer.C:
			return false
		}
	}
	return true
}
