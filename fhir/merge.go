package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// element is a FHIR element as JSON knows it.
type element = map[string]any

// overlay writes what careline says over what the record has, and keeps
// everything that somebody else has added: notes, extensions, categories,
// identifiers, tags. An element that careline does not know is left as it
// stands, but for the reason of a refusal, which a call that was dialled after
// all must lose.
//
// The result of overlaying twice is that of overlaying once.
func overlay(ours Communication, have []byte) ([]byte, error) {
	record, err := decode(have)
	if err != nil {
		return nil, fmt.Errorf("read the record's version: %w", err)
	}
	text, err := json.Marshal(ours)
	if err != nil {
		return nil, fmt.Errorf("write the call: %w", err)
	}
	call, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("read the call again: %w", err)
	}
	if _, ok := call["statusReason"]; !ok {
		delete(record, "statusReason")
	}
	for name, value := range call {
		list, ok := value.([]any)
		if !ok {
			record[name] = value
			continue
		}
		there, _ := record[name].([]any)
		record[name] = overlayList(name, list, there)
	}
	unstamp(record)
	return json.Marshal(record)
}

// overlayList puts ours first and keeps of what was there all that is not ours.
func overlayList(name string, ours, there []any) []any {
	if name == "extension" {
		ours = keepDetails(ours, there)
	}
	all := slices.Clone(ours)
	for _, item := range there {
		if !isOurs(name, item, ours) {
			all = append(all, item)
		}
	}
	return all
}

// isOurs reports whether an item in the record is one that careline writes in
// this list, so that the new one replaces it.
func isOurs(name string, item any, ours []any) bool {
	e, _ := item.(element)
	switch name {
	case "category":
		return hasCoding(e, systemCategory)
	case "medium":
		return hasCoding(e, systemMode)
	case "recipient":
		return refersTo(e, "Patient/") || refersTo(e, "RelatedPerson/")
	case "basedOn":
		return refersTo(e, "Appointment/")
	case "payload":
		text, _ := e["contentString"].(string)
		return strings.HasPrefix(text, payloadHead)
	case "extension":
		return e["url"] == extensionCall
	}
	return slices.ContainsFunc(ours, func(o any) bool { return sameIdentifier(o, item) })
}

func sameIdentifier(a, b any) bool {
	x, _ := a.(element)
	y, _ := b.(element)
	return x["system"] == y["system"] && x["value"] == y["value"]
}

func hasCoding(e element, system string) bool {
	codings, _ := e["coding"].([]any)
	return slices.ContainsFunc(codings, func(c any) bool {
		coding, _ := c.(element)
		return coding["system"] == system
	})
}

func refersTo(e element, resourceType string) bool {
	to, _ := e["reference"].(string)
	return strings.HasPrefix(to, resourceType)
}

// keepDetails adds to our extension the sub-extensions of the record's that we
// do not write at this moment.
func keepDetails(ours, there []any) []any {
	own, _ := ours[0].(element)
	written, _ := own["extension"].([]any)
	has := func(url any) bool {
		return slices.ContainsFunc(written, func(w any) bool { e, _ := w.(element); return e["url"] == url })
	}
	for _, item := range there {
		e, _ := item.(element)
		if e["url"] != extensionCall {
			continue
		}
		kept, _ := e["extension"].([]any)
		for _, k := range kept {
			if sub, _ := k.(element); sub != nil && !has(sub["url"]) {
				written = append(written, k)
			}
		}
	}
	own["extension"] = written
	return []any{own}
}

// unstamp takes out what the server gives to each version itself.
func unstamp(record element) {
	meta, ok := record["meta"].(element)
	if !ok {
		return
	}
	for _, name := range []string{"versionId", "lastUpdated", "author", "project", "compartment"} {
		delete(meta, name)
	}
	if len(meta) == 0 {
		delete(record, "meta")
	}
}

// same reports whether two resources say the same, whoever stamped them when.
func same(a, b []byte) bool {
	x, errX := decode(a)
	y, errY := decode(b)
	if errX != nil || errY != nil {
		return false
	}
	unstamp(x)
	unstamp(y)
	return reflect.DeepEqual(x, y)
}

func decode(text []byte) (element, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // a decimal keeps the precision it was written with (FHIR R4, section 2.24.0.1)
	var e element
	if err := d.Decode(&e); err != nil {
		return nil, err
	}
	return e, nil
}
