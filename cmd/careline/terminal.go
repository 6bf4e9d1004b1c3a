package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// terminal is what a command prints to. What comes from outside may hold bytes
// that move the cursor, repaint what was printed, or turn its order around: none
// reaches the terminal. They are written as JSON writes them, so that JSON stays
// JSON; line breaks and tabs pass.
type terminal struct{ to io.Writer }

var _ io.Writer = terminal{}

func (t terminal) Write(p []byte) (int, error) {
	if visible(p) {
		return t.to.Write(p)
	}
	if _, err := io.WriteString(t.to, printable(string(p), "\n\t")); err != nil {
		return 0, err
	}
	return len(p), nil
}

// visible reports whether p is nothing but ASCII that is seen, and line breaks and
// tabs, as nearly all that is logged.
func visible(p []byte) bool {
	for _, c := range p {
		if (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// oneLine is a text from outside as a part of a line of ours: it cannot begin one
// of its own.
func oneLine(text string) string { return printable(text, "") }

// printable is text without what is not to be seen, but for the characters let
// through.
func printable(text, through string) string {
	if strings.IndexFunc(text, func(r rune) bool { return hidden(r, through) }) < 0 && utf8.ValidString(text) {
		return text
	}

	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, text[0])
		case !hidden(r, through):
			out.WriteString(text[:size])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		text = text[size:]
	}

	return out.String()
}

// hidden reports whether a character is not to be seen: control characters, those
// that format, such as direction marks, and what Unicode has not assigned.
func hidden(r rune, through string) bool {
	return !unicode.IsGraphic(r) && !strings.ContainsRune(through, r) || r == '\u2028' || r == '\u2029'
}
