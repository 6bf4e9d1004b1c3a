package twiliobox

import "perci.health/careline/sandbox/media"

// react is what a phone does when the call reaches it.
func (x *dialling) react(n noun, l *leg, answer func(Phone)) {
	phone := l.phone
	switch phone.Outcome {
	case "failed":
		l.errorCode = phone.ErrorCode
		x.end(l, Failed, phone.SIPResponseCode)
		return
	case "busy":
		x.end(l, Busy, phone.sipOr(486))
		return
	case absent:
		x.end(l, NoAnswer, 480)
		return
	case atNumber:
		if to, ok := x.engine.account.number(l.to); ok {
			x.arrive(l, to, answer)
		}
		return
	}

	x.rung(l)
	decline := func() { x.end(l, Busy, phone.sipOr(603)) }
	var acts *alarm
	switch phone.Outcome {
	case "answer", "voicemail":
		acts = x.clock.after(seconds(*phone.RingSeconds), func() { x.pickUpByItself(l) })
	case "decline":
		acts = x.clock.after(seconds(*phone.RingSeconds), decline)
	}

	l.onAnswer, l.onDecline = answer, decline
	before := l.onEnd
	l.onEnd = func() {
		acts.cancel()
		before()
	}
	if phone.Outcome == atBrowsers {
		x.engine.exchange.ring(l, n)
	}
}

// rung is a leg whose far end rings.
func (x *dialling) rung(l *leg) {
	x.changed(l, Ringing)
	x.tell(l, "ringing")
	if l.pstn {
		x.alerted()
	}
	x.ringBack()
}

// alerted answers the caller of a Dial without answerOnBridge: when a telephone
// rings, or when a client accepts. Never before: an application may wait for its
// callee's incoming call before it looks for the caller's accept.
func (x *dialling) alerted() {
	if x.alerts {
		x.pickUp(x.parent)
	}
}

// ringBack lets the caller hear that somebody is rung.
func (x *dialling) ringBack() {
	if x.ringback {
		return
	}
	x.ringback = true
	x.parent.line.play(media.Ringback())
	if x.parent.party != nil && x.parent.status != InProgress {
		x.parent.party.rings()
	}
}

// pickUpByItself answers a phone as its script says, unless somebody sits in
// front of it: then it is theirs to answer.
func (x *dialling) pickUpByItself(l *leg) {
	if l.phone.Outcome == "answer" && x.engine.phones.isAttended(l.to) {
		return
	}
	l.onAnswer(l.phone)
}
