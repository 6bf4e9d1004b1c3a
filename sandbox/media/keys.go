package media

import "github.com/pion/rtp"

// events are the keys by their RFC 4733 event code (section 3.2, table 3).
const events = "0123456789*#ABCD"

// key handles one packet of a key pressed. Every packet of one press has the
// same time stamp, whether it tells how long the key has been down or repeats
// that it is up (RFC 4733 section 2.5.1): the first that arrives tells the key,
// the others nothing new.
func (p *Peer) key(packet *rtp.Packet) {
	const length = 4 // event, flags and volume, duration
	if len(packet.Payload) < length || int(packet.Payload[0]) >= len(events) {
		return
	}
	code := packet.Payload[0]
	digit := events[code : code+1]
	if p.in.pressed(digit[0], packet.Timestamp) && p.h.Digit != nil {
		p.tell(func() { p.h.Digit(digit) })
	}
}

// pressed books a key unless it, or a later one, was booked before.
func (h *hearing) pressed(digit byte, at uint32) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.keysCame && int32(at-h.lastKey) <= 0 {
		return false
	}
	h.keysCame, h.lastKey = true, at
	h.digits = append(h.digits, digit)
	return true
}
