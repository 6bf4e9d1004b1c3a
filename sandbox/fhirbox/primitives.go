package fhirbox

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// maxString is the longest string of FHIR R4, in bytes.
const maxString = 1 << 20

type primitiveType struct {
	*primitive
	name string
}

func (c *checker) primitiveValue(v any, t primitiveType, path string) {
	if got := jsonType(v); got != t.JSON {
		c.fault(path, "Invalid JSON type: expected %s, but got %s", t.JSON, got)
		return
	}
	switch v := v.(type) {
	case string:
		c.stringValue(v, t, path)
	case json.Number:
		c.numberValue(v.String(), t, path)
	}
}

func (c *checker) stringValue(v string, t primitiveType, path string) {
	switch {
	case t.name == "base64Binary":
		if _, err := base64.StdEncoding.DecodeString(v); err != nil || v == "" {
			c.fault(path, "Invalid base64Binary format")
		}
	case strings.TrimSpace(v) == "":
		c.fault(path, "String must contain non-whitespace content")
	case len(v) > maxString:
		c.fault(path, "String cannot be larger than 1 MB")
	case !utf8.ValidString(v), t.pattern != nil && !t.pattern.MatchString(v):
		c.fault(path, "Invalid %s format", t.name)

	case isDate(t.name) && !realDay(v):
		c.fault(path, "Invalid %s value", t.name)
	}
}

func isDate(name string) bool {
	return name == "date" || name == "dateTime" || name == "instant"
}

// realDay says whether a date that has a day names one of the calendar.
func realDay(v string) bool {
	if len(v) < len(time.DateOnly) {
		return true
	}
	_, err := time.Parse(time.DateOnly, v[:len(time.DateOnly)])
	return err == nil
}

// numberValue lets integers above 32 bits through, as Medplum does.
func (c *checker) numberValue(v string, t primitiveType, path string) {
	if t.name == "decimal" {
		return
	}
	negative := strings.HasPrefix(v, "-")
	switch {
	case strings.ContainsAny(v, ".eE"):
		c.fault(path, "Expected number to be an integer")
	case t.name == "positiveInt" && (negative || v == "0"):
		c.fault(path, "Expected number to be in the range 1..2147483647")
	case t.name == "unsignedInt" && negative:
		c.fault(path, "Expected number to be in the range 0..2147483647")
	}
}
