package twiliobox

import (
	"context"
	"net/url"
)

// invite places a call, or finds one again.
func (s *socket) invite(ctx context.Context, m heard) {
	p := m.Payload
	if p.Reconnect != "" {
		s.reconnect(ctx, m)
		return
	}
	if s.expired(p.CallSID) {
		s.hangUp(p.CallSID, errTokenExpired)
		return
	}

	if p.CallSID == "" || p.SDP == "" {
		s.refuse(p.CallSID, errMalformed)
		return
	}
	if s.repeats(p.CallSID) {
		return
	}
	if refused := s.place(ctx, m); refused != nil {
		s.hangUp(p.CallSID, refused)
	}
}

// repeats says whether an invite is one that we have: its call goes on, by this
// connection from now on.
func (s *socket) repeats(callSID string) bool {
	c, ok := s.find(callSID)
	if !ok {
		return false
	}
	s.exchange.mu.Lock()
	defer s.exchange.mu.Unlock()
	c.bind(s)
	return true
}

// place begins the call. The Voice SDK checks no call's name in ringing and
// answer, so a connection never has two calls before they are answered; its
// Device allows one call anyhow.
func (s *socket) place(ctx context.Context, m heard) *Refusal {
	x, p := s.exchange, m.Payload
	if !s.grants.outgoing {
		return errNoCallsOut
	}
	params, err := parameters(p.Twilio.Params)
	if err != nil {
		return errMalformed
	}
	if s.occupied() {
		return errBusyHere
	}

	parent, begin := x.engine.outgoing(s.grants, params)
	plug, sdp, err := x.engine.newPlug(ctx, parent, p.SDP)
	if err != nil {
		x.engine.config.Log.Warn("an invite's SDP cannot be answered", "error", err)
		return errMalformed
	}

	c := &clientCall{
		exchange: x,
		leg:      parent,
		identity: s.grants.identity,
		own:      p.CallSID,
		sdp:      sdp,
		token:    newUUID(),
		socket:   s,
	}
	parent.party = c
	parent.line.attach(plug)
	// Under the lock: others find the call once it runs, not before.
	x.mu.Lock()
	x.calls[c.own], x.calls[parent.sid] = c, c
	for _, r := range x.rings {
		r.forget(s) // the Device ignores what rings when it places a call
	}

	err = begin()
	x.mu.Unlock()
	if err != nil {
		c.quiet = true
		c.ended()
		plug.close()
		return errShuttingDown
	}

	return nil
}

// occupied says whether this connection has a call.
func (s *socket) occupied() bool {
	s.exchange.mu.Lock()
	defer s.exchange.mu.Unlock()
	for _, c := range s.exchange.calls {
		if c.socket == s {
			return true
		}
	}
	return false
}

// parameters reads the custom parameters of Device.connect.
func parameters(encoded string) (map[string]string, error) {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, err
	}
	params := map[string]string{}
	for name := range values {
		params[name] = values.Get(name)
	}
	return params, nil
}
