package twilio_test

import (
	"bytes"
	"testing"

	"perci.health/careline/twilio"
)

// FuzzFormFromJSON: a form that is read in one pass is what encoding/json makes of
// the same with an escape in it.
func FuzzFormFromJSON(f *testing.F) {
	for _, object := range []string{`{}`, `{"CallSid":"CA1","To":"+447700900123"}`, `{"b":"","a":"é"}`, `{"a":"1","a":"2"}`, `{"a":1}`} {
		f.Add([]byte(object))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		plain, plainErr := twilio.FormFromJSON(object)
		quote := bytes.IndexByte(object, '"')
		if quote < 0 || quote+1 >= len(object) || object[quote+1] < 'A' || object[quote+1] > 'z' || object[quote+1] == '\\' {
			return
		}
		escaped := append(bytes.Clone(object[:quote+1]), `\u00`...)
		escaped = append(escaped, "0123456789abcdef"[object[quote+1]>>4], "0123456789abcdef"[object[quote+1]&15])
		odd, oddErr := twilio.FormFromJSON(append(escaped, object[quote+2:]...))
		if (plainErr == nil) != (oddErr == nil) || !bytes.Equal(plain.JSON(), odd.JSON()) {
			t.Errorf("%q: read as %s (%v), with an escape as %s (%v)", object, plain.JSON(), plainErr, odd.JSON(), oddErr)
		}
	})
}
