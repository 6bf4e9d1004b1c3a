package fhir

import (
	"regexp"
	"slices"
	"strings"

	"perci.health/careline"
)

// A Communication's payloads have nothing that says whose they are: what is
// careline's there is known by its form. It is read whole, so that another's text
// that begins alike stays theirs: "Outbound Twilio voice call; status=completed.
// The patient will ring back." is no text of ours.
//
//	text     = ["Entered in error: "] (call / refusal)
//	call     = "Outbound Twilio voice call" ["; status=" word] ["; answeredBy=" word]
//	           ["; duration=" number "s"] ["; summary=" summary]
//	refusal  = "Not placed: " sentence
//
// The system before careline, and its first releases, wrote a call without summary;
// these wrote a refusal as a call of which nothing is known.

// carriersWord is as Twilio writes the words of its statuses, also one that is new
// to us.
var carriersWord = regexp.MustCompile(`^[A-Za-z0-9_-]+`)

var payloadSeconds = regexp.MustCompile(`^; duration=\d+s`)

// payloadSummaries are the forms of careline.Call.Summary that were ever written
// to a record. A new one is added, none is ever taken out: records have it.
var payloadSummaries = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`Voicemail answered`,
	`(?:Left for voicemail|Answered|Answered by a person|Answered by a fax machine)(?:, then ended|, lasted \d+ (?:s|min|min \d+ s))?`,
	`Declined`,
	`The line was busy`,
	`No answer`,
	`Ended before it was answered`,
	`Could not be connected(?:: [A-Z][^;]*\.)?`,
}, "|") + `)$`)

// payloadCountry is the one sentence of a refusal that is made of parts.
var payloadCountry = regexp.MustCompile(`^Calls to [^.;]+ are not allowed\.$`)

// ourPayload reports whether a text in the record is careline's, of whatever
// release.
func (s Systems) ourPayload(text string, first bool, record *element) bool {
	text = strings.TrimPrefix(text, payloadInError)
	if sentence, refused := strings.CutPrefix(text, payloadRefused); refused {
		return first && ourRefusal(sentence, record)
	}

	parts, isCall := strings.CutPrefix(text, payloadHead)
	return isCall && s.ourParts(parts, record)
}

// ourRefusal knows the sentence that was written with the record's reason, in the
// words of its release, and those of this one. All are plain English, which others
// may write too: ours always stands first.
func ourRefusal(sentence string, record *element) bool {
	if reason := record.child("statusReason").text("text"); reason != "" && reason == sentence {
		return true
	}

	said := func(r refusal) bool { return r.code.Sentence() == sentence }
	return slices.ContainsFunc(refusals, said) || sentence == careline.Refusal("").Sentence() || payloadCountry.MatchString(sentence)
}

// ourParts reads part by part, and leaves nothing over.
func (s Systems) ourParts(parts string, record *element) bool {
	parts = afterWord(parts, payloadStatus, s.detailOf(record, detailStatus))
	parts = afterWord(parts, payloadAnswered, s.detailOf(record, detailAnsweredBy))
	parts = payloadSeconds.ReplaceAllString(parts, "")
	summary, said := strings.CutPrefix(parts, payloadSummary)
	return parts == "" || said && payloadSummaries.MatchString(summary)
}

// afterWord is what follows the part of that name; all, when that is not the first
// or its word is none of the carrier's. A word that is not of Twilio's kind is the
// carrier's if the record's extension has it, too.
func afterWord(parts, name string, detail *element) string {
	rest, found := strings.CutPrefix(parts, name)
	if !found {
		return parts
	}

	odd := strings.TrimSpace(detail.text("valueString"))
	if after, ok := strings.CutPrefix(rest, odd); ok && odd != "" && (after == "" || after[0] == ';') {
		return after
	}
	if word := carriersWord.FindString(rest); word != "" {
		return rest[len(word):]
	}
	return parts
}
