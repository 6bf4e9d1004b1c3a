package fhir

import (
	"strings"
	"time"

	"perci.health/careline"
)

// CallOf reads a call back from its Communication. Fields that the record does
// not hold are zero: Clinician and To always, and ClinicianLeft where the outcome
// was told by somebody else than the clinician's leaving. Times are whole seconds.
//
// It also reads records of the system that careline replaced, which knew one leg
// only: that is then the member's.
func (s Systems) CallOf(m Communication) careline.Call {
	var c careline.Call
	for _, d := range s.callDetails(m) {
		read(&c, d)
	}
	outcome := c.Status
	c.Status = recordedStatus(m.Status, c.Word)
	switch {
	case c.Status == careline.StatusRefused:
	case outcome == outcomeUnknown:
		c.Status = careline.StatusUnknown
	case outcome == careline.StatusRequested || knownStatus(outcome) == outcome && outcome != "":
		c.Status = outcome
	case c.Status == careline.StatusCompleted && c.Word == "" && neverDialled(m, c):
		c.Status = careline.StatusCanceled
	}

	legs(m, &c)
	people(m, &c)
	readMedia(m, &c)
	c.Refusal, c.Told = s.recordedRefusal(m)
	c.Note = s.recordedNote(m)
	for _, r := range m.BasedOn {
		if id, ok := strings.CutPrefix(r.Reference, "Appointment/"); ok && c.Appointment == "" {
			c.Appointment = id
		}
	}
	c.Sent, c.Received = recordedTime(m.Sent), recordedTime(m.Received)
	return c
}

// neverDialled knows a call that careline recorded before it wrote outcomes, whose
// clinician left before there was a leg to the member: it reads as completed.
func neverDialled(m Communication, c careline.Call) bool {
	_, lasted := c.Seconds.Value()
	return c.ClinicianLeg != "" && c.MemberLeg == c.ClinicianLeg && m.Received == "" && !lasted
}

func legs(m Communication, c *careline.Call) {
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
}

func people(m Communication, c *careline.Call) {
	if m.Subject != nil {
		c.Patient, c.Names.Patient = careline.Reference(m.Subject.Reference), m.Subject.Display
	}
	if m.Sender != nil {
		c.Sender, c.Names.Sender = careline.Reference(m.Sender.Reference), m.Sender.Display
	}
	if len(m.Recipient) > 0 {
		c.Recipient, c.Names.Recipient = careline.Reference(m.Recipient[0].Reference), m.Recipient[0].Display
	}
}

// read takes one sub-extension; the outcome it leaves in Status.
func read(c *careline.Call, d Extension) {
	switch d.URL {
	case detailCallSID:
		c.MemberLeg = d.ValueString
	case detailParentSID:
		c.ClinicianLeg = d.ValueString
	case detailDirection:
		c.Direction = d.ValueString
	case detailStatus:
		c.Word = d.ValueString
	case detailAnsweredBy:
		c.AnsweredBy = d.ValueString
	case detailOutcome:
		c.Status = careline.Status(d.ValueString)
	case detailEndedBy:
		c.EndedBy = careline.Side(d.ValueString)
	case detailEnding:
		c.ToEnding = d.ValueString
	case detailRelation:
		c.Names.Relation = d.ValueString
	case detailEnded:
		c.Ended = recordedTime(d.ValueDateTime)
	case detailEventTime:
		c.At = recordedTime(d.ValueDateTime)

	default:
		readMore(c, d)
		readRoom(c, d)
	}
}

// readMore takes the sub-extensions that are no text.
func readMore(c *careline.Call, d Extension) {
	is := d.ValueBoolean != nil && *d.ValueBoolean
	switch d.URL {
	case detailReconciled:
		c.Reconciled = is
	case detailClinicianLeft:
		c.ClinicianLeft = is
	case detailDeclined:
		c.Declined = is
	case detailHousehold:
		c.Household = is
	}
	if d.ValueInteger == nil {
		return
	}

	switch d.URL {
	case detailDuration:
		c.Seconds = careline.SecondsOf(*d.ValueInteger)
	case detailErrorCode:
		c.Failure.Code = *d.ValueInteger
	case detailSIP:
		c.Failure.SIP = *d.ValueInteger
	}
}

// recordedStatus believes the carrier's word where the record has one: completed
// alone does not tell whether anybody answered. A word that is not the last one of
// a call that is over is that of a call whose clinician left (see Fold).
func recordedStatus(status, word string) careline.Status {
	said := knownStatus(careline.Status(word))
	switch {
	case status == statusNotDone:
		return careline.StatusRefused
	case word == "" && status == statusPreparation:
		return careline.StatusRequested
	case word == "" && status == statusCompleted:
		return careline.StatusCompleted
	case status != statusCompleted || said.Final():
		return said
	case said == careline.StatusInProgress:
		return careline.StatusCompleted
	}

	return careline.StatusCanceled
}

// knownStatus is the status of that name. "answered" is the carrier's other name
// for the moment of an answer.
func knownStatus(s careline.Status) careline.Status {
	switch s {
	case "answered":
		return careline.StatusInProgress
	case careline.StatusQueued, careline.StatusInitiated, careline.StatusRinging, careline.StatusInProgress,
		careline.StatusCompleted, careline.StatusBusy, careline.StatusFailed, careline.StatusNoAnswer, careline.StatusCanceled:
		return s
	}
	return careline.StatusUnknown
}

func (s Systems) recordedRefusal(m Communication) (why careline.Refusal, told string) {
	if m.Status != statusNotDone || m.StatusReason == nil {
		return "", ""
	}
	for _, c := range m.StatusReason.Coding {
		if s.own(c.System, pathRefusal) {
			return careline.Refusal(c.Code), m.StatusReason.Text
		}
	}
	return "", m.StatusReason.Text
}

func recordedTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{} // a dateTime without a time of day is none of ours
	}
	return t.UTC()
}
