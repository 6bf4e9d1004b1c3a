package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// The JSON of elements. Every event that is filed has its record's last version
// read, and the next one written: encoding/json, which asks a type what it is at
// every step, took a tenth of all that an event costs. Held to be what it would have
// read and written by tests.

// reader reads elements. Their texts are parts of one copy of what is read.
type reader struct {
	*jsontext.Decoder
	text string
}

// reading takes what encoding/json takes: of two members of one name the last
// counts, and bytes that are no UTF-8 are replaced.
func reading(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

var errNoObject = errors.New("this is no JSON object")

// decode reads a resource. A number keeps the digits it was written with (FHIR R4,
// section 2.24.0.1, decimal).
func decode(text []byte) (*element, error) {
	r := reader{Decoder: reading(text), text: string(text)}
	if r.PeekKind() != '{' {
		return nil, errNoObject
	}

	e := &element{members: make([]member, 0, 20)}
	if err := r.into(e); err != nil {
		return nil, err
	}
	return e, atEnd(r.Decoder)
}

// atEnd is an error when anything follows.
func atEnd(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return errNoObject
	}
	return nil
}

func (r reader) value() (any, error) {
	switch r.PeekKind() {
	case '{':
		return r.element()
	case '[':
		return r.list()
	}

	raw, err := r.ReadValue()
	if err != nil {
		return nil, err
	}
	switch raw.Kind() {
	case '"':
		return r.unquoted(raw)
	case '0':
		return json.Number(raw), nil
	case 'n':
		return nil, nil
	}
	return raw.Kind() == 't', nil
}

func (r reader) element() (*element, error) {
	e := newElement()
	return e, r.into(e)
}

func (r reader) into(e *element) error {
	return eachMember(r.Decoder, func(raw jsontext.Value) error {
		name, err := r.unquoted(raw)
		if err != nil {
			return err
		}
		value, err := r.value()
		e.add(name, value)
		return err
	})
}

func (r reader) list() ([]any, error) {
	if _, err := r.ReadToken(); err != nil { // the bracket
		return nil, err
	}

	list := make([]any, 0, 2)
	for r.PeekKind() != ']' {
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}

	_, err := r.ReadToken()
	return list, err
}

// unquoted is the text of the JSON string that was read last.
func (r reader) unquoted(raw jsontext.Value) (string, error) {
	end := int(r.InputOffset()) - 1
	if inner := r.text[end-len(raw)+2 : end]; plain(inner) {
		return inner, nil
	}
	return unquoted(raw)
}

// plain reports whether a JSON string's inside is its text.
func plain(inner string) bool { return strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner) }

// unquoted leaves to encoding/json what has to be replaced in a JSON string.
func unquoted(raw jsontext.Value) (text string, err error) {
	err = json.Unmarshal(raw, &text)
	return text, err
}

// add is set for one who reads: names mostly come in their order.
func (e *element) add(name string, value any) {
	if n := len(e.members); n == 0 || e.members[n-1].name < name {
		e.members = append(e.members, member{name, value})
		return
	}
	e.set(name, value)
}

// eachMember reads an object, whose brace is next. For each member take gets the
// name as it is written, good until it reads on, and reads the value.
func eachMember(d *jsontext.Decoder, take func(name jsontext.Value) error) error {
	if _, err := d.ReadToken(); err != nil { // the brace
		return err
	}

	for d.PeekKind() != '}' {
		name, err := d.ReadValue()
		if err != nil {
			return err
		}
		if err := take(name); err != nil {
			return err
		}
	}

	_, err := d.ReadToken()
	return err
}

// MarshalJSON writes e as json.Marshal writes a map.
func (e *element) MarshalJSON() ([]byte, error) { return e.appendTo(nil) }

// appendTo appends e as json.Marshal writes a map.
func (e *element) appendTo(b []byte) ([]byte, error) {
	b = append(b, '{')
	for i, m := range e.members {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendText(b, m.name); err != nil {
			return nil, err
		}
		if b, err = appendValue(append(b, ':'), m.value); err != nil {
			return nil, err
		}
	}

	return append(b, '}'), nil
}

func appendValue(b []byte, value any) ([]byte, error) {
	switch value := value.(type) {
	case *element:
		return value.appendTo(b)
	case []any:
		return appendList(b, value)
	case string:
		return appendText(b, value)
	case json.Number:
		return append(b, value...), nil
	case bool:
		if value {
			return append(b, "true"...), nil
		}
		return append(b, "false"...), nil
	}

	return append(b, "null"...), nil
}

func appendList(b []byte, list []any) ([]byte, error) {
	b = append(b, '[')
	for i, value := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, value); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendText leaves all that json.Marshal would escape to it.
func appendText(b []byte, text string) ([]byte, error) {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ', c >= utf8.RuneSelf, c == '"', c == '\\', c == '<', c == '>', c == '&':
			quoted, err := json.Marshal(text)
			return append(b, quoted...), err
		}
	}

	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"'), nil
}

// head is what every resource says of itself.
type head struct {
	resourceType, id       string
	versionID, lastUpdated string
}

// headOf reads no more of a resource than its head, and looks at the rest only
// whether it is JSON. A member of another type than FHIR gives it is left as if it
// were absent.
func headOf(text []byte) (h head, ok bool) {
	d := reading(text)
	if d.PeekKind() != '{' {
		return head{}, false
	}

	err := eachMember(d, func(name jsontext.Value) error {
		switch string(name) {
		case `"resourceType"`:
			return readText(d, &h.resourceType)
		case `"id"`:
			return readText(d, &h.id)
		case `"meta"`:
			return h.readMeta(d)
		}
		return d.SkipValue()
	})
	return h, err == nil && atEnd(d) == nil
}

func (h *head) readMeta(d *jsontext.Decoder) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}

	return eachMember(d, func(name jsontext.Value) error {
		switch string(name) {
		case `"versionId"`:
			return readText(d, &h.versionID)
		case `"lastUpdated"`:
			return readText(d, &h.lastUpdated)
		}
		return d.SkipValue()
	})
}

func readText(d *jsontext.Decoder, into *string) error {
	if d.PeekKind() != '"' {
		return d.SkipValue()
	}

	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	if inner := string(raw[1 : len(raw)-1]); plain(inner) {
		*into = inner
		return nil
	}
	*into, err = unquoted(raw)
	return err
}
