package twiliobox

import (
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
}

// setupTime is from dialling until the far end's phone, or its network, reacts.
const setupTime = time.Second

// timeoutGrace is what Twilio adds to a Dial's timeout (voice/twiml/dial).
const timeoutGrace = 5 * time.Second

// dial runs a Dial to its end and returns the action request, if it has one. For
// a caller who has hung up the action is requested too, and its answer ignored.
func (c *call) dial(d document, v *node) *request {
	verb := c.readDial(d, v)
	if verb.notSimulated != "" {
		c.fail(c.parent, Notice{Level: "error", Message: "not simulated: <" + verb.notSimulated + "> in <Dial>"})
		return nil
	}
	x := &dialling{call: c, verb: verb, alerts: !verb.answerOnBridge}
	for _, group := range verb.groups() {
		x.ring(group)
		if x.winner != nil || c.parent.status.Final() {
			break
		}
	}

	if x.winner != nil {
		x.talk()
	}
	if verb.action == "" {
		return nil
	}

	next := x.result()
	if !c.parent.status.Final() {
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
		call:      x.call,
		created:   x.clock.now,
		hook:      n.hook,
		numberSID: x.numberSID(from),
		line:      &line{},
	}
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

	if n.url != "" && !l.status.Final() {
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
	x.bridge = true
	x.pickUp(x.parent)
	x.join(x.parent, l)
	limit := x.clock.after(x.verb.timeLimit, func() { x.end(l, Completed, 200) })
	defer limit.cancel()
	if *l.phone.TalkSeconds > 0 {
		l.leaves = x.clock.after(seconds(*l.phone.TalkSeconds), func() { x.end(l, Completed, 200) })
		defer l.leaves.cancel()
	}

	x.waitUntil(func() bool { return l.status.Final() })
}

// result is the action request: the parent's parameters and what came of the
// Dial. Documentation and captures know the parent's CallStatus there only as
// in-progress or completed, also when nobody answered.
func (x *dialling) result() request {
	l := x.winner
	if l == nil {
		l = x.tried[len(x.tried)-1]
	}
	form := x.parent.parameters()
	form.Set("CallStatus", string(InProgress))
	if x.parent.status.Final() {
		form.Set("CallStatus", string(Completed))
	}

	form.Set("DialCallStatus", string(l.status))
	form.Set("DialCallSid", l.sid)
	form.Set("DialCallDuration", strconv.Itoa(l.seconds()))
	form.Set("DialBridged", strconv.FormatBool(x.bridge))
	return request{
		purpose: "action",
		method:  x.verb.method,
		url:     x.verb.action,
		form:    form,
		callSID: x.parent.sid,
	}
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
