package twiliobox

import (
	"net/url"
	"strconv"
	"time"

	"perci.health/careline/sandbox/media"
)

// dialling is a Dial while it runs.
type dialling struct {
	*call
	verb     dialVerb
	tried    []*leg
	winner   *leg
	noun     noun // that the winner answered for
	bridge   bool // parent and winner could hear each other
	ringback bool // the parent hears that somebody is rung
	alerts   bool // the parent is answered as soon as somebody is alerted
	moved    bool // the winner was taken out of the call
}

// setupTime is from dialling until the far end's phone, or its network, reacts.
const setupTime = time.Second

// timeoutGrace is what Twilio adds to a Dial's timeout (voice/twiml/dial).
const timeoutGrace = 5 * time.Second

// dial runs a Dial to its end and returns the action request, if it has one.
func (c *call) dial(d document, v *node) *request {
	verb := c.readDial(d, v)
	if verb.notSimulated != "" {
		c.fail(c.parent, Notice{Level: "error", Message: "not simulated: <" + verb.notSimulated + "> in <Dial>"})
		return nil
	}
	if verb.room != nil {
		return c.dialRoom(verb)
	}

	x := &dialling{call: c, verb: verb, alerts: !verb.answerOnBridge}
	x.recordsFrom(true)
	for _, group := range verb.groups() {
		x.ring(group)
		if x.winner != nil || c.parent.gone() {
			break
		}
	}

	if x.winner != nil {
		x.talk()
	}
	x.dialOver(x.parent)

	return c.dialled(verb, x.result())
}

// dialled is how a Dial goes on: with its action, if it has one. Of a caller who is
// gone, or is to run something else, the action is requested all the same, and its
// answer is ignored.
func (c *call) dialled(verb dialVerb, form url.Values) *request {
	if verb.action == "" {
		return nil
	}

	next := request{
		purpose: "action",
		method:  verb.method,
		url:     verb.action,
		form:    form,
		callSID: c.parent.sid,
	}
	if !c.parent.gone() {
		return &next
	}
	if a := c.ask(next); a.failed != "" {
		c.notice(c.parent, Notice{
			Level:   "error",
			Code:    a.code,
			Message: a.err.Error(),
			URL:     next.url,
		})
	}

	return nil
}

// ring dials the nouns together, until one answers or none is left.
func (x *dialling) ring(group []noun) {
	var ringing []*leg
	for _, n := range group {
		l := x.newChild(n)
		x.tried = append(x.tried, l)
		ringing = append(ringing, l)
		x.place(n, l)
	}

	x.waitUntil(func() bool { return x.winner != nil || allFinal(ringing) })
	if x.winner == nil && x.ringback {
		x.ringback = false
		x.parent.line.play(nil)
	}

	for _, l := range ringing {
		if l != x.winner {
			x.cut(l)
		}
	}
}

func allFinal(legs []*leg) bool {
	for _, l := range legs {
		if !l.status.Final() {
			return false
		}
	}
	return true
}

// newChild makes the leg towards a noun. It shows the Dial's caller id, or the
// caller's own when there is none.
func (x *dialling) newChild(n noun) *leg {
	from := x.verb.callerID
	if from == "" {
		from = x.parent.from
	}

	l := &leg{
		sid:       newSID("CA"),
		parentSID: x.parent.sid,
		direction: "outbound-dial",
		from:      from,
		caller:    from,
		to:        n.address,
		pstn:      !n.client,
		created:   x.clock.now,
		hook:      n.hook,
		numberSID: x.numberSID(from),
		line:      &line{},
	}
	l.held.Store(x.call)
	l.callbacks = &callbackQueue{call: x.call}
	x.engine.add(l)
	return l
}

func (x *dialling) numberSID(number string) string {
	n, _ := x.engine.account.number(number)
	return n.SID
}

