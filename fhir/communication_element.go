package fhir

import (
	"encoding/json"
	"strconv"
)

// element is the Communication as decode would read it from its JSON; writing it
// and reading it again would take a third of the time of laying a version over
// another.
func (c Communication) element() *element {
	e := &element{members: make([]member, 0, 16)}
	list(e, "basedOn", c.BasedOn, Reference.element)
	list(e, "category", c.Category, CodeableConcept.element)
	list(e, "extension", c.Extension, Extension.element)
	put(e, "id", c.ID)
	list(e, "identifier", c.Identifier, Identifier.element)
	list(e, "medium", c.Medium, CodeableConcept.element)
	list(e, "note", c.Note, Annotation.element)
	list(e, "payload", c.Payload, Payload.element)
	put(e, "received", c.Received)
	list(e, "recipient", c.Recipient, Reference.element)
	put(e, "resourceType", c.ResourceType)
	if c.Sender != nil {
		e.add("sender", c.Sender.element())
	}

	put(e, "sent", c.Sent)
	put(e, "status", c.Status)
	if c.StatusReason != nil {
		e.add("statusReason", c.StatusReason.element())
	}

	if c.Subject != nil {
		e.add("subject", c.Subject.element())
	}
	return e
}

// identifiers are by which the call is found.
func (c Communication) identifiers() []Identifier { return c.Identifier }

// put and list leave out what is empty.
func put(e *element, name, value string) {
	if value != "" {
		e.add(name, value)
	}
}

func list[T any](e *element, name string, items []T, one func(T) *element) {
	if len(items) == 0 {
		return
	}

	all := make([]any, len(items))
	for i, item := range items {
		all[i] = one(item)
	}
	e.add(name, all)
}

func (c Coding) element() *element {
	e := newElement()
	put(e, "code", c.Code)
	put(e, "display", c.Display)
	put(e, "system", c.System)
	return e
}

func (c CodeableConcept) element() *element {
	e := newElement()
	list(e, "coding", c.Coding, Coding.element)
	put(e, "text", c.Text)
	return e
}

func (i Identifier) element() *element {
	e := newElement()
	put(e, "system", i.System)
	put(e, "value", i.Value)
	return e
}

func (r Reference) element() *element {
	e := newElement()
	put(e, "display", r.Display)
	if r.Identifier != nil {
		e.add("identifier", r.Identifier.element())
	}
	put(e, "reference", r.Reference)
	return e
}

func (p Payload) element() *element {
	e := newElement()
	if p.ContentReference != nil {
		e.add("contentReference", p.ContentReference.element())
	}
	put(e, "contentString", p.ContentString)
	return e
}

func (a Annotation) element() *element {
	e := newElement()
	if a.AuthorReference != nil {
		e.add("authorReference", a.AuthorReference.element())
	}
	put(e, "text", a.Text)
	put(e, "time", a.Time)
	return e
}

func (x Extension) element() *element {
	e := newElement()
	list(e, "extension", x.Extension, Extension.element)
	e.add("url", x.URL)
	if x.ValueBoolean != nil {
		e.add("valueBoolean", *x.ValueBoolean)
	}
	if x.ValueCoding != nil {
		e.add("valueCoding", x.ValueCoding.element())
	}

	put(e, "valueDateTime", x.ValueDateTime)
	if x.ValueInteger != nil {
		e.add("valueInteger", json.Number(strconv.Itoa(*x.ValueInteger)))
	}
	if x.ValueReference != nil {
		e.add("valueReference", x.ValueReference.element())
	}
	put(e, "valueString", x.ValueString)
	return e
}
