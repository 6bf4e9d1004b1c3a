package relay_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/relay"
)

// memory is a queue in memory, as the store keeps it: only a call's first
// delivery can be due.
type memory struct {
	mu      sync.Mutex
	seq     int64
	pending map[string][]*entry // call → its deliveries, in order
	claimed map[string]bool
	lose    map[string]context.CancelFunc // ends what is done under a claim
	buried  []string                      // "id: cause"
	asked   int                           // how often Due was
	nexts   int                           // how often Next was
	tells   bool                          // whether a delivery is the last of its call
	broken  error                         // of every answer
	onFree  func()                        // called once, as a call is being released
}

type entry struct {
	event    careline.CallEvent
	attempts int
	due      time.Time
}

func newMemory() *memory {
	return &memory{pending: map[string][]*entry{}, claimed: map[string]bool{}, lose: map[string]context.CancelFunc{}}
}

// add keeps one event of each call, and returns the calls.
func (m *memory) add(calls ...string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, call := range calls {
		m.seq++
		e := careline.CallEvent{Seq: m.seq, Call: call, ID: fmt.Sprintf("%s/%d", call, m.seq), Kind: careline.KindProgress, Kept: time.Now()}
		m.pending[call] = append(m.pending[call], &entry{event: e, due: time.Now()})
	}
	return calls
}

func (m *memory) Due(ctx context.Context, _ string, now time.Time, limit int) (calls []string, next time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	if m.broken != nil || ctx.Err() != nil {
		return nil, next, errFirst(m.broken, ctx.Err())
	}
	for _, call := range slices.Sorted(maps.Keys(m.pending)) {
		if len(m.pending[call]) == 0 {
			continue
		}
		head := m.pending[call][0]
		if head.due.After(now) {
			if next.IsZero() || head.due.Before(next) {
				next = head.due
			}
		} else if !m.claimed[call] && len(calls) < limit {
			calls = append(calls, call)
		}
	}
	return calls, next, nil
}

func errFirst(errs ...error) error {
	i := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	return errs[i]
}

func (m *memory) Claim(ctx context.Context, _, call string) (context.Context, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.claimed[call] || m.broken != nil {
		return nil, false, m.broken
	}
	m.claimed[call] = true
	ctx, m.lose[call] = context.WithCancel(ctx)
	return ctx, true, nil
}

func (m *memory) Release(_ context.Context, _, call string) error {
	m.mu.Lock()
	onFree := m.onFree
	m.onFree = nil
	m.mu.Unlock()
	if onFree != nil {
		onFree()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.claimed, call)
	return nil
}

func (m *memory) Next(_ context.Context, consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.nexts++
	if len(m.pending[call]) == 0 || m.pending[call][0].due.After(now) || m.broken != nil {
		return d, false, m.broken
	}
	head := m.pending[call][0]
	d = careline.Delivery{Consumer: consumer, Event: head.event, Attempts: head.attempts}
	if m.tells {
		d.Known = &careline.Known{Last: len(m.pending[call]) == 1}
	}
	return d, true, nil
}

func (m *memory) Done(ctx context.Context, d careline.Delivery, _ careline.Filing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil || m.broken != nil {
		return errFirst(m.broken, err)
	}
	m.pending[d.Event.Call] = m.pending[d.Event.Call][1:]
	return nil
}

func (m *memory) Retry(_ context.Context, d careline.Delivery, at time.Time, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	head := m.pending[d.Event.Call][0]
	head.attempts, head.due = d.Attempts+1, at
	return m.broken
}

func (m *memory) Bury(ctx context.Context, d careline.Delivery, cause string) error {
	m.mu.Lock()
	m.buried = append(m.buried, d.Event.ID+": "+cause)
	m.mu.Unlock()
	return m.Done(ctx, d, careline.Filing{})
}

func (m *memory) breaks(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}

func (m *memory) letters() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.buried)
}

func (m *memory) questions() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked
}

func (m *memory) left() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, entries := range m.pending {
		n += len(entries)
	}
	return n
}

// diary writes down what was handled, and when.
type diary struct {
	mu      sync.Mutex
	began   time.Time
	entries []string
}

func newDiary() *diary { return &diary{began: time.Now()} }

func (d *diary) write(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries = append(d.entries, text)
}

func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.entries)
}

func (d *diary) since() time.Duration { return time.Since(d.began) }

// nothingFiled is a Handle that files nothing.
func nothingFiled(handle func(context.Context, careline.Delivery) error) func(context.Context, careline.Delivery) (careline.Filing, error) {
	return func(ctx context.Context, d careline.Delivery) (careline.Filing, error) {
		return careline.Filing{}, handle(ctx, d)
	}
}

// run runs the relay until the returned function is called, which waits for it.
func run(t *testing.T, r *relay.Relay) (stop func()) {
	t.Helper()
	if r.Log == nil {
		r.Log = slog.New(slog.DiscardHandler)
	}
	if r.Random == nil {
		r.Random = func() float64 { return 0.5 }
	}
	r.Consumer = "chart"
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// lines collects log lines.
func lines() (*slog.Logger, *text) {
	var b text
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "stack" {
			return slog.Attr{}
		}
		return a
	}
	return slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: noTime})), &b
}

// text is written and read by several.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// linger takes its time, in a bubble of testing/synctest, where that takes none.
func linger(d time.Duration) { <-time.NewTimer(d).C }

// pass lets time pass for a test, and everything happen that then does.
func pass(d time.Duration) {
	linger(d)
	synctest.Wait()
}
