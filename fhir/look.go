package fhir

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"perci.health/careline"
)

// The codes of what was looked at, where FHIR's own word does not say it, in the code
// system access-kind. Never change one.
const (
	codeRevealed = "number-revealed"
	codeHeard    = "recording-heard"
	codeDeleted  = "recording-deleted"
)

// AuditEvent is FHIR's AuditEvent with what careline writes of a look (FHIR R4, section
// 6.4). It has no identifier in R4: a tag names the look.
type AuditEvent struct {
	ResourceType string        `json:"resourceType"`
	Meta         tagged        `json:"meta"`
	Type         Coding        `json:"type"`
	Subtype      []Coding      `json:"subtype"`
	Action       string        `json:"action"`
	Recorded     string        `json:"recorded"`
	Outcome      string        `json:"outcome"`
	OutcomeDesc  string        `json:"outcomeDesc,omitempty"`
	Agent        []auditAgent  `json:"agent"`
	Source       auditSource   `json:"source"`
	Entity       []auditEntity `json:"entity"`
}

type tagged struct {
	Tag []Coding `json:"tag"`
}

type auditAgent struct {
	Who       *Reference `json:"who,omitempty"`
	AltID     string     `json:"altId,omitempty"` // of one who is no Practitioner
	Requestor bool       `json:"requestor"`
}

type auditSource struct {
	Observer Reference `json:"observer"`
}

type auditEntity struct {
	What Reference `json:"what"`
	Type Coding    `json:"type"`
	Role *Coding   `json:"role,omitempty"`
}

var _ statement = AuditEvent{}

// AuditEventOf writes a look as an AuditEvent: who read which appointment, or heard or
// deleted which recording, of whom, and whether they were let. It names nobody but by id,
// and no number.
func (s Systems) AuditEventOf(l careline.Look) AuditEvent {
	a := AuditEvent{
		ResourceType: "AuditEvent",
		Meta:         tagged{Tag: []Coding{{System: s.look(), Code: lookCode(l)}}},
		Type:         Coding{System: "http://terminology.hl7.org/CodeSystem/audit-event-type", Code: "rest", Display: "RESTful Operation"},
		Subtype:      []Coding{{System: "http://hl7.org/fhir/restful-interaction", Code: "read", Display: "read"}},
		Action:       "R",
		Recorded:     instant(l.At),
		Outcome:      "0",
		Agent:        []auditAgent{agentOf(l)},
		Source:       auditSource{Observer: Reference{Display: observer}},
	}
	a.Outcome, a.OutcomeDesc = outcomeOf(l)

	switch l.What {
	case careline.LookRevealed:
		a.Subtype = append(a.Subtype, Coding{System: s.lookKind(), Code: codeRevealed, Display: "Number shown in full"})
	case careline.LookHeard:
		a.Subtype = append(a.Subtype, Coding{System: s.lookKind(), Code: codeHeard, Display: "Recording heard"})
	case careline.LookDeleted:
		a.Action, a.Subtype[0].Code, a.Subtype[0].Display = "D", "delete", "delete"
		a.Subtype = append(a.Subtype, Coding{System: s.lookKind(), Code: codeDeleted, Display: "Recording deleted"})
	}

	a.Entity = entitiesOf(l)
	return a
}

// agentOf is who looked: a Practitioner, or by the issuer's id whoever is none.
func agentOf(l careline.Look) auditAgent {
	if l.Clinician == "" {
		return auditAgent{AltID: l.Visitor, Requestor: true}
	}
	return auditAgent{Who: &Reference{Reference: "Practitioner/" + l.Clinician}, Requestor: true}
}

// outcomeOf is what came of a look (FHIR R4 value set audit-event-outcome).
func outcomeOf(l careline.Look) (code, words string) {
	ofRecording := l.What == careline.LookHeard || l.What == careline.LookDeleted
	switch {
	case l.Outcome == careline.LookMissed && ofRecording:
		return "4", "There is no such recording."
	case l.Outcome == careline.LookMissed:
		return "4", "There is no such number on file."
	case l.Outcome == careline.LookRefused && ofRecording:
		return "8", "Who asked may not do this with the recording."
	case l.Outcome == careline.LookRefused:
		return "8", "Who asked does not take part in the appointment."
	}
	return "0", ""
}

