package fhir

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// element is a FHIR element as JSON knows it.
type element = map[string]any

// overlay writes what careline says over what the record has, and keeps
// everything that somebody else has added: notes, extensions, categories,
// identifiers, tags. An element that careline does not know is left as it
// stands, but for the reason of a refusal, which a call that was dialled after
// all must lose. It reports whether the record then says anything else than before,
// whoever stamped it when.
//
// The result of overlaying twice is that of overlaying once.
func overlay(ours Communication, record element) (changed bool) {
	call := ours.element()
	unstamp(record)
	_, isRefused := call["statusReason"]
	if _, wasRefused := record["statusReason"]; wasRefused && !isRefused {
		delete(record, "statusReason")
		changed = true
	}
	for name, value := range call {
		before := record[name]
		switch own := value.(type) {
		case []any:
			there, _ := before.([]any)
			if name == "recipient" {
				there = withoutGuess(call, there)
			}
			value = overlayList(name, own, there)
		case element:
			value = overlayOne(own, before)
		}
		if !equal(before, value) {
			record[name], changed = value, true
		}
	}
	return changed
}

// overlayOne keeps what was added to a reference (a display, an extension) while
// it still refers to the same resource.
func overlayOne(ours element, have any) element {
	there, _ := have.(element)
	if ours["reference"] == nil || ours["reference"] != there["reference"] {
		return ours
	}
	return merged(ours, there)
}

// withoutGuess leaves out the recipient of an earlier version of ours: until the
// request of a call is known, the patient stands in for whoever was called. Ours
// is always the first; the patient in any other place was added by somebody.
func withoutGuess(call element, there []any) []any {
	subject, _ := call["subject"].(element)
	ours, _ := call["recipient"].([]any)
	if len(there) == 0 || subject == nil {
		return there
	}
	is := func(item any) bool { e, _ := item.(element); return e["reference"] == subject["reference"] }
	if is(there[0]) && !slices.ContainsFunc(ours, is) {
		return there[1:]
	}
	return there
}

// overlayList puts ours first. Of what was there, an entry that says the same as
// one of ours is merged with it, and every other one is kept, whoever wrote it.
func overlayList(name string, ours, there []any) []any {
	all := slices.Clone(ours)
	for at, item := range there {
		have, _ := item.(element)
		i := slices.IndexFunc(ours, func(o any) bool { return isOurs(name, o, have, at == 0) })
		if i < 0 {
			all = append(all, item)
			continue
		}
		own, _ := all[i].(element)
		all[i] = merged(own, have)
	}
	return all
}

// isOurs reports whether an entry in the record is the one that careline now
// writes as ours, by what identifies an entry of that list, and by its place.
func isOurs(name string, o any, have element, first bool) bool {
	ours, _ := o.(element)
	switch name {
	case "category", "medium":
		codings, _ := have["coding"].([]any)
		return slices.ContainsFunc(codings, isOurCoding)
	case "recipient", "basedOn":
		return have["reference"] == ours["reference"]
	case "payload":
		text, _ := have["contentString"].(string)
		return ourPayload(text, first) || text != "" && text == ours["contentString"]
	case "extension":
		return have["url"] == ours["url"]
	}
	return have["system"] == ours["system"] && have["value"] == ours["value"]
}

// isOurCoding knows every coding that careline writes, strict or not, so that
// none is left behind when FHIR_STRICT_TERMINOLOGY changes.
func isOurCoding(c any) bool {
	coding, _ := c.(element)
	switch coding["system"] {
	case systemCategory:
		return coding["code"] == codeVoice
	case systemMode:
		return coding["code"] == "PHONE" || coding["code"] == "TEL"
	}
	return false
}

// merged is ours with what the record's entry has besides: other elements, other
// codings, and the sub-extensions that careline does not write at this moment, but
// for those of an earlier version that would contradict this one.
func merged(ours, there element) element {
	all := maps.Clone(there)
	maps.Copy(all, ours)
	for _, name := range []string{"coding", "extension"} {
		written, ok := ours[name].([]any)
		if !ok {
			continue
		}
		kept, _ := there[name].([]any)
		for _, k := range kept {
			if !replaced(name, k, written) {
				written = append(slices.Clip(written), k)
			}
		}
		all[name] = written
	}
	return all
}

func replaced(name string, kept any, written []any) bool {
	if name == "coding" && isOurCoding(kept) {
		return true
	}
	if detail, _ := kept.(element); name == "extension" {
		url, _ := detail["url"].(string)
		if ofVersion(url) {
			return true
		}
	}
	return slices.ContainsFunc(written, func(w any) bool {
		x, _ := w.(element)
		y, _ := kept.(element)
		return equal(x, y) || name == "extension" && x["url"] == y["url"]
	})
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

// equal compares what decode makes; reflect.DeepEqual takes five times as long.
func equal(a, b any) bool {
	switch a := a.(type) {
	case element:
		b, ok := b.(element)
		return ok && maps.EqualFunc(a, b, equal)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case nil, bool, string, json.Number:
		return a == b
	}
	return false
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
