package fhir

import (
	"encoding/json"
	"strconv"

	"perci.health/careline"
)

// The codes of a recording's Media. Other systems read them: never change one.
const (
	systemMediaType = "http://terminology.hl7.org/CodeSystem/media-type"

	codeRecording = "call-recording" // a tag, and the category of a Consent
	codeLegalHold = "legal-hold"     // a tag that somebody else sets: what has it is not deleted
)

// Media is FHIR's Media as careline writes it of a recording (FHIR R4, section 9.9). It
// holds no sound, but says where that can be heard, by whoever may.
type Media struct {
	ResourceType string          `json:"resourceType"`
	Meta         tagged          `json:"meta"`
	Identifier   []Identifier    `json:"identifier"`
	PartOf       []Reference     `json:"partOf,omitempty"`
	Status       string          `json:"status"`
	Type         CodeableConcept `json:"type"`
	Subject      *Reference      `json:"subject,omitempty"`
	Created      string          `json:"createdDateTime,omitempty"`
	Operator     *Reference      `json:"operator,omitempty"`
	Duration     json.Number     `json:"duration,omitempty"`
	Content      attachment      `json:"content"`
}

// attachment is FHIR's Attachment with what careline writes.
type attachment struct {
	ContentType string `json:"contentType"`
	URL         string `json:"url"`
	Title       string `json:"title"`
}

var _ statement = Media{}

// MediaOf writes a recording of a call as a Media, which is part of the call's
// Communication, of that id (empty: not known). The sound is heard at careline's public
// address, which asks who listens. What is not known is left out.
func (s Systems) MediaOf(c careline.Call, r careline.Recording, communication, public string) Media {
	m := Media{
		ResourceType: "Media",
		Meta:         tagged{Tag: []Coding{{System: s.tag(), Code: codeRecording, Display: "Call recording"}}},
		Identifier:   []Identifier{{System: systemTwilio, Value: r.Sid}},
		PartOf:       references(prefixed("Communication/", communication), ""),
		Status:       mediaStatus(r),
		Type:         CodeableConcept{Coding: []Coding{{System: systemMediaType, Code: "audio", Display: "Audio"}}},
		Subject:      reference(string(c.Patient), c.Names.Patient),
		Created:      instant(r.Started),
		Operator:     reference(string(c.Sender), c.Names.Sender),
		Content: attachment{
			ContentType: "audio/mpeg",
			URL:         public + "/bff_clinical/v1/recordings/" + r.Sid + "/audio",
			Title:       "Call recording",
		},
	}

	if m.Operator == nil {
		m.Operator = reference(prefixed("Practitioner/", c.Clinician), "")
	}
	if n, known := r.Seconds.Value(); known {
		m.Duration = json.Number(strconv.Itoa(n))
	}
	return m
}

// mediaStatus is preparation until there is sound to be heard.
func mediaStatus(r careline.Recording) string {
	switch {
	case r.Gone != "", r.State == careline.RecordingDeleted:
		return statusInError
	case r.State == careline.RecordingCompleted:
		return statusCompleted
	case r.State == careline.RecordingAbsent, r.State == careline.RecordingFailed:
		return statusNotDone
	}
	return statusPreparation
}

// identifiers are by which the recording is found.
func (m Media) identifiers() []Identifier { return m.Identifier }

// element is empty where it cannot be read back.
func (m Media) element() *element { return readBack(m) }

// readBack is a statement as decode would read it from its JSON; empty where it cannot be.
func readBack(s any) *element {
	text, err := json.Marshal(s)
	if err != nil {
		return newElement()
	}
	e, err := decode(text)
	if err != nil {
		return newElement()
	}
	return e
}

// mediaKind is the Media of a recording.
func mediaKind(s Systems) *resourceKind {
	k := &resourceKind{
		resource: "Media",
		several:  "Media",
		of:       "recording",
		mark:     "tag",

		// FHIR R4 value set event-status.
		final:   []string{statusCompleted, statusNotDone, statusInError, "stopped"},
		codings: []Coding{{System: systemMediaType, Code: "audio"}},
	}
	for _, base := range s.bases() {
		k.codings = append(k.codings, Coding{System: base + pathTag, Code: codeRecording})
	}
	return k
}
