package pubsub

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// plainReader reads objects of strings in which nothing is escaped. What it does not
// take may still be JSON, for encoding/json to read.
type plainReader struct{ *jsontext.Decoder }

var errOdd = errors.New("this is not as Google writes it")

// members has the members of the object that comes next read, in their order. A name
// is good until take reads the value.
func (r plainReader) members(take func(name []byte) error) error {
	if brace, err := r.ReadToken(); err != nil || brace.Kind() != '{' {
		return errOdd
	}

	for r.PeekKind() != '}' {
		name, err := r.inside()
		if err != nil {
			return err
		}
		if err := take(name); err != nil {
			return err
		}
	}

	_, err := r.ReadToken()
	return err
}

// inside is the inside of the string that comes next, good until the next reading.
func (r plainReader) inside() ([]byte, error) {
	raw, err := r.ReadValue()
	if err != nil {
		return nil, err
	}
	if raw.Kind() != '"' || bytes.IndexByte(raw, '\\') >= 0 {
		return nil, errOdd
	}
	return raw[1 : len(raw)-1], nil
}

func (r plainReader) text() (string, error) {
	text, err := r.inside()
	return string(text), err
}

// atEnd reports whether nothing follows.
func (r plainReader) atEnd() bool {
	_, err := r.ReadToken()
	return errors.Is(err, io.EOF)
}
