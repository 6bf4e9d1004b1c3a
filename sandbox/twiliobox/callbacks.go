package twiliobox

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

// delivery is one status callback on its way.
type delivery struct {
	leg   *leg
	event string
	request
	fate misfortune
	last bool // none of its sequence comes after it
}

// patience is how long a delivery waits for the leg's one before it. Twilio
// promises no order, but makes the requests in order: a slow receiver sees them
// overlap, a quick one sees them one by one.
const patience = time.Second

// callbackQueue puts the deliveries of one leg in order. Only the call's goroutine uses
// it.
type callbackQueue struct {
	call *call
	tail <-chan struct{} // closed when the latest has been answered
	held []delivery      // reordered ones, waiting for the next
}

// tell sends the status callback for an event of the leg, when it is subscribed
// to. SequenceNumber counts the events sent.
func (c *call) tell(l *leg, event string) {
	if l.hook.url == "" || !slices.Contains(l.hook.events, event) {
		return
	}
	d := delivery{leg: l, event: event, request: c.callback("status", l.hook, l)}
	d.form = l.progress()
	d.fate = c.engine.gremlin.strike(event, fmt.Sprint(c.number, " ", slices.Index(c.parent.dialled, l), " ", l.sequence))
	d.last = l.status.Final()
	l.sequence++
	l.callbacks.post(d)
}

func (c *call) callback(purpose string, h hook, l *leg) request {
	return request{
		purpose: purpose,
		method:  h.method,
		url:     h.url,
		callSID: l.sid,
		client:  c.client,
		token:   newUUID(),
	}
}

// tellDetection sends the result of machine detection. It goes beside the
// leg's other callbacks and may overtake them (voice/twiml/number).
func (c *call) tellDetection(l *leg, h hook, form url.Values) {
	d := delivery{leg: l, event: "amd", request: c.callback("amd", h, l)}
	d.form = form
	d.fate = c.engine.gremlin.strike("amd", fmt.Sprint(c.number, " ", slices.Index(c.parent.dialled, l)))
	beside := &callbackQueue{call: c}
	beside.post(d)
	beside.flush()
}

func (q *callbackQueue) post(d delivery) {
	if d.last {
		d.fate.reorder = false
	}

	for _, fault := range d.fate.names() {
		q.call.engine.bus.publish(Event{
			Type:          "fault",
			CallSID:       d.leg.sid,
			ParentCallSID: d.leg.parentSID,
			Fault:         fault,
			Text:          d.event,
		})
	}

	if d.fate.drop {
		return
	}
	d.badSignature = d.fate.badSignature
	if d.fate.reorder {
		q.held = append(q.held, d)
		return
	}

	q.launch(d)
	q.release(d.event)
}

// release sends what was held back until this event, or any.
func (q *callbackQueue) release(event string) {
	held := q.held
	q.held = nil
	for _, d := range held {
		if d.fate.after != "" && d.fate.after != event {
			q.held = append(q.held, d)
			continue
		}
		q.launch(d)
	}
}

// flush sends what is still held back; at the end nothing else would.
func (q *callbackQueue) flush() {
	for _, d := range q.held {
		q.launch(d)
	}
	q.held = nil
}

func (q *callbackQueue) launch(d delivery) {
	e := q.call.engine
	if d.fate.delayMillis > 0 {
		e.running.Go(func() {
			q.call.pause(time.Duration(d.fate.delayMillis)*time.Millisecond, nil)
			q.call.deliver(d)
		})
		return
	}

	before, done := q.tail, make(chan struct{})
	q.tail = done
	e.running.Go(func() {
		defer close(done)
		if before != nil {
			q.call.pause(patience, before)
		}
		q.call.deliver(d)
	})
}

// pause waits on the wall clock, until early is closed or the box is.
func (c *call) pause(d time.Duration, early <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-early:
	case <-c.engine.base.Done():
	}
}

func (c *call) deliver(d delivery) {
	times := 1
	if d.fate.duplicate {
		times = 2
	}
	for range times {
		a := c.engine.postman.send(c.engine.base, d.request)
		if a.failed != "" {
			c.notice(d.leg, Notice{
				Level:   "warning",
				Code:    callbackCode(a),
				Message: fmt.Sprintf("status callback %s: %v", d.event, a.err),
				URL:     d.url,
			})
		}
	}
}

// callbackCode: an application's refusal of a callback is 15003 in the
// debugger, a failure to reach it keeps its own code.
func callbackCode(a answer) int {
	if a.failed == clientError || a.failed == serverError {
		return 15003
	}
	return a.code
}
