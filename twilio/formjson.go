package twilio

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// JSON is the form as an object, its names in byte order: a string for each
// parameter, a list of strings for one that is there several times. Bytes that
// are not UTF-8 become U+FFFD, as JSON has no way to write them.
func (f Form) JSON() []byte { return f.appendJSON(make([]byte, 0, f.jsonSize())) }

// jsonSize is enough for a form in which little must be escaped.
func (f Form) jsonSize() int {
	n := 16
	for _, p := range f.pairs {
		n += int(p.name.to-p.name.from) + int(p.value.to-p.value.from) + len(`"":"",`)
	}
	return n
}

func (f Form) appendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	for i := 0; i < len(f.pairs); {
		if i > 0 {
			dst = append(dst, ',')
		}
		end := i + 1
		for end < len(f.pairs) && f.pairs[end].key == f.pairs[i].key && bytes.Equal(f.name(end), f.name(i)) {
			end++
		}

		dst = append(appendQuoted(dst, f.name(i)), ':')
		if end == i+1 {
			dst = appendQuoted(dst, f.value(i))
		} else {
			dst = f.appendList(dst, i, end)
		}
		i = end
	}
	return append(dst, '}')
}

// appendList writes the values of the pairs [from, to).
func (f Form) appendList(dst []byte, from, to int) []byte {
	dst = append(dst, '[')
	for i := from; i < to; i++ {
		if i > from {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, f.value(i))
	}
	return append(dst, ']')
}

// appendQuoted writes s as a JSON string (RFC 8259, section 7). Most of s is
// plain and is copied in runs.
func appendQuoted(dst, s []byte) []byte {
	dst = append(dst, '"')
	for {
		run := plainRun(s)
		dst = append(dst, s[:run]...)
		if s = s[run:]; len(s) == 0 {
			return append(dst, '"')
		}

		r, size := utf8.DecodeRune(s)
		dst = appendEscapedRune(dst, r)
		s = s[size:]
	}
}

// plainRun is how many bytes s begins with that stand for themselves in a JSON
// string. It looks at eight at once (Warren, "Hacker's Delight", section 6-1).
func plainRun(s []byte) (n int) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(s); n += 8 {
		w := binary.LittleEndian.Uint64(s[n:])
		quotes, slashes := w^(ones*'"'), w^(ones*'\\')
		odd := (w - ones*' ') | w | (quotes - ones) | (slashes - ones)
		if odd&highs != 0 {
			break // maybe: what is borrowed from a neighbour is looked at below
		}
	}

	for n < len(s) && s[n] >= ' ' && s[n] < utf8.RuneSelf && s[n] != '"' && s[n] != '\\' {
		n++
	}
	return n
}

func appendEscapedRune(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	switch {
	case r == '"' || r == '\\':
		return append(dst, '\\', byte(r))
	case r < ' ':
		return append(dst, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
	}
	return utf8.AppendRune(dst, r)
}

// FormFromJSON reads what JSON writes, also in another order. It reads as well what
// others make of a form on its way: a number or a truth value is its text, a whole
// number without decimals, and null is a parameter that is not there.
func FormFromJSON(object []byte) (Form, error) {
	if f, ok := plainForm(object); ok {
		return f, nil
	}

	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	var parameters map[string]any
	if err := d.Decode(&parameters); err != nil {
		return Form{}, errors.Join(errNoForm, err)
	}
	if _, err := d.Token(); parameters == nil || !errors.Is(err, io.EOF) {
		return Form{}, errNoForm
	}

	f := Form{text: make([]byte, 0, len(object)), pairs: make([]pair, 0, len(parameters))}
	for name, value := range parameters {
		all, ok := value.([]any)
		if !ok {
			all = []any{value}
		}
		for _, one := range all {
			if one == nil {
				continue
			}
			text, ok := formText(one)
			if !ok {
				return Form{}, errNoForm
			}
			f.pairs = append(f.pairs, f.write([]byte(name), []byte(text)))
		}
	}
	f.sort()
	return f, nil
}

// plainForm reads an object as JSON writes it of a form in which nothing must be
// escaped and nothing is there twice, as all are that Twilio sends.
func plainForm(object []byte) (f Form, ok bool) {
	const usual = 40 // parameters of a report
	f = Form{text: make([]byte, 0, len(object)), pairs: make([]pair, 0, usual)}

	d := jsontext.NewDecoder(bytes.NewBuffer(object), jsontext.AllowDuplicateNames(true)) // seen below
	if brace, err := d.ReadToken(); err != nil || brace.Kind() != '{' {
		return Form{}, false
	}
	for d.PeekKind() != '}' {
		name, ok := f.copied(d)
		if !ok {
			return Form{}, false
		}
		value, ok := f.copied(d)
		if !ok {
			return Form{}, false
		}
		f.pairs = append(f.pairs, pair{key: keyOf(f.at(name)), name: name, value: value})
	}
	if _, err := d.ReadToken(); err != nil {
		return Form{}, false
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return Form{}, false
	}

	f.sort()
	for i := 1; i < len(f.pairs); i++ {
		if bytes.Equal(f.name(i), f.name(i-1)) {
			return Form{}, false
		}
	}
	return f, true
}

// copied puts the string that comes next behind the form's other texts; false when it
// is none, or something in it is escaped.
func (f *Form) copied(d *jsontext.Decoder) (span, bool) {
	raw, err := d.ReadValue()
	if err != nil || raw.Kind() != '"' || bytes.IndexByte(raw, '\\') >= 0 {
		return span{}, false
	}

	from := len(f.text)
	f.text = append(f.text, raw[1:len(raw)-1]...)
	return span{uint32(from), uint32(len(f.text))}, true
}

// wholeNumber is how some write a count: 42.0.
var wholeNumber = regexp.MustCompile(`^(\d+)\.0+$`)

// formText is a plain value as a form has it.
func formText(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return wholeNumber.ReplaceAllString(v.String(), "$1"), true
	}
	return "", false
}

var errNoForm = errors.New("the report is not a JSON object of plain values")
