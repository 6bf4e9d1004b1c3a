package fhir

import (
	"fmt"
	"strings"

	"perci.health/careline"
)

// How the payload's text begins.
const (
	payloadHead    = "Outbound Twilio voice call"
	payloadRefused = "Not placed: "
	payloadInError = "Entered in error: "
)

// The parts of the payload's text, in their order; the duration stands before the
// summary. Each begins with a semicolon.
const (
	payloadStatus   = "; status="
	payloadAnswered = "; answeredBy="
	payloadSummary  = "; summary="
)

// payloadText is all that many viewers show of a Communication. Its parts are
// parted by semicolons. The words for a person stand last, and only where the
// carrier's own would be misread.
func payloadText(c careline.Call) string {
	if c.Status == careline.StatusRefused {
		return payloadRefused + c.Why()
	}

	text := payloadHead
	if word := strings.TrimSpace(c.Word); word != "" {
		text += payloadStatus + word
	}
	if who := strings.TrimSpace(c.AnsweredBy); who != "" {
		text += payloadAnswered + who
	}
	if n, known := c.Seconds.Value(); known {
		text += fmt.Sprintf("; duration=%ds", n)
	}
	if misread(c) {
		text += payloadSummary + c.Summary()
	}
	return text
}

// misread reports whether the carrier's word for the status alone tells somebody
// something else than what happened, or less than is known.
func misread(c careline.Call) bool {
	switch {
	case c.Status == careline.StatusInProgress, c.Status == careline.StatusCompleted && careline.Status(c.Word) == c.Status:
		return c.Voicemail()
	case !c.Final():
		return false
	case careline.Status(c.Word) != c.Status, c.Declined:
		return true
	case c.Status == careline.StatusNoAnswer:
		return c.EndedBy == careline.SideClinician
	}
	return c.Failure.Reason() != ""
}

// withdrawPayload says in the text that viewers show that the record should not
// have been, beside whatever else its payloads say.
func (s Systems) withdrawPayload(record *element) {
	payloads := record.items("payload")
	for at, p := range payloads {
		payload, _ := p.(*element)
		text := payload.text("contentString")
		if !s.ourPayload(text, at == 0, record) {
			continue
		}
		if !strings.HasPrefix(text, payloadInError) {
			payload.set("contentString", payloadInError+text)
		}
		return
	}

	note := Payload{ContentString: payloadInError + payloadHead}.element()
	record.set("payload", append([]any{note}, payloads...))
}
