package media_test

import (
	"math"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

// BenchmarkTwentyCalls holds 20 calls of two browsers each, bridged, for three
// seconds of speech an iteration: 40 streams to the gateway and 40 from it. The
// processor time is that of both sides, the 40 browsers in this process too.
func BenchmarkTwentyCalls(b *testing.B) {
	const pairs, length = 20, 3 * time.Second
	g, api := open(b), browserAPI(b, 126, patient)
	var browsers []*browser
	var peers []*media.Peer
	var pipes []*media.Pipe
	var heard atomic.Int64
	for i := range 2 * pairs {
		pipes = append(pipes, media.NewPipe())
		client, p := call(b, g, api, media.Handlers{Frame: func(f *media.Frame) {
			heard.Add(1)
			pipes[i].Write(f)
		}})
		browsers, peers = append(browsers, client), append(peers, p)
	}
	for i, p := range peers {
		p.Play(pipes[i^1])
	}
	for _, client := range browsers {
		client.forget() // setting up is not measured
	}
	before, sent := processorTime(b), 0
	for b.Loop() {
		sent += speakAll(b, browsers, length)
	}
	used := processorTime(b) - before
	b.StopTimer()
	eventually(b, "last packets", func() bool { return heard.Load() == int64(sent) || b.Failed() })
	var lost uint64
	var longest time.Duration
	for i, p := range peers {
		s := p.Stats()
		lost += s.Gaps + lostAt(browsers[i])
		longest = max(longest, s.LongestGap, browsers[i].longestGap())
	}
	b.ReportMetric(float64(lost), "lost-packets")
	b.ReportMetric(float64(longest)/1e6, "longest-gap-ms")
	b.ReportMetric(used.Seconds()/(float64(b.N)*length.Seconds()*pairs), "cpu-s/call-s")
	b.ReportMetric(used.Seconds()/(float64(b.N)*length.Seconds()), "cores")
}

// speakAll has every browser send a frame each 20 ms.
func speakAll(b *testing.B, all []*browser, length time.Duration) (sent int) {
	beat := time.NewTicker(media.FrameTime)
	defer beat.Stop()
	began := time.Now()
	for n := 0; n < int(length/media.FrameTime); {
		<-beat.C
		for ; n < int(math.Min(float64(time.Since(began)), float64(length))/float64(media.FrameTime)); n++ {
			for _, client := range all {
				client.mic.speak(b, media.Tone(440), 1)
				sent++
			}
		}
	}
	return sent
}

// lostAt is the packets a browser never got, by the numbers of those it did.
func lostAt(b *browser) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.seq) == 0 {
		return 0
	}
	return uint64(b.seq[len(b.seq)-1]-b.seq[0]) + 1 - uint64(len(b.seq))
}

func (b *browser) longestGap() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gap
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
