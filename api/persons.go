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
	`\belement\b|FHIR|resources?\b|\bSID\b|dead letter|log of calls|without a word|practitioner's id|id of the health record|has no end|another resource`)

// shown is a sentence of careline's as it stands on a screen, among the app's own. What
// is heard, or goes into the record, keeps the apostrophe that every system reads.
func shown(sentence string) string { return strings.ReplaceAll(sentence, "'", "’") }

// forPersons is a message as a clinician reads it: one for an operator, who has it in the
// log, says instead what happened and the way out.
func forPersons(r *http.Request, code careline.Code, message string) string {
	switch {
	case !strings.HasPrefix(r.URL.Path, bffPrefix):
		return message
	case !operators.MatchString(message):
		return shown(message)
	}

	switch code {
	case careline.CodeUnavailable:
		if strings.Contains(message, "log of calls") {
			return "The service cannot look up its calls at the moment. Please try again in a minute."
		}
		return "The health record does not answer as it should at the moment. Please try again in a minute; if it stays so, tell your IT team."
	case careline.CodeNotFound:
		return "This is not there any more. Please open it again from the list."
	case careline.CodeConflict:
		return "Somebody else changed this at the same time. Please try again."
	}
	return "This cannot be done at the moment. Please tell your IT team the reference."
}
