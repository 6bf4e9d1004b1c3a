package media

import (
	"math"
	"strings"
	"time"
)

// loudness is the peak of one generated tone: with two of them at once it is
// about -9 dBm0, as exchanges send theirs.
const loudness = 8000

// cadence plays parts one after the other, for ever or once.
type cadence struct {
	parts []part
	loop  bool
	now   int // part
	frame int // of the part
	n     int // samples since the beginning, so that a tone has no seams
}

// part is a time with the same tones all through; none is silence.
type part struct {
	frames int
	hz     []float64
}

func lasting(d time.Duration, hz ...float64) part { return part{int(d / FrameTime), hz} }

// Ringback is what a caller in Britain hears while the telephone rings: 400 and
// 450 Hz, 0.4 s on, 0.2 s off, 0.4 s on, 2 s off (BT SIN 350; ITU-T E.180
// supplement 2). It does not end.
func Ringback() Source {
	ring := lasting(400*time.Millisecond, 400, 450)
	return &cadence{loop: true, parts: []part{ring, lasting(200 * time.Millisecond), ring, lasting(2 * time.Second)}}
}

// Tone is one frequency, in hertz, below 4000. It does not end.
func Tone(hz float64) Source {
	return &cadence{loop: true, parts: []part{lasting(time.Second, hz)}}
}

// DTMF plays keys as their tones (ITU-T Q.23), 100 ms each and 80 ms apart; a
// "w" is half a second's wait, as in Twilio's digits. Other characters are left
// out. It ends after the last.
func DTMF(digits string) Source {
	const keypad = "123A456B789C*0#D"
	rows, columns := []float64{697, 770, 852, 941}, []float64{1209, 1336, 1477, 1633}
	var c cadence
	for _, d := range strings.ToUpper(digits) {
		if d == 'W' {
			c.parts = append(c.parts, lasting(500*time.Millisecond))
			continue
		}
		at := strings.IndexRune(keypad, d)
		if at < 0 {
			continue
		}
		c.parts = append(c.parts,
			lasting(100*time.Millisecond, rows[at/4], columns[at%4]), lasting(80*time.Millisecond))
	}

	return &c
}

func (c *cadence) Next(f *Frame) bool {
	if c.now == len(c.parts) {
		return false
	}
	p := c.parts[c.now]
	c.fill(f, p.hz)
	if c.frame++; c.frame < p.frames {
		return true
	}
	c.frame = 0
	if c.now++; c.now == len(c.parts) && c.loop {
		c.now = 0
	}
	return true
}

func (c *cadence) fill(f *Frame, hz []float64) {
	for i := range f {
		sum := 0.0
		for _, h := range hz {
			sum += math.Sin(2 * math.Pi * h * float64(c.n+i) / SampleRate)
		}
		f[i] = MuLaw(int16(sum * loudness))
	}
	c.n += samples
}
