package careline

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// digitGroup is digits that stand together in a text.
type digitGroup struct {
	digits string
	gap    string // what stands between it and the group before
	plus   bool   // "+" stands before it
	before bool   // a letter is joined to its first digit, or it is part of a time
	after  bool   // a letter is joined to its last digit, or it is part of a time
	apart  bool   // part of a date or an address, never of a number
}

// loose reports whether the group belongs to a word, a time or a date.
func (g digitGroup) loose() bool { return g.before || g.after || g.apart }

// digitRun is groups of digits with nothing between them but what people set
// between the digits of a number.
type digitRun struct {
	groups    []digitGroup
	word      bool   // a word follows
	extension string // of the number that ends the run
}

// scanner finds the runs of a text.
type scanner struct {
	text []rune
	runs []digitRun
	open bool   // the last run can go on
	gap  string // since its last digit
	word string // the word that was read last, in lower case, and what follows it
}

// runsOf expects what visible gives.
func runsOf(text string) []digitRun {
	s := scanner{text: []rune(text)}
	for i := 0; i < len(s.text); {
		switch r := s.text[i]; {
		case isDigit(r):
			i = s.group(i)
		case strings.ContainsRune(" -.()/+", r):
			s.gap += string(r)
			i++
		default:
			i = s.other(i)
		}
	}

	for _, run := range s.runs {
		markDates(run.groups)
	}
	return s.runs
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// group takes the digits from i on, and returns where they end.
func (s *scanner) group(i int) int {
	end := i
	for end < len(s.text) && isDigit(s.text[end]) {
		end++
	}
	g := digitGroup{
		digits: string(s.text[i:end]),
		gap:    s.gap,
		plus:   strings.HasSuffix(strings.TrimRight(s.gap, " ("), "+"),
		before: s.joined(i-1, i-2),
		after:  s.joined(end, end+1),
		apart:  end < len(s.text) && s.text[end] == '@',
	}

	switch {
	case s.isExtension(g, end):
		s.runs[len(s.runs)-1].extension = g.digits
		s.open = false
	case s.open:
		last := &s.runs[len(s.runs)-1]
		last.groups = append(last.groups, g)
	default:
		s.runs, s.open = append(s.runs, digitRun{groups: []digitGroup{g}}), true
	}
	s.gap, s.word = "", ""
	return end
}

// joined reports whether the sign at i ties the digit beside it to a word or a
// time; far is the place behind it.
func (s *scanner) joined(i, far int) bool {
	if i < 0 || i >= len(s.text) {
		return false
	}
	if s.text[i] == ':' {
		return far >= 0 && far < len(s.text) && isDigit(s.text[far])
	}
	return inWord(s.text[i])
}

func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.No, unicode.Nl) }

// other takes what ends a run: a word, or one sign.
func (s *scanner) other(i int) int {
	if s.open {
		s.runs[len(s.runs)-1].word = inWord(s.text[i]) && strings.Trim(s.gap, " .") == ""
	}
	between := s.gap
	s.open, s.gap = false, ""
	if !inWord(s.text[i]) {
		s.word += between + string(s.text[i])
		return i + 1
	}

	end := i
	for end < len(s.text) && inWord(s.text[end]) {
		end++
	}
	s.word = strings.Trim(s.word+between, " -(.,;")
	if s.word != "" {
		s.word = "?" // more than one word announces nothing
	}
	s.word += strings.ToLower(string(s.text[i:end]))
	return end
}

// longestExtension is how many digits an extension has at most; what is longer is
// a number.
const longestExtension = 7

// extensionWords announce an extension; "#" stands for one as well.
var extensionWords = []string{"x", "ext", "extn", "extension"}

// isExtension reports whether the group, which ends at end, is announced as the
// extension of the run before, by a word between them and nothing else. What goes
// on behind it is a number.
func (s *scanner) isExtension(g digitGroup, end int) bool {
	if len(s.runs) == 0 || s.open || g.plus || len(g.digits) > longestExtension || s.runs[len(s.runs)-1].extension != "" {
		return false
	}

	for end < len(s.text) && strings.ContainsRune(" -.()", s.text[end]) {
		end++
	}
	if end < len(s.text) && isDigit(s.text[end]) {
		return false
	}

	word := strings.Trim(s.word+g.gap, " .,;:=(")
	return word == "#" || slices.Contains(extensionWords, word)
}

// markDates finds days that are written in digits alone.
func markDates(groups []digitGroup) {
	for i := 0; i+2 < len(groups); i++ {
		three := groups[i : i+3]
		sign := three[1].gap
		further := i+3 < len(groups) && groups[i+3].gap == sign || i > 0 && (three[0].gap == sign || groups[i-1].plus)
		if further || sign != three[2].gap || !slices.Contains([]string{"-", ".", "/"}, sign) || !isDate(three) {
			continue
		}

		for k := range three {
			three[k].apart = true
		}
	}
}

// isDate reports whether three groups can be a day, as a year, month and day or the
// other way round.
func isDate(three []digitGroup) bool {
	first, second, third := three[0].digits, three[1].digits, three[2].digits
	yearFirst := len(first) == 4 && len(third) == 2
	yearLast := len(first) <= 2 && (len(third) == 2 || len(third) == 4)
	if three[0].plus || !yearFirst && !yearLast {
		return false
	}

	day := first
	if yearFirst {
		day = third
	}
	within := func(digits string, most int) bool {
		n, err := strconv.Atoi(digits)
		return err == nil && len(digits) <= 2 && n >= 1 && n <= most
	}
	return within(day, 31) && within(second, 31) && (within(day, 12) || within(second, 12))
}
