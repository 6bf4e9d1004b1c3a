package twiliobox

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
)

// Box is one simulated Twilio account. Its methods may be called from any
// goroutine.
type Box struct {
	engine  *engine
	handler http.Handler

	concurrent atomic.Int64 // REST requests being served
}

// New returns a box that plays the account of c, or one error that names every
// fault of c. Close ends the goroutines and frees the port that a box holds for
// calls, browsers and sound.
func New(c Config) (*Box, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Pace == 0 {
		c.Pace = 1
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	e, err := newEngine(c)
	if err != nil {
		return nil, err
	}

	b := &Box{engine: e}
	b.handler = b.routes()
	return b, nil
}

// Handler serves the REST API under /2010-04-01, the Voice SDK's signalling at
// /signal and the sandbox's own console API under /sandbox/v1.
func (b *Box) Handler() http.Handler { return b.handler }

// Close hangs up every call, refuses new ones, waits until the last webhook has
// been answered, says goodbye to the browsers and frees the media port. When ctx
// ends first the remaining webhooks are broken off and the context's error is
// returned. Closing twice is allowed.
func (b *Box) Close(ctx context.Context) error { return b.engine.close(ctx) }

// SetApplication changes where the TwiML App sid sends its webhooks, as a REST
// update of VoiceUrl and StatusCallback does. An empty URL removes the hook.
// The error says when there is no such application or a URL is not usable.
func (b *Box) SetApplication(sid, voiceURL, statusCallback string) error {
	return b.engine.account.updateApplication(sid, func(a *Application) {
		a.VoiceURL, a.StatusCallback = voiceURL, statusCallback
	})
}

// Application is the TwiML App sid as it is set up now, zero when there is none.
func (b *Box) Application(sid string) Application {
	found, _ := b.engine.account.application(sid)
	return found.Application
}

// Number is the incoming number sid as it is set up now, zero when there is none.
func (b *Box) Number(sid string) Number {
	found, _ := b.engine.account.number(sid)
	return found.Number
}

// SetNumber is SetApplication for an incoming phone number, named by its PN sid.
func (b *Box) SetNumber(sid, voiceURL, statusCallback string) error {
	return b.engine.account.updateNumber(sid, func(n *Number) {
		n.VoiceURL, n.StatusCallback = voiceURL, statusCallback
	})
}

// Events tells everything that happens from now on, until ctx ends; then the
// channel is closed. A reader that falls more than 1000 events behind may miss
// the oldest of them: the IDs then show a gap.
func (b *Box) Events(ctx context.Context) <-chan Event { return b.engine.bus.subscribe(ctx) }
