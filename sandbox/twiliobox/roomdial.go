package twiliobox

import (
	"net/http"
	"sync"
	"time"

	"perci.health/careline/sandbox/media"
)

// dialRoom is a Dial of a Conference. Who may not come in goes on with the next verb
// (voice/twiml/conference, participantLabel).
func (c *call) dialRoom(verb dialVerb) *request {
	l := c.parent
	c.pickUp(l)
	p, refused := c.engine.rooms.invite(*verb.room, l, c.clock.now)
	if refused != nil {
		c.notice(l, *refused)
		return nil
	}

	x := &dialling{call: c, verb: verb}
	x.recordsFrom(true)
	x.recordsFrom(false)
	limit := c.clock.after(verb.timeLimit, func() { c.engine.rooms.expire(p) })
	defer limit.cancel()
	c.sitIn(p)
	x.dialOver(l)
	form := l.parameters()
	form.Set("CallStatus", string(InProgress))
	if l.status.Final() {
		form.Set("CallStatus", string(Completed))
	}

	form.Set("DialCallStatus", p.outcome)
	x.recorded(form)
	return c.dialled(verb, form)
}

// sitIn is being in a room, from coming to leaving.
func (c *call) sitIn(p *participant) {
	rooms := c.engine.rooms
	rooms.join(p)
	c.waitUntil(func() bool { return p.leg.gone() || rooms.isOut(p) })
	if p.added && p.leg.next == nil {
		c.end(p.leg, Completed, http.StatusOK) // it has nothing else to run
	}
	rooms.leave(p)
}

// expire has p leave when its time is up.
func (s *rooms) expire(p *participant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.out = true
}

// runAdded dials whom the REST API adds to a room, and lets him in when he answers.
func (c *call) runAdded(asked placement, p *participant) {
	l, rooms := c.parent, c.engine.rooms
	for _, name := range asked.idle {
		c.warn(0, "not simulated: "+name+" of a participant; the call goes on without it")
	}

	c.queue(l)
	over := func() bool { return l.status.Final() || rooms.isOut(p) }
	x := &dialling{call: c, verb: dialVerb{callerID: l.from, timeout: asked.timeout}, ringback: true}
	if !over() {
		x.place(asked.noun, l)
	}

	c.waitUntil(func() bool { return l.status == Ringing || x.winner != nil || over() })
	quiet := func() {}
	if asked.earlyMedia && !over() {
		quiet = p.room.mixer.Play(media.Ringback())
	}
	c.waitUntil(func() bool { return x.winner != nil || over() })
	quiet()
	if x.winner == nil || over() {
		c.end(l, Canceled, 487)
		rooms.leave(p)
		return
	}

	c.leaveAfter(l, *l.phone.TalkSeconds)
	limit := c.clock.after(asked.timeLimit, func() { c.end(l, Completed, http.StatusOK) })
	defer limit.cancel()
	c.sitIn(p)
	if l.next != nil {
		first := *l.next
		l.next = nil
		c.perform(l, first)
	}
	c.end(l, Completed, l.sipAnswered())
}

// turns is the account's queue of calls that the REST API places: one leaves it each
// second of the calls' time (voice/api/call-resource).
type turns struct {
	mu   sync.Mutex
	next time.Time
}

// turn is how long a call that is placed now has to wait.
func (e *engine) turn() time.Duration {
	pace := e.config.Pace
	e.turns.mu.Lock()
	defer e.turns.mu.Unlock()
	now := time.Now()
	wait := max(0, e.turns.next.Sub(now))
	e.turns.next = now.Add(wait + time.Duration(pace*float64(time.Second)))
	return time.Duration(float64(wait) / pace)
}

// queue lets a leg wait for its turn.
func (c *call) queue(l *leg) {
	if l.waited > 0 {
		c.spend(l, l.waited)
	}
}
