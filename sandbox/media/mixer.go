package media

import (
	"slices"
	"sync"
	"time"
)

// Voice is a party without a clock of its own: what it says is asked for, and what
// it hears is written to it, one frame each in turn.
type Voice interface {
	Source
	Write(*Frame)
}

// Mixer lets more than two hear each other: everybody hears the sum of all others
// and not himself. It has a clock of its own, which runs while somebody listens
// whose sound comes and goes by itself. All its methods may be called at once;
// sources and voices are used by one goroutine at a time, with the mixer's lock
// held: they must not call the mixer.
type Mixer struct {
	mu    sync.Mutex
	seats []*Seat
	over  []*heard // by all, in front of what is said
	stop  chan struct{}
}

// heard is sound that is played until it ends.
type heard struct{ Source }

// NewMixer is a room without anybody.
func NewMixer() *Mixer { return &Mixer{} }

// Sit gives a party a place; see Seat.Turn for v.
func (m *Mixer) Sit(v Voice) *Seat {
	s := &Seat{
		mixer: m,
		voice: v,
		in:    NewPipe(),
		out:   NewPipe(),
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	m.seats = append(m.seats, s)
	m.wind()
	return s
}

// Play lets all who are not away hear a sound, beside what is said, until it ends
// or is stopped.
func (m *Mixer) Play(s Source) (stop func()) { return m.play(&m.over, s) }

func (m *Mixer) play(where *[]*heard, s Source) (stop func()) {
	played := &heard{s}
	m.mu.Lock()
	defer m.mu.Unlock()
	*where = append(*where, played)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		*where = slices.DeleteFunc(*where, func(h *heard) bool { return h == played })
	}
}

// wind starts the clock when somebody listens, and stops it when nobody does. The
// caller holds mu.
func (m *Mixer) wind() {
	listened := slices.ContainsFunc(m.seats, func(s *Seat) bool { return s.voice == nil })
	switch {
	case listened && m.stop == nil:
		m.stop = make(chan struct{})
		go m.run(m.stop)
	case !listened && m.stop != nil:
		close(m.stop)
		m.stop = nil
	}
}

// run is the clock: 50 frames a second, and after a hold-up those that are still
// worth hearing.
func (m *Mixer) run(stop <-chan struct{}) {
	beat := time.NewTicker(FrameTime)
	defer beat.Stop()

	due := time.Now()
	for {
		late := int(time.Since(due) / FrameTime)
		if skipped := late - catchUp; skipped > 0 {
			due = due.Add(time.Duration(skipped) * FrameTime)
			late = catchUp
		}

		for range late {
			m.mix(stop)
			due = due.Add(FrameTime)
		}
		select {
		case <-beat.C:
		case <-stop:
			return
		}
	}
}

// sum is linear sound, wide enough for all who may speak at once.
type sum [samples]int32

func (s *sum) add(f *Frame) {
	for i, b := range f {
		s[i] += int32(Linear(b))
	}
}

func (s *sum) plus(other *sum) {
	for i, v := range other {
		s[i] += v
	}
}

func (s *sum) minus(other *sum) {
	for i, v := range other {
		s[i] -= v
	}
}

// frame is s as mu-law; what is too loud for that is as loud as can be.
func (s *sum) frame(f *Frame) {
	for i, v := range s {
		f[i] = MuLaw(int16(max(-32768, min(32767, v))))
	}
}

// mix is 20 ms of the room, unless its clock has been stopped.
func (m *Mixer) mix(stop <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-stop:
		return
	default:
	}

	var all sum
	for _, s := range m.seats {
		s.listen()
		if s.coached == nil {
			all.plus(&s.said)
		}
	}

	var over sum
	m.over = overheard(m.over, &over)
	for _, s := range m.seats {
		s.speak(s.hears(&all, &over))
	}
}

// overheard adds the next of each sound, and returns those that go on.
func overheard(sounds []*heard, to *sum) []*heard {
	var f Frame
	return slices.DeleteFunc(sounds, func(h *heard) bool {
		if !h.Next(&f) {
			return true
		}
		to.add(&f)
		return false
	})
}
