package media_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"perci.health/careline/sandbox/media"
)

// Not parallel: it looks for goroutines, and others' would be among them.
func TestCloseEndsWhatRuns(t *testing.T) {
	g, err := media.Open(media.Config{})
	if err != nil {
		t.Fatal(err)
	}
	api := browserAPI(t, 126, patient)
	b1, p1 := call(t, g, api, media.Handlers{})
	b2, p2 := call(t, g, api, media.Handlers{})
	p2.Play(media.Tone(440))
	b2.hear(t, 1)
	p1.Close()
	if p1.Close(); g.Close() != nil || p1.Stats().Connected || p2.Stats().Connected {
		t.Error("a peer outlives its gateway")
	}
	if _, _, err := g.Offer(context.Background(), media.Handlers{}); err != media.ErrClosed {
		t.Errorf("Offer of a closed gateway: %v", err)
	}
	_, _ = b1.pc.Close(), b2.pc.Close()
	eventually(t, "end of all goroutines", func() bool {
		all := make([]byte, 1<<20)
		all = all[:runtime.Stack(all, true)]
		own := 0
		for stack := range strings.SplitSeq(string(all), "\n\n") {
			if strings.Contains(stack, "sandbox/media.") || strings.Contains(stack, "github.com/pion/") {
				own++
			}
		}
		return own == 0
	})
	again, err := media.Open(media.Config{Port: g.Port()})
	if err != nil {
		t.Fatalf("the port is not free again: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	g := open(t)
	if second, err := media.Open(media.Config{Port: g.Port()}); err == nil {
		t.Error("two gateways on one port", second.Close())
	} else if !strings.Contains(err.Error(), "choose another") {
		t.Errorf("error does not say what to do: %v", err)
	}
}

func TestToneIsHeard(t *testing.T) {
	t.Parallel()
	b, p := call(t, open(t), browserAPI(t, 126, patient), media.Handlers{})
	p.Play(media.Tone(1000))
	sound := b.hear(t, 50)
	if at, beside := media.Power(sound, 1000), media.Power(sound, 1400); at < 0.95 || beside > 0.01 {
		t.Errorf("1000 Hz has %.3f of the power, 1400 Hz %.3f", at, beside)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := 1; i < len(b.seq); i++ {
		if b.seq[i] != b.seq[i-1]+1 {
			t.Fatalf("sequence number %d follows %d", b.seq[i], b.seq[i-1])
		}
	}
}

func TestSilenceIsSentWhenNothingPlays(t *testing.T) {
	t.Parallel()
	b, p := call(t, open(t), browserAPI(t, 126, patient), media.Handlers{})
	p.Play(media.DTMF("5")) // 100 ms, then it has ended
	b.hear(t, 5)
	b.forget()
	eventually(t, "50 packets after the end", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.heard) > 50 && b.heard[50] == media.Silence()
	})
}

func TestOfferToABrowser(t *testing.T) {
	t.Parallel()
	var r recorder
	b := newBrowser(t, browserAPI(t, 126, patient))
	p, offer, err := open(t).Offer(context.Background(), r.handlers())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a=setup:actpass", "a=ice-lite", "a=sendrecv", "UDP/TLS/RTP/SAVPF 0 126\r\n"} {
		if !strings.Contains(offer, want) {
			t.Errorf("the offer has no %q:\n%s", want, offer)
		}
	}
	p.Play(media.Tone(600))
	if err := p.Accept(b.answer(t, offer)); err != nil {
		t.Fatal(err)
	}
	connected(t, b, p)
	if power := media.Power(b.hear(t, 25), 600); power < 0.95 {
		t.Errorf("600 Hz has %.3f of the power", power)
	}
	b.mic.speak(t, media.Tone(700), 10)
	eventually(t, "sound at the gateway", func() (ok bool) {
		r.look(func() { ok = len(r.frames) == 10 })
		return ok
	})
	b.forget()
	// The browser, and not we who offered first, restarts ICE.
	answer, err := p.Restart(b.offer(t, &webrtc.OfferOptions{ICERestart: true}))
	if err != nil {
		t.Fatal(err)
	}
	b.accept(t, answer)
	b.hear(t, 25)
}

