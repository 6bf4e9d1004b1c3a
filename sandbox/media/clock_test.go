package media_test

import (
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

// stalling is a tone that holds the clock up once, as a busy machine does.
type stalling struct {
	media.Source
	calls atomic.Int64
	stall time.Duration
}

func (s *stalling) Next(f *media.Frame) bool {
	if s.calls.Add(1) == 10 {
		<-time.After(s.stall)
	}
	return s.Source.Next(f)
}

func TestSendMakesUpForAStall(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stall   time.Duration
		leftOut int // at least, packets
	}{
		"short: everything is sent":        {stall: 100 * time.Millisecond},
		"long: what is too late is not":    {stall: 1500 * time.Millisecond, leftOut: 60},
		"very long: it is not sent faster": {stall: 3 * time.Second, leftOut: 135},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, p := call(t, open(t), browserAPI(t, 126, patient), media.Handlers{})
			p.Play(&stalling{Source: media.Tone(440), stall: test.stall})
			b.hear(t, 60)
			b.mu.Lock()
			defer b.mu.Unlock()
			jumped := 0
			for i := 1; i < len(b.seq); i++ {
				if b.seq[i] != b.seq[i-1]+1 {
					t.Fatalf("sequence number %d follows %d", b.seq[i], b.seq[i-1])
				}
				jumped += int(b.stamps[i]-b.stamps[i-1])/160 - 1
			}
			if jumped < test.leftOut {
				t.Errorf("time stamps jumped over %d packets, want %d at least", jumped, test.leftOut)
			}
		})
	}
}

// A second of sound takes a second, whatever the machine: packets may come
// late, but their number is bound to the clock.
func TestSendKeepsTime(t *testing.T) {
	t.Parallel()
	_, p := call(t, open(t), browserAPI(t, 126, patient), media.Handlers{})
	var s counting
	began := time.Now()
	p.Play(&s)
	eventually(t, "a second of sound", func() bool { return s.n.Load() >= 50 })
	sent, took := s.n.Load(), time.Since(began)
	// At the beginning, what was held up before may follow at once.
	if most := int64(took/media.FrameTime) + 12; sent > most {
		t.Errorf("%d packets within %v, want %d at most", sent, took, most)
	}
}

type counting struct{ n atomic.Int64 }

func (c *counting) Next(f *media.Frame) bool {
	c.n.Add(1)
	*f = media.Silence()
	return true
}
