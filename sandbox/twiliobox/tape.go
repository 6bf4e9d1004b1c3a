package twiliobox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"sync"

	"perci.health/careline/sandbox/media"
)

// loud is the media.Level above which a frame is no silence, for trimming.
const loud = 100

// tapes is the folder of the box's recorded sound. It is made with the first
// recording and removed when the box closes.
type tapes struct {
	mu  sync.Mutex
	dir string
}

func (t *tapes) make() (*tape, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dir == "" {
		dir, err := os.MkdirTemp("", "twiliobox-")
		if err != nil {
			return nil, fmt.Errorf("make a folder for recordings: %w", err)
		}
		t.dir = dir
	}
	f, err := os.CreateTemp(t.dir, "*.tape")
	if err != nil {
		return nil, fmt.Errorf("make a file for a recording: %w", err)
	}
	return &tape{path: f.Name(), file: f, out: bufio.NewWriter(f)}, nil
}

func (t *tapes) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dir == "" {
		return nil
	}
	if err := os.RemoveAll(t.dir); err != nil {
		return fmt.Errorf("remove the recordings: %w", err)
	}
	return nil
}

// tape is the sound of one recording, in a file. Both channels are always kept:
// what of them is heard is decided when it is fetched. One goroutine at a time
// uses it.
type tape struct {
	path  string
	file  *os.File // nil once it is finished
	out   *bufio.Writer
	wrong error // the first failure; nothing is written after it

	frames     int
	from, upTo int // the frames between which something is heard
}

// write adds 20 ms.
func (t *tape) write(said, heard *media.Frame) {
	if t.wrong != nil || t.file == nil {
		return
	}
	if _, err := t.out.Write(said[:]); err != nil {
		t.wrong = err
		return
	}
	if _, err := t.out.Write(heard[:]); err != nil {
		t.wrong = err
		return
	}

	t.frames++
	if media.Level(said) < loud && media.Level(heard) < loud {
		return
	}
	if t.upTo == 0 {
		t.from = t.frames - 1
	}
	t.upTo = t.frames
}

// finish closes the file; the error is the first that there was.
func (t *tape) finish() error {
	if t.file == nil {
		return t.wrong
	}
	t.wrong = errors.Join(t.wrong, t.out.Flush(), t.file.Close())
	t.file, t.out = nil, nil
	return t.wrong
}

// trim leaves the silence at both ends out of what is heard.
func (t *tape) trim() (from, frames int) { return t.from, t.upTo - t.from }

// discard removes the sound for good.
func (t *tape) discard() error {
	if err := os.Remove(t.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove a recording: %w", err)
	}
	return nil
}
