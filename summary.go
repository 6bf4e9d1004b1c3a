package careline

import (
	"fmt"
	"strings"
)

// Summary tells how the call stands, in a few words for a person; it holds no
// semicolon and nothing of a patient.
func (c Call) Summary() string {
	outcome := c.Outcome()
	words := outcome.Words().Summary

	switch outcome {
	case OutcomeRefused:
		return words + ": " + c.Why()
	case OutcomeFailed:
		if why := c.Failure.Reason(); why != "" {
			return words + ": " + why
		}
	case OutcomeEnded, OutcomeEndedWithPerson, OutcomeEndedWithMachine, OutcomeEndedWithFax:
		return words + c.lasted()
	}

	return words
}

// Outcome is how the call stands, or ended.
func (c Call) Outcome() Outcome {
	switch c.Status {
	case StatusRefused:
		return OutcomeRefused
	case StatusRequested:
		return OutcomeRequested
	case StatusQueued:
		return OutcomeQueued
	case StatusInitiated:
		return OutcomeDialling
	case StatusRinging:
		return OutcomeRinging
	case StatusInProgress:
		return c.answered(OutcomeAnswered, OutcomePersonAnswered, OutcomeMachineAnswered, OutcomeFaxAnswered)
	case StatusCompleted:
		return c.answered(OutcomeEnded, OutcomeEndedWithPerson, OutcomeEndedWithMachine, OutcomeEndedWithFax)
	case StatusBusy, StatusFailed, StatusNoAnswer, StatusCanceled:
		return c.unanswered()
	}

	return OutcomeUnknown
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

// answered is one of the outcomes of a call that was answered, by what answered.
func (c Call) answered(unknown, person, machine, fax Outcome) Outcome {
	switch {
	case c.Voicemail():
		return machine
	case c.AnsweredBy == "fax":
		return fax
	case c.AnsweredBy == "human":
		return person
	}
	return unknown
}

// unanswered is the outcome of a call that nobody answered.
func (c Call) unanswered() Outcome {
	switch {
	case c.Declined:
		return OutcomeDeclined
	case c.Status == StatusBusy:
		return OutcomeBusy
	case c.Status == StatusNoAnswer && c.EndedBy != SideClinician:
		return OutcomeNoAnswer
	case c.Status != StatusFailed:
		return OutcomeGivenUp
	}

	return OutcomeFailed
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
