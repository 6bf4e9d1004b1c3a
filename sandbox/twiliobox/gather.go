package twiliobox

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// gathering is a Gather while it waits for keys. Only the call's goroutine uses it.
type gathering struct {
	finish string // the keys that end it
	most   int    // how many keys end it, or 0

	keys      string
	by        string // the key that ended it
	begun     bool   // a key was pressed
	over      bool
	prompting bool // something is said, which a key cuts short
}

// keyTime is from a question's beginning until a phone whose script has keys
// presses them.
const keyTime = time.Second

// press takes the keys that the leg's party presses; nil takes none.
func (g *gathering) press(keys string) {
	if g == nil {
		return
	}
	for _, key := range keys {
		switch {
		case g.over || key == 'w' || key == 'W':
			continue
		case strings.ContainsRune(g.finish, key):
			g.by, g.over = string(key), true
		default:
			g.keys += string(key)
			g.over = len(g.keys) == g.most
		}
		g.begun = true
	}
}

// interrupts says whether what is being said is cut short by a key.
func (g *gathering) interrupts() bool { return g != nil && g.prompting && g.begun }

// gather runs a Gather: what is said in it is cut short by a key; then keys are
// waited for, each for the timeout anew.
func (c *call) gather(on *leg, d document, v *node) *request {
	c.pickUp(on)
	g, timeout := c.readGather(on, v)
	on.gathering = g
	defer func() { on.gathering = nil }()
	pressed := c.pressesByItself(on)
	defer pressed.cancel()

	g.prompting = true
	for _, part := range v.children {
		if g.begun || on.gone() {
			break
		}
		c.verb(on, d, part)
	}
	g.prompting = false

	for !g.over && !on.gone() {
		had := g.keys
		late := false
		alarm := c.clock.after(timeout, func() { late = true })
		c.waitUntil(func() bool { return late || g.over || g.keys != had || on.gone() })
		alarm.cancel()
		if late {
			break
		}
	}

	if on.gone() {
		return nil
	}
	return c.gathered(on, d, v)
}

// gathered is the request for what was gathered: to the same document when no other
// is named. Nothing pressed is passed over, unless the TwiML asks for it too.
func (c *call) gathered(on *leg, d document, v *node) *request {
	g := on.gathering
	if g.keys == "" && !c.flag(v, "actionOnEmptyResult", 12200) {
		return nil
	}
	next := c.followUp(on, d, step{purpose: "gather", url: v.attrs["action"], method: v.attrs["method"]})
	next.form.Set("Digits", g.keys)
	if g.by != "" {
		next.form.Set("FinishedOnKey", g.by)
	}

	return next
}

// readGather reads the attributes; a value that Twilio does not accept gives its
// warning and the default.
func (c *call) readGather(on *leg, v *node) (*gathering, time.Duration) {
	g := &gathering{finish: "#"}
	if finish, given := v.attrs["finishOnKey"]; given {
		g.finish = finish
	}
	if g.finish != "" && (len(g.finish) > 1 || !strings.Contains("0123456789*#", g.finish)) {
		c.notice(on, Notice{Level: "warning", Code: 13310, Message: "Gather: invalid finishOnKey value: one of 0-9, *, # or nothing; # is used"})
		g.finish = "#"
	}
	if _, given := v.attrs["numDigits"]; given {
		g.most = c.whole(on, v, "numDigits", limits{
			usual: 0,
			from:  1,
			to:    1000,
			code:  13314,
		})
	}

	for _, input := range strings.Fields(v.attrs["input"]) {
		if input != "dtmf" {
			c.notice(on, Notice{Level: "warning", Message: fmt.Sprintf("not simulated: input=%q of <Gather>: only keys are waited for", input)})
		}
	}
	timeout := c.whole(on, v, "timeout", limits{
		usual: 5,
		from:  1,
		to:    600,
		code:  13313,
	})
	return g, time.Duration(timeout) * time.Second
}

// pressesByItself has a phone that somebody answers by script press its keys, as one
// who has begun to hear a question. A mailbox presses nothing.
func (c *call) pressesByItself(on *leg) *alarm {
	if on.phone.Presses == "" || on.phone.Outcome == "voicemail" {
		return nil
	}
	return c.clock.after(keyTime, func() { c.pressed(on, on.phone.Presses) })
}

// pressKeys serves POST /sandbox/v1/calls/{sid}/digits: keys that the party on any
// leg presses, a caller's too.
func (b *Box) pressKeys(r *http.Request) (int, any, error) {
	l, ok := b.engine.leg(r.PathValue("sid"))
	if !ok {
		return 0, nil, fmt.Errorf("call %s: %w", r.PathValue("sid"), errNotFound)
	}
	if _, err := b.pressDigits(r, l); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, b.engine.see(l.call().parent), nil
}
