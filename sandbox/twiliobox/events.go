package twiliobox

import (
	"context"
	"sync"
	"time"
)

// Event is one thing that happened in the box, as its console shows it. Numbers
// and parameters are given as they are: everything here is simulated.
type Event struct {
	ID   int64     `json:"id"`   // counts from 1 without gaps
	Time time.Time `json:"time"` // wall clock, not the call's clock
	// Type is one of
	//	webhook.request  a request is about to be sent: Webhook up to Attempt
	//	webhook.answer   it was answered, or failed: all of Webhook
	//	call.state       a leg changed to Status
	//	speech           Kind (of Utterance) of Text on a leg
	//	notice           a debugger warning or error: Code, Level, Text
	//	recording        recording Text of a leg is Kind now: in-progress, paused,
	//	                 stopped, completed, absent or deleted
	//	room             a room, or who is in it, changed
	//	fault            Fault was injected into the delivery of event Text
	//	phone            a member phone's script, person or sound changed, or keys
	//	                 were heard on it: Text is its number
	Type string `json:"type"`

	CallSID       string   `json:"callSid,omitempty"`
	ParentCallSID string   `json:"parentCallSid,omitempty"`
	Status        Status   `json:"status,omitempty"`
	Kind          string   `json:"kind,omitempty"`
	Text          string   `json:"text,omitempty"`
	Code          int      `json:"code,omitempty"`
	Level         string   `json:"level,omitempty"`
	Fault         string   `json:"fault,omitempty"`
	Webhook       *Webhook `json:"webhook,omitempty"`
}

// Webhook is one HTTP request of the box to an application.
type Webhook struct {
	Purpose    string              `json:"purpose"` // voice, action, redirect, whisper, fallback, gather, message, status, amd, recording, conference, wait, hold or announce
	Method     string              `json:"method"`
	URL        string              `json:"url"` // as sent, no fragment
	Path       string              `json:"path"`
	Parameters map[string][]string `json:"parameters"`
	Attempt    int                 `json:"attempt"` // from 1; also counts redirects
	Token      string              `json:"idempotencyToken"`
	Signature  string              `json:"signature"` // X-Twilio-Signature as sent

	StatusCode int    `json:"statusCode,omitempty"` // 0 when no answer came
	Body       string `json:"body,omitempty"`       // of the answer, at most 64 KiB
	Error      string `json:"error,omitempty"`
	Millis     int64  `json:"milliseconds,omitempty"`
}

// kept is how many events late joiners can still get.
const kept = 1000

type bus struct {
	mu      sync.Mutex
	last    int64
	recent  []Event       // the last kept ones at least, oldest first
	changed chan struct{} // closed and replaced at each event
}

func newBus() *bus { return &bus{changed: make(chan struct{})} }

func (b *bus) publish(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	e.ID, e.Time = b.last, time.Now().UTC()
	b.recent = append(b.recent, e)
	if len(b.recent) == 2*kept {
		// Moving them one at a time would cost more than the calls do.
		b.recent = append([]Event(nil), b.recent[kept:]...)
	}
	close(b.changed)
	b.changed = make(chan struct{})
}

// after returns the events newer than id that are still kept, and a channel
// that is closed when there are more.
func (b *bus) after(id int64) ([]Event, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := b.last - int64(len(b.recent)) + 1
	skip := min(max(id-first+1, 0), int64(len(b.recent)))
	return append([]Event(nil), b.recent[skip:]...), b.changed
}

func (b *bus) latest() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

func (b *bus) subscribe(ctx context.Context) <-chan Event {
	out := make(chan Event)
	seen := b.latest()
	go func() {
		defer close(out)
		for ctx.Err() == nil {
			news, more := b.after(seen)
			seen = hand(ctx, out, news, seen)
			select {
			case <-more:
			case <-ctx.Done():
			}
		}
	}()
	return out
}

// hand passes events on until ctx ends; it returns the last that was taken.
func hand(ctx context.Context, out chan<- Event, news []Event, seen int64) int64 {
	for _, e := range news {
		select {
		case out <- e:
			seen = e.ID
		case <-ctx.Done():
			return seen
		}
	}
	return seen
}
