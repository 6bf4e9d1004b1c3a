package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// directoryMost bounds a directory: more would be no list for a person.
const directoryMost = 200

// entryID is what the id of an entry looks like: it is a part of the log.
var entryID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// directoryEntry is an entry as it is written.
type directoryEntry struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Number   string `json:"number"`
	Language string `json:"language"`
}

// people reads CONFERENCE_DIRECTORY, a JSON list or the path of a file that holds one,
// for calls to numbers of these countries. All that is wrong with it is told at once; no
// number is, which may be somebody's own.
func (r *reader) people(name string, regions []string) []calls.Entry {
	text := strings.TrimSpace(r.get(name))
	if text == "" {
		return nil
	}
	if !strings.HasPrefix(text, "[") {
		held, err := os.ReadFile(text)
		if err != nil {
			r.bad(name, "must be a JSON list, or the path of a file that careline can read")
			return nil
		}
		text = string(held)
	}

	entries, err := directoryOf(text)
	if err != nil {
		r.bad(name, err.Error())
		return nil
	}
	return r.entries(name, entries, regions)
}

// bad is fault without the value: it holds numbers.
func (r *reader) bad(name, wrong string) {
	r.note(fault{settings: []string{name}, said: name, wrong: wrong})
}

func directoryOf(text string) ([]directoryEntry, error) {
	var all []directoryEntry
	read := json.NewDecoder(bytes.NewReader([]byte(text)))
	read.DisallowUnknownFields()
	err := read.Decode(&all)
	if _, after := read.Token(); err != nil || !errors.Is(after, io.EOF) {
		return nil, errors.New(`must be a JSON list of entries such as {"id":"polish","name":"Interpreter, Polish","role":"interpreter","number":"+44…","language":"Polish"}, with no other names`)
	}
	if len(all) > directoryMost {
		return nil, fmt.Errorf("must have at most %d entries", directoryMost)
	}
	return all, nil
}

func (r *reader) entries(name string, all []directoryEntry, regions []string) (good []calls.Entry) {
	seen := map[string]bool{}
	for i, e := range all {
		which := fmt.Sprintf("entry %d", i+1)
		if e.ID != "" && entryID.MatchString(e.ID) {
			which += " (" + e.ID + ")"
		}

		entry, wrong := entryOf(e, regions)
		if seen[e.ID] {
			wrong = append(wrong, "its id must be no other entry's")
		}
		seen[e.ID] = true
		for _, w := range wrong {
			r.bad(name, "must be put right in "+which+": "+w)
		}
		good = append(good, entry)
	}
	return good
}

// entryOf is the entry, and all that is wrong with it.
func entryOf(e directoryEntry, regions []string) (entry calls.Entry, wrong []string) {
	entry = calls.Entry{
		ID:       e.ID,
		Name:     e.Name,
		Role:     careline.Role(e.Role),
		Language: e.Language,
	}
	if !entryID.MatchString(e.ID) {
		wrong = append(wrong, "its id must be letters, digits, dots, hyphens and underscores, at most 64")
	}
	if strings.TrimSpace(e.Name) == "" {
		wrong = append(wrong, "its name is required")
	}
	if entry.Role != careline.RoleInterpreter && entry.Role != careline.RoleOther {
		wrong = append(wrong, "its role must be interpreter or other")
	}

	number, err := careline.ParsePhone(e.Number, "")
	if err != nil || !strings.HasPrefix(e.Number, "+") {
		return entry, append(wrong, "its number must be one in the international form, such as +441614960301")
	}
	entry.Number = number
	if why := number.Dialable(regions); why != "" {
		wrong = append(wrong, "its number cannot be called: "+strings.TrimSuffix(why.SentenceFor(number), "."))
	}
	return entry, wrong
}
