package telemetry

import (
	"io"
	"sync"
	"time"
)

const (
	// gatherFor is how long a line waits at most for others to be written with it.
	gatherFor = 5 * time.Millisecond
	// gatherMost is how many bytes wait: whoever brings more writes them out.
	gatherMost = 32 << 10
)

// Gathered is a writer whose lines wait a few milliseconds for others, so that a
// busy service does not ask the system once for each. A process that is killed
// loses these; Close loses none.
type Gathered struct {
	to io.Writer

	turn  sync.Mutex // held while writing to to, so that nothing overtakes
	empty []byte     // under turn: the room that is not in use

	mu     sync.Mutex // of the rest; never held while writing
	lines  []byte
	armed  bool // a flush will come
	closed bool
	timer  *time.Timer
}

var _ io.WriteCloser = (*Gathered)(nil)

// Gather is a Gathered that writes to to.
func Gather(to io.Writer) *Gathered {
	g := &Gathered{to: to}
	g.timer = time.AfterFunc(time.Hour, func() {
		_ = g.Flush() // to whom it fails is whom one would tell
	})
	g.timer.Stop()
	return g
}

// Write keeps p for the next flush. It waits only when more is waiting than should.
func (g *Gathered) Write(p []byte) (int, error) {
	g.mu.Lock()
	g.lines = append(g.lines, p...)
	now := g.closed || len(g.lines) >= gatherMost
	if !now && !g.armed {
		g.armed = true
		g.timer.Reset(gatherFor)
	}
	g.mu.Unlock()

	if now {
		return len(p), g.Flush()
	}

	return len(p), nil
}

// Flush writes out what is waiting.
func (g *Gathered) Flush() error {
	g.turn.Lock()
	defer g.turn.Unlock()

	g.mu.Lock()
	lines := g.lines
	g.lines, g.empty, g.armed = g.empty, nil, false
	g.mu.Unlock()

	var err error
	if len(lines) > 0 {
		_, err = g.to.Write(lines)
	}
	if cap(lines) <= 2*gatherMost {
		g.empty = lines[:0]
	}

	return err
}

// Close writes out what is waiting; what is written afterwards no longer waits.
func (g *Gathered) Close() error {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()

	g.timer.Stop()
	return g.Flush()
}
