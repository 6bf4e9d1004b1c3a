package fhir

import (
	"fmt"
	"strings"
	"time"

	"perci.health/careline"
)

// The names under which a call stands in the record. Other systems read them:
// never change one.
const (
	systemTwilio   = "https://www.twilio.com/"
	systemCategory = "https://perci.health/communication-category"
	systemMode     = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
	systemRefusal  = "https://perci.health/fhir/CodeSystem/call-refusal"
	extensionCall  = "https://perci.health/fhir/StructureDefinition/twilio-call"

	codeVoice   = "twilio-voice"
	payloadHead = "Outbound Twilio voice call"
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
func CommunicationOf(c careline.Call, strict bool) Communication {
	return Communication{
		ResourceType: "Communication",
		Identifier:   identifiers(c),
		Status:       statusOf(c),
		StatusReason: statusReason(c),
		Category:     []CodeableConcept{{Coding: []Coding{{System: systemCategory, Code: codeVoice, Display: "Twilio voice call"}}}},
		Medium:       []CodeableConcept{{Coding: mediumCodings(strict)}},
		Subject:      reference(string(c.Patient)),
		Sender:       reference(string(c.Sender)),
		Recipient:    references(string(c.Recipient)),
		BasedOn:      references(prefixed("Appointment/", c.Appointment)),
		Sent:         instant(c.Sent),
		Received:     instant(c.Received),
		Payload:      []Payload{{ContentString: payloadText(c)}},
		Extension:    []Extension{{URL: extensionCall, Extension: details(c)}},
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

func statusReason(c careline.Call) *CodeableConcept {
	if c.Status != careline.StatusRefused {
		return nil
	}
	reason := &CodeableConcept{Text: c.Refusal.SentenceFor(c.To)}
	if c.Refusal != "" {
		reason.Coding = []Coding{{System: systemRefusal, Code: string(c.Refusal)}}
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

func payloadText(c careline.Call) string {
	text := payloadHead
	if word := strings.TrimSpace(c.Word); word != "" {
		text += "; status=" + word
	}
	if who := strings.TrimSpace(c.AnsweredBy); who != "" {
		text += "; answeredBy=" + who
	}
	if n, known := c.Seconds.Value(); known {
		text += fmt.Sprintf("; duration=%ds", n)
	}
	return text
}

// details are the sub-extensions. callSid is the member's leg once it is known,
// until then the clinician's; parentCallSid tells which of the two it is.
func details(c careline.Call) []Extension {
	var all []Extension
	add := func(url, value string) {
		if value = strings.TrimSpace(value); value != "" {
			all = append(all, Extension{URL: url, ValueString: value})
		}
	}
	callSid := c.MemberLeg
	for _, other := range []string{c.ClinicianLeg, c.Key} {
		if callSid == "" {
			callSid = other
		}
	}
	add("callSid", callSid)
	add("parentCallSid", c.ClinicianLeg)
	add("direction", c.Direction)
	add("callStatus", c.Word)
	add("answeredBy", c.AnsweredBy)
	if n, known := c.Seconds.Value(); known {
		all = append(all, Extension{URL: "durationSeconds", ValueInteger: &n})
	}
	add("recordingSid", c.Recording)
	if c.Reconciled {
		all = append(all, Extension{URL: "reconciled", ValueBoolean: &c.Reconciled})
	}
	return all
}

// instant is UTC to the second, as finely as the carrier tells time; empty when
// unknown.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func reference(to string) *Reference {
	if to == "" {
		return nil
	}
	return &Reference{Reference: to}
}

func references(to string) []Reference {
	if to == "" {
		return nil
	}
	return []Reference{{Reference: to}}
}

func prefixed(prefix, id string) string {
	if id == "" {
		return ""
	}
	return prefix + id
}
