package twilio

import (
	"bytes"
	"errors"
	"slices"
)

// maxParameters bounds a form. Twilio sends some 40; a body that was not yet
// found to be signed must not cost more than this to sort.
const maxParameters = 1000

var (
	errFormEscape = errors.New("the form holds a % that is not followed by two hexadecimal digits")
	errFormSize   = errors.New("the form holds too many parameters")
)

// Form is the parameters of one of Twilio's requests, sorted by name and then by
// value, in the byte order in which Twilio signs them. Its zero value holds none.
type Form struct {
	text  []byte // what the pairs are parts of
	pairs []pair
}

// pair is one parameter, as parts of its form's text: it is moved and compared a
// hundred times in each form. Its key is how the name begins, as a number, by which
// nearly all names are told apart.
type pair struct {
	key         uint64
	name, value span
}

// span is a part of a form's text.
type span struct{ from, to uint32 }

func (f Form) at(s span) []byte { return f.text[s.from:s.to:s.to] }

func (f Form) name(i int) []byte  { return f.at(f.pairs[i].name) }
func (f Form) value(i int) []byte { return f.at(f.pairs[i].value) }

// keyOf orders names as their bytes do, as far as eight bytes go.
func keyOf[T string | []byte](name T) (key uint64) {
	for i := range min(len(name), 8) {
		key |= uint64(name[i]) << (56 - 8*i)
	}
	return key
}

func (f Form) compare(a, b pair) int {
	switch {
	case a.key < b.key:
		return -1
	case a.key > b.key:
		return 1
	}
	if c := bytes.Compare(f.at(a.name), f.at(b.name)); c != 0 {
		return c
	}
	return bytes.Compare(f.at(a.value), f.at(b.value))
}

func (f *Form) sort() {
	if !slices.IsSortedFunc(f.pairs, f.compare) {
		slices.SortFunc(f.pairs, f.compare)
	}
}

// ParseForm reads a body of type application/x-www-form-urlencoded (WHATWG URL,
// section 5.1). It keeps nothing of body.
func ParseForm(body []byte) (Form, error) {
	var f Form
	err := f.parse(bytes.Clone(body))
	return f, err
}

// parse decodes buf in place, which a decoded form never outgrows, so that the
// whole form costs no memory but the list of its pairs.
func (f *Form) parse(buf []byte) error {
	f.text = buf
	f.pairs = slices.Grow(f.pairs[:0], min(1+bytes.Count(buf, []byte{'&'}), maxParameters))

	for from := 0; from < len(buf); {
		to := len(buf)
		if length := bytes.IndexByte(buf[from:], '&'); length >= 0 {
			to = from + length
		}
		if to > from {
			if err := f.parsePair(from, to); err != nil {
				return err
			}
		}
		from = to + 1
	}

	f.sort()
	return nil
}

// parsePair reads one field of the text.
func (f *Form) parsePair(from, to int) error {
	if len(f.pairs) == maxParameters {
		return errFormSize
	}

	end, begin := to, to // of the name, and of the value
	if length := bytes.IndexByte(f.text[from:to], '='); length >= 0 {
		end, begin = from+length, from+length+1
	}
	name, ok := unescape(f.text[from:end])
	if !ok {
		return errFormEscape
	}
	value, ok := unescape(f.text[begin:to])
	if !ok {
		return errFormEscape
	}

	f.pairs = append(f.pairs, pair{
		key:   keyOf(name),
		name:  span{uint32(from), uint32(from + len(name))},
		value: span{uint32(begin), uint32(begin + len(value))},
	})
	return nil
}

// write puts a parameter's texts behind the others, and returns it.
func (f *Form) write(name, value []byte) pair {
	from := len(f.text)
	f.text = append(append(f.text, name...), value...)
	between := from + len(name)
	return pair{
		key:   keyOf(name),
		name:  span{uint32(from), uint32(between)},
		value: span{uint32(between), uint32(len(f.text))},
	}
}

// unescape decodes s in place.
func unescape(s []byte) ([]byte, bool) {
	first := 0
	for first < len(s) && s[first] != '%' && s[first] != '+' {
		first++
	}
	if first == len(s) {
		return s, true
	}

	out := s[:first]
	for i := first; i < len(s); i++ {
		switch s[i] {
		case '+':
			out = append(out, ' ')
		case '%':
			if i+2 >= len(s) || hexDigit[s[i+1]] < 0 || hexDigit[s[i+2]] < 0 {
				return nil, false
			}
			out = append(out, byte(hexDigit[s[i+1]])<<4|byte(hexDigit[s[i+2]]))
			i += 2
		default:
			out = append(out, s[i])
		}
	}

	return out, true
}

// hexDigit is the value of each byte as a hexadecimal digit, or -1.
var hexDigit = func() (table [256]int8) {
	for c := range table {
		table[c] = int8(bytes.IndexByte([]byte("0123456789abcdef"), byte(c)|0x20))
		if c < '0' || (c > '9' && c < 'A') {
			table[c] = -1
		}
	}
	return table
}()

// Get is the value of a parameter; empty when it is absent, and when it is there
// more than once with different values, for then there is no telling which.
func (f Form) Get(name string) string {
	value, ok := f.one(name)
	if !ok {
		return ""
	}
	return string(value)
}

// one is the value of a parameter; ok is false when it has several. An absent
// parameter has none.
func (f Form) one(name string) (value []byte, ok bool) {
	from, to := f.find(name)
	if from == to {
		return nil, true
	}

	value = f.value(from)
	for i := from + 1; i < to; i++ {
		if !bytes.Equal(f.value(i), value) {
			return nil, false
		}
	}

	return value, true
}

// find is where the parameter's values are; nowhere, from is where one would be.
func (f Form) find(name string) (from, to int) {
	key := keyOf(name)
	low, high := 0, len(f.pairs)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if k := f.pairs[middle].key; k < key || k == key && string(f.name(middle)) < name {
			low = middle + 1
		} else {
			high = middle
		}
	}

	to = low
	for to < len(f.pairs) && f.pairs[to].key == key && string(f.name(to)) == name {
		to++
	}
	return low, to
}

// take puts the values that another form has of a parameter in the place of its
// own; nothing when the other has none.
func (f *Form) take(name string, other Form) {
	first, end := other.find(name)
	if first == end {
		return
	}

	from, to := f.find(name)
	f.pairs = slices.Delete(f.pairs, from, to)
	for i := first; i < end; i++ {
		f.insert(from+i-first, name, other.value(i))
	}
}

func (f *Form) insert(at int, name string, value []byte) {
	f.pairs = slices.Insert(f.pairs, at, f.write([]byte(name), value))
}

// drop takes a parameter out.
func (f *Form) drop(name string) {
	from, to := f.find(name)
	f.pairs = slices.Delete(f.pairs, from, to)
}
