package main

import (
	"bytes"
	"encoding/json"
	"time"

	"perci.health/careline"
)

// exportFormat names the form of an export: docs/export.md tells of it. What is added
// leaves the number as it is; what is renamed or taken away raises it.
const exportFormat = "careline-export/1"

// export is everything that is held about a patient.
type export struct {
	Format        string             `json:"format"`
	Patient       careline.Reference `json:"patient"`
	Made          time.Time          `json:"made"`
	Calls         []exportedCall     `json:"calls"`
	Looks         []exportedLook     `json:"looks"`
	Record        *exportedRecord    `json:"record,omitempty"`
	RecordLeftOut bool               `json:"recordLeftOut,omitempty"`
}

// exportedCall is a call as the log holds it: what is told of it, and all that it is told
// from.
type exportedCall struct {
	Key    string          `json:"key"`
	Call   exportedFold    `json:"call"`
	Filing *exportedFiling `json:"filing,omitempty"`
	Events []exportedEvent `json:"events"`
}

type exportedFold struct {
	Status      careline.Status    `json:"status,omitempty"`
	Outcome     careline.Outcome   `json:"outcome"`
	Summary     string             `json:"summary"`
	Direction   string             `json:"direction,omitempty"`
	Clinician   string             `json:"clinician,omitempty"`
	Sender      careline.Reference `json:"sender,omitempty"`
	Subject     careline.Reference `json:"subject,omitempty"`
	Recipient   careline.Reference `json:"recipient,omitempty"`
	Names       careline.Names     `json:"names"`
	Appointment string             `json:"appointment,omitempty"`
	Number      string             `json:"number,omitempty"`
	Refusal     careline.Refusal   `json:"refusal,omitempty"`
	Told        string             `json:"refusalSentence,omitempty"`
	Household   bool               `json:"householdConfirmed,omitempty"`
	Sent        time.Time          `json:"sent,omitzero"`
	Received    time.Time          `json:"received,omitzero"`
	Ended       time.Time          `json:"ended,omitzero"`
	Seconds     *int               `json:"durationSeconds,omitempty"`
	AnsweredBy  string             `json:"answeredBy,omitempty"`
	EndedBy     careline.Side      `json:"endedBy,omitempty"`
	Recording   string             `json:"recording,omitempty"`
	Failure     careline.Failure   `json:"failure,omitzero"`
	Reconciled  bool               `json:"lookedUp,omitempty"`

	Note         *exportedNote       `json:"note,omitempty"`
	Participants []exportedParty     `json:"participants,omitempty"`
	Consent      *exportedConsent    `json:"consent,omitempty"`
	Recordings   []exportedRecording `json:"recordings,omitempty"`
}

type exportedFiling struct {
	ID      string `json:"communication"`
	Version string `json:"version,omitempty"`
}

// exportedEvent is an event as the log keeps it.
type exportedEvent struct {
	Seq    int64           `json:"seq"`
	ID     string          `json:"id"`
	Kept   time.Time       `json:"kept"`
	At     time.Time       `json:"at,omitzero"`
	Said   json.RawMessage `json:"said"`             // careline.CallEvent.Body
	Report json.RawMessage `json:"report,omitempty"` // the carrier's, whole
	Text   string          `json:"reportText,omitempty"`
}

type exportedRecord struct {
	Communications    []exportedResource `json:"communications"`
	AuditEvents       []json.RawMessage  `json:"auditEvents"`
	AuditEventsUnread string             `json:"auditEventsUnread,omitempty"`
	Media             []exportedResource `json:"media"`
	MediaUnread       string             `json:"mediaUnread,omitempty"`
}

// exportedResource is a resource with all its versions, the newest first.
type exportedResource struct {
	ID       string            `json:"id"`
	Versions []json.RawMessage `json:"versions"`
}

func exportedCallOf(key string, events []careline.CallEvent, filing careline.Filing) exportedCall {
	one := exportedCall{Key: key, Call: exportedFoldOf(careline.Fold(events)), Events: []exportedEvent{}}
	if filing.ID != "" {
		one.Filing = &exportedFiling{ID: filing.ID, Version: filing.Version}
	}
	for _, e := range events {
		one.Events = append(one.Events, exportedEventOf(e))
	}
	return one
}

func exportedFoldOf(c careline.Call) exportedFold {
	f := exportedFold{
		Clinician:   c.Clinician,
		Sender:      c.Sender,
		Subject:     c.Patient,
		Recipient:   c.Recipient,
		Names:       c.Names,
		Appointment: c.Appointment,
		Number:      c.To.E164(),

		Status:     c.Status,
		Outcome:    c.Outcome(),
		Summary:    c.Summary(),
		Direction:  c.Direction,
		Refusal:    c.Refusal,
		Told:       c.Told,
		Household:  c.Household,
		Sent:       c.Sent,
		Received:   c.Received,
		Ended:      c.Ended,
		AnsweredBy: c.AnsweredBy,
		EndedBy:    c.EndedBy,
		Recording:  c.Recording,
		Failure:    c.Failure,
		Reconciled: c.Reconciled,
	}

	f.Seconds = exportedSeconds(c.Seconds)
	f.saidOf(c)
	return f
}

// exportedEventOf: a report is JSON, but for one that somebody else has put into the log.
func exportedEventOf(e careline.CallEvent) exportedEvent {
	said, _, _ := bytes.Cut(e.Body(), []byte{'\n'})
	one := exportedEvent{
		Seq:  e.Seq,
		ID:   e.ID,
		Kept: e.Kept,
		At:   e.At,
		Said: said,
	}
	if json.Valid(e.Report) {
		one.Report = e.Report
	} else {
		one.Text = string(e.Report)
	}
	return one
}
