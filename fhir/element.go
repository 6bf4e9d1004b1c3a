package fhir

import (
	"encoding/json"
	"strconv"
)

// element is the Communication as decode would read it from its JSON; writing it
// and reading it again would take a third of the time of laying a version over
// another.
func (c Communication) element() element {
	e := element{"resourceType": c.ResourceType}
	put(e, "id", c.ID)
	put(e, "status", c.Status)
	put(e, "sent", c.Sent)
	put(e, "received", c.Received)
	if c.StatusReason != nil {
		e["statusReason"] = c.StatusReason.element()
	}
	if c.Subject != nil {
		e["subject"] = c.Subject.element()
	}
	if c.Sender != nil {
		e["sender"] = c.Sender.element()
	}
	list(e, "identifier", c.Identifier, Identifier.element)
	list(e, "category", c.Category, CodeableConcept.element)
	list(e, "medium", c.Medium, CodeableConcept.element)
	list(e, "recipient", c.Recipient, Reference.element)
	list(e, "basedOn", c.BasedOn, Reference.element)
	list(e, "payload", c.Payload, Payload.element)
	list(e, "extension", c.Extension, Extension.element)
	return e
}

// put and list leave out what is empty.
func put(e element, name, value string) {
	if value != "" {
		e[name] = value
	}
}

func list[T any](e element, name string, items []T, one func(T) element) {
	if len(items) == 0 {
		return
	}
	all := make([]any, len(items))
	for i, item := range items {
		all[i] = one(item)
	}
	e[name] = all
}

func (c Coding) element() element {
	e := element{}
	put(e, "system", c.System)
	put(e, "code", c.Code)
	put(e, "display", c.Display)
	return e
}

func (c CodeableConcept) element() element {
	e := element{}
	list(e, "coding", c.Coding, Coding.element)
	put(e, "text", c.Text)
	return e
}

func (i Identifier) element() element {
	e := element{}
	put(e, "system", i.System)
	put(e, "value", i.Value)
	return e
}

func (r Reference) element() element {
	e := element{}
	put(e, "reference", r.Reference)
	put(e, "display", r.Display)
	return e
}

func (p Payload) element() element {
	e := element{}
	put(e, "contentString", p.ContentString)
	return e
}

func (x Extension) element() element {
	e := element{"url": x.URL}
	put(e, "valueString", x.ValueString)
	if x.ValueInteger != nil {
		e["valueInteger"] = json.Number(strconv.Itoa(*x.ValueInteger))
	}
	if x.ValueBoolean != nil {
		e["valueBoolean"] = *x.ValueBoolean
	}
	put(e, "valueDateTime", x.ValueDateTime)
	list(e, "extension", x.Extension, Extension.element)
	return e
}
