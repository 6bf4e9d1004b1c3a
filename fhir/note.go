package fhir

import (
	"slices"
	"strings"

	"perci.health/careline"
)

// clinicianOutcomes are how the record says what came of a call.
var clinicianOutcomes = map[careline.ClinicianOutcome]string{
	careline.CameToPatient:      "Spoke with the patient",
	careline.CameToSomebodyElse: "Spoke with somebody else",
	careline.CameToMessage:      "Left a message",
	careline.CameToWrongOne:     "Wrong person or number",
	careline.CameToNobody:       "Could not be reached",
	careline.CameToOther:        "Other",
}

// annotations are what the clinician wrote of the call. FHIR takes the text for
// markdown, in which plain text reads as it is.
func annotations(c careline.Call) []Annotation {
	if c.Note.Text == "" {
		return nil
	}
	return []Annotation{{
		AuthorReference: reference(string(c.Sender), c.Names.Sender),
		Time:            instant(c.Note.At),
		Text:            c.Note.Text,
	}}
}

// noted are the details of a note: what came of the call, and when that was noted, by
// which the annotation is known as ours.
func (d *detailList) noted(n careline.CallNote, system string) {
	if n.Empty() {
		return
	}

	if n.Outcome != "" {
		*d = append(*d, Extension{URL: detailClinicianOutcome, ValueCoding: &Coding{
			System:  system,
			Code:    string(n.Outcome),
			Display: clinicianOutcomes[n.Outcome],
		}})
	}
	d.time(detailNoted, n.At)
}

// ourNote reports whether an annotation in the record is careline's: of the time that
// the record's extension tells, and by the sender. Everybody else's stays.
func (s Systems) ourNote(annotation, record *element) bool {
	noted := s.detailOf(record, detailNoted).text("valueDateTime")
	sender := record.child("sender").text("reference")
	return noted != "" && annotation.text("time") == noted && annotation.child("authorReference").text("reference") == sender
}

// recordedNote reads a note back.
func (s Systems) recordedNote(m Communication) (n careline.CallNote) {
	noted := ""
	for _, d := range s.callDetails(m) {
		switch {
		case d.URL == detailNoted:
			noted = d.ValueDateTime
		case d.URL == detailClinicianOutcome && d.ValueCoding != nil:
			n.Outcome = careline.ClinicianOutcome(d.ValueCoding.Code)
		}
	}
	if !n.Outcome.Known() {
		n.Outcome = "" // somebody has edited the record
	}

	ours := slices.IndexFunc(m.Note, func(a Annotation) bool {
		return noted != "" && a.Time == noted && sameReference(a.AuthorReference, m.Sender)
	})
	if ours >= 0 {
		n.Text = strings.TrimSpace(m.Note[ours].Text)
	}
	if !n.Empty() {
		n.At = recordedTime(noted)
	}
	return n
}

func sameReference(a, b *Reference) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Reference == b.Reference
}
