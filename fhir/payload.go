package fhir

import (
	"fmt"
	"strings"

	"perci.health/careline"
)

// How the payload's text begins. Readers know the first; overlay finds ours by
// all of them, and older versions of the record have the first alone.
const (
	payloadHead    = "Outbound Twilio voice call"
	payloadRefused = "Not placed: "
	payloadInError = "Entered in error: "
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
		text += "; status=" + word
	}
	if who := strings.TrimSpace(c.AnsweredBy); who != "" {
		text += "; answeredBy=" + who
	}
	if n, known := c.Seconds.Value(); known {
		text += fmt.Sprintf("; duration=%ds", n)
	}
	if misread(c) {
		text += "; summary=" + c.Summary()
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

// ourPayload reports whether a text in the record is careline's, of whatever
// release. How a refusal begins is plain English, which others may write too: it is
// ours in the first place, where ours always stands.
func ourPayload(text string, first bool) bool {
	text = strings.TrimPrefix(text, payloadInError)
	return strings.HasPrefix(text, payloadHead) || first && strings.HasPrefix(text, payloadRefused)
}

// withdrawPayload says in the text that viewers show that the record should not
// have been, beside whatever else its payloads say.
func withdrawPayload(record element) {
	payloads, _ := record["payload"].([]any)
	for at, p := range payloads {
		payload, _ := p.(element)
		text, _ := payload["contentString"].(string)
		if !ourPayload(text, at == 0) {
			continue
		}
		if !strings.HasPrefix(text, payloadInError) {
			payload["contentString"] = payloadInError + text
		}
		return
	}

	note := element{"contentString": payloadInError + payloadHead}
	record["payload"] = append([]any{note}, payloads...)
}
