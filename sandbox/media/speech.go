package media

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// breath is the silence at the end of a clause.
const breath = 240 * time.Millisecond

// Speech says an English text aloud, and ends. What there is a clip for is
// spoken in real words: the phrases in clips/clips.tsv, found anywhere in the
// text without regard to case and punctuation. Every other word is a murmur:
// one vowel sound for each of its syllables, so that one hears that somebody
// speaks and for how long. A murmur is not words and no recogniser will find
// any in it; whoever needs to know what was said must read it elsewhere.
func Speech(text string) Source {
	var q queue
	known, left := phrases(), words(text)
	for len(left) > 0 {
		n := 1
		if p, found := longest(known, left); found {
			frames, _ := Clip(p.name)
			q.left = append(q.left, Sequence(frames))
			n = len(p.words)
		} else {
			q.left = append(q.left, newMurmur(left[0].plain))
		}
		if left[n-1].pause {
			q.left = append(q.left, pause(breath))
		}
		left = left[n:]
	}

	return &q
}

func pause(d time.Duration) Source { return &cadence{parts: []part{lasting(d)}} }

// word is a word of a text.
type word struct {
	plain string // letters and digits alone, in lower case
	pause bool   // punctuation follows
}

func words(text string) (all []word) {
	for _, w := range strings.Fields(text) {
		plain := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, w)
		if plain != "" {
			all = append(all, word{plain, strings.ContainsAny(w[len(w)-1:], ".,;:?!")})
		}
	}
	return all
}

// longest is the phrase with the most words that left begins with.
func longest(known []phrase, left []word) (best phrase, found bool) {
	for _, p := range known {
		if len(p.words) > len(best.words) && begins(left, p.words) {
			best, found = p, true
		}
	}
	return best, found
}

func begins(left []word, with []string) bool {
	return len(left) >= len(with) &&
		slices.EqualFunc(left[:len(with)], with, func(w word, plain string) bool { return w.plain == plain })
}
