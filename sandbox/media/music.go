package media

import "time"

// MusicNotes are the tones of Music in hertz: G major, broken.
func MusicNotes() []float64 { return []float64{293.66, 392.00, 493.88} }

// Music is what one hears who waits: the notes of MusicNotes, a second each, one
// after the other. It does not end.
func Music() Source {
	var c cadence
	c.loop = true
	for _, hz := range MusicNotes() {
		c.parts = append(c.parts, lasting(time.Second, hz))
	}
	return &c
}

// BeepTone is the tone of Beep in hertz.
const BeepTone = 1400.0

// Beep says that somebody comes or goes: 0.4 s of BeepTone. It ends.
func Beep() Source { return &cadence{parts: []part{lasting(400*time.Millisecond, BeepTone)}} }
