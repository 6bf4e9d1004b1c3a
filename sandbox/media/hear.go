package media

import (
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// payloadPCMU is the payload type of G.711 mu-law (RFC 3551 table 4).
const payloadPCMU = 0

// restartGap is the jump in sequence numbers that means a sender has begun
// anew rather than lost packets (RFC 3550 appendix A.1, MAX_DROPOUT).
const restartGap = 3000

// hearing is what has come from the browser.
type hearing struct {
	counted
	mu       sync.Mutex
	begun    bool
	last     uint16 // highest sequence number so far
	lost     uint64
	lastAt   time.Time
	longest  time.Duration
	digits   []byte
	lastKey  uint32 // RTP time stamp of the newest key
	keysCame bool
}

// hear reads the browser's packets until there are no more.
func (p *Peer) hear(t *webrtc.TrackRemote) {
	var rest []byte // sound not yet a whole frame: a sender may choose another packet time
	b := make([]byte, 1500)
	for {
		n, _, err := t.Read(b)
		if err != nil {
			return
		}
		var packet rtp.Packet
		if packet.Unmarshal(b[:n]) != nil {
			continue // not RTP, whatever it was: lost
		}

		p.up()
		late := p.in.arrived(&packet, time.Now())
		switch {
		case packet.PayloadType != payloadPCMU:
			p.key(&packet) // nothing else was negotiated
		case !late:
			rest = p.frames(append(rest, packet.Payload...))
		}
	}
}

// frames hands over the whole frames in sound and returns what remains.
func (p *Peer) frames(sound []byte) []byte {
	n := 0
	for ; len(sound)-n >= samples; n += samples {
		f := Frame(sound[n:])
		if p.h.Frame != nil {
			p.tell(func() { p.h.Frame(&f) })
		}
	}
	return append(sound[:0], sound[n:]...)
}

// arrived books a packet and tells whether a later one came before it.
func (h *hearing) arrived(packet *rtp.Packet, now time.Time) (late bool) {
	h.add(len(packet.Payload))
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.begun {
		h.longest = max(h.longest, now.Sub(h.lastAt))
	}

	h.lastAt = now
	ahead := int16(packet.SequenceNumber - h.last)
	switch {
	case !h.begun || ahead >= restartGap || ahead <= -restartGap:
		h.begun = true
	case ahead <= 0:
		h.lost = max(h.lost, 1) - 1 // it was counted as lost, and is only late
		return true
	default:
		h.lost += uint64(ahead - 1)
	}

	h.last = packet.SequenceNumber
	return false
}
