package fhirbox

import (
	"encoding/json"
	"strings"
	"unicode"
)

// entry is one searchable value of a resource. Tokens have system and value,
// references "Type/id" in value, strings their folded form in value and the
// written one in system, uris a value; dates have low and high instead.
type entry struct {
	param, system, value string
	low, high            int64
	isDate               bool
}

// entriesOf extracts all that a resource can be found by. A resource's id and
// time of change are columns of their own and are not among them.
func (s *schema) entriesOf(resource map[string]any) map[entry]bool {
	found := map[entry]bool{}
	for code, p := range s.Search[textOf(resource["resourceType"])] {
		if code == "_id" || code == "_lastUpdated" {
			continue
		}
		for _, steps := range p.steps {
			walk(resource, steps, func(v any) { addEntry(found, indexed{code: code, kind: p.Type, value: v}) })
		}
	}
	return found
}

// indexed is a value found for a search parameter.
type indexed struct {
	code, kind string
	value      any
}

func addEntry(found map[entry]bool, x indexed) {
	switch x.kind {
	case "token":
		addToken(found, x.code, x.value)
	case "reference":
		addReference(found, x)
	case "date":
		addDate(found, x)
	case "string":
		addString(found, x.code, x.value)

	case "uri":
		if v := textOf(x.value); v != "" {
			found[entry{param: x.code, value: v}] = true
		}
	}
}

// addToken takes codes, booleans, Coding, CodeableConcept, Identifier and
// ContactPoint. A contact point's system says what it is and is not part of
// the token.
func addToken(found map[entry]bool, code string, v any) {
	switch v := v.(type) {
	case string:
		found[entry{param: code, value: v}] = true
	case bool:
		found[entry{param: code, value: map[bool]string{true: "true", false: "false"}[v]}] = true
	case json.Number:
		found[entry{param: code, value: v.String()}] = true

	case map[string]any:
		each(v["coding"], func(c any) { addToken(found, code, c) })
		value, system := textOf(v["value"]), textOf(v["system"])
		if value == "" {
			value = textOf(v["code"])
		} else if contactSystem(system) {
			system = ""
		}
		if value != "" || (system != "" && v["coding"] == nil) {
			found[entry{param: code, system: system, value: value}] = true
		}
	}
}

func contactSystem(system string) bool {
	switch system {
	case "phone", "fax", "email", "pager", "url", "sms", "other":
		return true
	}
	return false
}

// addReference takes References and canonicals. A reference's identifier can
// be found as a token under code:identifier.
func addReference(found map[entry]bool, x indexed) {
	if s, ok := x.value.(string); ok {
		found[entry{param: x.code, value: s}] = true
		return
	}

	o, ok := x.value.(map[string]any)
	if !ok {
		return
	}

	if ref := textOf(o["reference"]); ref != "" {
		found[entry{param: x.code, value: ref}] = true
	}
	if o["identifier"] != nil {
		addToken(found, x.code+":identifier", o["identifier"])
	}
}

func addDate(found map[entry]bool, x indexed) {
	if s, ok := x.value.(string); ok {
		if at, ok := parseSpan(s); ok {
			found[entry{
				param:  x.code,
				low:    at.low,
				high:   at.high,
				isDate: true,
			}] = true
		}
		return
	}

	o, ok := x.value.(map[string]any)
	if !ok {
		return
	}

	period := entry{
		param:  x.code,
		low:    never,
		high:   forever,
		isDate: true,
	}

	if at, ok := parseSpan(textOf(o["start"])); ok {
		period.low = at.low
	}
	if at, ok := parseSpan(textOf(o["end"])); ok {
		period.high = at.high
	}

	found[period] = true
}

// addString takes strings, HumanName and Address: every part of them by
// itself, and a name also as it is spoken.
func addString(found map[entry]bool, code string, v any) {
	add := func(s string) {
		if s != "" {
			found[entry{param: code, system: s, value: fold(s)}] = true
		}
	}

	o, ok := v.(map[string]any)
	if !ok {
		add(textOf(v))
		return
	}

	var spoken []string
	for _, part := range []string{"text", "prefix", "given", "family", "suffix", "line", "city", "district", "state", "postalCode", "country"} {
		each(o[part], func(item any) {
			add(textOf(item))
			if part == "given" || part == "family" {
				spoken = append(spoken, textOf(item))
			}
		})
	}

	if len(spoken) > 1 {
		add(strings.Join(spoken, " "))
	}
}

// fold makes strings that search calls equal the same: case and repeated
// blanks don't count.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), unicode.IsSpace), " ")
}
