package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// The JSON of elements. Every event that is filed has its record's last version
// read, and the next one written: encoding/json, which asks a type what it is at
// every step, took a tenth of all that an event costs. Held to be what it would have
// read and written by tests.

// reading takes what encoding/json takes: of two members of one name the last
// counts, and bytes that are no UTF-8 are replaced.
func reading(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

var errNoObject = errors.New("this is no JSON object")

// decode reads a resource. A number keeps the digits it was written with (FHIR R4,
// section 2.24.0.1, decimal).
func decode(text []byte) (*element, error) {
	d := reading(text)
	if d.PeekKind() != '{' {
		return nil, errNoObject
	}

	value, err := readValue(d)
	if err != nil {
		return nil, err
	}
	read, _ := value.(*element)
	return read, atEnd(d)
}

// atEnd is an error when anything follows.
func atEnd(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return errNoObject
	}
	return nil
}

func readValue(d *jsontext.Decoder) (any, error) {
	switch d.PeekKind() {
	case '{':
		return readElement(d)
	case '[':
		return readList(d)
	}

	raw, err := d.ReadValue()
	if err != nil {
		return nil, err
	}
	switch raw.Kind() {
	case '"':
		return unquoted(raw)
	case '0':
		return json.Number(raw), nil
	case 'n':
		return nil, nil
	}
	return raw.Kind() == 't', nil
}

func readElement(d *jsontext.Decoder) (*element, error) {
	e := &element{members: make([]member, 0, 3)}
	err := eachMember(d, func(raw jsontext.Value) error {
		name, err := unquoted(raw)
		if err != nil {
			return err
		}
		value, err := readValue(d)
		e.add(name, value)
		return err
	})
	return e, err
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

// add is set for one who reads: names mostly come in their order.
func (e *element) add(name string, value any) {
	if n := len(e.members); n == 0 || e.members[n-1].name < name {
		e.members = append(e.members, member{name, value})
		return
	}
	e.set(name, value)
}

func readList(d *jsontext.Decoder) ([]any, error) {
	if _, err := d.ReadToken(); err != nil { // the bracket
		return nil, err
	}

	list := make([]any, 0, 2)
	for d.PeekKind() != ']' {
		value, err := readValue(d)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}

	_, err := d.ReadToken()
	return list, err
}

// unquoted is the text of a JSON string.
func unquoted(raw jsontext.Value) (string, error) {
	inner := raw[1 : len(raw)-1]
	if !slices.Contains(inner, '\\') && utf8.Valid(inner) {
		return string(inner), nil
	}

	text, err := jsontext.AppendUnquote(nil, raw)
	if err != nil && utf8.Valid(inner) {
		return "", err
	}
	return string(text), nil // what was no UTF-8 is replaced
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
	*into, err = unquoted(raw)
	return err
}
