package twiliobox

import (
	"net/http"
	"sync"

	"perci.health/careline/sandbox/media"
)

// atNumber is the outcome of a number of the account: it rings no phone but asks its own
// application, as whoever is dialled from outside.
const atNumber = "number"

// mostHops is how many numbers of the account a call may be led through before it is
// taken for one that goes round in circles: SIP 483.
const mostHops = 10

// trunk is the line between a leg that dials a number of the account and the call that
// arrives there, which are two calls, each on a goroutine of its own.
type trunk struct {
	engine  *engine
	out, in *leg

	mu   sync.Mutex
	tail <-chan struct{} // closed when all that was to be told has been
}

var _ robot = (*trunk)(nil)

// Next is what the arriving call lets its caller hear.
func (t *trunk) Next(f *media.Frame) bool { return t.in.line.ear.Next(f) }

// Write is what the dialling side says.
func (t *trunk) Write(f *media.Frame) { t.in.line.said(f) }

// tell has the goroutine of a leg's call do something, in the order of being told. A
// call that has ended need not know.
func (t *trunk) tell(l *leg, do func()) {
	t.mu.Lock()
	before, done := t.tail, make(chan struct{})
	t.tail = done
	t.mu.Unlock()

	t.engine.running.Go(func() {
		defer close(done)
		if before != nil {
			<-before
		}
		err := l.order(func() error {
			if !l.status.Final() {
				do()
			}
			return nil
		})
		if err != nil {
			return // it has ended
		}
	})
}

// arrive places the call at a number of the account that a leg dials. The leg rings as
// soon as the call has arrived.
func (x *dialling) arrive(l *leg, to numberRecord, answer func(Phone)) {
	t := &trunk{engine: x.engine, out: l}
	if x.parent.hops == mostHops {
		x.end(l, Failed, 483)
		return
	}

	in, begin := x.engine.arriving(l.from, to.Number)
	in.hops, in.party, t.in = x.parent.hops+1, (*farEnd)(t), in
	in.line.far = true
	if err := begin(); err != nil {
		x.end(l, Failed, http.StatusServiceUnavailable)
		return
	}

	l.party = (*nearEnd)(t)
	l.onAnswer = func(p Phone) {
		answer(p)
		l.line.talk(t)
	}
	x.rung(l)
}

// nearEnd is the arriving call, as the leg that dialled it sees it.
type nearEnd trunk

func (*nearEnd) rings()    {}
func (*nearEnd) answered() {}

// ended: whoever dialled has hung up, or has been answered elsewhere.
func (n *nearEnd) ended() { (*trunk)(n).tell(n.in, func() { n.in.call().leave(n.in) }) }

func (n *nearEnd) press(digits string) {
	(*trunk)(n).tell(n.in, func() { n.in.call().pressed(n.in, digits) })
}

// farEnd is the leg that dialled, as the arriving call sees it.
type farEnd trunk

// rings: that the application has somebody rung changes nothing for who rings already.
func (*farEnd) rings() {}

func (f *farEnd) answered() {
	(*trunk)(f).tell(f.out, func() {
		if f.out.onAnswer != nil {
			f.out.onAnswer(f.out.phone)
		}
	})
}

func (f *farEnd) ended() {
	status := f.in.status
	(*trunk)(f).tell(f.out, func() {
		switch c := f.out.call(); {
		case f.out.status == InProgress:
			c.end(f.out, Completed, http.StatusOK)
		case status == Busy:
			c.end(f.out, Busy, 486)
		case status == Failed:
			c.end(f.out, Failed, http.StatusServiceUnavailable)
		default:
			c.end(f.out, NoAnswer, 480) // the application let it go
		}
	})
}

func (f *farEnd) press(digits string) {
	(*trunk)(f).tell(f.out, func() { f.out.call().pressed(f.out, digits) })
}
