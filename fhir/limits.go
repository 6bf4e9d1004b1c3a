package fhir

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// What a request costs of the quota, in the units of Medplum's "fhirInteractions"
// limit (https://www.medplum.com/docs/rate-limits). Another server counts
// otherwise; then only the pace is a little off, never the outcome.
const (
	costRead    = 1
	costHistory = 10
	costSearch  = 20
	costWrite   = 100
)

// class is one kind of request on its way to the server. Those of a class go in the
// order of their coming.
type class struct {
	// These are shares of the whole quota. While more than free is left a request
	// goes at once; below, what is left above floor is spread over the rest of the
	// window. Both classes do so from the same mark down to the same floor, so that
	// each gets about as much as the other, however many wait in it: a storm of
	// readings takes no more from the writings than they have from it. When what is
	// above the floor is too little for a write, a class goes on down to last.
	free, floor, last float64

	head    chan struct{} // held by the one that is next; the others queue for it
	went    time.Time     // when the last one went
	waiting int
}

// scouts is how many requests may be under way while nobody knows what is left:
// before the first answer, and when a window has ended. One would do; a few more
// keep an outage of one answer from stopping all.
const scouts = 8

// limiter slows down before the server's quota is gone, so that what is left
// lasts until the window ends, writes leave some of it to those who read, and
// those who read never take what the writes need.
// Several instances share one quota without knowing of each other: each goes by
// what the server says is left, and slows down as the others use it up.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex
	reads   class
	writes  class
	silent  bool          // the last answer said nothing of a quota, and none ever did
	most    float64       // the most units ever seen to be left: about the whole quota
	left    float64       // units left in the window, as the server last said
	ends    time.Time     // end of the window; zero before any header was seen
	paused  time.Time     // until then a refused request asked everybody to wait
	pending float64       // units under way, of which no answer has told yet
	flying  int           // requests under way
	changed chan struct{} // closed when any of this has changed
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{
		now:     now,
		reads:   newClass(0.02),
		writes:  newClass(0.10),
		changed: make(chan struct{}),
	}
}

func newClass(last float64) class {
	return class{
		free:  0.50,
		floor: 0.10,
		last:  last,
		head:  make(chan struct{}, 1),
	}
}

// sameWindow is how far two answers may differ about the end of one window: the
// header counts whole seconds, and answers cross on their way.
const sameWindow = 2 * time.Second

// told takes what an answer says of the quota. It is called once for each request
// that enter has let go, with no header when no answer came.
func (l *limiter) told(cost float64, status int, h http.Header) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending -= cost
	l.flying--
	now := l.now()
	if left, reset, ok := quota(h); ok {
		l.observe(now, left, reset)
	} else if status != 0 && status < http.StatusBadRequest {
		l.silent = l.ends.IsZero()
	}

	if status == http.StatusTooManyRequests {
		l.paused = now.Add(max(retryAfter(h, now), time.Second))
	}
	l.change()
}

func (l *limiter) observe(now time.Time, left float64, reset time.Duration) {
	l.silent = false
	ends := now.Add(reset)
	if now.Before(l.ends) && ends.Sub(l.ends).Abs() <= sameWindow {
		l.left = min(l.left, left)
	} else {
		l.left, l.ends = left, ends
	}
	l.most = max(l.most, left)
}

// change wakes the heads of both classes; l.mu is held.
func (l *limiter) change() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// enter returns when e may go; told must follow. An urgent one goes at once: it is
// taken from what the others leave. It fails without waiting when ctx would end
// first.
func (l *limiter) enter(ctx context.Context, e exchange) error {
	class := &l.reads
	switch {
	case e.urgent:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.letGo(e.cost)
		return nil
	case e.cost >= costWrite:
		class = &l.writes
	}

	if err := l.queue(ctx, class, e.cost); err != nil {
		return err
	}
	defer func() { <-class.head }()

	for {
		delay, changed := l.reserve(class, e.cost)
		if changed == nil {
			return nil
		}
		if err := hold(ctx, delay, changed); err != nil {
			return err
		}
	}
}

// queue returns when the request is the next of its class.
func (l *limiter) queue(ctx context.Context, class *class, cost float64) error {
	select {
	case class.head <- struct{}{}:
		return nil
	default:
	}

	l.mu.Lock()
	expected, pace := l.delay(class, cost)
	expected += time.Duration(class.waiting) * pace
	class.waiting++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		class.waiting--
	}()

	if endsWithin(ctx, expected) {
		return quotaLow(expected, context.DeadlineExceeded)
	}
	select {
	case class.head <- struct{}{}:
		return nil
	case <-ctx.Done():
		return quotaLow(max(pace, time.Second), ctx.Err())
	}
}

// hold waits for the delay, or for the next change; a delay of 0 is without end.
func hold(ctx context.Context, delay time.Duration, changed <-chan struct{}) error {
	if endsWithin(ctx, delay) {
		return quotaLow(delay, context.DeadlineExceeded)
	}
	var over <-chan time.Time
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		over = timer.C
	}

	select {
	case <-over:
	case <-changed:
	case <-ctx.Done():
		if delay == 0 { // for what is under way: it was not the quota
			return unreachable(ctx, ctx.Err())
		}
		return quotaLow(max(delay, time.Second), ctx.Err())
	}

	return nil
}

func endsWithin(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < d
}

// reserve lets the head of a class go, and then gives no channel; else how long it
// waits at most, and what would tell it earlier.
func (l *limiter) reserve(class *class, cost float64) (time.Duration, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delay, _ := l.delay(class, cost)
	if delay == 0 && l.unknown() && l.flying >= scouts {
		return 0, l.changed
	}
	if delay > 0 {
		return delay, l.changed
	}
	class.went = l.now()
	l.letGo(cost)
	return 0, nil
}

// unknown reports whether it must first be seen what is left.
func (l *limiter) unknown() bool { return !l.silent && !l.now().Before(l.ends) }

func (l *limiter) letGo(cost float64) {
	l.pending += cost
	l.flying++
}

// delay is how long the next request of a class waits, and the pace of those
// behind it; l.mu is held. It is reckoned anew with each answer.
func (l *limiter) delay(class *class, cost float64) (wait, pace time.Duration) {
	now := l.now()
	if now.Before(l.paused) {
		return l.paused.Sub(now), 0
	}
	if !now.Before(l.ends) {
		return 0, 0
	}

	left := l.left - l.pending
	if left-cost >= class.free*l.most {
		return 0, 0
	}
	usable := left - class.floor*l.most
	if usable < costWrite {
		usable = left - class.last*l.most
	}
	if usable < cost {
		return l.ends.Sub(now), 0
	}

	pace = time.Duration(float64(l.ends.Sub(now)) * cost / usable)
	return max(class.went.Add(pace).Sub(now), 0), pace
}
