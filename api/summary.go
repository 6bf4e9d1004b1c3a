package api

import (
	"fmt"
	"strings"

	"perci.health/careline"
)

// summary tells a call's state to a person.
func summary(c careline.Call) string {
	switch c.Status {
	case careline.StatusRefused:
		return "Not placed: " + c.Refusal.SentenceFor(c.To)
	case careline.StatusRequested:
		return "Requested"
	case careline.StatusQueued:
		return "Waiting to be dialled"
	case careline.StatusInitiated:
		return "Dialling"
	case careline.StatusRinging:
		return "Ringing"
	case careline.StatusInProgress:
		return answered(c)
	case careline.StatusCompleted:
		return answered(c) + length(c.Seconds)
	case careline.StatusBusy:
		return "The line was busy"
	case careline.StatusFailed:
		return "Could not be connected"
	case careline.StatusNoAnswer:
		return "No answer"
	case careline.StatusCanceled:
		return "Ended before it was answered"
	}
	return "Not known yet"
}

// answered goes by Twilio's words for what picked up: human, fax, unknown,
// machine_start and machine_end_… (Twilio, "Answering Machine Detection").
func answered(c careline.Call) string {
	switch {
	case strings.HasPrefix(c.AnsweredBy, "machine"):
		return "Answered by voicemail"
	case c.AnsweredBy == "fax":
		return "Answered by a fax machine"
	case c.AnsweredBy == "human":
		return "Answered by a person"
	}
	return "Answered"
}

func length(s careline.Seconds) string {
	n, known := s.Value()
	switch {
	case !known:
		return ", then ended"
	case n < 60:
		return fmt.Sprintf(", lasted %d s", n)
	case n%60 == 0:
		return fmt.Sprintf(", lasted %d min", n/60)
	}
	return fmt.Sprintf(", lasted %d min %d s", n/60, n%60)
}
