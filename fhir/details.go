package fhir

import (
	"strings"
	"time"

	"perci.health/careline"
)

// The names of the sub-extensions. Other systems read them: never change one.
const (
	detailCallSID       = "callSid"
	detailParentSID     = "parentCallSid"
	detailDirection     = "direction"
	detailStatus        = "callStatus"
	detailAnsweredBy    = "answeredBy"
	detailDuration      = "durationSeconds"
	detailRecording     = "recordingSid"
	detailReconciled    = "reconciled"
	detailOutcome       = "outcome"
	detailClinicianLeft = "clinicianLeft"
	detailEnded         = "ended"
	detailEventTime     = "eventTime"
	detailEndedBy       = "endedBy"
	detailDeclined      = "declined"
	detailErrorCode     = "errorCode"
	detailSIP           = "sipResponseCode"
	detailFailure       = "failureReason"
	detailEnding        = "dialledEnding"
	detailRelation      = "recipientRelation"
	detailHousehold     = "householdConfirmed"
	detailNoted         = "noted"

	detailClinicianOutcome = "clinicianOutcome"
)

// detailsOfVersion are the sub-extensions that tell of the version they stand in:
// one that careline does not write any more must go, for the record would tell of
// another outcome than the call had.
var detailsOfVersion = []string{
	detailOutcome,
	detailClinicianLeft,
	detailEnded,
	detailEventTime,
	detailEndedBy,
	detailDeclined,
	detailErrorCode,
	detailSIP,
	detailFailure,
	detailClinicianOutcome,
	detailNoted,
}

// outcomeUnknown stands for careline's status when nothing is known yet, which has
// no word of its own.
const outcomeUnknown = "unknown"

// details are the sub-extensions. callSid is the member's leg once it is known,
// until then the clinician's; parentCallSid tells which of the two it is.
func (s Systems) details(c careline.Call) []Extension {
	var d detailList
	callSID := c.MemberLeg
	for _, other := range []string{c.ClinicianLeg, c.Key} {
		if callSID == "" {
			callSID = other
		}
	}

	d.text(detailCallSID, callSID)
	d.text(detailParentSID, c.ClinicianLeg)
	d.text(detailDirection, c.Direction)
	d.text(detailStatus, c.Word)
	d.text(detailAnsweredBy, c.AnsweredBy)
	if n, known := c.Seconds.Value(); known {
		d = append(d, Extension{URL: detailDuration, ValueInteger: &n})
	}
	d.text(detailRecording, c.Recording)
	d.flag(detailReconciled, c.Reconciled)
	d.ending(c)
	d.text(detailEnding, c.ToEnding)
	d.text(detailRelation, c.Names.Relation)
	d.flag(detailHousehold, c.Household)
	d.noted(c.Note, s.outcome())
	d.room(c)
	return d
}

// ending is what the carrier's word for the status does not say.
func (d *detailList) ending(c careline.Call) {
	if outcome := unsaid(c); outcome != "" {
		d.text(detailOutcome, outcome)
		d.flag(detailClinicianLeft, c.ClinicianLeft && c.Final())
	}

	d.time(detailEnded, c.Ended)
	d.time(detailEventTime, c.At)
	d.text(detailEndedBy, string(c.EndedBy))
	d.flag(detailDeclined, c.Declined)
	d.number(detailErrorCode, c.Failure.Code)
	d.number(detailSIP, c.Failure.SIP)
	d.text(detailFailure, c.Failure.Reason())
}

// unsaid is careline's status where neither the carrier's word nor the status of
// the Communication says the same; empty where they do.
func unsaid(c careline.Call) string {
	switch {
	case c.Status == careline.StatusRefused, c.Status == careline.StatusRequested && c.Word == "":
		return ""
	case c.Status == careline.StatusUnknown && c.Word == "":
		return outcomeUnknown
	case c.Status == knownStatus(careline.Status(c.Word)):
		return ""
	case c.Status == careline.StatusUnknown:
		return outcomeUnknown
	}
	return string(c.Status)
}

// detailList leaves out what is not known.
type detailList []Extension

func (d *detailList) text(url, value string) {
	if value = strings.TrimSpace(value); value != "" {
		*d = append(*d, Extension{URL: url, ValueString: value})
	}
}

func (d *detailList) flag(url string, value bool) {
	if value {
		*d = append(*d, Extension{URL: url, ValueBoolean: &value})
	}
}

func (d *detailList) number(url string, value int) {
	if value != 0 {
		*d = append(*d, Extension{URL: url, ValueInteger: &value})
	}
}

func (d *detailList) time(url string, value time.Time) {
	if !value.IsZero() {
		*d = append(*d, Extension{URL: url, ValueDateTime: instant(value)})
	}
}
