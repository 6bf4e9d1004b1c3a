package fhir

import (
	"strings"
	"time"

	"perci.health/careline"
)

// The names under which a call stands in the record, beside careline's own (see
// Systems). Other systems read them: never change one.
const (
	systemTwilio = "https://www.twilio.com/"
	systemMode   = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"

	codeVoice = "twilio-voice"
)

// The statuses of a Communication that careline uses (FHIR R4 value set
// event-status).
const (
	statusPreparation = "preparation"
	statusInProgress  = "in-progress"
	statusCompleted   = "completed"
	statusNotDone     = "not-done"
	statusInError     = "entered-in-error"
)

// CommunicationOf writes a call as a Communication. What the call does not know
// is left out; nothing is ever written empty.
//
// With strict, medium has only PHONE: TEL, which consumers of the record look
// for, is no code of v3-ParticipationMode, and a server that checks terminology
// refuses it.
func (s Systems) CommunicationOf(c careline.Call, strict bool) Communication {
	voice := Coding{System: s.category(), Code: codeVoice, Display: "Twilio voice call"}

	return Communication{
		ResourceType: "Communication",
		Identifier:   identifiers(c),
		Status:       statusOf(c),
		StatusReason: s.statusReason(c),
		Category:     []CodeableConcept{{Coding: []Coding{voice}}},
		Medium:       []CodeableConcept{{Coding: mediumCodings(strict)}},
		Subject:      reference(string(c.Patient), c.Names.Patient),
		Sender:       reference(string(c.Sender), c.Names.Sender),
		Recipient:    recipients(c),
		BasedOn:      references(prefixed("Appointment/", c.Appointment), ""),
		Sent:         instant(c.Sent),
		Received:     instant(c.Received),
		Payload:      payloads(c),
		Note:         annotations(c),
		Extension:    []Extension{{URL: s.call(), Extension: s.details(c)}},
	}
}

// identifiers are those of both legs, the member's first: it is the one that the
// carrier's reports are about, and that existing consumers look for.
func identifiers(c careline.Call) []Identifier {
	var all []Identifier
	seen := map[string]bool{"": true}
	for _, sid := range []string{c.MemberLeg, c.ClinicianLeg, c.Key} {
		sid = strings.TrimSpace(sid)
		if !seen[sid] {
			all = append(all, Identifier{System: systemTwilio, Value: sid})
		}
		seen[sid] = true
	}
	return all
}

// statusOf is preparation until the carrier has said anything, also a word that
// is new to us: the call is then under way, whatever it means.
func statusOf(c careline.Call) string {
	switch {
	case c.Status == careline.StatusRefused:
		return statusNotDone
	case c.Final():
		return statusCompleted
	case c.Status == careline.StatusRequested, c.Status == careline.StatusUnknown && c.Word == "":
		return statusPreparation
	}
	return statusInProgress
}

func (s Systems) statusReason(c careline.Call) *CodeableConcept {
	if c.Status != careline.StatusRefused {
		return nil
	}
	reason := &CodeableConcept{Text: c.Why()}
	if c.Refusal != "" {
		reason.Coding = []Coding{{System: s.refusal(), Code: string(c.Refusal), Display: refusalDisplay(c.Refusal)}}
	}
	return reason
}

func mediumCodings(strict bool) []Coding {
	phone := Coding{System: systemMode, Code: "PHONE", Display: "telephone"}
	if strict {
		return []Coding{phone}
	}
	return []Coding{{System: systemMode, Code: "TEL", Display: "telephone"}, phone}
}

// instant is UTC to the second, as finely as the carrier tells time; empty when
// unknown.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// reference leaves the display to others where the name is not known.
func reference(to, name string) *Reference {
	if to == "" {
		return nil
	}
	return &Reference{Reference: to, Display: strings.TrimSpace(name)}
}

func references(to, name string) []Reference {
	if to == "" {
		return nil
	}
	return []Reference{*reference(to, name)}
}

func prefixed(prefix, id string) string {
	if id == "" {
		return ""
	}
	return prefix + id
}
