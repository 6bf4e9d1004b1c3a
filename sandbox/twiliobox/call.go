package twiliobox

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"
)

// call is a parent leg and the children it dials. One goroutine owns it: it
// runs the TwiML, and everything else reaches it through inbox.
type call struct {
	engine *engine
	number int // among the box's calls
	parent *leg
	clock  *clock
	client *http.Client
	inbox  chan func()
	over   chan struct{} // closed when the goroutine has ended
}

func newJar() (http.CookieJar, error) { return cookiejar.New(nil) }

// order has the call's goroutine do something, and returns what came of it:
// errEnded when there is no such goroutine any more.
func (c *call) order(do func() error) error {
	done := make(chan error, 1)
	select {
	case c.inbox <- func() { done <- do() }:
		return <-done
	case <-c.over:
		return errEnded
	}
}

// run begins with the request for the first TwiML, which has the leg's own
// parameters beside the custom ones.
func (c *call) run(first request) {
	for name, values := range c.parent.parameters() {
		first.form[name] = values
	}
	c.perform(c.parent, first)
	if !c.parent.status.Final() {
		c.end(c.parent, Completed, c.parent.sipAnswered())
	}
}

// waitUntil lets the call's time pass until done.
func (c *call) waitUntil(done func() bool) {
	for !done() {
		c.step()
	}
}

func (c *call) step() {
	c.turn()
	var rings <-chan time.Time
	if wall, ok := c.clock.wait(); ok {
		timer := time.NewTimer(wall)
		defer timer.Stop()
		rings = timer.C
	}
	began := time.Now()
	select {
	case <-rings:
		c.clock.ringNext()
	case do := <-c.inbox:
		c.clock.waited(time.Since(began))
		do()
	}
}

// spend lets d pass, or less when the leg goes.
func (c *call) spend(on *leg, d time.Duration) {
	over := false
	alarm := c.clock.after(d, func() { over = true })
	defer alarm.cancel()
	c.waitUntil(func() bool { return over || on.gone() || on.gathering.interrupts() })
}

// ask makes a webhook request and waits for its answer; legs may be hung up
// meanwhile, but no alarm rings.
func (c *call) ask(r request) answer {
	if r.twiml != "" {
		return answer{status: http.StatusOK, contentType: "text/xml", body: []byte(r.twiml)}
	}

	r.client, r.token = c.client, newUUID()
	answers := make(chan answer, 1)
	go func() { answers <- c.engine.postman.send(c.engine.base, r) }()
	for {
		c.turn()
		began := time.Now()
		select {
		case a := <-answers:
			c.clock.worked(time.Since(began))
			return a
		case do := <-c.inbox:
			c.clock.worked(time.Since(began))
			do()
		}
	}
}

// pickUp answers a leg.
func (c *call) pickUp(l *leg) {
	if l.status == InProgress || l.status.Final() {
		return
	}
	c.engine.mu.Lock()
	l.answered = c.clock.now
	c.engine.mu.Unlock()
	c.changed(l, InProgress)
	c.tell(l, "answered")
	if l.party != nil {
		l.party.answered()
	}
}

// leave ends a leg because the party on it hangs up. Before it was answered a
// member's phone that is hung up has declined. A caller who gives up while it
// rings is reported completed, as captured Dial actions of such calls are.
func (c *call) leave(l *leg) {
	if l.toPhone() && l.status != InProgress {
		c.end(l, Busy, 603)
		return
	}
	c.end(l, Completed, l.sipAnswered())
}

// end brings a leg to a final status, once, and with the parent its children.
func (c *call) end(l *leg, s Status, sip int) {
	if l.status.Final() {
		return
	}
	if l.status == Queued && s == Canceled {
		l.hook = hook{} // nobody is told of a call that never left the queue
	}

	c.engine.mu.Lock()
	l.ended, l.sip = c.clock.now, sip
	c.engine.mu.Unlock()
	l.leaves.cancel()
	c.changed(l, s)
	c.tell(l, "completed")
	l.callbacks.flush()
	if l.onEnd != nil {
		l.onEnd()
	}

	c.stopRecordings(l, func(*recording) bool { return true })
	c.hush(l)
	if l != c.parent {
		return
	}

	c.cutAll()
}

// cutAll ends the legs that the parent dialled and that are still of this call.
func (c *call) cutAll() {
	for _, child := range c.parent.dialled {
		if child.call() == c {
			c.cut(child)
		}
	}
}

// cut ends a child whose other side is gone: a bridged one has been talked to,
// a ringing one is canceled with SIP 487.
func (c *call) cut(child *leg) {
	if child.status == InProgress {
		c.end(child, Completed, 200)
		return
	}
	c.end(child, Canceled, 487)
}

// changed records a leg's new status and tells the console.
func (c *call) changed(l *leg, s Status) {
	c.engine.mu.Lock()
	l.status, l.since = s, time.Now().UTC()
	l.states = append(l.states, State{Status: s, At: c.clock.now})
	c.engine.mu.Unlock()
	c.engine.bus.publish(Event{
		Type:          "call.state",
		CallSID:       l.sid,
		ParentCallSID: l.parentSID,
		Status:        s,
	})
}

// said adds to the transcript.
func (c *call) said(l *leg, u Utterance) {
	u.CallSID, u.At = l.sid, c.clock.now
	c.engine.mu.Lock()
	c.parent.transcript = append(c.parent.transcript, u)
	c.engine.mu.Unlock()
	c.engine.bus.publish(Event{
		Type:          "speech",
		CallSID:       l.sid,
		ParentCallSID: l.parentSID,
		Kind:          u.Kind,
		Text:          u.Text,
	})
}

// notice records what Twilio's debugger would show.
func (c *call) notice(l *leg, n Notice) {
	n.CallSID = l.sid
	c.engine.mu.Lock()
	c.parent.notices = append(c.parent.notices, n)
	c.engine.mu.Unlock()
	c.engine.bus.publish(Event{
		Type:          "notice",
		CallSID:       l.sid,
		ParentCallSID: l.parentSID,
		Code:          n.Code,
		Level:         n.Level,
		Text:          n.Message,
	})
}

// resolve makes an attribute's URL absolute: it is relative to its document.
func resolve(base *url.URL, ref string) string {
	if base == nil {
		return ref
	}
	u, err := base.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}
