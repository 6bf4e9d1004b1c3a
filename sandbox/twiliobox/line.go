package twiliobox

import (
	"sync"
	"sync/atomic"
	"time"

	"perci.health/careline/sandbox/media"
)

// line is the sound of one leg: what the party on it hears, and where what the
// party says goes. The party is a browser (plug), else a phone that answers by
// itself (robot), else nobody who needs sound. The call's goroutine changes it;
// browsers' sound arrives on goroutines of their own.
type line struct {
	ear  earpiece
	plug atomic.Pointer[plug]
	ears atomic.Pointer[func(*media.Frame)] // of the other side
	deck atomic.Pointer[deck]               // that records it

	robot robot
	other *line       // that it is joined to
	far   bool        // a trunk's other end hears it
	seat  *media.Seat // that it has in a room

	mu   sync.Mutex
	kept *mediaView // of the browser that was here last
}

// play is what the party hears from now on; nil is silence. A line that is
// joined to another leaves it.
func (l *line) play(s media.Source) { l.ear.play(s) }

// audible says whether somebody may hear it.
func (l *line) audible() bool { return l.far || l.plug.Load() != nil }

// talk lets a phone that nobody holds take part.
func (l *line) talk(r robot) {
	l.robot = r
	if r != nil {
		l.robot = &overheard{line: l, robot: r}
	}
}

// press is keys that the party hears the other side press.
func (l *line) press(digits string) {
	if l.plug.Load() != nil {
		l.ear.before(media.DTMF(digits))
	}
}

// attach puts a browser on the line, in place of what was there, and returns
// the browser that was, to be closed, or nil.
func (l *line) attach(p *plug) *plug {
	p.peer.Play(&l.ear)
	old := l.plug.Swap(p)
	if l.other != nil {
		l.join(l.other)
	}
	if l.seat != nil {
		l.settle()
	}

	return old
}

// join lets two lines hear each other.
func (l *line) join(other *line) {
	l.other, other.other = other, l
	wire(l, other)
	wire(other, l)
}

// wire lets to hear from: a browser's sound is pushed, a robot's is asked for.
func wire(from, to *line) {
	switch {
	case from.plug.Load() == nil && from.robot != nil:
		to.ear.play(from.robot)
	case to.plug.Load() == nil && to.robot != nil:
		hear := to.robot.Write
		from.ears.Store(&hear)
	default:
		pipe := media.NewPipe()
		hear := pipe.Write
		from.ears.Store(&hear)
		to.ear.play(pipe)
	}
}

// part ends what join began.
func (l *line) part() {
	if l.other == nil {
		return
	}
	for _, one := range []*line{l.other, l} {
		one.ears.Store(nil)
		one.ear.play(nil)
		one.other = nil
	}
}

// sit gives the party a place in a room.
func (l *line) sit(room *media.Mixer) *media.Seat {
	l.seat = room.Sit(&overheard{line: l, robot: deaf{media.Sequence(nil)}})
	l.settle()
	return l.seat
}

// settle connects the party to its place: a browser's sound comes and goes by
// itself, a robot's is asked for. Of nobody there is none.
func (l *line) settle() {
	switch {
	case l.audible():
		hear := l.seat.Write
		l.ears.Store(&hear)
		l.ear.play(l.seat)
		l.seat.Turn(nil)
	case l.robot != nil:
		heard := media.NewPipe()
		l.ear.play(heard) // for whom it is recorded
		l.seat.Turn(seated{l.robot, heard})
	}
}

// seated is a phone in a room that nobody holds.
type seated struct {
	robot
	heard *media.Pipe
}

// Write is what the phone hears.
func (s seated) Write(f *media.Frame) {
	s.robot.Write(f)
	s.heard.Write(f)
}

// rise ends what sit began.
func (l *line) rise() {
	if l.seat == nil {
		return
	}
	l.seat.Rise()
	l.seat = nil
	l.ears.Store(nil)
	l.ear.play(nil)
}

// said passes on what a browser's microphone heard.
func (l *line) said(f *media.Frame) {
	l.deck.Load().says(f)
	if hear := l.ears.Load(); hear != nil {
		(*hear)(f)
	}
}

// unplug takes the browser off, which the caller closes; nil when there is none.
func (l *line) unplug() *plug {
	p := l.plug.Swap(nil)
	if p == nil {
		return nil
	}
	last := viewOf(p.peer.Stats())
	last.Connected = false
	l.mu.Lock()
	l.kept = last
	l.mu.Unlock()
	return p
}

// mediaView is the sound of a browser as the console shows it.
type mediaView struct {
	Connected        bool   `json:"connected"`
	PacketsIn        uint64 `json:"packetsIn"` // from the browser
	PacketsOut       uint64 `json:"packetsOut"`
	Gaps             uint64 `json:"gaps"` // packets from the browser that never came
	LongestGapMillis int64  `json:"longestGapMs"`
}

func viewOf(s media.Stats) *mediaView {
	return &mediaView{
		Connected:        s.Connected,
		PacketsIn:        s.PacketsIn,
		PacketsOut:       s.PacketsOut,
		Gaps:             s.Gaps,
		LongestGapMillis: int64(s.LongestGap / time.Millisecond),
	}
}

func (l *line) view() *mediaView {
	if p := l.plug.Load(); p != nil {
		return viewOf(p.peer.Stats())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept
}
