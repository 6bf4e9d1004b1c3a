package media

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtp"
)

// catchUp is how much sound is sent at once after the machine held us up. What
// is older is left out: a listener has played silence for it already.
const catchUp = 10

// playing boxes a Source, for an interface cannot be swapped atomically.
type playing struct{ Source }

// Play makes s what the browser hears from now on, in place of what it heard;
// nil is silence, as is what follows the end of s. Sound is taken from s only
// once the browser is connected.
func (p *Peer) Play(s Source) {
	if s == nil {
		p.source.Store(nil)
		return
	}
	p.source.Store(&playing{s})
}

// send is the peer's clock: 50 packets a second from the moment of connection
// on, whatever there is to hear and whether or not the network is there, as
// Twilio sends them.
func (p *Peer) send() {
	beat := time.NewTicker(FrameTime)
	defer beat.Stop()
	packet := rtp.Packet{Header: rtp.Header{
		Version:        2,
		Marker:         true,
		SequenceNumber: uint16(rand.Uint32()),
		Timestamp:      rand.Uint32(),
	}}

	due := time.Now()
	for {
		late := int(time.Since(due) / FrameTime)
		if skipped := late - catchUp; skipped > 0 {
			// The time stamps go on with the clock, the numbers do not jump:
			// nothing was lost (RFC 3550 section 5.1).
			packet.Timestamp += uint32(skipped * samples)
			due = due.Add(time.Duration(skipped) * FrameTime)
			late = catchUp
		}
		for range late {
			p.sendFrame(&packet)
			due = due.Add(FrameTime)
		}
		select {
		case <-beat.C:
		case <-p.done:
			return
		case <-p.lost:
			return
		}
	}
}

func (p *Peer) sendFrame(packet *rtp.Packet) {
	var f Frame
	p.fill(&f)
	packet.Payload = f[:]
	// A packet that cannot be sent is one the network lost; that a connection
	// has ended is learnt by its state.
	if err := p.track.WriteRTP(packet); err == nil {
		p.sent.add(samples)
	}
	packet.Marker = false
	packet.SequenceNumber++
	packet.Timestamp += samples
}

// fill takes the next frame of what is played.
func (p *Peer) fill(f *Frame) {
	now := p.source.Load()
	if now == nil {
		f.silence()
		return
	}
	if now.Next(f) {
		return
	}
	f.silence()
	p.source.CompareAndSwap(now, nil) // unless something else began meanwhile
}
