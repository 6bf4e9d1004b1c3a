// Package flatjson reads JSON as programs write it that send names with texts: in
// one pass, without a copy, and nothing but objects, strings, whole numbers and the
// three literals. It takes no text that encoding/json does not take, and reads none
// otherwise; what it does not take may still be JSON, for encoding/json to read.
//
// Source: RFC 8259.
package flatjson

import (
	"iter"
	"unicode/utf8"
)

// Reader reads one text. Once something is not as it reads it, it reads nothing
// more, and says so at the End.
type Reader struct {
	rest []byte
	odd  bool
}

// NewReader reads text, which must not change while what was read of it is used.
func NewReader(text []byte) *Reader { return &Reader{rest: text} }

// Members are the names of the object that comes next, in their order. Before the
// next name is asked for, the value must have been read.
func (r *Reader) Members() iter.Seq[[]byte] {
	return func(yield func(name []byte) bool) {
		r.expect('{')
		if r.next() == '}' {
			r.expect('}')
			return
		}

		for !r.odd {
			name := r.String()
			r.expect(':')
			if r.odd || !yield(name) || r.odd {
				return
			}
			if r.next() != ',' {
				r.expect('}')
				return
			}
			r.expect(',')
		}
	}
}

// String is the string that comes next, a part of the text. One with an escape in it
// is not read.
func (r *Reader) String() []byte {
	r.expect('"')
	end, ascii := 0, true
	for end < len(r.rest) && r.rest[end] != '"' {
		c := r.rest[end]
		if c < ' ' || c == '\\' {
			r.Odd()
			return nil
		}
		ascii = ascii && c < utf8.RuneSelf
		end++
	}

	if end == len(r.rest) || !ascii && !utf8.Valid(r.rest[:end]) {
		r.Odd()
		return nil
	}
	text := r.rest[:end:end]
	r.rest = r.rest[end+1:]
	return text
}

// Pass reads past a value that is a string, a whole number, or a literal.
func (r *Reader) Pass() {
	switch c := r.next(); {
	case c == '"':
		r.String()
	case c >= '1' && c <= '9':
		for len(r.rest) > 0 && r.rest[0] >= '0' && r.rest[0] <= '9' {
			r.rest = r.rest[1:]
		}
	default:
		r.literal()
	}
}

func (r *Reader) literal() {
	for _, word := range [...]string{"true", "false", "null"} {
		if n := len(word); len(r.rest) >= n && string(r.rest[:n]) == word {
			r.rest = r.rest[n:]
			return
		}
	}
	r.Odd()
}

// Odd has nothing more be read: the text is not one that the caller reads so.
func (r *Reader) Odd() { r.odd, r.rest = true, nil }

// End reports whether all was read as it should be, and nothing is left.
func (r *Reader) End() bool { return r.next() == 0 && len(r.rest) == 0 && !r.odd }

// next is the byte that comes next, behind white space; 0 at the end.
func (r *Reader) next() byte {
	for len(r.rest) > 0 {
		switch c := r.rest[0]; c {
		case ' ', '\t', '\n', '\r':
			r.rest = r.rest[1:]
		default:
			return c
		}
	}
	return 0
}

func (r *Reader) expect(c byte) {
	if r.next() != c || len(r.rest) == 0 {
		r.Odd()
		return
	}
	r.rest = r.rest[1:]
}
