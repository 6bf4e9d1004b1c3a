package media

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
)

// Config is what a Gateway needs.
type Config struct {
	Port int          // of UDP; 0: any that is free
	Log  *slog.Logger // for WebRTC's own errors, at level Debug; nil: nowhere
}

// Gateway is where browsers send their sound and hear ours.
type Gateway struct {
	api    *webrtc.API
	mux    *ice.MultiUDPMuxDefault
	config webrtc.Configuration
	port   int
	cut    atomic.Bool

	mu      sync.Mutex
	peers   map[*Peer]struct{} // nil: closed
	running sync.WaitGroup     // every goroutine of every peer
}

// ErrClosed is the answer of a Gateway or a Peer that has been closed.
var ErrClosed = errors.New("the media gateway or this peer of it is closed")

// Open listens on one UDP port of 127.0.0.1 and of every IPv4 address of this
// machine. It fails where the port is taken on any of them.
func Open(c Config) (*Gateway, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the gateway's key: %w", err)
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("making the gateway's certificate: %w", err)
	}

	g := &Gateway{peers: map[*Peer]struct{}{}}
	g.config.Certificates = []webrtc.Certificate{*certificate}
	sockets, err := listen(c.Port, &g.cut)
	if err != nil {
		return nil, err
	}

	g.port = sockets[0].LocalAddr().(*net.UDPAddr).Port
	muxes := make([]ice.UDPMux, len(sockets))
	for i, s := range sockets {
		muxes[i] = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: s, Logger: quiet(c.Log).NewLogger("ice")})
	}

	g.mux = ice.NewMultiUDPMuxDefault(muxes...)
	g.api, err = newAPI(g.mux, c.Log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("setting up WebRTC: %w", err), g.mux.Close())
	}

	return g, nil
}

// Port is the UDP port all sound comes and goes by.
func (g *Gateway) Port() int { return g.port }

// Cut takes the network away (true): every packet, both ways, is lost, those of
// ICE included; and gives it back (false). Signalling is not touched.
func (g *Gateway) Cut(cut bool) { g.cut.Store(cut) }

// Close ends every peer and frees the port. It waits until all that runs for
// the peers has ended, so it must not be called from one of their Handlers, nor
// with a lock held that one of them wants.
func (g *Gateway) Close() error {
	g.mu.Lock()
	peers := g.peers
	g.peers = nil
	g.mu.Unlock()
	for p := range peers {
		p.Close()
	}
	err := g.mux.Close()
	g.running.Wait()
	return err
}

// Answer takes a browser's SDP offer and returns the peer that now waits for
// its packets, with the SDP answer to send it: all candidates included, PCMU
// and telephone-event chosen. ctx bounds the making of the answer, not the call.
func (g *Gateway) Answer(ctx context.Context, offer string, h Handlers) (*Peer, string, error) {
	p, err := g.newPeer(h)
	if err != nil {
		return nil, "", err
	}
	answer, err := p.answer(ctx, offer)
	if err != nil {
		p.Close()
		return nil, "", err
	}
	return p, answer, nil
}

// Offer makes a peer for a browser that is about to be called, with the SDP
// offer to send it. The browser's answer goes to Peer.Accept.
func (g *Gateway) Offer(ctx context.Context, h Handlers) (*Peer, string, error) {
	p, err := g.newPeer(h)
	if err != nil {
		return nil, "", err
	}
	offer, err := p.pc.CreateOffer(nil)
	if err == nil {
		err = p.describe(ctx, offer)
	}
	if err != nil {
		p.Close()
		return nil, "", fmt.Errorf("making an SDP offer: %w", err)
	}
	return p, p.pc.LocalDescription().SDP, nil
}

// admit counts a peer in, unless the gateway is closed. The waiting group grows
// under the lock, so that Close cannot miss it.
func (g *Gateway) admit(p *Peer) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.peers == nil {
		return ErrClosed
	}
	g.peers[p] = struct{}{}
	return nil
}

// run starts a goroutine of a peer's, unless the gateway is closed.
func (g *Gateway) run(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.peers != nil {
		g.running.Go(f)
	}
}

func (g *Gateway) forget(p *Peer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.peers, p)
}
