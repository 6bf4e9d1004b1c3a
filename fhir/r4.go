package fhir

import (
	"encoding/json"
	"errors"
)

// The R4 types below hold the elements that careline reads or writes, under
// their FHIR names. Whatever else a resource holds is kept by working on its
// JSON (see merge).

// Coding is FHIR's Coding.
type Coding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

// CodeableConcept is FHIR's CodeableConcept.
type CodeableConcept struct {
	Coding []Coding `json:"coding,omitempty"`
	Text   string   `json:"text,omitempty"`
}

// Identifier is FHIR's Identifier.
type Identifier struct {
	System string `json:"system,omitempty"`
	Value  string `json:"value,omitempty"`
}

// Reference is FHIR's Reference: by literal reference, or by an identifier of what it
// refers to.
type Reference struct {
	Reference  string      `json:"reference,omitempty"`
	Identifier *Identifier `json:"identifier,omitempty"`
	Display    string      `json:"display,omitempty"`
}

// Extension is FHIR's Extension with the value types that careline uses.
type Extension struct {
	URL            string      `json:"url"`
	ValueString    string      `json:"valueString,omitempty"`
	ValueInteger   *int        `json:"valueInteger,omitempty"`
	ValueBoolean   *bool       `json:"valueBoolean,omitempty"`
	ValueDateTime  string      `json:"valueDateTime,omitempty"`
	ValueCoding    *Coding     `json:"valueCoding,omitempty"`
	ValueReference *Reference  `json:"valueReference,omitempty"`
	Extension      []Extension `json:"extension,omitempty"`
}

// Payload is Communication.payload: a text, or a reference.
type Payload struct {
	ContentString    string     `json:"contentString,omitempty"`
	ContentReference *Reference `json:"contentReference,omitempty"`
}

// Meta is the server's own account of a resource.
type Meta struct {
	VersionID   string `json:"versionId,omitempty"`
	LastUpdated string `json:"lastUpdated,omitempty"`
}

// Annotation is FHIR's Annotation.
type Annotation struct {
	AuthorReference *Reference `json:"authorReference,omitempty"`
	Time            string     `json:"time,omitempty"`
	Text            string     `json:"text,omitempty"`
}

// Communication is FHIR's Communication as careline writes it; the order of the
// fields is the order in which they are written.
type Communication struct {
	ResourceType string            `json:"resourceType"`
	ID           string            `json:"id,omitempty"`
	Meta         *Meta             `json:"meta,omitempty"`
	Identifier   []Identifier      `json:"identifier,omitempty"`
	Status       string            `json:"status,omitempty"`
	StatusReason *CodeableConcept  `json:"statusReason,omitempty"`
	Category     []CodeableConcept `json:"category,omitempty"`
	Medium       []CodeableConcept `json:"medium,omitempty"`
	Subject      *Reference        `json:"subject,omitempty"`
	Sender       *Reference        `json:"sender,omitempty"`
	Recipient    []Reference       `json:"recipient,omitempty"`
	BasedOn      []Reference       `json:"basedOn,omitempty"`
	Sent         string            `json:"sent,omitempty"`
	Received     string            `json:"received,omitempty"`
	Payload      []Payload         `json:"payload,omitempty"`
	Note         []Annotation      `json:"note,omitempty"`
	Extension    []Extension       `json:"extension,omitempty"`
}

// Resource is any resource as the server gave it.
type Resource struct {
	Type, ID, Version string
	LastUpdated       string          // instant, as the server wrote it
	JSON              json.RawMessage // the whole of it, also what careline does not know
}

// Entry is one entry of a searchset or of a history.
type Entry struct {
	Mode     string // "match" or "include"; empty in a history
	Resource Resource
}

type bundle struct {
	ResourceType string `json:"resourceType"`
	Link         []struct {
		Relation string `json:"relation"`
		URL      string `json:"url"`
	} `json:"link"`
	Entry []struct {
		Search struct {
			Mode string `json:"mode"`
		} `json:"search"`
		Resource json.RawMessage `json:"resource"`
	} `json:"entry"`
}

type period struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

type contactPoint struct {
	System string          `json:"system"`
	Value  json.RawMessage `json:"value"`
	Use    string          `json:"use"`
	Rank   int             `json:"rank"`
	Period *period         `json:"period"`
}

type humanName struct {
	Use    string   `json:"use"`
	Text   string   `json:"text"`
	Family string   `json:"family"`
	Given  []string `json:"given"`
}

// person is a Patient, a RelatedPerson or a Practitioner.
type person struct {
	Active    json.RawMessage `json:"active"`
	Name      []humanName     `json:"name"`
	Telecom   []contactPoint  `json:"telecom"`
	BirthDate string          `json:"birthDate"`

	// Of a Patient only.
	DeceasedBoolean  json.RawMessage `json:"deceasedBoolean"`
	DeceasedDateTime json.RawMessage `json:"deceasedDateTime"`
	Link             []patientLink   `json:"link"`

	// Of a RelatedPerson only.
	Patient      shown             `json:"patient"`
	Relationship []CodeableConcept `json:"relationship"`
	Period       *period           `json:"period"`
}

// patientLink ties two records of one patient (FHIR R4, section 8.1.5, Patient.link).
type patientLink struct {
	Other shown  `json:"other"`
	Type  string `json:"type"`
}

// shown is a Reference with the text that a person is shown for it.
type shown struct {
	Reference string `json:"reference"`
	Display   string `json:"display"`
}

type practitionerRole struct {
	ID           string          `json:"id"`
	Active       json.RawMessage `json:"active"` // absent means that nobody ended it
	Period       *period         `json:"period"`
	Practitioner shown           `json:"practitioner"`
}

type appointment struct {
	ID              string            `json:"id"`
	Status          string            `json:"status"`
	Start           string            `json:"start"`
	End             string            `json:"end"`
	Description     string            `json:"description"`
	ReasonCode      []CodeableConcept `json:"reasonCode"`
	AppointmentType *CodeableConcept  `json:"appointmentType"`
	Participant     []participant     `json:"participant"`
}

type participant struct {
	Actor  shown   `json:"actor"`
	Status string  `json:"status"`
	Period *period `json:"period"`
}

// tolerant reads a resource as far as it can be read: an element of another type
// than FHIR gives it is left as if it were absent. It reports whether there is a
// resource at all.
func tolerant(raw json.RawMessage, into any) bool {
	if len(raw) == 0 || raw[0] != '{' {
		return false
	}

	err := json.Unmarshal(raw, into)
	_, mistyped := errors.AsType[*json.UnmarshalTypeError](err)
	return err == nil || mistyped // the decoder goes on behind a mistyped element
}

// says reports whether an element is that text, also one that was put in quotes by
// mistake.
func says(raw json.RawMessage, text string) bool {
	return string(raw) == text || string(raw) == `"`+text+`"`
}

// given reports whether an element is there.
func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
