package twiliobox

import (
	"context"
	"time"
)

// longestReconnect, in seconds, is how long the Voice SDK's maxCallSignalingTimeoutMs
// lets it try to come back at most.
const longestReconnect = 30

// handle does what a browser asks. Messages that were queued while the browser
// had no connection come straight after its listen.
func (s *socket) handle(ctx context.Context, m heard) {
	if m.Type == "listen" {
		s.listen(m)
		return
	}
	if s.grants.identity == "" {
		s.refuse(m.Payload.CallSID, errNotListening)
		return
	}

	switch m.Type {
	case "register":
		s.register(m.Payload.Media.Audio)
	case "invite":
		s.invite(ctx, m)
	case "reinvite":
		s.reinvite(m)
	case "answer":
		s.accept(m)
	case "reject":
		s.reject(m)
	case "hangup":
		s.hungUp(m)
	case "dtmf":
		s.dial(m)
	case "message":
		s.message(m)
	}
}

// listen checks the access token. The first one that is refused ends the
// connection; a later one (Device.updateToken) leaves the one before in force.
func (s *socket) listen(m heard) {
	now := time.Now()
	g, refused := s.exchange.engine.checkToken(m.Payload.Token, now)
	if refused != nil {
		s.refuse("", signalled(refused))
		if s.grants.identity == "" {
			s.send("close", nil)
			s.finish()
		}
		return
	}

	s.exchange.mu.Lock()
	s.grants = g
	s.grace = max(s.exchange.engine.patience.browser, seconds(min(m.Payload.ReconnectTimeout, longestReconnect)))
	s.exchange.mu.Unlock()
	s.send("connected", fields{
		"region": s.edge.region, "edge": s.edge.name, "home": s.edge.home, "gateway": "sandbox",
		"token": fields{"identity": g.identity, "ttl": int(g.expires.Sub(now).Seconds())},
	})
}

// expired refuses what needs a token that is still good.
func (s *socket) expired(callSID string) bool {
	if s.grants.expires.After(time.Now()) {
		return false
	}
	s.refuse(callSID, errTokenExpired)
	return true
}

// register makes the browser reachable or not. A token without incoming.allow is
// not refused, as the SDK registers whatever its token says; it just never rings.
func (s *socket) register(audio bool) {
	if !audio {
		s.exchange.mu.Lock()
		s.registered = false
		s.exchange.mu.Unlock()
		s.send("offline", nil)
		return
	}

	if s.expired("") {
		return
	}
	s.exchange.mu.Lock()
	defer s.exchange.mu.Unlock()
	s.registered = true // before the browser hears of it
	s.send("ready", nil)
	for _, r := range s.exchange.rings {
		r.offer(s)
	}
}
