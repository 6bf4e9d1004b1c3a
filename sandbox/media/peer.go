package media

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// Handlers are told what a peer's browser does; any may be nil. They are called
// one at a time, in the order things happened, from goroutines of the peer's
// own: one that waits delays the sound heard of this browser, and nothing else.
// A handler may call any method of its Peer. None is started after Peer.Close
// was called; one that is then running still ends in its own time.
type Handlers struct {
	Connected func()       // sound flows; once, before any Frame or Digit
	Lost      func()       // ICE failed for good or the browser hung up its DTLS; once, nothing follows
	Frame     func(*Frame) // 20 ms heard; the frame is only lent
	Digit     func(string) // a key pressed: one of 0-9 * # A-D; once per press
}

// Peer is one browser's sound.
type Peer struct {
	gateway *Gateway
	pc      *webrtc.PeerConnection
	track   *webrtc.TrackLocalStaticRTP
	h       Handlers

	source  atomic.Pointer[playing]
	changed chan struct{} // the connection's state may be another
	done    chan struct{} // closed by Close
	lost    chan struct{} // closed when the connection has ended
	once    sync.Once

	turn      sync.Mutex // held while a handler runs
	connected bool       // under turn: Connected was called
	over      bool       // under turn: Lost was called

	sent counted // by the clock
	in   hearing // by the reader
}

func (g *Gateway) newPeer(h Handlers) (*Peer, error) {
	pc, err := g.api.NewPeerConnection(g.config)
	if err != nil {
		return nil, fmt.Errorf("making a WebRTC connection: %w", err)
	}
	p := &Peer{
		gateway: g,
		pc:      pc,
		h:       h,
		changed: make(chan struct{}, 1),
		done:    make(chan struct{}),
		lost:    make(chan struct{}),
	}
	if err := g.admit(p); err != nil {
		_ = pc.Close() // nothing of it was used
		return nil, err
	}
	p.track, err = webrtc.NewTrackLocalStaticRTP(pcmu(), "audio", "sandbox")
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("making a track: %w", err)
	}
	sender, err := pc.AddTrack(p.track)
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("adding the track: %w", err)
	}

	pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		g.run(func() { p.deafen(t, r) })
		g.run(func() { drain(r) })
		g.run(func() { p.hear(t) })
	})

	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) {
		select {
		case p.changed <- struct{}{}:
		default: // one look will see both changes
		}
	})

	g.run(func() { drain(sender) })
	g.run(p.watch)
	return p, nil
}

// deafen ends the reading of a track with its peer. pion does so too, but not of
// a track whose first packet comes while the connection is being closed.
func (p *Peer) deafen(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	<-p.done
	now := time.Now()
	_, _ = t.SetReadDeadline(now), r.SetReadDeadline(now) // what fails has been closed
}

// drain reads RTCP until its connection ends: pion handles a report only as
// it is read.
func drain(r interface {
	Read([]byte) (int, interceptor.Attributes, error)
}) {
	b := make([]byte, 1500)
	for {
		if _, _, err := r.Read(b); err != nil {
			return
		}
	}
}

// watch follows the connection's state until it has ended.
func (p *Peer) watch() {
	for {
		select {
		case <-p.done:
			return
		case <-p.changed:
		}
		switch p.pc.ConnectionState() {
		case webrtc.PeerConnectionStateConnected:
			p.up()
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			p.down()
			return
		}
	}
}

// up tells Connected, once, and starts the clock. The reader calls it as well:
// the first sound may be there before the news that sound can flow.
func (p *Peer) up() {
	p.turn.Lock()
	defer p.turn.Unlock()
	if p.connected || p.over || p.closed() {
		return
	}
	p.connected = true
	p.gateway.run(p.send)
	if p.h.Connected != nil {
		p.h.Connected()
	}
}

func (p *Peer) down() {
	p.turn.Lock()
	defer p.turn.Unlock()
	close(p.lost)
	p.over = true
	if p.h.Lost != nil && !p.closed() {
		p.h.Lost()
	}
}

// tell runs a handler unless the peer is over.
func (p *Peer) tell(f func()) {
	p.turn.Lock()
	defer p.turn.Unlock()
	if !p.over && !p.closed() {
		f()
	}
}

func (p *Peer) closed() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// ended tells whether the peer was closed or has lost its browser.
func (p *Peer) ended() bool {
	select {
	case <-p.lost:
		return true
	default:
		return p.closed()
	}
}

func (p *Peer) answer(ctx context.Context, offer string) (string, error) {
	if p.ended() {
		return "", ErrClosed
	}
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", fmt.Errorf("reading the SDP offer: %w", err)
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("answering the SDP offer: %w", err)
	}
	if err := p.describe(ctx, answer); err != nil {
		return "", fmt.Errorf("answering the SDP offer: %w", err)
	}
	return p.pc.LocalDescription().SDP, nil
}

// describe takes our description for the local one and waits for its
// candidates: the signalling has no message to send them later.
func (p *Peer) describe(ctx context.Context, d webrtc.SessionDescription) error {
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(d); err != nil {
		return err
	}
	select {
	case <-gathered:
		return nil
	case <-p.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Accept takes the browser's SDP answer to our offer.
func (p *Peer) Accept(answer string) error {
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return fmt.Errorf("reading the SDP answer: %w", err)
	}
	return nil
}

// Restart answers a browser's new offer for the same sound with an ICE restart
// (RFC 8445 section 9), after its network was gone. An offer that restarts
// nothing is answered as well, and changes nothing. After Lost or Close it
// fails: the browser has to place a new call.
func (p *Peer) Restart(offer string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), iceDisconnected)
	defer cancel()
	return p.answer(ctx, offer)
}

// Same tells whether an SDP comes from the browser this peer talks to, by the
// fingerprint of its DTLS certificate (RFC 8122): a reconnect and not another
// device that takes over. False until the browser has described itself.
func (p *Peer) Same(offer string) bool {
	known := p.pc.RemoteDescription()
	if known == nil {
		return false
	}
	prints := fingerprints(offer)
	return len(prints) > 0 && slices.Equal(prints, fingerprints(known.SDP))
}

func fingerprints(sdp string) (all []string) {
	for line := range strings.Lines(sdp) {
		known, found := strings.CutPrefix(strings.TrimSpace(line), "a=fingerprint:")
		if known = strings.ToLower(known); found && !slices.Contains(all, known) {
			all = append(all, known)
		}
	}
	return all
}

// Close ends the connection, and tells the browser so. It does not wait for a
// handler that is running; no other starts. Closing twice is nothing.
func (p *Peer) Close() {
	p.once.Do(func() {
		close(p.done)
		p.gateway.forget(p)
		_ = p.pc.Close() // what fails is the goodbye to a browser that has gone
	})
}
