package twiliobox

import (
	"sync"
	"sync/atomic"

	"perci.health/careline/sandbox/media"
)

// earpiece is what one party hears, for as long as it is on the line: something
// that goes on, and tones that are heard in front of it. Silence when there is
// nothing.
type earpiece struct {
	deck atomic.Pointer[deck] // that records it

	mu    sync.Mutex
	main  media.Source
	tones []media.Source
}

func (e *earpiece) play(s media.Source) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.main = s
}

// before queues tones; meanwhile the rest goes on unheard.
func (e *earpiece) before(s media.Source) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tones = append(e.tones, s)
}

// Next never ends.
func (e *earpiece) Next(f *media.Frame) bool {
	e.next(f)
	e.deck.Load().hears(f)
	return true
}

func (e *earpiece) next(f *media.Frame) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.main == nil || !e.main.Next(f) {
		e.main = nil
		*f = media.Silence()
	}
	for len(e.tones) > 0 {
		if e.tones[0].Next(f) {
			return
		}
		e.tones = e.tones[1:]
	}
}

// repeated is a sound that begins again when it has ended.
type repeated struct {
	left int
	make func() media.Source
	now  media.Source
}

// repeat is a sound heard several times.
func repeat(times int, make func() media.Source) media.Source {
	return &repeated{left: times, make: make}
}

// Next asks each sound once at least: one without any frame would otherwise be
// begun for ever.
func (r *repeated) Next(f *media.Frame) bool {
	for {
		if r.now != nil && r.now.Next(f) {
			return true
		}
		if r.left == 0 {
			return false
		}
		r.left--
		r.now = r.make()
	}
}