func TestHearTheBrowser(t *testing.T) {
	t.Parallel()
	var r recorder
	b, p := call(t, open(t), browserAPI(t, 126, patient), r.handlers())
	b.mic.speak(t, media.Tone(440), 50)
	eventually(t, "50 frames", func() (ok bool) {
		r.look(func() { ok = len(r.frames) == 50 })
		return ok
	})
	if power := media.Power(r.frames, 440); power < 0.95 {
		t.Errorf("440 Hz has %.3f of the power", power)
	}
	eventually(t, "packets out", func() bool { return p.Stats().PacketsOut > 0 })
	s := p.Stats()
	if s.PacketsIn != 50 || s.BytesIn != 50*160 || s.Gaps != 0 || s.LongestGap <= 0 || s.BytesOut != 160*s.PacketsOut || !s.Connected {
		t.Errorf("stats: %+v", s)
	}
	r.look(func() {
		if diff := cmp.Diff([]string{"connected", "sound"}, r.events); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLostLateAndHalfPackets(t *testing.T) {
	t.Parallel()
	var r recorder
	b, p := call(t, open(t), browserAPI(t, 126, patient), r.handlers())
	frame := func(seq uint16, level byte, octets int) {
		b.mic.seq = seq - 1
		b.mic.send(t, 0, 0, bytes.Repeat([]byte{level}, octets))
	}
	frame(65534, 1, 160)
	frame(65535, 2, 80) // packets of 10 ms make frames of 20
	frame(0, 2, 80)
	frame(3, 3, 160) // 1 and 2 are missing
	frame(2, 4, 160) // too late to be played, but not lost
	frame(20000, 5, 240)
	frame(20001, 6, 80) // a sender that began anew has lost nothing
	eventually(t, "all packets", func() bool { return p.Stats().PacketsIn == 7 })
	if s := p.Stats(); s.Gaps != 1 || s.BytesIn != 960 {
		t.Errorf("stats: %+v", s)
	}
	var first []byte
	eventually(t, "five frames", func() bool {
		first = first[:0]
		r.look(func() {
			for _, f := range r.frames {
				first = append(first, f[0], f[159])
			}
		})
		return len(first) == 10
	})
	if diff := cmp.Diff([]byte{1, 1, 2, 2, 3, 3, 5, 5, 5, 6}, first); diff != "" {
		t.Errorf("first and last octets of the frames (-want +got):\n%s", diff)
	}
}

func TestAnswerChoosesThePhonesCodecs(t *testing.T) {
	t.Parallel()
	const head = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
	const tail = "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=ice-options:trickle\r\n" +
		"a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n" +
		"a=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=ssrc:1234 cname:x\r\n"
	for name, test := range map[string]struct{ media, want string }{
		"Chromium": {
			media: "m=audio 9 UDP/TLS/RTP/SAVPF 0 111 63 9 8 13 110 126\r\n" + tail + "a=rtpmap:0 PCMU/8000\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n" +
				"a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n" +
				"a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n",
			want: " 0 126\r\n",
		},
		"Firefox": {
			media: "m=audio 9 UDP/TLS/RTP/SAVPF 0 109 9 8 101\r\n" + tail + "a=rtpmap:0 PCMU/8000\r\na=rtpmap:109 opus/48000/2\r\na=rtpmap:9 G722/8000/1\r\na=rtpmap:8 PCMA/8000\r\n" +
				"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n",
			want: " 0 101\r\n",
		},
		"no keys": {media: "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" + tail + "a=rtpmap:0 PCMU/8000\r\n", want: " 0\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := open(t)
			p, answer, err := g.Answer(context.Background(), head+test.media, media.Handlers{})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			for _, want := range []string{"UDP/TLS/RTP/SAVPF" + test.want, "a=ice-lite", "a=setup:passive", "a=sendrecv", "a=end-of-candidates"} {
				if !strings.Contains(answer, want) {
					t.Errorf("the answer has no %q:\n%s", want, answer)
				}
			}
			if diff := cmp.Diff(hosts(t, g.Port()), candidates(answer)); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
		})
	}
}

// hosts is every IPv4 address of this machine with the port, in order.
func hosts(t *testing.T, port int) []string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	list := []string{fmt.Sprintf("127.0.0.1 %d", port)}
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			list = append(list, fmt.Sprintf("%s %d", n.IP, port))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func candidates(sdp string) (list []string) {
	for line := range strings.Lines(sdp) {
		if f := strings.Fields(line); strings.HasPrefix(line, "a=candidate:") && f[1] == "1" {
			list = append(list, f[4]+" "+f[5])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestOffersThatCannotBeAnswered(t *testing.T) {
	t.Parallel()
	g := open(t)
	for name, offer := range map[string]string{"empty": "", "not SDP": "hello", "no media": "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"} {
		if _, _, err := g.Answer(context.Background(), offer, media.Handlers{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p, _, err := g.Offer(context.Background(), media.Handlers{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Accept("hello") == nil {
		t.Error("Accept: no error")
	}
	if p.Same("a=fingerprint:sha-256 00") {
		t.Error("Same before the browser has said anything")
	}
}

func TestGatewayCutAndHeal(t *testing.T) {
	t.Parallel()
	g := open(t)
	var r recorder
	b, p := call(t, g, browserAPI(t, 126, patient), r.handlers())
	p.Play(media.Tone(500))
	b.hear(t, 5)
	b.mic.speak(t, media.Tone(440), 1)
	eventually(t, "first sound of the browser", func() bool { return p.Stats().PacketsIn == 1 })
	g.Cut(true)
	in, out := p.Stats().PacketsIn, p.Stats().PacketsOut
	eventually(t, "arrival of what is on its way", func() bool { return p.Stats().PacketsOut >= out+20 })
	b.forget()
	b.mic.speak(t, media.Tone(440), 10)
	eventually(t, "packets sent into the void", func() bool { return p.Stats().PacketsOut >= out+40 })
	b.mu.Lock()
	heard := len(b.heard)
	b.mu.Unlock()
	if heard > 0 || p.Stats().PacketsIn != in {
		t.Fatalf("through the cut came %d packets out, %d in", heard, p.Stats().PacketsIn-in)
	}
	g.Cut(false)
	b.forget()
	if power := media.Power(b.hear(t, 25), 500); power < 0.95 {
		t.Errorf("after the cut, 500 Hz has %.3f of the power", power)
	}
	b.mic.speak(t, media.Tone(440), 10)
	eventually(t, "sound of the browser", func() bool { return p.Stats().PacketsIn == in+10 && p.Stats().Gaps == 10 })
}

func TestRestartAfterACut(t *testing.T) {
	t.Parallel()
	g := open(t)
	var r recorder
	b, p := call(t, g, browserAPI(t, 126, 1500*time.Millisecond), r.handlers())
	p.Play(media.Tone(500))
	b.hear(t, 5)
	g.Cut(true)
	// Checks of ICE get through no more than sound does.
	eventually(t, "failure of ICE at the browser", func() bool { return b.pc.ICEConnectionState() == webrtc.ICEConnectionStateFailed })
	g.Cut(false)

	offer := b.offer(t, &webrtc.OfferOptions{ICERestart: true})
	if !p.Same(offer) {
		t.Error("the offer of a restart is not the same browser's")
	}
	if stranger := newBrowser(t, browserAPI(t, 126, patient)); p.Same(stranger.offer(t, nil)) || p.Same("") {
		t.Error("another browser is the same")
	}
	answer, err := p.Restart(offer)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(hosts(t, g.Port()), candidates(answer)); diff != "" {
		t.Errorf("candidates of the restart (-want +got):\n%s", diff)
	}
	b.accept(t, answer)
	connected(t, b, p)
	b.forget()
	if power := media.Power(b.hear(t, 25), 500); power < 0.95 {
		t.Errorf("after the restart, 500 Hz has %.3f of the power", power)
	}
	b.mic.speak(t, media.Tone(440), 10)
	eventually(t, "sound of the browser", func() bool { return p.Stats().PacketsIn == 10 })
	r.look(func() {
		if diff := cmp.Diff([]string{"connected", "sound"}, r.events); diff != "" {
			t.Error(diff)
		}
	})
}

// A browser computes its round trip from the time of its own sender report,
// which our receiver report repeats (RFC 3550 section 6.4.1).
func TestReportsForTheBrowsersStatistics(t *testing.T) {
	t.Parallel()
	b, p := call(t, open(t), browserAPI(t, 126, patient), media.Handlers{})
	b.mic.speak(t, media.Tone(440), 5)
	eventually(t, "sound at the gateway", func() bool { return p.Stats().PacketsIn == 5 })
	b.mic.seq += 2
	b.mic.speak(t, media.Tone(440), 1)
	own := uint32(b.mic.ctx.SSRC())
	const sentAt = 0x1234_5678_9ABC_DEF0
	reports := make(chan rtcp.ReceptionReport, 100)
	go func() { // until the browser closes
		for {
			packets, _, err := b.pc.GetSenders()[0].ReadRTCP()
			if err != nil {
				return
			}
			for _, one := range packets {
				if r, is := one.(*rtcp.ReceiverReport); is && len(r.Reports) == 1 {
					reports <- r.Reports[0]
				}
			}
		}
	}()
	var r rtcp.ReceptionReport
	eventually(t, "report of ours", func() bool {
		// Again and again: a datagram may be lost on a busy machine.
		if err := b.pc.WriteRTCP([]rtcp.Packet{&rtcp.SenderReport{SSRC: own, NTPTime: sentAt}}); err != nil {
			t.Fatal(err)
		}
		select {
		case r = <-reports:
		default:
		}
		return r.LastSenderReport != 0
	})
	if r.SSRC != own || r.LastSenderReport != sentAt>>16&0xFFFFFFFF || r.TotalLost != 2 {
		t.Errorf("report: %+v", r)
	}
	var sent *rtcp.SenderReport
	for sent == nil {
		packets, _, err := b.pc.GetReceivers()[0].ReadRTCP()
		if err != nil {
			t.Fatal(err)
		}
		sent, _ = packets[0].(*rtcp.SenderReport)
	}
	if sent.PacketCount == 0 {
		t.Errorf("report: %+v", sent)
	}
}

func TestLostWhenTheBrowserGoes(t *testing.T) {
	t.Parallel()
	var r recorder
	b, p := call(t, open(t), browserAPI(t, 126, patient), r.handlers())
	if err := b.pc.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "word of the loss", func() (ok bool) {
		r.look(func() { ok = cmp.Equal(r.events, []string{"connected", "lost"}) })
		return ok
	})
	if _, err := p.Restart(newBrowser(t, browserAPI(t, 126, patient)).offer(t, nil)); err != media.ErrClosed {
		t.Errorf("Restart of a lost peer: %v", err)
	}
}

func TestNothingIsToldAfterClose(t *testing.T) {
	t.Parallel()
	told := make(chan string, 100)
	var p *media.Peer
	ready := make(chan struct{})
	b, p := call(t, open(t), browserAPI(t, 126, patient), media.Handlers{
		Frame: func(*media.Frame) {
			<-ready
			told <- "sound"
			p.Close() // from a handler, where a caller hangs up
		},
		Lost: func() { told <- "lost" },
	})
	close(ready)
	b.mic.speak(t, media.Tone(440), 20)
	eventually(t, "sound", func() bool { return len(told) > 0 })
	if first := <-told; first != "sound" {
		t.Errorf("told %q", first)
	}
	eventually(t, "end of the connection", func() bool { return !p.Stats().Connected && b.pc.ConnectionState() == webrtc.PeerConnectionStateClosed })
	if len(told) > 0 {
		t.Errorf("told %q after Close", <-told)
	}
	if _, err := p.Restart(""); err != media.ErrClosed {
		t.Errorf("Restart of a closed peer: %v", err)
	}
}
