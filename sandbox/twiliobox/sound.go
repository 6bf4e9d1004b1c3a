package twiliobox

import (
	"time"

	"perci.health/careline/sandbox/media"
)

// join bridges two legs.
func (c *call) join(a, b *leg) {
	a.line.join(b.line)
	c.engine.mu.Lock()
	a.bridged, b.bridged = b, a
	c.engine.mu.Unlock()
}

// hush ends the sound of a leg that has ended, and tells its party.
func (c *call) hush(l *leg) {
	l.line.part()
	l.line.rise()
	l.line.talk(nil) // the leg is kept long, the robot's sound need not be
	c.engine.mu.Lock()
	if l.bridged != nil {
		l.bridged.bridged, l.bridged = nil, nil
	}
	c.engine.mu.Unlock()
	if l.party != nil {
		l.party.ended()
	}
	c.discard(l.line.unplug())
}

// discard closes a browser's connection beside the call: saying goodbye may take
// a moment.
func (c *call) discard(p *plug) {
	if p != nil {
		c.engine.running.Go(p.close)
	}
}

// mostKeys is how many keys may be pressed at once: each is a quarter of a second
// of tones, and kept in the transcript.
const mostKeys = 256

// pressable says whether keys can be pressed.
func pressable(keys string) bool {
	return keys != "" && len(keys) <= mostKeys && digitString().MatchString(keys)
}

// pressed is keys that the party on a leg presses: the other side hears them,
// and its phone shows them.
func (c *call) pressed(l *leg, digits string) {
	c.said(l, Utterance{Kind: "digits", Text: digits})
	l.gathering.press(digits)
	c.engine.mu.Lock()
	other := l.bridged
	if other != nil {
		other.digits += digits
	}
	c.engine.mu.Unlock()
	if other != nil {
		other.line.press(digits)
		if end, led := other.party.(interface{ press(string) }); led {
			end.press(digits)
		}
		c.engine.bus.publish(Event{Type: "phone", Text: other.to})
	}
}

// attach puts a browser on a leg's line; what was there goes. A phone that a
// person holds hangs up when the person does.
func (c *call) attach(l *leg, p *plug) {
	c.discard(l.line.attach(p))
	l.leaves.cancel()
}

// repeatSpeech is text spoken several times over.
func repeatSpeech(times int, text string) media.Source {
	return repeat(times, func() media.Source { return media.Speech(text) })
}

// spoken is how long it takes to say a text aloud.
func spoken(text string) (d time.Duration) {
	var f media.Frame
	for words := media.Speech(text); words.Next(&f); {
		d += media.FrameTime
	}
	return d
}
