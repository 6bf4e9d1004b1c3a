package media

import (
	"sync"
	"time"
)

// How a Conversation listens, in frames. Between two words of one sentence a
// speaker rests up to half a second; what is shorter than 100 ms is a click.
const (
	beforeGreeting = 25 // half a second, the time to lift a handset to the ear
	enoughVoice    = 5
	enoughSilence  = 35
)

// voiceAbove is the Level that is a voice in a quiet room; in a noisy one it is
// four times the noise.
const (
	voiceAbove = 250
	overNoise  = 4
)

// Conversation is the automatic voice that answers a telephone: it says hello
// after half a second, and then its next sentence each time the other side has
// spoken and then been still for 0.7 s. It never ends. What is played of it is
// what the telephone says; Write takes what it hears. The sentences come in
// order, then again from the second (one says hello once).
type Conversation struct {
	// Said, where set before first use, is told each sentence as it begins. It
	// is called from within Next and must not wait.
	Said func(text string)

	mu      sync.Mutex
	said    int // sentences so far
	waiting int // frames until the greeting
	saying  Source
	voiced  int // frames of voice heard since we last spoke
	still   int // frames since the last of them
	noise   float64
}

// sentences is what a Conversation says.
func sentences() []string {
	return []string{
		"Hello?",
		"Hello, this is the patient speaking.",
		"Yes, I can hear you well.",
		"I am feeling a little better, thank you.",
		"I see.",
		"Yes.",
		"Please go on.",
	}
}

// NewConversation is a telephone that was just answered.
func NewConversation() *Conversation { return &Conversation{waiting: beforeGreeting} }

// Write is 20 ms heard from the other side. It never waits.
func (c *Conversation) Write(f *Frame) {
	level := Level(f)
	c.mu.Lock()
	defer c.mu.Unlock()
	voice := level > max(voiceAbove, overNoise*c.noise)
	// The noise is followed down at once, and up so slowly that a sentence does
	// not count as noise.
	c.noise = min(level, c.noise+0.5)
	if voice {
		c.voiced++
		c.still = 0
	}
}

// Next is 20 ms of what the telephone says. It is the clock of the conversation
// as well: a side whose packets stop coming is silent.
func (c *Conversation) Next(f *Frame) bool {
	c.mu.Lock()
	begun := c.next(f)
	c.mu.Unlock()
	if begun != "" && c.Said != nil {
		c.Said(begun)
	}
	return true
}

// next fills f and returns the sentence that begins with it, if one does.
func (c *Conversation) next(f *Frame) (begun string) {
	c.still++
	if c.saying == nil && c.turn() {
		begun = c.sentence()
		c.saying = Speech(begun)
	}
	if c.saying != nil && c.saying.Next(f) {
		return begun
	}
	c.saying = nil
	f.silence()
	return begun
}

// turn tells whether it is ours to speak.
func (c *Conversation) turn() bool {
	if c.waiting > 0 {
		c.waiting--
		return c.waiting == 0
	}
	if c.still < enoughSilence {
		return false
	}
	spoke := c.voiced >= enoughVoice
	c.voiced = 0
	return spoke
}

func (c *Conversation) sentence() string {
	all := sentences()
	at := c.said
	if at >= len(all) {
		at = 1 + (at-1)%(len(all)-1)
	}
	c.said++
	return all[at]
}

// Voicemail is a machine that answers: it asks for a message, and then gives a
// second's tone of 1 kHz. Then it ends.
func Voicemail() Source {
	return &queue{left: []Source{
		pause(beforeGreeting * FrameTime),
		Speech("Hello. I cannot take your call now. Please leave a message after the tone."),
		&cadence{parts: []part{lasting(time.Second, 1000)}},
	}}
}