// entitiesOf are what was looked at, and whose it is. A recording has the carrier's id,
// and is referred to where the record has it: a server may refuse what refers to nothing,
// as to what was deleted.
func entitiesOf(l careline.Look) (all []auditEntity) {
	object := auditEntityType("2", "System Object")
	if l.Recording != "" {
		what := Reference{Reference: string(l.Media), Identifier: &Identifier{System: systemTwilio, Value: l.Recording}}
		if l.What == careline.LookDeleted && l.Outcome == careline.LookShown {
			what.Reference = ""
		}
		all = append(all, auditEntity{What: what, Type: object})
	}
	if l.Appointment != "" {
		all = append(all, auditEntity{What: Reference{Reference: "Appointment/" + l.Appointment}, Type: object})
	}

	for _, patient := range l.Patients {
		all = append(all, personOf(patient))
	}
	if strings.HasPrefix(string(l.Of), "RelatedPerson/") {
		all = append(all, personOf(l.Of))
	}
	return all
}

// personOf is a person among what was looked at; the role is the patient's alone.
func personOf(ref careline.Reference) auditEntity {
	e := auditEntity{What: Reference{Reference: string(ref)}, Type: auditEntityType("1", "Person")}
	if strings.HasPrefix(string(ref), "Patient/") {
		e.Role = &Coding{System: "http://terminology.hl7.org/CodeSystem/object-role", Code: "1", Display: "Patient"}
	}
	return e
}

func auditEntityType(code, display string) Coding {
	return Coding{System: "http://terminology.hl7.org/CodeSystem/audit-entity-type", Code: code, Display: display}
}

// lookCode is the look's key without what keys of looks have in common.
func lookCode(l careline.Look) string {
	_, code, _ := strings.Cut(l.Key(), "/")
	return code
}

// identifiers is the tag, which stands for one.
func (a AuditEvent) identifiers() (ids []Identifier) {
	for _, tag := range a.Meta.Tag {
		ids = append(ids, Identifier{System: tag.System, Value: tag.Code})
	}
	return ids
}

// element is empty where it cannot be read back, and nothing is laid over anything.
func (a AuditEvent) element() *element { return readBack(a) }

// lookKind is the AuditEvent of a look. One that was stored twice, because the answer to
// the first was lost for long, stands twice under one tag: an AuditEvent has no status by
// which it could be taken back, and nobody may delete one.
func lookKind() *resourceKind {
	return &resourceKind{
		resource: "AuditEvent",
		several:  "AuditEvents",
		of:       "look",
		mark:     "tag",
		foundBy:  "_tag",
		fixed:    true,
		aliases:  tagsOf,
	}
}

// tagsOf are the tags of a record, as identifiers.
func tagsOf(record *element) (ids []Identifier) {
	for _, item := range record.child("meta").items("tag") {
		tag, _ := item.(*element)
		ids = append(ids, Identifier{System: tag.text("system"), Value: tag.text("code")})
	}
	return ids
}

// FileLook writes who looked at whom as an AuditEvent, once: a filing that was Tried
// makes it only if none is found. An AuditEvent that is there is never changed. Errors
// are as those of File; and forbidden, where the client lacks the rights for it alone or
// the server has no place for it: that is no outage, which would have calls wait.
func (c *Chart) FileLook(ctx context.Context, l careline.Look, f careline.Filing) (careline.Filing, error) {
	filed, err := c.filer.file(ctx, &draft{resourceKind: c.looks, statement: c.systems.AuditEventOf(l)}, f)
	switch {
	case forbidden(err):
		err = careline.NewError(careline.CodeForbidden, "The health record does not let careline file who looked at whom. Give its client the right to create and search AuditEvents (careline provision --apply, while AUDIT_EVENTS or RECORDING is set).", err)
	case takesNone(err):
		err = careline.NewError(careline.CodeForbidden, "The health record takes no AuditEvents, so it does not hold who looked at whom. Have it take them, or turn AUDIT_EVENTS and RECORDING off.", err)
	}
	return filed, err
}

// takesNone reports whether the server answered, and would not take what was asked of it.
// A server that is down or busy, or wants another login, is so for calls as well.
func takesNone(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	if !ok || careline.CodeOf(err) != careline.CodeUnavailable {
		return false
	}

	switch p.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	case http.StatusNotImplemented:
		return true
	}
	return p.Status >= 400 && p.Status < 500
}
