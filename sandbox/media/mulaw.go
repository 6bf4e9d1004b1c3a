package media

import (
	"math"
	"math/bits"
)

// bias and clip are G.711's: the bias makes every magnitude have its leading
// one at bit 7 or above, and the clip keeps the sum within 15 bits.
const (
	bias = 0x84
	clip = 32635
)

// MuLaw is the mu-law octet nearest to a linear sample (ITU-T G.711).
func MuLaw(s int16) byte {
	v, sign := int(s), 0
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, clip) + bias
	exponent := bits.Len(uint(v)) - 8
	mantissa := v >> (exponent + 3) & 0x0F
	return ^byte(sign | exponent<<4 | mantissa)
}

// Linear is the linear sample a mu-law octet stands for (ITU-T G.711).
func Linear(b byte) int16 {
	b = ^b
	v := (int(b&0x0F)<<3+bias)<<(b>>4&7) - bias
	if b&0x80 != 0 {
		v = -v
	}
	return int16(v)
}

// Level is the loudness of a frame: the root of the mean square of its linear
// samples, 0 (silence) to 32124. Ordinary speech lies between 500 and 8000.
func Level(f *Frame) float64 {
	sum := 0
	for _, b := range f {
		v := int(Linear(b))
		sum += v * v
	}
	return math.Sqrt(float64(sum) / samples)
}

// Power is how much of the sound in frames is at hz: 1 when they hold a pure
// tone of that frequency, near 0 when they hold anything else; 0 for silence.
// The frames must be consecutive; over n of them, frequencies less than 50/n Hz
// apart are not told apart (Goertzel's algorithm over the whole).
func Power(frames []Frame, hz float64) float64 {
	c := 2 * math.Cos(2*math.Pi*hz/SampleRate)
	var s1, s2, energy float64
	for i := range frames {
		for _, b := range frames[i] {
			v := float64(Linear(b))
			s1, s2 = v+c*s1-s2, s1
			energy += v * v
		}
	}
	if energy == 0 {
		return 0
	}
	n := float64(len(frames) * samples)
	return (s1*s1 + s2*s2 - c*s1*s2) * 2 / (n * energy)
}
