package media_test

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline/sandbox/media"
)

// guest is a voice that says something and keeps what it hears.
type guest struct {
	media.Source
	mu    sync.Mutex
	heard []media.Frame
}

func (g *guest) Write(f *media.Frame) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heard = append(g.heard, *f)
}

// lately is what the guest has heard in the last half second.
func (g *guest) lately() []media.Frame {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.heard[max(0, len(g.heard)-25):]
}

// hears checks that these tones, and no others of those that are in the room, are
// heard, each about as loud as it was said.
func (g *guest) hears(t *testing.T, what string, want ...float64) {
	t.Helper()
	heard := g.lately()
	if len(want) == 0 {
		for i := range heard {
			if media.Level(&heard[i]) > 0 {
				t.Fatalf("%s: hears something of level %v", what, media.Level(&heard[i]))
			}
		}
	}
	for _, hz := range []float64{500, 900, 1300, 1700} {
		share := 0.0
		for _, w := range want {
			if w == hz {
				share = 1 / float64(len(want))
			}
		}
		if got := media.Power(heard, hz); math.Abs(got-share) > 0.05 {
			t.Errorf("%s: %v Hz has %.2f of the power, want %.2f", what, hz, got, share)
		}
	}
}

// aRoom is a mixer with three guests, and somebody who listens, so that it runs.
func aRoom() (m *media.Mixer, guests []*guest, seats []*media.Seat) {
	m = media.NewMixer()
	for _, hz := range []float64{500, 900, 1300} {
		g := &guest{Source: media.Tone(hz)}
		guests, seats = append(guests, g), append(seats, m.Sit(g))
	}
	return m, guests, append(seats, m.Sit(nil))
}

func forASecond() {
	<-time.After(time.Second)
	synctest.Wait()
}

// In a Mixer everybody hears everybody else and not himself; who is muted, away or
// coaching is heard by nobody, or by one.
func TestMixer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, guests, seats := aRoom()
		forASecond()
		guests[0].hears(t, "the first", 900, 1300)
		guests[1].hears(t, "the second", 500, 1300)
		guests[2].hears(t, "the third", 500, 900)

		seats[0].Mute(true)
		forASecond()
		guests[0].hears(t, "one who is muted", 900, 1300)
		guests[1].hears(t, "who cannot hear him", 1300)
		seats[0].Mute(false)

		seats[1].Leave(media.Tone(1700))
		forASecond()
		guests[0].hears(t, "with one on hold", 1300)
		guests[1].hears(t, "the one on hold", 1700)
		seats[1].Leave(nil)
		forASecond()
		guests[1].hears(t, "the one on hold without music")
		seats[1].Back()

		seats[0].Coach(seats[1])
		forASecond()
		guests[0].hears(t, "the coach", 900, 1300)
		guests[1].hears(t, "the coached", 500, 1300)
		guests[2].hears(t, "the third, who cannot hear the coach", 900)
		seats[0].Coach(nil)

		stop := m.Play(media.Tone(1700))
		forASecond()
		guests[0].hears(t, "an announcement", 900, 1300, 1700)
		stop()
		stop = seats[2].Play(media.Tone(1700))
		forASecond()
		guests[0].hears(t, "an announcement to another", 900, 1300)
		guests[2].hears(t, "an announcement to this one", 500, 900, 1700)
		stop()

		seats[2].Rise()
		forASecond()
		guests[0].hears(t, "with one gone", 900)
		seats[3].Rise()
		before := len(guests[0].heard)
		forASecond()
		if got := len(guests[0].heard) - before; got > 1 {
			t.Errorf("the clock ran for %d frames though nobody listened", got)
		}
	})
}

// Somebody whose sound comes and goes by itself is one like the others.
func TestSeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, guests, seats := aRoom()
		listener, said := seats[3], media.Tone(1700)
		var heard []media.Frame
		for range 50 {
			<-time.After(media.FrameTime)
			var f media.Frame
			said.Next(&f)
			listener.Write(&f)
			listener.Next(&f)
			heard = append(heard, f)
		}
		guests[0].hears(t, "a guest", 900, 1300, 1700)
		for _, hz := range []float64{500, 900, 1300} {
			if got := media.Power(heard[25:], hz); math.Abs(got-1.0/3) > 0.05 {
				t.Errorf("the listener hears %v Hz with %.2f of the power, want a third", hz, got)
			}
		}
		listener.Rise()
	})
}

// Who shouts together is as loud as can be, and does not wrap around.
func TestMixerSaturates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := media.NewMixer()
		g := &guest{Source: media.Sequence(nil)}
		m.Sit(g)
		for range 6 {
			m.Sit(&guest{Source: media.Tone(500)}) // peaks of 8000 each
		}
		listener := m.Sit(nil)
		forASecond()
		loudest, jump, last := 0, 0, 0
		for _, f := range g.lately() {
			for _, b := range f {
				v := int(media.Linear(b))
				loudest, jump, last = max(loudest, v), max(jump, v-last, last-v), v
			}
		}
		if loudest != 32124 || jump > 25000 {
			t.Errorf("peak %d, largest step %d", loudest, jump)
		}
		listener.Rise()
	})
}

// Music and a beep can be told from what people say.
func TestMusic(t *testing.T) {
	t.Parallel()
	all := take(media.Music(), 150)
	for i, hz := range media.MusicNotes() {
		if got := media.Power(all[50*i:50*i+50], hz); got < 0.95 {
			t.Errorf("second %d has %.2f of its power at %v Hz", i, got, hz)
		}
	}
	beep := take(media.Beep(), 100)
	if len(beep) != 20 || media.Power(beep, media.BeepTone) < 0.95 {
		t.Errorf("the beep is %d frames long", len(beep))
	}
}
