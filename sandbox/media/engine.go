package media

import (
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// mimeKeys is the media type of keys pressed (RFC 4733).
const mimeKeys = "audio/telephone-event"

// How long ICE waits. pion's own 25 s to "failed" would end the sound while the
// Voice SDK is still within its 30 s of trying to reconnect.
const (
	iceDisconnected = 5 * time.Second
	iceFailed       = 60 * time.Second
	iceKeepalive    = 2 * time.Second
)

// newAPI is WebRTC as the gateway speaks it: PCMU and telephone-event over mux.
func newAPI(mux ice.UDPMux, log *slog.Logger) (*webrtc.API, error) {
	var codecs webrtc.MediaEngine
	for _, c := range []webrtc.RTPCodecParameters{
		{PayloadType: 0, RTPCodecCapability: pcmu()},
		// 126 is the number Chromium gives it; in an answer the offer's own counts.
		{PayloadType: 126, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeKeys, ClockRate: SampleRate, SDPFmtpLine: "0-16"}},
	} {
		if err := codecs.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}

	var settings webrtc.SettingEngine
	settings.LoggerFactory = quiet(log)
	settings.SetLite(true)
	settings.SetICEUDPMux(mux)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICETimeouts(iceDisconnected, iceFailed, iceKeepalive)
	settings.SetDTLSRetransmissionInterval(100 * time.Millisecond) // every round trip here is local
	// Passive: only the full agent knows when its checks have succeeded, so the
	// browser starts the handshake; as it does when it answers us (RFC 8842
	// section 5.3), so that the role never changes when it is the other that
	// offers the ICE restart.
	if err := settings.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return nil, err
	}
	reports, err := rtcpReports()
	if err != nil {
		return nil, err
	}

	return webrtc.NewAPI(webrtc.WithMediaEngine(&codecs), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(reports)), nil
}

func pcmu() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: SampleRate}
}

// rtcpReports sends receiver and sender reports (RFC 3550 section 6.4) every
// second: a browser's round trip and loss, and so the Voice SDK's warnings, are
// made of them.
func rtcpReports() (*interceptor.Registry, error) {
	received, err := report.NewReceiverInterceptor()
	if err != nil {
		return nil, err
	}
	sent, err := report.NewSenderInterceptor()
	if err != nil {
		return nil, err
	}
	var all interceptor.Registry
	all.Add(received)
	all.Add(sent)
	return &all, nil
}

// quiet lets pion's errors be read where debugging is switched on, instead of
// on standard error; a network that is cut on purpose makes many.
func quiet(log *slog.Logger) logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: debugLines{log}, DefaultLogLevel: logging.LogLevelError, ScopeLevels: map[string]logging.LogLevel{}}
}

type debugLines struct{ log *slog.Logger }

var _ io.Writer = debugLines{}

func (d debugLines) Write(line []byte) (int, error) {
	d.log.Debug("webrtc", "text", strings.TrimSpace(string(line)))
	return len(line), nil
}
