package media

import (
	"math"
	"strings"
)

// A murmur's pitch, and the frames of one syllable: 140 ms of sound and 40 ms
// of rest make the pace of ordinary speech, five to six syllables a second.
const (
	pitch         = 115.0 // Hz
	harmonics     = 24    // up to 2760 Hz
	syllableSound = 7
	syllableRest  = 2
)

// formants are the two resonances, in hertz, that make a vowel (Peterson and
// Barney 1952, averages of men, rounded).
func formants(vowel rune) (first, second float64) {
	switch vowel {
	case 'e':
		return 530, 1840
	case 'i', 'y':
		return 270, 2290
	case 'o':
		return 570, 840
	case 'u':
		return 300, 870
	}
	return 730, 1090 // a, and what has no vowel
}

// murmur is the sound of a word that there is no clip for.
type murmur struct {
	vowels []rune // one for each syllable left
	frame  int    // of the first syllable
	n      int    // samples so far
}

func newMurmur(word string) *murmur {
	var m murmur
	before := false
	for _, r := range word {
		vowel := strings.ContainsRune("aeiouy", r)
		if vowel && !before {
			m.vowels = append(m.vowels, r)
		}
		before = vowel
	}
	if len(m.vowels) == 0 {
		m.vowels = []rune{'a'}
	}
	return &m
}

func (m *murmur) Next(f *Frame) bool {
	if len(m.vowels) == 0 {
		return false
	}
	if f.silence(); m.frame < syllableSound {
		m.voice(f)
	}
	if m.frame++; m.frame == syllableSound+syllableRest {
		m.vowels, m.frame = m.vowels[1:], 0
	}
	return true
}

// voice sums the harmonics of the pitch, each as loud as the vowel's resonances
// make it, under a curve that swells and fades over the syllable.
func (m *murmur) voice(f *Frame) {
	first, second := formants(m.vowels[0])
	var gain [harmonics + 1]float64
	for h := 1; h <= harmonics; h++ {
		hz := float64(h) * pitch
		gain[h] = resonance(hz, first) + 0.5*resonance(hz, second)
	}
	for i := range f {
		at := float64(m.frame*samples+i) / (syllableSound * samples)
		sum := 0.0
		for h := 1; h <= harmonics; h++ {
			sum += gain[h] * math.Sin(2*math.Pi*float64(h)*pitch*float64(m.n+i)/SampleRate)
		}
		f[i] = MuLaw(int16(sum * 3000 * math.Sin(math.Pi*at)))
	}
	m.n += samples
}

// resonance is how much of a sound at hz passes a resonance 120 Hz wide.
func resonance(hz, at float64) float64 {
	off := (hz - at) / 120
	return 1 / (1 + off*off)
}
