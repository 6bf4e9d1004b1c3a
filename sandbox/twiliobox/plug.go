package twiliobox

import (
	"context"
	"time"

	"perci.health/careline/sandbox/media"
)

// plug is one browser's connection to the line of a leg. A leg can have several
// in its life: the one that counts is the one on the line.
type plug struct {
	engine *engine
	sid    string // of the leg
	line   *line
	peer   *media.Peer
	// silent ends the leg when it rings: on phones whose page may be loaded again.
	silent *time.Timer
}

// newPlug answers a browser's SDP offer for a leg, which need not have begun yet.
func (e *engine) newPlug(ctx context.Context, l *leg, offer string) (*plug, string, error) {
	g, err := e.studio.open()
	if err != nil {
		return nil, "", err
	}
	p := &plug{engine: e, sid: l.sid, line: l.line}
	peer, answer, err := g.Answer(ctx, offer, p.handlers())
	p.peer = peer
	return p, answer, err
}

// offerPlug is newPlug for a browser that is called.
func (e *engine) offerPlug(ctx context.Context, l *leg) (*plug, string, error) {
	g, err := e.studio.open()
	if err != nil {
		return nil, "", err
	}
	p := &plug{engine: e, sid: l.sid, line: l.line}
	peer, offer, err := g.Offer(ctx, p.handlers())
	p.peer = peer
	return p, offer, err
}

func (p *plug) handlers() media.Handlers {
	return media.Handlers{
		Frame: func(f *media.Frame) {
			if !p.current() {
				return
			}
			if p.silent != nil {
				p.silent.Reset(p.engine.patience.phone)
			}
			p.line.said(f)
		},
		Digit: func(d string) {
			p.onLine(func(l *leg) { l.call().pressed(l, d) })
		},
		Lost: func() {
			if p.current() && p.silent == nil {
				p.onLine(func(l *leg) { l.call().leave(l) })
			}
		},
	}
}

func (p *plug) current() bool { return p.line.plug.Load() == p }

// onLine has the call's goroutine do something, unless the leg has ended or the
// browser has been replaced.
func (p *plug) onLine(do func(*leg)) {
	l, ok := p.engine.leg(p.sid)
	if !ok || !p.current() {
		return
	}
	err := l.order(func() error {
		if p.current() && !l.status.Final() {
			do(l)
		}
		return nil
	})
	if err != nil {
		return // the call has ended meanwhile, and with it what this was for
	}
}

// close ends the connection to the browser.
func (p *plug) close() {
	if p == nil {
		return
	}
	if p.silent != nil {
		p.silent.Stop()
	}
	if p.peer != nil {
		p.peer.Close()
	}
}
