package fhir

import (
	"encoding/json"
	"slices"
	"strings"
)

// element is a FHIR element as JSON knows it: its members in the order of their
// names, each once. A value is nil, a bool, a string, a json.Number, a list of
// values, or an *element. The nil element has no members.
//
// A map would say the same; read, compared and written for every event, it costs
// three times as much.
type element struct {
	members []member
	few     [3]member // room for those of most elements, so that each is one piece of memory
}

type member struct {
	name  string
	value any
}

// get is the value of that name; nil when there is none.
func (e *element) get(name string) any {
	if e == nil {
		return nil
	}
	for _, m := range e.members { // a dozen at most
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// text is the string of that name; empty when there is none, or it is something
// else.
func (e *element) text(name string) string {
	text, _ := e.get(name).(string)
	return text
}

// child is the element of that name; nil when there is none, or it is something
// else.
func (e *element) child(name string) *element {
	child, _ := e.get(name).(*element)
	return child
}

// items are the values of the list of that name; none when it is no list.
func (e *element) items(name string) []any {
	items, _ := e.get(name).([]any)
	return items
}

// set makes value the one of that name.
func (e *element) set(name string, value any) {
	at, there := slices.BinarySearchFunc(e.members, name, byName)
	if there {
		e.members[at].value = value
		return
	}
	e.members = slices.Insert(e.members, at, member{name, value})
}

// remove takes the value of that name out, and reports whether there was one.
func (e *element) remove(name string) bool {
	at, there := slices.BinarySearchFunc(e.members, name, byName)
	if there {
		e.members = slices.Delete(e.members, at, at+1)
	}
	return there
}

// newElement is an element without members.
func newElement() *element {
	e := new(element)
	e.members = e.few[:0]
	return e
}

// copied has the same members; setting one of them leaves e as it is.
func (e *element) copied() *element {
	copied := newElement()
	if e != nil {
		copied.members = append(copied.members, e.members...)
	}
	return copied
}

func byName(m member, name string) int { return strings.Compare(m.name, name) }

// equal compares the values of elements; reflect.DeepEqual takes five times as long.
func equal(a, b any) bool {
	switch a := a.(type) {
	case *element:
		b, ok := b.(*element)
		return ok && slices.EqualFunc(a.members, b.members, func(x, y member) bool {
			return x.name == y.name && equal(x.value, y.value)
		})
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case nil, bool, string, json.Number:
		return a == b
	}
	return false
}
