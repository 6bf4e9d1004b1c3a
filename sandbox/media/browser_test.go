package media_test

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"perci.health/careline/sandbox/media"
)

// browser is a WebRTC client as the Voice SDK makes one: full ICE, no candidate
// in its SDP, several codecs on offer, sound and keys on one stream.
type browser struct {
	pc     *webrtc.PeerConnection
	mic    *microphone
	mu     sync.Mutex
	heard  []media.Frame
	seq    []uint16
	stamps []uint32
	lastAt time.Time
	gap    time.Duration // longest between two packets
}

func newBrowser(t testing.TB, api *webrtc.API) *browser {
	t.Helper()
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{pc: pc, mic: &microphone{bound: make(chan struct{})}}
	if _, err := pc.AddTrack(b.mic); err != nil {
		t.Fatal(err)
	}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { b.listen(track) })
	t.Cleanup(func() { _ = pc.Close() })
	return b
}

// browserAPI takes keysType for the payload type of telephone-event/8000: 126
// in Chromium, 101 in Firefox. patience is how soon it notices a dead network.
func browserAPI(t testing.TB, keysType uint8, patience time.Duration) *webrtc.API {
	t.Helper()
	var codecs webrtc.MediaEngine
	for pt, c := range map[uint8]webrtc.RTPCodecCapability{
		111:      {MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"},
		0:        {MimeType: webrtc.MimeTypePCMU, ClockRate: 8000},
		8:        {MimeType: webrtc.MimeTypePCMA, ClockRate: 8000},
		110:      {MimeType: "audio/telephone-event", ClockRate: 48000},
		keysType: {MimeType: "audio/telephone-event", ClockRate: 8000},
	} {
		if err := codecs.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: webrtc.PayloadType(pt), RTPCodecCapability: c}, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICETimeouts(patience, patience, patience/4)
	if err := settings.SetAnsweringDTLSRole(webrtc.DTLSRoleClient); err != nil { // as browsers do
		t.Fatal(err)
	}
	return webrtc.NewAPI(webrtc.WithMediaEngine(&codecs), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
}

func (b *browser) offer(t testing.TB, options *webrtc.OfferOptions) string {
	t.Helper()
	d, err := b.pc.CreateOffer(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.pc.SetLocalDescription(d); err != nil {
		t.Fatal(err)
	}
	return d.SDP // before gathering: no candidates
}

func (b *browser) accept(t testing.TB, answer string) {
	t.Helper()
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
}

func (b *browser) answer(t testing.TB, offer string) string {
	t.Helper()
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		t.Fatal(err)
	}
	d, err := b.pc.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.pc.SetLocalDescription(d); err != nil {
		t.Fatal(err)
	}
	return d.SDP
}

func (b *browser) listen(track *webrtc.TrackRemote) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if len(packet.Payload) != len(media.Frame{}) {
			continue
		}
		b.mu.Lock()
		if now := time.Now(); len(b.heard) > 0 {
			b.gap = max(b.gap, now.Sub(b.lastAt))
		}
		b.lastAt = time.Now()
		b.heard = append(b.heard, media.Frame(packet.Payload))
		b.seq = append(b.seq, packet.SequenceNumber)
		b.stamps = append(b.stamps, packet.Timestamp)
		b.mu.Unlock()
	}
}

// forget begins to listen anew.
func (b *browser) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard, b.seq, b.stamps, b.gap = nil, nil, nil, 0
}

// hear waits for n frames that are not silent, and returns them.
func (b *browser) hear(t testing.TB, n int) []media.Frame {
	t.Helper()
	var loud []media.Frame
	eventually(t, "sound at the browser", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		loud = loud[:0]
		for i := range b.heard {
			if media.Level(&b.heard[i]) > 100 {
				loud = append(loud, b.heard[i])
			}
		}
		return len(loud) >= n
	})
	return loud[:n]
}

// microphone is a track whose packets may have any payload type.
type microphone struct {
	bound chan struct{}
	once  sync.Once
	ctx   webrtc.TrackLocalContext
	seq   uint16
	stamp uint32
}

func (m *microphone) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	m.once.Do(func() { m.ctx = ctx; close(m.bound) })
	for _, c := range ctx.CodecParameters() {
		if c.MimeType == webrtc.MimeTypePCMU {
			return c, nil
		}
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}
func (m *microphone) Unbind(webrtc.TrackLocalContext) error { return nil }
func (m *microphone) ID() string                            { return "mic" }
func (m *microphone) RID() string                           { return "" }
func (m *microphone) StreamID() string                      { return "mic" }
func (m *microphone) Kind() webrtc.RTPCodecType             { return webrtc.RTPCodecTypeAudio }

func (m *microphone) send(t testing.TB, payloadType uint8, stamp uint32, payload []byte) {
	<-m.bound
	m.seq++
	h := &rtp.Header{Version: 2, PayloadType: payloadType, SequenceNumber: m.seq, Timestamp: stamp, SSRC: uint32(m.ctx.SSRC())}
	if _, err := m.ctx.WriteStream().WriteRTP(h, payload); err != nil && err != io.ErrClosedPipe {
		t.Error(err)
	}
}

// speak sends frames of a source, a packet each.
func (m *microphone) speak(t testing.TB, s media.Source, frames int) {
	for range frames {
		var f media.Frame
		s.Next(&f)
		m.send(t, 0, m.stamp, f[:])
		m.stamp += uint32(len(f))
	}
}

func open(t testing.TB) *media.Gateway {
	t.Helper()
	g, err := media.Open(media.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// call connects a new browser to the gateway, as the SDK's invite does.
func call(t testing.TB, g *media.Gateway, api *webrtc.API, h media.Handlers) (*browser, *media.Peer) {
	t.Helper()
	b := newBrowser(t, api)
	p, answer, err := g.Answer(context.Background(), b.offer(t, nil), h)
	if err != nil {
		t.Fatal(err)
	}
	b.accept(t, answer)
	connected(t, b, p)
	return b, p
}

func connected(t testing.TB, b *browser, p *media.Peer) {
	t.Helper()
	eventually(t, "a connection on both sides", func() bool {
		return p.Stats().Connected && b.pc.ConnectionState() == webrtc.PeerConnectionStateConnected
	})
}

const patient = 10 * time.Second // so that only a network cut for long is noticed

// eventually polls; its deadline is for a machine that is very busy.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	late := time.After(30 * time.Second)
	for !is() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("no %s within 30 s", what)
		}
	}
}

// recorder is Handlers that keep what they were told.
type recorder struct {
	mu     sync.Mutex
	frames []media.Frame
	digits string
	events []string
}

func (r *recorder) handlers() media.Handlers {
	event := func(name string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, name)
	}
	return media.Handlers{
		Connected: func() { event("connected") },
		Lost:      func() { event("lost") },
		Frame: func(f *media.Frame) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if len(r.frames) == 0 {
				r.events = append(r.events, "sound")
			}
			r.frames = append(r.frames, *f)
		},
		Digit: func(d string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.digits += d
		},
	}
}

func (r *recorder) look(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}
