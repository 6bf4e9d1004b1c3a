package media_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"perci.health/careline/sandbox/media"
)

// pairs is a tape with a tone on each channel.
func pairs(frames int, first, second float64) *bytes.Reader {
	var sound []byte
	a, b := media.Tone(first), media.Tone(second)
	var f media.Frame
	for range frames {
		a.Next(&f)
		sound = append(sound, f[:]...)
		b.Next(&f)
		sound = append(sound, f[:]...)
	}
	return bytes.NewReader(sound)
}

func TestTapeWAV(t *testing.T) {
	t.Parallel()
	tape := media.Tape{Sound: pairs(50, 700, 1200), From: 10, Frames: 40}
	raw, err := io.ReadAll(tape.WAV())
	if err != nil {
		t.Fatal(err)
	}
	number := binary.LittleEndian
	if len(raw) != 44+40*640 || string(raw[:4]) != "RIFF" || string(raw[8:16]) != "WAVEfmt " || string(raw[36:40]) != "data" {
		t.Fatalf("%d octets: %q", len(raw), raw[:44])
	}
	if number.Uint32(raw[4:]) != uint32(len(raw)-8) || number.Uint32(raw[40:]) != uint32(len(raw)-44) {
		t.Errorf("sizes %d, %d of %d", number.Uint32(raw[4:]), number.Uint32(raw[40:]), len(raw))
	}
	for name, is := range map[string][2]uint32{
		"format":          {uint32(number.Uint16(raw[20:])), 1},
		"channels":        {uint32(number.Uint16(raw[22:])), 2},
		"rate":            {number.Uint32(raw[24:]), 8000},
		"octets a second": {number.Uint32(raw[28:]), 32000},
		"octets a sample": {uint32(number.Uint16(raw[32:])), 4},
		"bits":            {uint32(number.Uint16(raw[34:])), 16},
	} {
		if is[0] != is[1] {
			t.Errorf("%s: %d, want %d", name, is[0], is[1])
		}
	}

	left, right := channel(raw, 2, 0), channel(raw, 2, 1)
	if media.Power(left, 700) < 0.9 || media.Power(left, 1200) > 0.1 || media.Power(right, 1200) < 0.9 || media.Power(right, 700) > 0.1 {
		t.Error("the channels do not hold their own tones alone")
	}

	// Any piece is the same as that piece of the whole.
	for _, at := range []int64{0, 40, 44, 45, 700, 3333, int64(len(raw)) - 7} {
		piece := make([]byte, 7)
		if _, err := tape.WAV().ReadAt(piece, at); err != nil || !bytes.Equal(piece, raw[at:at+7]) {
			t.Errorf("at %d: %v, %v", at, piece, err)
		}
	}
}

// channel is one channel's sound of a WAV file, as frames.
func channel(wav []byte, channels, which int) (frames []media.Frame) {
	pcm := wav[44:]
	var f media.Frame
	n := 0
	for at := 2 * which; at+1 < len(pcm); at += 2 * channels {
		f[n] = media.MuLaw(int16(binary.LittleEndian.Uint16(pcm[at:])))
		if n++; n == len(f) {
			frames = append(frames, f)
			n = 0
		}
	}
	return frames
}

func TestTapeWAVMono(t *testing.T) {
	t.Parallel()
	for hear, want := range map[media.Channels][2]bool{media.Mixed: {true, true}, media.First: {true, false}, media.Second: {false, true}} {
		raw, err := io.ReadAll(media.Tape{Sound: pairs(50, 700, 1200), Frames: 50, Hear: hear}.WAV())
		if err != nil || len(raw) != 44+50*320 {
			t.Fatalf("%v: %d octets, %v", hear, len(raw), err)
		}
		sound := channel(raw, 1, 0)
		if first, second := media.Power(sound, 700) > 0.3, media.Power(sound, 1200) > 0.3; first != want[0] || second != want[1] {
			t.Errorf("%v: first %v, second %v", hear, first, second)
		}
	}
}

// A tape whose sound is shorter than it says is not one that ends early.
func TestTapeWAVCutOff(t *testing.T) {
	t.Parallel()
	tape := media.Tape{Sound: pairs(5, 700, 1200), Frames: 10}
	raw, err := io.ReadAll(tape.WAV())
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(raw) != 44+5*640 {
		t.Errorf("%d octets, %v", len(raw), err)
	}
}