// place starts one noun. What Twilio refuses to dial fails without having been
// initiated; what it dials then does as the phone there does.
func (x *dialling) place(n noun, l *leg) {
	if refusal := x.refusal(n); refusal != nil {
		x.notice(l, *refusal)
		l.errorCode = refusal.Code
		x.end(l, Failed, 0)
		return
	}

	x.changed(l, Initiated)
	x.tell(l, "initiated")
	timeout := x.clock.after(x.verb.timeout+timeoutGrace, func() { x.end(l, NoAnswer, 487) })
	l.phone = x.engine.phoneFor(n)
	answer := func(p Phone) {
		timeout.cancel()
		x.answered(n, l, p)
	}
	setup := setupTime
	if l.phone.Outcome == absent {
		setup = 0 // nothing has to be found
	}
	reaction := x.clock.after(setup, func() { x.react(n, l, answer) })
	l.onEnd = func() {
		timeout.cancel()
		reaction.cancel()
		l.onAnswer, l.onDecline = nil, nil
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// answered makes l the leg that talks, unless another was quicker.
func (x *dialling) answered(n noun, l *leg, phone Phone) {
	if x.winner != nil || l.status.Final() {
		return
	}
	x.winner = l
	l.onEnd()
	l.onEnd = nil
	l.phone, x.noun = phone, n
	l.line.talk(newRobot(phone))
	x.pickUp(l)
	x.alerted()
	x.detect(n, l, phone)
}

// talk is from the answer to the end: digits, a whisper on the callee's side,
// then the two parties.
func (x *dialling) talk() {
	n, l := x.noun, x.winner
	if n.sendDigits != "" {
		x.said(l, Utterance{Kind: "digits", Text: n.sendDigits})
		l.line.play(media.DTMF(n.sendDigits))
		x.spend(l, digitsLast(n.sendDigits))
	}

	if n.url != "" && !l.gone() {
		x.perform(l, request{
			purpose: "whisper",
			method:  n.method,
			url:     n.url,
			form:    l.parameters(),
			callSID: l.sid,
		})
	}

	if l.status.Final() {
		x.parent.line.play(nil) // nobody is rung any more
		return
	}
	if l.next != nil {
		x.parent.line.play(nil)
		x.release(l)
		return
	}

	x.bridge = true
	x.pickUp(x.parent)
	x.recordsFrom(false)
	x.join(x.parent, l)
	limit := x.clock.after(x.verb.timeLimit, func() { x.end(l, Completed, 200) })
	defer limit.cancel()
	x.leaveAfter(l, *l.phone.TalkSeconds)
	x.waitUntil(l.gone)
	if !l.status.Final() {
		x.release(l)
	}
}

// leaveAfter has a phone hang up by itself; 0: it does not.
func (c *call) leaveAfter(l *leg, talk float64) {
	if talk > 0 {
		l.leaves = c.clock.after(seconds(talk), func() { l.call().end(l, Completed, 200) })
		l.leaves.leg = l
	}
}

// result are the parameters of the action request: the parent's and what came of
// the Dial. Documentation and captures know the parent's CallStatus there only as
// in-progress or completed, also when nobody answered.
func (x *dialling) result() url.Values {
	l := x.winner
	if l == nil {
		l = x.tried[len(x.tried)-1]
	}
	form := x.parent.parameters()
	form.Set("CallStatus", string(InProgress))
	if x.parent.status.Final() {
		form.Set("CallStatus", string(Completed))
	}

	form.Set("DialCallSid", l.sid)
	form.Set("DialBridged", strconv.FormatBool(x.bridge))
	x.recorded(form)
	if x.moved {
		form.Set("DialCallStatus", x.engine.unproven.get().DialCallStatus)
		return form
	}

	form.Set("DialCallStatus", string(l.status))
	form.Set("DialCallDuration", strconv.Itoa(l.seconds()))
	return form
}

// refusal says why Twilio would not dial a noun, or nil.
func (x *dialling) refusal(n noun) *Notice {
	warning := func(code int, message string) *Notice {
		return &Notice{Level: "warning", Code: code, Message: message}
	}
	if n.client {
		return nil
	}

	switch _, owned := x.engine.account.number(x.verb.callerID); {
	case x.verb.callerID == "" && !x.parent.pstn:
		return warning(13214, "Dial: invalid callerId value: a call from a client to a number needs one")
	case x.verb.callerID != "" && !owned && !(x.parent.pstn && x.verb.callerID == x.parent.from):
		return warning(13214, "Dial: invalid callerId value: it must be a number of this account")
	case !dialString().MatchString(n.address):
		return warning(13224, "Dial: invalid phone number")
	case !e164Pattern().MatchString(n.address):
		return warning(13223, "Dial: invalid phone number format: E.164 is expected, as +447700900001")
	}

	return nil
}
