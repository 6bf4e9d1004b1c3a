package fhir

import (
	"strings"
	"time"

	"perci.health/careline"
)

// CallOf reads a call back from its Communication. Fields that the record does
// not hold are zero: Clinician, To, Ended and ClinicianLeft always.
//
// It also reads records of the system that careline replaced, which knew one leg
// only: that is then the member's.
func CallOf(m Communication) careline.Call {
	var c careline.Call
	for _, d := range callDetails(m) {
		read(&c, d)
	}
	if c.MemberLeg == c.ClinicianLeg {
		c.MemberLeg = "" // only the clinician's leg was known
	}
	c.Key = c.ClinicianLeg
	for _, i := range m.Identifier {
		if c.Key == "" && i.System == systemTwilio && i.Value != c.MemberLeg {
			c.Key = i.Value
		}
	}
	if c.Key == "" {
		c.Key = c.MemberLeg
	}
	c.Status = recordedStatus(m.Status, c.Word)
	c.Refusal = recordedRefusal(m)
	if m.Subject != nil {
		c.Patient = careline.Reference(m.Subject.Reference)
	}
	if m.Sender != nil {
		c.Sender = careline.Reference(m.Sender.Reference)
	}
	if len(m.Recipient) > 0 {
		c.Recipient = careline.Reference(m.Recipient[0].Reference)
	}
	for _, r := range m.BasedOn {
		if id, ok := strings.CutPrefix(r.Reference, "Appointment/"); ok && c.Appointment == "" {
			c.Appointment = id
		}
	}
	c.Sent, c.Received = recordedTime(m.Sent), recordedTime(m.Received)
	return c
}

func callDetails(m Communication) []Extension {
	for _, e := range m.Extension {
		if e.URL == extensionCall {
			return e.Extension
		}
	}
	return nil
}

func read(c *careline.Call, d Extension) {
	switch d.URL {
	case "callSid":
		c.MemberLeg = d.ValueString
	case "parentCallSid":
		c.ClinicianLeg = d.ValueString
	case "direction":
		c.Direction = d.ValueString
	case "callStatus":
		c.Word = d.ValueString
	case "answeredBy":
		c.AnsweredBy = d.ValueString
	case "recordingSid":
		c.Recording = d.ValueString
	case "reconciled":
		c.Reconciled = d.ValueBoolean != nil && *d.ValueBoolean
	case "durationSeconds":
		if d.ValueInteger != nil {
			c.Seconds = careline.SecondsOf(*d.ValueInteger)
		}
	}
}

// recordedStatus believes the carrier's word where the record has one: completed
// alone does not tell whether anybody answered.
func recordedStatus(status, word string) careline.Status {
	switch {
	case status == statusNotDone:
		return careline.StatusRefused
	case word == "answered":
		return careline.StatusInProgress // the carrier's name for the moment
	case word != "":
		return knownStatus(careline.Status(word))
	case status == statusPreparation:
		return careline.StatusRequested
	case status == statusCompleted:
		return careline.StatusCompleted
	}
	return careline.StatusUnknown
}

func knownStatus(s careline.Status) careline.Status {
	switch s {
	case careline.StatusQueued, careline.StatusInitiated, careline.StatusRinging, careline.StatusInProgress,
		careline.StatusCompleted, careline.StatusBusy, careline.StatusFailed, careline.StatusNoAnswer, careline.StatusCanceled:
		return s
	}
	return careline.StatusUnknown
}

func recordedRefusal(m Communication) careline.Refusal {
	if m.Status != statusNotDone || m.StatusReason == nil {
		return ""
	}
	for _, c := range m.StatusReason.Coding {
		if c.System == systemRefusal {
			return careline.Refusal(c.Code)
		}
	}
	return ""
}

func recordedTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{} // a dateTime without a time of day is none of ours
	}
	return t.UTC()
}
