package careline

import (
	"fmt"
	"strings"
)

// Summary tells how the call stands, in a few words for a person; it holds no
// semicolon and nothing of a patient.
func (c Call) Summary() string {
	switch c.Status {
	case StatusRefused:
		return "Not placed: " + c.Why()
	case StatusRequested:
		return "Requested"
	case StatusQueued:
		return "Waiting to be dialled"
	case StatusInitiated:
		return "Dialling"
	case StatusRinging:
		return "Ringing"
	case StatusInProgress:
		return c.answered("Voicemail answered")
	case StatusCompleted:
		return c.answered("Left for voicemail") + c.lasted()
	case StatusBusy, StatusFailed, StatusNoAnswer, StatusCanceled:
		return c.unanswered()
	}

	return "Not known yet"
}

// Why is the sentence that the clinician was told of the call's refusal. Of a call
// whose sentence was not recorded, it is the one that goes with the reason.
func (c Call) Why() string {
	if c.Told != "" {
		return c.Told
	}
	return c.Refusal.SentenceFor(c.To)
}

// Voicemail reports whether a machine answered that takes messages (Twilio,
// "Answering Machine Detection": machine_start, machine_end_…).
func (c Call) Voicemail() bool { return strings.HasPrefix(c.AnsweredBy, "machine") }

func (c Call) answered(voicemail string) string {
	switch {
	case c.Voicemail():
		return voicemail
	case c.AnsweredBy == "fax":
		return "Answered by a fax machine"
	case c.AnsweredBy == "human":
		return "Answered by a person"
	}
	return "Answered"
}

func (c Call) unanswered() string {
	switch {
	case c.Declined:
		return "Declined"
	case c.Status == StatusBusy:
		return "The line was busy"
	case c.Status == StatusNoAnswer && c.EndedBy != SideClinician:
		return "No answer"
	case c.Status != StatusFailed:
		return "Ended before it was answered"
	}

	if why := c.Failure.Reason(); why != "" {
		return "Could not be connected: " + why
	}
	return "Could not be connected"
}

func (c Call) lasted() string {
	n, known := c.Seconds.Value()
	switch {
	case !known && c.Voicemail():
		return ""
	case !known:
		return ", then ended"
	case n < 60:
		return fmt.Sprintf(", lasted %d s", n)
	case n%60 == 0:
		return fmt.Sprintf(", lasted %d min", n/60)
	}
	return fmt.Sprintf(", lasted %d min %d s", n/60, n%60)
}
