package twiliobox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"perci.health/careline/sandbox/media"
)

// maxDocuments stops a document that redirects to itself for ever. Twilio has no
// such limit: there it ends with the call, after hours.
const maxDocuments = 100

// apology is what a caller hears when the application fails (voice/twiml).
const apology = "We are sorry, an application error has occurred. Goodbye."

// playedTone, in hertz, is heard for every recording that is played.
const playedTone = 523.25

// perform asks for a document and runs it, and those it leads to, on a leg,
// until the leg is gone or nothing is left to run.
func (c *call) perform(on *leg, first request) {
	next := &first
	for n := 0; next != nil && !on.status.Final(); n++ {
		if on == c.parent && on.next != nil {
			next, on.next, n = on.next, nil, 0
		}
		if n == maxDocuments {
			on.rescuing = true // another document would not help
			c.fail(on, Notice{Level: "error", Message: "not simulated: more than 100 documents in one call"})
			return
		}

		next = c.document(on, *next)
		if on.next != nil {
			next = on.next
		}
		if on != c.parent && on.next != nil {
			return // it goes on by itself, as soon as its Dial lets it go
		}
	}
}

// document asks for one document and runs it; it returns the request for the next,
// which is the fallback's where this one fails.
func (c *call) document(on *leg, r request) *request {
	d, notices := read(c.ask(r))
	if on.gone() {
		return nil
	}

	var next *request
	on.rescuing = r.purpose == "fallback"
	if c.heed(on, notices) {
		next = c.verbs(on, d)
	}
	if on.trouble != nil {
		next = c.rescue(on, r)
	}

	return next
}

// heed tells what is to be said of a document, and whether it can be run.
func (c *call) heed(on *leg, notices []Notice) bool {
	for _, notice := range notices {
		if notice.Level == "error" {
			c.fail(on, notice)
			return false
		}
		c.notice(on, notice)
	}
	return true
}

// fail ends a leg because its application failed, unless a fallback is still to be
// asked: perform does that when the document's verbs are left.
func (c *call) fail(on *leg, n Notice) {
	c.notice(on, n)
	if on.status.Final() {
		return
	}
	if on.fallback.url != "" && !on.rescuing {
		on.trouble = &n
		return
	}

	on.applicationFailed = true
	c.said(on, Utterance{Kind: "app-error", Text: apology})
	switch {
	case on.status == InProgress:
		c.end(on, Completed, on.sipAnswered())
	default:
		c.end(on, Failed, 0)
	}
}

// sipAnswered is the SIP response of a leg that was answered: known for the
// dialled ones only.
func (l *leg) sipAnswered() int {
	if !l.toPhone() {
		return 0
	}
	return http.StatusOK
}

// verbs runs a document's verbs in order and returns the request for the next
// document when one of them asks for it.
func (c *call) verbs(on *leg, d document) *request {
	for _, v := range d.verbs {
		next := c.verb(on, d, v)
		if next != nil || on.trouble != nil || on.gone() {
			return next
		}
	}
	return nil
}

// whispered are the verbs of a document that runs on the callee's side before the two
// are joined (voice/twiml/number, "url"). The page names no Redirect; it is how a
// document without an answer to its question goes on, and is let through. Start and
// Stop say themselves what they do there.
var whispered = []string{"Say", "Play", "Pause", "Gather", "Hangup", "Redirect", "Start", "Stop"}

func (c *call) verb(on *leg, d document, v *node) *request {
	if on != c.parent && v.name != "Dial" && !slices.Contains(whispered, v.name) {
		// The dictionary has a code for Dial alone.
		c.fail(on, Notice{Level: "error", Code: 12200, Message: fmt.Sprintf("schema validation error: <%s> is not allowed in a Dial call segment", v.name)})
		return nil
	}
	switch v.name {
	case "Say":
		c.say(on, v)
	case "Play":
		c.play(on, v)
	case "Pause":
		// Unlike the others it does not answer: first in a document it is how
		// long the phone rings (voice/twiml/pause).
		seconds := c.whole(on, v, "length", limits{
			usual: 1,
			from:  0,
			to:    14400,
			code:  12200,
		})
		c.said(on, Utterance{Kind: "pause", Text: strconv.Itoa(seconds)})
		c.spend(on, time.Duration(seconds)*time.Second)
	case "Gather":
		return c.gather(on, d, v)
	case "Start":
		c.startVerb(on, d, v)
	case "Stop":
		c.stopVerb(on, v)
	case "Hangup":
		c.end(on, Completed, on.sipAnswered())
	case "Reject":
		c.reject(on, v)
	case "Redirect":
		return c.followUp(on, d, step{purpose: "redirect", url: v.text, method: v.attrs["method"]})
	case "Dial":
		if on != c.parent {
			c.fail(on, Notice{Level: "error", Code: 13201, Message: "Dial: cannot dial out from a Dial call segment"})
			return nil
		}
		return c.dial(d, v)
	default:
		c.fail(on, Notice{Level: "error", Message: fmt.Sprintf("not simulated: <%s>", v.name)})
	}

	return nil
}

