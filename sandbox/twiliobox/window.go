package twiliobox

import "perci.health/careline/sandbox/media"

const (
	// slack is how many frames sound may come early or late and still be put
	// where the one before it ends; beyond it there was a gap.
	slack = 15
	// settled is after how many frames nothing more can come for a place.
	settled = slack + 10
	// windowSize is a place for everything that is not settled, and some more.
	windowSize = 64
)

// window puts the frames of one channel, which come when they come, in their
// places: 20 ms each, counted on the wall clock. What never came is silence.
type window struct {
	frames [windowSize]media.Frame
	held   [windowSize]int // the place of the frame, and 1
	next   int             // where the next one goes
}

// put takes a frame that came at a place; those before least are given away.
func (w *window) put(f *media.Frame, at, least int) {
	if w.next < at-slack {
		w.next = at
	}
	w.next = max(w.next, least)
	if w.next > at+slack {
		return
	}
	w.frames[w.next%windowSize], w.held[w.next%windowSize] = *f, w.next+1
	w.next++
}

// take gives the frame of a place away.
func (w *window) take(at int, f *media.Frame) {
	if w.held[at%windowSize] != at+1 {
		*f = media.Silence()
		return
	}
	*f = w.frames[at%windowSize]
}
