package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// tellEvery is how often a person is told how far something is.
const tellEvery = 200 * time.Millisecond

// progress tells a person who waits at a terminal how far a long task is. In a pipe
// or a file it tells nothing: what is read there is the answer.
type progress struct {
	to   io.Writer // nil: nobody watches
	what string    // is counted, in the singular
	all  int       // that there are to do
	now  func() time.Time

	began, told time.Time
}

// watched is the progress of something on the screen behind aside, if there is one.
func watched(aside io.Writer, what string, all int) *progress {
	p := &progress{what: what, all: all, now: time.Now}
	p.to, _ = screen(aside)
	return p
}

// screen is what a command's output is shown on, when that is a terminal.
func screen(out io.Writer) (io.Writer, bool) {
	if t, ok := out.(terminal); ok {
		out = t.to // which would write the return of the cursor as a text
	}
	f, ok := out.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) && !isatty.IsCygwinTerminal(f.Fd()) {
		return nil, false
	}
	return f, true
}

// at tells that so many are done.
func (p *progress) at(done int) {
	now := p.now()
	if p.began.IsZero() {
		p.began = now
	}
	if p.to == nil || now.Sub(p.told) < tellEvery {
		return
	}

	p.told = now
	p.print(p.line(done, now.Sub(p.began)))
}

// end takes the line away: the answer follows.
func (p *progress) end() {
	if p.to != nil && !p.told.IsZero() {
		p.print("")
	}
}

// print puts a text in the place of the line.
func (p *progress) print(line string) {
	_, _ = io.WriteString(p.to, "\r\x1b[K"+line) // a screen that is gone shows nothing else either
}

// line is "300 of 1200 calls, 150 a second, 6s to go".
func (p *progress) line(done int, took time.Duration) string {
	text := fmt.Sprintf("%d of %s", done, several(p.all, p.what))
	if done == 0 || took < time.Second {
		return text
	}

	rate := float64(done) / took.Seconds()
	left := time.Duration(float64(p.all-done) / rate * float64(time.Second))
	return fmt.Sprintf("%s, %.0f a second, %v to go", text, rate, max(left, 0).Round(time.Second))
}