// step is a request that TwiML asks for.
type step struct{ purpose, url, method string }

// followUp makes the request for the next document; 12200 for a wrong method is
// a warning, POST is used.
func (c *call) followUp(on *leg, d document, s step) *request {
	if !validMethod(s.method) {
		c.notice(on, Notice{Level: "warning", Code: 12200, Message: "schema validation warning: method must be GET or POST"})
		s.method = http.MethodPost
	}
	form := on.parameters()
	return &request{
		purpose: s.purpose,
		method:  s.method,
		url:     resolve(d.base, s.url),
		form:    form,
		callSID: on.sid,
	}
}

func (c *call) say(on *leg, v *node) {
	c.pickUp(on)
	text := v.words()
	c.said(on, Utterance{
		Kind:     "say",
		Text:     text,
		Voice:    v.attrs["voice"],
		Language: v.attrs["language"],
	})

	// 150 words a minute: the pace of an unhurried reader.
	once := max(time.Second, time.Duration(len(strings.Fields(text)))*400*time.Millisecond)
	if on.line.audible() {
		once = max(once, spoken(text))
	}
	loops := c.loops(on, v)
	on.line.play(repeatSpeech(loops, text))
	c.spend(on, once*time.Duration(loops))
	on.line.play(nil)
}

// play does not fetch the audio: each is a tone of five seconds, each digit lasts
// half of one.
func (c *call) play(on *leg, v *node) {
	c.pickUp(on)
	if digits := v.attrs["digits"]; digits != "" {
		c.said(on, Utterance{Kind: "digits", Text: digits})
		on.line.play(media.DTMF(digits))
		c.spend(on, digitsLast(digits))
		on.line.play(nil)
		return
	}
	c.said(on, Utterance{Kind: "play", Text: v.text})
	on.line.play(media.Tone(playedTone))
	c.spend(on, 5*time.Second*time.Duration(c.loops(on, v)))
	on.line.play(nil)
}

// loops: 0 means until hang-up, a thousand times at most (voice/twiml/say).
func (c *call) loops(on *leg, v *node) int {
	n := c.whole(on, v, "loop", limits{
		usual: 1,
		from:  0,
		to:    1000,
		code:  12200,
	})
	if n == 0 {
		return 1000
	}
	return n
}

// digitsLast: w waits half a second, W one, a tone takes a quarter.
func digitsLast(digits string) (d time.Duration) {
	for _, digit := range digits {
		switch digit {
		case 'w':
			d += 500 * time.Millisecond
		case 'W':
			d += time.Second
		default:
			d += 250 * time.Millisecond
		}
	}
	return d
}

// reject refuses a call that has not been answered; afterwards it is a Hangup.
func (c *call) reject(on *leg, v *node) {
	reason := v.attrs["reason"]
	if reason != "" && reason != "rejected" && reason != "busy" {
		c.notice(on, Notice{Level: "warning", Code: 12200, Message: "schema validation warning: reason must be rejected or busy"})
	}
	switch {
	case on.status == InProgress:
		c.end(on, Completed, on.sipAnswered())
	case reason == "busy":
		c.end(on, Busy, 0)
	default:
		c.end(on, NoAnswer, 0)
	}
}

// limits of a whole number in an attribute, and the debugger's code for a value
// outside them.
type limits struct{ usual, from, to, code int }

// whole reads a whole number; a bad value gives a warning and the usual value.
func (c *call) whole(on *leg, v *node, name string, l limits) int {
	raw, given := v.attrs[name]
	if !given {
		return l.usual
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < l.from || n > l.to {
		c.notice(on, Notice{Level: "warning", Code: l.code, Message: fmt.Sprintf("%s: invalid %s value: a whole number from %d to %d; %d is used", v.name, name, l.from, l.to, l.usual)})
		return l.usual
	}
	return n
}
