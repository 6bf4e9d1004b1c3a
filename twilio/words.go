package twilio

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"perci.health/careline"
)

// statusOf reads a CallStatus. A word that is new to us has no status; whoever
// keeps the event keeps the word. "answered" is the name of an event, whose
// status Twilio gives as in-progress; some of its products say it as a status.
func statusOf(word string) careline.Status {
	switch word {
	case "queued":
		return careline.StatusQueued
	case "initiated":
		return careline.StatusInitiated
	case "ringing":
		return careline.StatusRinging
	case "in-progress", "answered":
		return careline.StatusInProgress
	case "completed":
		return careline.StatusCompleted
	case "busy":
		return careline.StatusBusy
	case "failed":
		return careline.StatusFailed
	case "no-answer":
		return careline.StatusNoAnswer
	case "canceled":
		return careline.StatusCanceled
	}

	return careline.StatusUnknown
}

// maxWord bounds a word that may be new to us.
const maxWord = 40

// isWord reports whether value can be one of Twilio's words.
func isWord(value []byte) bool {
	if len(value) == 0 || len(value) > maxWord {
		return false
	}
	for _, c := range value {
		letter := (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		if !letter && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// isText reports whether value can stand for a word, though it is none: it is
// short and printable, or empty.
func isText(value []byte) bool {
	if len(value) > maxWord || !utf8.Valid(value) {
		return false
	}
	return bytes.IndexFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// known is the word as a string, without a copy for those that come often.
func known(word []byte) string {
	switch string(word) {
	case "initiated":
		return "initiated"
	case "ringing":
		return "ringing"
	case "in-progress":
		return "in-progress"
	case "completed":
		return "completed"
	case "no-answer":
		return "no-answer"
	case "inbound":
		return "inbound"
	case "outbound-dial":
		return "outbound-dial"
	case "human":
		return "human"
	}

	return string(word)
}
