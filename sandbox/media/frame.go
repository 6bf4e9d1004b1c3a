package media

import "time"

// FrameTime is how much sound a Frame holds.
const FrameTime = 20 * time.Millisecond

// SampleRate is the number of samples a second in every Frame.
const SampleRate = 8000

// samples is the number of samples, and of octets, in a Frame.
const samples = 160

// silence is the mu-law octet for zero.
const silence = 0xFF

// Frame is 20 ms of G.711 mu-law (ITU-T G.711) at 8 kHz, one octet a sample.
// The zero Frame is NOT silence (the octet 0 is the loudest there is): use
// Silence.
type Frame [samples]byte

// Silence is a frame without sound.
func Silence() Frame {
	var f Frame
	f.silence()
	return f
}

func (f *Frame) silence() {
	for i := range f {
		f[i] = silence
	}
}

// Source is sound to be played, asked for one frame at a time, by one
// goroutine at a time.
type Source interface {
	// Next fills f with the next 20 ms and returns true; or returns false when
	// the sound has ended: f is then ignored, and Next is not called again. It
	// must not wait: sound is asked for 50 times a second.
	Next(f *Frame) bool
}
