package media

import (
	"encoding/binary"
	"errors"
	"io"
)

// PairSize is what 20 ms of a Tape take: a Frame of the first channel, then one
// of the second.
const PairSize = 2 * samples

// Channels says what of a Tape's two channels is heard.
type Channels int

// What can be heard of a Tape.
const (
	Both   Channels = iota // as stereo, the first on the left
	Mixed                  // together, as mono
	First                  // the first alone, as mono
	Second                 // the second alone, as mono
)

// Tape is sound in two channels, as pairs of frames one after the other.
type Tape struct {
	Sound  io.ReaderAt // PairSize octets for every 20 ms
	From   int         // the first pair that is heard
	Frames int         // how many pairs are heard
	Hear   Channels
}

// wavHeader is the size of a RIFF header with one fmt and one data chunk.
const wavHeader = 44

// bytesPerSample of linear PCM, as WAV holds it.
const bytesPerSample = 2

// WAV is the tape as a RIFF/WAVE file of linear PCM, 16 bits at 8 kHz: 128 kbit/s
// a channel. It is made while it is read and takes no memory; io.ErrUnexpectedEOF when
// Sound is shorter than Frames. RIFF cannot tell the length of more than 4 GiB.
func (t Tape) WAV() *io.SectionReader {
	return io.NewSectionReader(wav{t}, 0, wavHeader+int64(t.Frames)*int64(t.frameSize()))
}

// frameSize is how many octets 20 ms are in a WAV file.
func (t Tape) frameSize() int { return t.count() * samples * bytesPerSample }

func (t Tape) count() int {
	if t.Hear == Both {
		return 2
	}
	return 1
}

// wav reads a tape as a WAV file.
type wav struct{ Tape }

// ReadAt reads a header's or a frame's octets at a time.
func (w wav) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) && err == nil {
		var piece []byte
		var skip int64
		if at < wavHeader {
			piece, skip = w.header(), at
		} else {
			size := int64(w.frameSize())
			piece, err = w.frame(int((at - wavHeader) / size))
			skip = (at - wavHeader) % size
		}
		if err != nil {
			return n, err
		}

		got := copy(p[n:], piece[skip:])
		n, at = n+got, at+int64(got)
	}

	return n, nil
}

// header is as "Multimedia Programming Interface and Data Specifications 1.0"
// (IBM, Microsoft, 1991) has it.
func (w wav) header() []byte {
	count, size := uint16(w.count()), uint32(w.Frames*w.frameSize())
	h := []byte("RIFF")
	h = binary.LittleEndian.AppendUint32(h, size+wavHeader-8)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, 1) // linear PCM
	h = binary.LittleEndian.AppendUint16(h, count)
	h = binary.LittleEndian.AppendUint32(h, SampleRate)
	h = binary.LittleEndian.AppendUint32(h, SampleRate*bytesPerSample*uint32(count))
	h = binary.LittleEndian.AppendUint16(h, bytesPerSample*count)
	h = binary.LittleEndian.AppendUint16(h, bytesPerSample*8)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, size)
}

// frame is 20 ms of samples; io.EOF behind the last.
func (w wav) frame(i int) ([]byte, error) {
	if i >= w.Frames {
		return nil, io.EOF
	}
	var pair [PairSize]byte
	if n, err := w.Sound.ReadAt(pair[:], int64(w.From+i)*PairSize); n < PairSize {
		return nil, errors.Join(io.ErrUnexpectedEOF, err)
	}

	out := make([]byte, 0, w.frameSize())
	add := func(v int) { out = binary.LittleEndian.AppendUint16(out, uint16(int16(v))) }
	for s := range samples {
		first, second := int(Linear(pair[s])), int(Linear(pair[samples+s]))
		switch w.Hear {
		case Both:
			add(first)
			add(second)
		case First:
			add(first)
		case Second:
			add(second)
		default:
			add(min(max(first+second, -32768), 32767))
		}
	}

	return out, nil
}
