package twiliobox

import "net/http"

// redirect has a leg run other TwiML from now on (voice/api/call-resource, "Update
// a Call resource"). It works on a leg that runs TwiML or is bridged: what was not
// answered yet cannot be redirected. The parent's children are hung up; a child is
// taken out of its Dial alive.
func (c *call) redirect(l *leg, r request) error {
	switch {
	case l.status.Final(), l.toPhone() && l.status != InProgress:
		return errEnded
	}

	r.form = l.parameters()
	l.next = &r
	if l == c.parent {
		c.cutAll()
	}
	return nil
}

// release lets a child go on as a call of its own. The Dial that it was of is over.
func (x *dialling) release(l *leg) {
	x.moved = true
	l.line.part()
	x.engine.mu.Lock()
	if l.bridged != nil {
		l.bridged.bridged, l.bridged = nil, nil
	}
	x.engine.mu.Unlock()

	if !x.engine.unproven.get().ReportsAfterRedirect {
		l.hook = hook{}
	}
	first := *l.next
	l.next = nil
	if err := x.engine.adopt(l, first); err != nil {
		x.end(l, Completed, http.StatusOK)
	}
}

// adopt makes a call of a leg that was another's child. It keeps that one's time.
func (e *engine) adopt(l *leg, first request) error {
	client, err := e.client()
	if err != nil {
		return err
	}
	before := l.call()
	c := &call{
		engine: e,
		parent: l,
		clock:  before.clock.fork(l),
		client: client,
		inbox:  make(chan func()),
		over:   make(chan struct{}),
	}

	c.clock.passed = c.passed
	e.mu.Lock()
	if e.closing {
		e.mu.Unlock()
		c.clock.give(before.clock, l)
		return errClosed
	}
	e.started++
	c.number = e.started
	e.running.Add(1)
	l.held.Store(c) // in the same breath, so that close sees the call
	e.mu.Unlock()

	go func() {
		defer e.running.Done()
		defer close(c.over)
		c.perform(l, first)
		if !l.status.Final() {
			c.end(l, Completed, l.sipAnswered())
		}
	}()

	return nil
}

// fork is a clock that shows the same time, and has the alarms of a leg.
func (c *clock) fork(l *leg) *clock {
	other := &clock{pace: c.pace, now: c.now}
	c.give(other, l)
	return other
}

// give hands the alarms of a leg over to another clock of the same time.
func (c *clock) give(to *clock, l *leg) {
	var stay []*alarm
	for _, a := range c.due {
		if a.leg != l {
			stay = append(stay, a)
			continue
		}
		a.clock = to
		to.due = append(to.due, a)
	}
	c.due, to.count = stay, max(to.count, c.count)
}
