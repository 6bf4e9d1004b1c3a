package media

import (
	"embed"
	"strings"
)

// The words and the sound of the clips; clips/README.md tells how they are made.
//
//go:embed clips/clips.tsv clips/*.ul
var clips embed.FS

// Clip is one of the spoken clips by its name in clips/clips.tsv, such as
// "hello" or "voicemail"; false for a name that is not there. The last frame is
// filled up with silence.
func Clip(name string) ([]Frame, bool) {
	sound, err := clips.ReadFile("clips/" + name + ".ul")
	if err != nil {
		return nil, false
	}
	all := make([]Frame, (len(sound)+samples-1)/samples)
	for i := range all {
		all[i].silence()
		copy(all[i][:], sound[i*samples:])
	}
	return all, true
}

// phrase is a clip and its words, as plain as words makes them.
type phrase struct {
	name  string
	words []string
}

// phrases is every clip, in the order of clips.tsv.
func phrases() (all []phrase) {
	list, err := clips.ReadFile("clips/clips.tsv")
	if err != nil {
		return nil // cannot be: it is embedded by name
	}
	for line := range strings.Lines(string(list)) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
		p := phrase{name: name}
		for _, w := range words(text) {
			p.words = append(p.words, w.plain)
		}
		all = append(all, p)
	}
	return all
}

// Sequence plays frames, once.
func Sequence(frames []Frame) Source { return &sequence{frames} }

type sequence struct{ left []Frame }

func (s *sequence) Next(f *Frame) bool {
	if len(s.left) == 0 {
		return false
	}
	*f, s.left = s.left[0], s.left[1:]
	return true
}

// queue plays one source after the other, and ends with the last.
type queue struct{ left []Source }

func (q *queue) Next(f *Frame) bool {
	for len(q.left) > 0 {
		if q.left[0].Next(f) {
			return true
		}
		q.left = q.left[1:]
	}
	return false
}
