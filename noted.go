package careline

import (
	"encoding"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// KindNoted is a clinician on what came of a call, which may be over for long. It tells
// nothing of how the call went: that the carrier does.
const KindNoted Kind = "noted"

// ClinicianOutcome is what came of a call, in a word of its clinician; empty: none was
// said. Its text is kept in the log and written to the record: never change one.
type ClinicianOutcome string

// What can have come of a call.
const (
	CameToPatient      ClinicianOutcome = "spoke-with-patient"
	CameToSomebodyElse ClinicianOutcome = "spoke-with-somebody-else"
	CameToMessage      ClinicianOutcome = "left-message"
	CameToWrongOne     ClinicianOutcome = "wrong-person-or-number"
	CameToNobody       ClinicianOutcome = "not-reached"
	CameToOther        ClinicianOutcome = "other"
)

// Known reports whether it is one of the words above.
func (o ClinicianOutcome) Known() bool {
	switch o {
	case CameToPatient, CameToSomebodyElse, CameToMessage, CameToWrongOne, CameToNobody, CameToOther:
		return true
	}
	return false
}

// LongestNote is how long the text of a note may be, in characters (code points of
// Unicode).
const LongestNote = 1000

// CallNote is what a clinician noted of a call. Its text is a patient's: it prints as
// "(note)" wherever it is formatted, logged or marshalled.
type CallNote struct {
	Outcome ClinicianOutcome
	Text    string    // plain, with \n between lines; empty: none
	By      string    // practitioner id; empty when it was read from the record
	At      time.Time // when it was noted, by our clock
}

// NewCallNote is a note of these words, the text cleaned of blanks around it; an Error of
// code invalid says what cannot be kept. A note of nothing takes back what was noted.
func NewCallNote(outcome ClinicianOutcome, text string) (CallNote, error) {
	text = strings.TrimSpace(lines.Replace(text))
	switch {
	case outcome != "" && !outcome.Known():
		return CallNote{}, Because(CodeInvalid, ReasonNoteOutcome, nil)
	case utf8.RuneCountInString(text) > LongestNote:
		return CallNote{}, Because(CodeInvalid, ReasonNoteTooLong, nil)
	case !utf8.ValidString(text), strings.ContainsFunc(text, unprintable):
		return CallNote{}, Because(CodeInvalid, ReasonNoteUnreadable, nil)
	}
	return CallNote{Outcome: outcome, Text: text}, nil
}

// lines makes every end of a line the same, and of a tab, as tables have it that are
// pasted, a blank.
var lines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\t", " ")

// unprintable reports whether the record could not hold the character (FHIR R4, string:
// no control characters).
func unprintable(r rune) bool { return r != '\n' && unicode.IsControl(r) }

// Empty reports whether nothing is noted.
func (n CallNote) Empty() bool { return n.Outcome == "" && n.Text == "" }

// Same reports whether both say the same, whoever noted it when.
func (n CallNote) Same(other CallNote) bool {
	return n.Outcome == other.Outcome && n.Text == other.Text
}

// However a note is printed, it is hidden.
var (
	_ fmt.Stringer           = CallNote{}
	_ fmt.GoStringer         = CallNote{}
	_ slog.LogValuer         = CallNote{}
	_ encoding.TextMarshaler = CallNote{}
)

// String hides the note.
func (n CallNote) String() string { return "(note)" }

// GoString hides the note.
func (n CallNote) GoString() string { return "(note)" }

// LogValue hides the note.
func (n CallNote) LogValue() slog.Value { return slog.StringValue("(note)") }

// MarshalText hides the note.
func (n CallNote) MarshalText() ([]byte, error) { return []byte("(note)"), nil }

// noted takes the newest note. One that repeats what stands is a request that was sent
// again: it changes nothing, not even when.
func (f *fold) noted(e *CallEvent) {
	if n := e.Note; !n.Same(f.call.Note) {
		n.At = happened(e)
		f.call.Note = n
	}
}
