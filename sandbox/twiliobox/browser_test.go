package twiliobox_test

import (
	"encoding/binary"
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

// browser is the WebRTC of a browser as the Voice SDK uses it: no candidate in
// its SDP, sound and keys on one stream.
type browser struct {
	t    testing.TB
	pc   *webrtc.PeerConnection
	mic  *microphone
	once sync.Once
	stop chan struct{}
	keys chan byte

	mu    sync.Mutex
	heard []media.Frame
	says  media.Source // nil: silence
	ear   *ear         // nil: nobody counts packets
}

// telephone-event's payload type in Chromium.
const keysType = 126

func newBrowser(t testing.TB) *browser {
	t.Helper()
	var codecs webrtc.MediaEngine
	for pt, c := range map[webrtc.PayloadType]webrtc.RTPCodecCapability{
		0:        {MimeType: webrtc.MimeTypePCMU, ClockRate: 8000},
		8:        {MimeType: webrtc.MimeTypePCMA, ClockRate: 8000},
		keysType: {MimeType: "audio/telephone-event", ClockRate: 8000},
	} {
		if err := codecs.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: pt, RTPCodecCapability: c}, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICETimeouts(20*time.Second, 30*time.Second, time.Second)
	if err := settings.SetAnsweringDTLSRole(webrtc.DTLSRoleClient); err != nil {
		t.Fatal(err)
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(&codecs), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, pc: pc, mic: &microphone{bound: make(chan struct{})}, stop: make(chan struct{}), keys: make(chan byte)}
	if _, err := pc.AddTrack(b.mic); err != nil {
		t.Fatal(err)
	}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { b.listen(track) })
	go b.speak()
	t.Cleanup(b.close)
	return b
}

// close is what a page that goes away does.
func (b *browser) close() {
	b.once.Do(func() {
		close(b.stop)
		_ = b.pc.Close()
	})
}

func (b *browser) offer(options *webrtc.OfferOptions) string {
	b.t.Helper()
	d, err := b.pc.CreateOffer(options)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.pc.SetLocalDescription(d); err != nil {
		b.t.Fatal(err)
	}
	return d.SDP
}

func (b *browser) accept(answer string) {
	b.t.Helper()
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		b.t.Fatalf("%v in %q", err, answer)
	}
}

func (b *browser) answer(offer string) string {
	b.t.Helper()
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		b.t.Fatal(err)
	}
	d, err := b.pc.CreateAnswer(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.pc.SetLocalDescription(d); err != nil {
		b.t.Fatal(err)
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
		if b.ear != nil {
			b.ear.hear(packet)
		} else {
			b.heard = append(b.heard, media.Frame(packet.Payload))
		}
		b.mu.Unlock()
	}
}

// say is what the microphone hears from now on.
func (b *browser) say(s media.Source) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.says = s
}

// frames is what has been heard since the last look.
func (b *browser) frames() []media.Frame {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.heard
	b.heard = nil
	return all
}

// hears waits for a tenth of a second of sound in which the frequencies share
// nearly all the power.
func (b *browser) hears(what string, hertz ...float64) {
	b.t.Helper()
	const window = 5
	var loud []media.Frame
	b.frames()
	eventually(b.t, what, func() bool {
		for _, f := range b.frames() {
			if media.Level(&f) < 100 {
				continue
			}
			loud = append(loud, f)
			if len(loud) >= window && share(loud[len(loud)-window:], hertz) {
				return true
			}
		}
		return false
	})
}

func share(sound []media.Frame, hertz []float64) bool {
	for _, hz := range hertz {
		if media.Power(sound, hz) < 0.7/float64(len(hertz)) {
			return false
		}
	}
	return true
}

// hearsSomething waits for sound that is not silence.
func (b *browser) hearsSomething(what string) {
	b.t.Helper()
	b.frames()
	eventually(b.t, what, func() bool {
		for _, f := range b.frames() {
			if media.Level(&f) > 100 {
				return true
			}
		}
		return false
	})
}

// speak is the microphone's clock.
func (b *browser) speak() {
	select {
	case <-b.mic.bound:
	case <-b.stop:
		return
	}
	clock := time.NewTicker(media.FrameTime)
	defer clock.Stop()
	for {
		select {
		case <-clock.C:
			b.mic.send(0, b.frame())
		case key := <-b.keys:
			b.mic.press(key)
		case <-b.stop:
			return
		}
	}
}

func (b *browser) frame() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := media.Silence()
	if b.says == nil || !b.says.Next(&f) {
		f = media.Silence()
	}
	return f[:]
}

// press sends a key with the sound (RFC 4733).
func (b *browser) press(key byte) {
	b.t.Helper()
	select {
	case b.keys <- key:
	case <-time.After(30 * time.Second):
		b.t.Fatal("the microphone is not running after 30 s")
	}
}

// microphone is a track whose packets may have any payload type. The browser's
// speak alone uses it.
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

func (m *microphone) send(kind uint8, payload []byte) {
	m.packet(kind, payload)
	m.stamp += uint32(len(media.Frame{}))
}

func (m *microphone) packet(kind uint8, payload []byte) {
	m.seq++
	h := &rtp.Header{Version: 2, PayloadType: kind, SequenceNumber: m.seq, Timestamp: m.stamp, SSRC: uint32(m.ctx.SSRC())}
	if _, err := m.ctx.WriteStream().WriteRTP(h, payload); err != nil && err != io.ErrClosedPipe {
		return // not connected yet, or no longer
	}
}

// press sends the packets of one event: one timestamp, the last three with the
// end bit.
func (m *microphone) press(key byte) {
	for i := range 6 {
		event := []byte{key, 10, 0, 0}
		binary.BigEndian.PutUint16(event[2:], uint16(160*(i+1)))
		if i > 2 {
			event[1] |= 0x80
		}
		m.packet(keysType, event)
	}
	m.stamp += 1600
}
