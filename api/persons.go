package api

import (
	"net/http"
	"regexp"
	"strings"

	"perci.health/careline"
)

// operators is how a sentence for an operator is known: it names a setting, or something
// that only they know. What a clinician's routes can answer for another place's reason
// is written for doctor and the log.
var operators = regexp.MustCompile(`\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\bcareline\b|access policy|its administrator|OAuth|login|client-credentials|\btoken\b|quota|` +
	`\belement\b|FHIR|resources?\b|\bSID\b|dead letter|log of calls|without a word|practitioner's id|id of the health record|has no end|another resource|` +
	`\bTwilio|TwiML|\b[Ww]ebhook|\bPub/Sub\b|Media of|Communication\b|AuditEvent|\bcarrier\b|not set up correctly`)

// shown is a sentence of careline's as it stands on a screen, among the app's own. What
// is heard, or goes into the record, keeps the apostrophe that every system reads.
func shown(sentence string) string { return strings.ReplaceAll(sentence, "'", "’") }

// forPersons is why, and how it is told, as a clinician reads it: a sentence for an
// operator, who has it in the log, says instead what happened and the way out.
func forPersons(r *http.Request, p problem) (careline.Reason, string) {
	switch {
	case !strings.HasPrefix(r.URL.Path, bffPrefix):
		return p.Reason, p.Detail
	case p.Reason == careline.ReasonFeatureOff: // whoever asks for it has written an app: the setting is named
		return p.Reason, shown(p.Detail)
	case !operators.MatchString(p.Detail):
		return p.Reason, shown(p.Detail)
	}

	switch p.Code {
	case careline.CodeUnavailable:
		reason := awayFrom(p.Detail)
		return reason, shown(reason.Sentence())
	case careline.CodeNotFound:
		return "", "This is not there any more. Please open it again from the list."
	case careline.CodeConflict:
		return "", "Somebody else changed this at the same time. Please try again."
	}
	return "", "This cannot be done at the moment. Please tell your IT team the reference."
}

// awayFrom is which of the parties that careline depends on an operator's sentence tells of.
func awayFrom(message string) careline.Reason {
	switch {
	case strings.Contains(message, "log of calls"):
		return careline.ReasonLogAway
	case strings.Contains(message, "Twilio"), strings.Contains(message, "carrier"):
		return careline.ReasonTelephonyAway
	}
	return careline.ReasonRecordAway
}
