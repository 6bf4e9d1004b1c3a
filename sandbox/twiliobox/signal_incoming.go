package twiliobox

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// atBrowsers is the outcome of a client that is registered: its browsers ring,
// and somebody there decides.
const atBrowsers = "browsers"

// absent is the outcome of a client that is registered nowhere: no answer, at once.
const absent = "absent"

// phoneFor is what a noun reaches. What was scripted is a phone wherever it is.
func (e *engine) phoneFor(n noun) Phone {
	open := Phone{TalkSeconds: new(float64)}
	if n.client && e.exchange.reachable(strings.TrimPrefix(n.address, "client:")) {
		open.Outcome = atBrowsers
		return open.completed()
	}
	if to, ours := e.account.number(n.address); ours && to.PhoneNumber == n.address && !e.phones.isScripted(n.address) {
		open.Outcome = atNumber
		return open.completed()
	}
	return e.phones.lookup(n.address)
}

// ringing is a leg that rings in browsers. Its offers change under exchange.mu.
type ringing struct {
	exchange   *exchange
	leg        *leg
	identity   string
	token      string
	parameters fields
	offers     map[*socket]*plug // nil while it is being made
}

// ring offers a leg to every registered browser of its client. It is called on
// the call's goroutine.
func (x *exchange) ring(l *leg, n noun) {
	r := &ringing{
		exchange:   x,
		leg:        l,
		identity:   strings.TrimPrefix(n.address, "client:"),
		token:      newUUID(),
		offers:     map[*socket]*plug{},
		parameters: fields{"CallSid": l.sid, "From": l.from, "To": l.to, "AccountSid": x.engine.config.AccountSID},
	}
	if n.parameters != "" {
		r.parameters["Params"] = n.parameters
	}
	if l.call().parent.pstn {
		r.parameters["StirStatus"] = "TN-Validation-Passed-A"
	}

	l.party = r
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rings[l.sid] = r
	for s := range x.sockets {
		r.offer(s)
	}
}

// offer sends the call to a browser that has not been offered it. Making the
// offer is done beside. The caller holds mu.
func (r *ringing) offer(s *socket) {
	if _, offered := r.offers[s]; offered || !s.ready(r.identity) {
		return
	}

	x := r.exchange
	if x.engine.gremlin.freezes(r.identity) {
		return
	}
	r.offers[s] = nil
	x.running.Go(func() {
		p, sdp, err := x.engine.offerPlug(x.engine.base, r.leg)
		x.mu.Lock()
		defer x.mu.Unlock()
		other, wanted := r.offers[s]
		switch {
		case err != nil:
			x.engine.config.Log.Error("a call cannot be offered to a browser", "error", err)
		case !wanted, other != nil: // withdrawn, or withdrawn and made anew
			x.running.Go(p.close)
		default:
			r.offers[s] = p
			s.send("invite", fields{"callsid": r.leg.sid, "sdp": sdp, "reconnect": r.token, "parameters": r.parameters})
		}
	})
}

// forget withdraws an offer without a word. The caller holds mu.
func (r *ringing) forget(s *socket) {
	p := r.offers[s]
	delete(r.offers, s)
	if p != nil {
		r.exchange.running.Go(p.close)
	}
}

// silence ends the ringing, at every browser but one without a word. That one
// talks by a plug, which need not be the one it was offered. The caller holds mu.
func (r *ringing) silence(but *socket, by *plug) {
	delete(r.exchange.rings, r.leg.sid)
	for s, offered := range r.offers {
		if s != but {
			s.send("cancel", fields{"callsid": r.leg.sid})
		}
		if offered == nil || offered != by {
			r.forget(s)
		}
	}
	delete(r.offers, but)
}

// A ringing leg rings nobody itself.
func (r *ringing) rings() {}

// answered: somebody else did, such as the console.
func (r *ringing) answered() { r.ended() }

// ended: nobody answered in time, or somebody declined.
func (r *ringing) ended() {
	r.exchange.mu.Lock()
	defer r.exchange.mu.Unlock()
	r.silence(nil, nil)
}

func (s *socket) ringing(callSID string) (*ringing, bool) {
	s.exchange.mu.Lock()
	defer s.exchange.mu.Unlock()
	r, ok := s.exchange.rings[callSID]
	return r, ok && r.identity == s.grants.identity
}

// accept is a browser that takes a call offered to it. One that comes too late is
// told so: after its answer the SDK listens for hangup, no longer for cancel.
func (s *socket) accept(m heard) {
	callSID := m.Payload.CallSID
	r, ok := s.ringing(callSID)
	if !ok {
		s.hangUp(callSID, nil)
		return
	}

	s.exchange.mu.Lock()
	p := r.offers[s]
	s.exchange.mu.Unlock()
	if p == nil {
		s.hangUp(callSID, errUnknownCall)
		return
	}
	if err := p.peer.Accept(m.Payload.SDP); err != nil {
		s.hangUp(callSID, errMalformed)
		return
	}
	if err := r.taken(s, p); err != nil {
		s.hangUp(callSID, nil)
	}
}

// taken joins the browser that was first to the call; an error when it was not.
func (r *ringing) taken(s *socket, p *plug) error {
	l, x := r.leg, r.exchange
	return l.order(func() error {
		if l.onAnswer == nil {
			return errNotRinging
		}
		c := &clientCall{
			exchange: x,
			leg:      l,
			identity: r.identity,
			known:    true,
			token:    r.token,
			open:     true,
			socket:   s,
		}

		x.mu.Lock()
		r.silence(s, p)
		x.calls[l.sid] = c
		if _, here := x.sockets[s]; !here {
			c.lost(s.grace)
		}
		x.mu.Unlock()
		l.party = c
		l.call().attach(l, p)
		l.onAnswer(l.phone)
		return nil
	})
}

// takeRinging answers with this browser what rings at another of the identity.
func (s *socket) takeRinging(ctx context.Context, m heard) {
	callSID := m.Payload.CallSID
	r, ok := s.ringing(callSID)
	if !ok || r.token != m.Payload.Reconnect {
		s.hangUp(callSID, errUnknownCall)
		return
	}
	p, sdp, err := s.exchange.engine.newPlug(ctx, r.leg, m.Payload.SDP)
	if err != nil {
		s.hangUp(callSID, errMalformed)
		return
	}

	if err := r.taken(s, p); err != nil {
		p.close()
		s.hangUp(callSID, errUnknownCall)
		return
	}

	s.send("answer", fields{"callsid": callSID, "sdp": sdp, "reconnect": r.token})
}

// reject declines a call for all browsers of the identity: the SDK's reject
// tells the calling side, and a SIP 603 ends every branch (RFC 3261, 16.7).
func (s *socket) reject(m heard) {
	r, ok := s.ringing(m.Payload.CallSID)
	if !ok {
		return
	}
	s.exchange.mu.Lock()
	r.forget(s) // it has ended the call for itself already
	s.exchange.mu.Unlock()
	err := s.exchange.engine.press(r.leg, func() func() { return r.leg.onDecline })
	if err != nil {
		return // it ended meanwhile
	}
}

// readParameters reads the Parameter nouns within a Client, in their order, those
// that repeat a name too. Only values are encoded: the SDK decodes no names.
func readParameters(v *node) string {
	var pairs []string
	for _, child := range v.children {
		if name := child.attrs["name"]; child.name == "Parameter" && name != "" && !slices.Contains(reserved, name) {
			pairs = append(pairs, name+"="+url.QueryEscape(child.attrs["value"]))
		}
	}
	return strings.Join(pairs, "&")
}
