package media_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/media"
)

// take is the next n frames of a source, fewer if it ends.
func take(s media.Source, n int) (all []media.Frame) {
	for range n {
		var f media.Frame
		if !s.Next(&f) {
			return all
		}
		all = append(all, f)
	}
	return all
}

// loudFor tells a sound's cadence: runs of loud (positive) and silent
// (negative) frames.
func loudFor(frames []media.Frame) (runs []int) {
	for i := range frames {
		step := -1
		if media.Level(&frames[i]) > 100 {
			step = 1
		}
		if n := len(runs); n > 0 && runs[n-1]*step > 0 {
			runs[n-1] += step
			continue
		}
		runs = append(runs, step)
	}
	return runs
}

func TestMuLaw(t *testing.T) {
	t.Parallel()
	// ITU-T G.711 table 2: the ends of the scale, both zeros, and a few within.
	for linear, octet := range map[int16]byte{0: 0xFF, 32767: 0x80, -32768: 0x00, 32124: 0x80, -32124: 0x00, 8: 0xFE, -8: 0x7E, 1000: 0xCE, -1000: 0x4E} {
		if got := media.MuLaw(linear); got != octet {
			t.Errorf("MuLaw(%d) = %#x, want %#x", linear, got, octet)
		}
	}
	for b := range 256 {
		if v := media.Linear(byte(b)); b != 0x7F && media.MuLaw(v) != byte(b) { // 0x7F is minus zero
			t.Errorf("octet %#x is %d, and that is %#x", b, v, media.MuLaw(v))
		}
	}
	for v := -32768; v <= 32767; v += 7 {
		if off := math.Abs(float64(v) - float64(media.Linear(media.MuLaw(int16(v))))); off > 8+math.Abs(float64(v))/16 && math.Abs(float64(v)) < 32200 {
			t.Fatalf("%d comes back %v off", v, off)
		}
	}
}

func TestLevelAndPower(t *testing.T) {
	t.Parallel()
	quiet := media.Silence()
	if l := media.Level(&quiet); l != 0 {
		t.Errorf("silence has level %v", l)
	}
	if p := media.Power([]media.Frame{quiet}, 1000); p != 0 {
		t.Errorf("silence has power %v", p)
	}
	tone := take(media.Tone(1000), 50)
	if l := media.Level(&tone[0]); math.Abs(l-8000/math.Sqrt2) > 60 {
		t.Errorf("a tone of peak 8000 has level %v", l)
	}
	if p := media.Power(tone, 1000); p < 0.99 || p > 1.01 {
		t.Errorf("a pure tone has power %v of itself", p)
	}
}

func TestRingback(t *testing.T) {
	t.Parallel()
	frames := take(media.Ringback(), 300)
	if diff := cmp.Diff([]int{20, -10, 20, -100, 20, -10, 20, -100}, loudFor(frames)); diff != "" {
		t.Errorf("cadence in frames (-want +got):\n%s", diff)
	}
	if low, high := media.Power(frames[:20], 400), media.Power(frames[:20], 450); low < 0.45 || high < 0.45 {
		t.Errorf("400 Hz %.2f, 450 Hz %.2f of the power", low, high)
	}
}

func TestDTMF(t *testing.T) {
	t.Parallel()
	for key, hz := range map[string][2]float64{
		"1": {697, 1209}, "5": {770, 1336}, "9": {852, 1477}, "0": {941, 1336}, "*": {941, 1209}, "#": {941, 1477}, "a": {697, 1633}, "D": {941, 1633},
	} {
		frames := take(media.DTMF(key), 100)
		if diff := cmp.Diff([]int{5, -4}, loudFor(frames)); diff != "" {
			t.Errorf("%s: cadence in frames (-want +got):\n%s", key, diff)
		}
		if row, column := media.Power(frames[:5], hz[0]), media.Power(frames[:5], hz[1]); row < 0.4 || column < 0.4 {
			t.Errorf("%s: %v have %.2f and %.2f of the power", key, hz, row, column)
		}
	}
	if diff := cmp.Diff([]int{5, -29, 5, -4}, loudFor(take(media.DTMF("1?w2"), 100))); diff != "" {
		t.Errorf("cadence with a wait (-want +got):\n%s", diff)
	}
}

func numbered(n byte) *media.Frame {
	var f media.Frame
	for i := range f {
		f[i] = n
	}
	return &f
}

