package twiliobox

import (
	"time"
)

// clientCall is a leg as the browser on it sees it. It outlives the browser's
// connections. Its fields change under exchange.mu.
type clientCall struct {
	exchange *exchange
	leg      *leg
	identity string
	own      string // the browser's name for the call until it knows ours
	known    bool   // it knows ours
	sdp      string // our answer, until it has been told
	token    string // by which the browser finds the call again
	open     bool   // answered
	quiet    bool   // the browser hung up: it needs no news of it

	socket *socket // nil: lost
	grace  *time.Timer
}

// callSID is the name by which the browser knows the call. The caller holds mu.
func (c *clientCall) callSID() string {
	if c.known {
		return c.leg.sid
	}
	return c.own
}

// rings is a ringing with early media: the browser hears our ringback tone.
func (c *clientCall) rings() {
	c.exchange.mu.Lock()
	defer c.exchange.mu.Unlock()
	payload := fields{"callsid": c.leg.sid}
	c.tell("ringing", payload)
}

// answered is no news to a browser that answered itself.
func (c *clientCall) answered() {
	c.exchange.mu.Lock()
	defer c.exchange.mu.Unlock()
	if c.open {
		return
	}
	c.open = true
	c.tell("answer", fields{"callsid": c.leg.sid, "reconnect": c.token})
}

// tell sends a message by which the browser learns the call's name, and with the
// first our answer to its offer. The caller holds mu.
func (c *clientCall) tell(kind string, payload fields) {
	if c.socket == nil {
		return
	}
	if c.sdp != "" {
		payload["sdp"] = c.sdp
		c.sdp = ""
	}
	c.known = true
	c.socket.send(kind, payload)
}

func (c *clientCall) ended() {
	x := c.exchange
	x.mu.Lock()
	defer x.mu.Unlock()
	if c.grace != nil {
		c.grace.Stop()
	}
	delete(x.calls, c.leg.sid)
	delete(x.calls, c.own)
	if c.socket != nil && !c.quiet {
		c.socket.hangUp(c.callSID(), hangupFor(c.leg))
	}
	c.socket = nil
}

// lost begins the time in which the browser may come back. The caller holds mu.
func (c *clientCall) lost(patience time.Duration) {
	c.socket = nil
	c.grace = time.AfterFunc(patience, func() {
		c.exchange.mu.Lock()
		gone := c.socket == nil
		c.exchange.mu.Unlock()
		if gone {
			c.leave()
		}
	})
}

// bind gives the call a connection. The caller holds mu.
func (c *clientCall) bind(s *socket) {
	if c.grace != nil {
		c.grace.Stop()
	}
	c.socket = s
}

// leave ends the call as its browser does. That it has ended already is no
// fault of the browser's.
func (c *clientCall) leave() {
	if err := c.exchange.engine.hangUp(c.leg); err != nil {
		return
	}
}

// find returns the call of this browser's identity by either of its names.
func (s *socket) find(callSID string) (*clientCall, bool) {
	s.exchange.mu.Lock()
	defer s.exchange.mu.Unlock()
	c, ok := s.exchange.calls[callSID]
	return c, ok && c.identity == s.grants.identity
}

func (s *socket) hungUp(m heard) {
	c, ok := s.find(m.Payload.CallSID)
	if !ok {
		return // the two hung up at once
	}
	s.exchange.mu.Lock()
	c.quiet = true
	s.exchange.mu.Unlock()
	c.leave()
}

// dial is keys of a browser that cannot send them with its sound.
func (s *socket) dial(m heard) {
	c, ok := s.find(m.Payload.CallSID)
	if !ok || !pressable(m.Payload.DTMF) {
		s.refuse(m.Payload.CallSID, errMalformed)
		return
	}
	err := c.leg.order(func() error {
		c.leg.call().pressed(c.leg, m.Payload.DTMF)
		return nil
	})
	if err != nil {
		s.hangUp(c.leg.sid, nil)
	}
}
