package media

import "sync"

// Sizes of a Pipe, in frames. 40 ms hide the jitter of a local network; 200 ms
// is as late as a conversation bears.
const (
	pipeStart  = 2
	pipeMost   = 10
	pipeReview = 100
)

// Pipe carries the sound of one peer to another, whose clock is not the same:
// a small jitter buffer. It begins to play when it holds 40 ms, plays silence
// while it is empty, and drops the oldest sound when it would hold more than
// 200 ms. Sound that has lain in it longer than needed, because a burst filled
// it, is dropped too, so that a hold-up does not delay the rest of the call.
// All its methods may be called at once.
type Pipe struct {
	mu      sync.Mutex
	frames  [pipeMost]Frame
	first   int // oldest frame
	held    int
	playing bool // has begun, and has not run dry since
	least   int  // fewest left after a Next since the last review
	asked   int  // Nexts since then
}

// NewPipe is an empty Pipe.
func NewPipe() *Pipe { return &Pipe{least: pipeMost} }

// Write puts a copy of f in. It never waits.
func (p *Pipe) Write(f *Frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == pipeMost {
		p.drop(1)
	}
	p.frames[(p.first+p.held)%pipeMost] = *f
	p.held++
}

// Next takes the oldest frame, or silence. It always returns true: a Pipe does
// not end.
func (p *Pipe) Next(f *Frame) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == 0 || !p.playing && p.held < pipeStart {
		p.playing = false
		f.silence()
		return true
	}
	p.playing = true
	*f = p.frames[p.first]
	p.drop(1)
	p.review()
	return true
}

func (p *Pipe) review() {
	p.least = min(p.least, p.held)
	if p.asked++; p.asked < pipeReview {
		return
	}
	p.drop(max(0, p.least-pipeStart))
	p.asked, p.least = 0, pipeMost
}

func (p *Pipe) drop(n int) {
	p.first = (p.first + n) % pipeMost
	p.held -= n
}