func TestPipe(t *testing.T) {
	t.Parallel()
	const none = 0xFF // silence
	for name, test := range map[string]struct {
		do   string // digits are written one by one, r reads
		want []byte
	}{
		"in order, once it holds two":  {"1r2rr", []byte{none, 1, 2}},
		"run dry: it gathers two anew": {"12rrr3r4rr", []byte{1, 2, none, none, 3, 4}},
		"full: the oldest goes":        {"123456789abcrrrrrrrrrrr", []byte{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, none}},
	} {
		p, got := media.NewPipe(), []byte(nil)
		for _, c := range test.do {
			var f media.Frame
			switch {
			case c == 'r':
				p.Next(&f)
				got = append(got, f[0])
			case c >= 'a':
				p.Write(numbered(byte(c - 'a' + 10)))
			default:
				p.Write(numbered(byte(c - '0')))
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// After a hold-up a pipe is full; the delay must not stay for the whole call.
func TestPipeShedsDelay(t *testing.T) {
	t.Parallel()
	p := media.NewPipe()
	for range 10 {
		p.Write(numbered(0))
	}
	var f media.Frame
	delay := 0
	for n := range byte(250) {
		p.Write(numbered(n))
		p.Next(&f)
		delay = int(n) - int(f[0])
	}
	if delay > 3 {
		t.Errorf("sound is %d frames late after five seconds", delay)
	}
}

func TestClips(t *testing.T) {
	t.Parallel()
	if _, found := media.Clip("no such clip"); found {
		t.Error("found a clip that is not there")
	}
	hello, found := media.Clip("hello")
	if !found || len(hello) < 10 || len(hello) > 60 {
		t.Fatalf("hello: %t, %d frames", found, len(hello))
	}
	if got := take(media.Sequence(hello), 1000); !slices.Equal(got, hello) {
		t.Error("a sequence is not what it was made of")
	}
}

func TestSpeech(t *testing.T) {
	t.Parallel()
	spoken := func(names ...string) (all []media.Frame) {
		for _, name := range names {
			frames, found := media.Clip(name)
			if !found {
				t.Fatalf("no clip %s", name)
			}
			all = append(all, frames...)
		}
		return all
	}
	breath := take(media.DTMF("w"), 12)
	for name, test := range map[string]struct {
		text string
		want []media.Frame
	}{
		"a clip":            {"Yes.", slices.Concat(spoken("yes"), breath)},
		"plainly written":   {"  yes i CAN hear you well ", spoken("hearyou")},
		"clips in a row":    {"This call could not be placed. Please try again.", slices.Concat(spoken("notplaced"), breath, spoken("tryagain"), breath)},
		"the longest":       {"Thank you for calling Perci Health.", slices.Concat(spoken("thankscalling", "perci", "health"), breath)},
		"nothing":           {"", nil},
		"punctuation alone": {"... - !", nil},
	} {
		if got := take(media.Speech(test.text), 5000); !slices.Equal(got, test.want) {
			t.Errorf("%s: %d frames that are not the %d expected", name, len(got), len(test.want))
		}
	}
	// Words there is no clip for: three syllables, a rest after each.
	if diff := cmp.Diff([]int{7, -2, 7, -2, 7, -2}, loudFor(take(media.Speech("Umbrella"), 100))); diff != "" {
		t.Errorf("murmur (-want +got):\n%s", diff)
	}
	if n := len(take(media.Speech("rhythm xyz grr 42"), 100)); n != 4*9 {
		t.Errorf("four words without a plain vowel last %d frames", n)
	}
}

func TestConversation(t *testing.T) {
	t.Parallel()
	c := media.NewConversation()
	var said []string
	c.Said = func(text string) { said = append(said, text) }
	quiet := media.Silence()
	exchange := func(d time.Duration, heard media.Source) (loud int) {
		for range int(d / media.FrameTime) {
			f := quiet
			if heard != nil {
				heard.Next(&f)
			}
			c.Write(&f)
			c.Next(&f)
			if media.Level(&f) > 100 {
				loud++
			}
		}
		return loud
	}
	say := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, said); diff != "" {
			t.Fatalf("said (-want +got):\n%s", diff)
		}
	}
	if exchange(400*time.Millisecond, nil); len(said) > 0 {
		t.Fatal("speaks at once")
	}
	if loud := exchange(2*time.Second, nil); loud < 10 {
		t.Errorf("greeting has %d loud frames", loud)
	}
	say("Hello?")
	exchange(5*time.Second, nil)
	exchange(60*time.Millisecond, media.Tone(300))
	exchange(5*time.Second, nil)
	say("Hello?") // neither silence nor a click is answered

	if loud := exchange(3*time.Second, media.Tone(300)); loud > 0 {
		t.Error("speaks while it is spoken to")
	}
	exchange(400*time.Millisecond, nil)
	exchange(time.Second, media.Tone(300))
	say("Hello?") // a rest between words is not the end
	exchange(5*time.Second, nil)
	say("Hello?", "Hello, this is the patient speaking.")
	for range 6 {
		exchange(time.Second, media.Tone(300))
		exchange(5*time.Second, nil)
	}
	if len(said) != 8 || said[2] != "Yes, I can hear you well." || said[7] != said[1] {
		t.Errorf("said %q", said)
	}

	// A side whose packets stop in mid-sentence has stopped speaking too.
	exchange(time.Second, media.Tone(300))
	take(c, 100)
	if len(said) != 9 {
		t.Errorf("said %d sentences, want 9", len(said))
	}
}

func TestVoicemail(t *testing.T) {
	t.Parallel()
	frames := take(media.Voicemail(), 1000)
	if n := len(frames); n < 200 || n > 500 {
		t.Fatalf("%d frames", n)
	}
	if power := media.Power(frames[len(frames)-50:], 1000); power < 0.99 {
		t.Errorf("the tone at the end has %.2f of its power at 1 kHz", power)
	}
}
