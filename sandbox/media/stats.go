package media

import (
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
)

// Stats is what a peer has sent and heard so far. Octets are those of sound and
// keys, without headers.
type Stats struct {
	Connected            bool          // sound can flow at this moment
	PacketsIn, BytesIn   uint64        // from the browser
	PacketsOut, BytesOut uint64        // to the browser
	Gaps                 uint64        // packets from the browser that never came, by their sequence numbers
	LongestGap           time.Duration // longest time without a packet from the browser since the first
	Digits               string        // keys heard, in order
}

// Stats may be asked at any time, after Close too.
func (p *Peer) Stats() Stats {
	s := Stats{Connected: p.pc.ConnectionState() == webrtc.PeerConnectionStateConnected}
	s.PacketsIn, s.BytesIn = p.in.packets.Load(), p.in.bytes.Load()
	s.PacketsOut, s.BytesOut = p.sent.packets.Load(), p.sent.bytes.Load()
	p.in.mu.Lock()
	defer p.in.mu.Unlock()
	s.Gaps, s.LongestGap, s.Digits = p.in.lost, p.in.longest, string(p.in.digits)
	if p.in.begun && !p.closed() {
		s.LongestGap = max(s.LongestGap, time.Since(p.in.lastAt))
	}
	return s
}

// counted is packets and their octets.
type counted struct{ packets, bytes atomic.Uint64 }

func (c *counted) add(octets int) {
	c.packets.Add(1)
	c.bytes.Add(uint64(octets))
}
