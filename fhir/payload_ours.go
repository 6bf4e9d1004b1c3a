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
var carriersWord = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

var payloadSeconds = regexp.MustCompile(`^\d+s$`)

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
func ourPayload(text string, first bool, record *element) bool {
	text = strings.TrimPrefix(text, payloadInError)
	if sentence, refused := strings.CutPrefix(text, payloadRefused); refused {
		return first && ourRefusal(sentence, record)
	}

	parts, isCall := strings.CutPrefix(text, payloadHead)
	return isCall && ourParts(parts, record)
}

// ourRefusal knows the sentence that was written with the record's reason, in the
// words of its release, and those of this one. All are plain English, which others
// may write too: ours always stands first.
func ourRefusal(sentence string, record *element) bool {
	if sentence == record.child("statusReason").text("text") {
		return true
	}

	said := func(r refusal) bool { return r.code.Sentence() == sentence }
	return slices.ContainsFunc(refusals(), said) || sentence == careline.Refusal("").Sentence() || payloadCountry.MatchString(sentence)
}

// ourParts reads the parts from the last to the first, so that nothing is left
// over. A word that is none of Twilio's kind is ours if the record's extension has
// it, too.
func ourParts(parts string, record *element) bool {
	well := true
	part := func(name string, is func(value string) bool) {
		if rest, value, there := cutLast(parts, name); there {
			parts, well = rest, well && is(value)
		}
	}
	wordOf := func(detail string) func(string) bool {
		return func(word string) bool {
			return carriersWord.MatchString(word) || word != "" && word == strings.TrimSpace(detailOf(record, detail).text("valueString"))
		}
	}

	part(payloadSummary, payloadSummaries.MatchString)
	part(payloadDuration, payloadSeconds.MatchString)
	part(payloadAnswered, wordOf(detailAnsweredBy))
	part(payloadStatus, wordOf(detailStatus))
	return well && parts == ""
}

// cutLast is strings.Cut at the last place of sep.
func cutLast(text, sep string) (before, after string, found bool) {
	at := strings.LastIndex(text, sep)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(sep):], true
}
