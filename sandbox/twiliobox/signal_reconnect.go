package twiliobox

import "context"

// reconnect gives a call that a browser was on a new connection. The same
// browser (by its DTLS fingerprint) goes on with the sound it has; another one
// takes the call over and needs an answer to its offer. So does a Device that
// accepts, with a connectToken, what rings at another.
func (s *socket) reconnect(ctx context.Context, m heard) {
	c, ok := s.find(m.Payload.CallSID)
	if !ok {
		s.takeRinging(ctx, m)
		return
	}
	if c.token != m.Payload.Reconnect {
		s.hangUp(m.Payload.CallSID, errUnknownCall)
		return
	}
	sdp, err := s.sound(ctx, c, m.Payload.SDP)
	if err != nil {
		s.hangUp(m.Payload.CallSID, errUnknownCall)
		return
	}

	s.exchange.mu.Lock()
	defer s.exchange.mu.Unlock()
	if s.exchange.calls[c.leg.sid] != c {
		s.hangUp(c.leg.sid, errUnknownCall)
		return
	}

	c.bind(s)
	c.sdp = sdp
	c.tell("answer", fields{"callsid": c.leg.sid, "reconnect": c.token})
}

// sound is our answer to the offer of a browser that takes a call over; empty
// when it is the one that has it.
func (s *socket) sound(ctx context.Context, c *clientCall, offer string) (string, error) {
	if now := c.leg.line.plug.Load(); now != nil && (offer == "" || now.peer.Same(offer)) {
		return "", nil
	}
	plug, sdp, err := s.exchange.engine.newPlug(ctx, c.leg, offer)
	if err != nil {
		return "", err
	}
	err = c.leg.order(func() error {
		if c.leg.status.Final() {
			return errEnded
		}
		c.leg.call().attach(c.leg, plug)
		return nil
	})
	if err != nil {
		plug.close()
		return "", err
	}

	return sdp, nil
}

// reinvite restarts ICE for the sound of a call.
func (s *socket) reinvite(m heard) {
	c, ok := s.find(m.Payload.CallSID)
	if !ok {
		s.hangUp(m.Payload.CallSID, errUnknownCall)
		return
	}
	now := c.leg.line.plug.Load()
	if now == nil {
		s.hangUp(m.Payload.CallSID, errUnknownCall)
		return
	}
	sdp, err := now.peer.Restart(m.Payload.SDP)
	if err != nil {
		s.refuse(m.Payload.CallSID, errMalformed)
		return
	}

	s.send("answer", fields{"callsid": c.leg.sid, "sdp": sdp})
}
