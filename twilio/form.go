package twilio

import (
	"bytes"
	"encoding/binary"
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
type Form struct{ pairs []pair }

// pair is one parameter. Its key is how the name begins, as a number, so that two
// names are told apart at once: there are thousands of comparisons in each form.
type pair struct {
	key         uint64
	name, value []byte
}

func newPair(name, value []byte) pair { return pair{key: keyOf(name), name: name, value: value} }

// keyOf orders names as their bytes do, as far as eight bytes go.
func keyOf[T string | []byte](name T) (key uint64) {
	if len(name) >= 8 {
		return binary.BigEndian.Uint64([]byte(name[:8]))
	}
	for i := range len(name) {
		key |= uint64(name[i]) << (56 - 8*i)
	}
	return key
}

func compare(a, b pair) int {
	switch {
	case a.key < b.key:
		return -1
	case a.key > b.key:
		return 1
	}
	if c := bytes.Compare(a.name, b.name); c != 0 {
		return c
	}
	return bytes.Compare(a.value, b.value)
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
	f.pairs = slices.Grow(f.pairs[:0], min(1+bytes.Count(buf, []byte{'&'}), maxParameters))

	for len(buf) > 0 {
		var field []byte
		if end := bytes.IndexByte(buf, '&'); end >= 0 {
			field, buf = buf[:end:end], buf[end+1:]
		} else {
			field, buf = buf, nil
		}
		if len(field) == 0 {
			continue
		}
		if err := f.add(field); err != nil {
			return err
		}
	}

	if !slices.IsSortedFunc(f.pairs, compare) {
		slices.SortFunc(f.pairs, compare)
	}
	return nil
}

func (f *Form) add(field []byte) error {
	if len(f.pairs) == maxParameters {
		return errFormSize
	}

	name, value, _ := bytes.Cut(field, []byte{'='})
	name, ok := unescape(name)
	if !ok {
		return errFormEscape
	}
	if value, ok = unescape(value); !ok {
		return errFormEscape
	}

	f.pairs = append(f.pairs, newPair(name, value))
	return nil
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
// parameter has the value nil.
func (f Form) one(name string) (value []byte, ok bool) {
	at, found := f.find(name)
	if !found {
		return nil, true
	}
	value = f.pairs[at].value
	for _, p := range f.pairs[at+1:] {
		if string(p.name) != name {
			break
		}
		if !bytes.Equal(p.value, value) {
			return nil, false
		}
	}
	return value, true
}

// find is where the parameter's first value is or would be.
func (f Form) find(name string) (int, bool) {
	key := keyOf(name)
	low, high := 0, len(f.pairs)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if p := &f.pairs[middle]; p.key < key || p.key == key && string(p.name) < name {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(f.pairs) && string(f.pairs[low].name) == name
}

// all are the pairs of one name.
func (f Form) all(name string) []pair {
	at, _ := f.find(name)
	end := at
	for end < len(f.pairs) && string(f.pairs[end].name) == name {
		end++
	}
	return f.pairs[at:end]
}

// replace puts pairs of that name, which are in order, in the place of those that
// the form has.
func (f *Form) replace(name string, pairs []pair) {
	at, _ := f.find(name)
	f.pairs = slices.Replace(f.pairs, at, at+len(f.all(name)), pairs...)
}
