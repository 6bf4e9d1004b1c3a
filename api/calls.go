package api

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"perci.health/careline"
)

type callsJSON struct {
	Calls []recordedJSON `json:"calls"` // newest first
}

// recordedJSON is a call as the health record has it.
type recordedJSON struct {
	ID string `json:"id"`
	callJSON
	Own      bool         `json:"own"`      // the asking clinician's, so that they may note it
	Timeline []momentJSON `json:"timeline"` // oldest first, one entry a version

	Participants []participantJSON `json:"participants,omitempty"` // beside the two with whom it began
	Consent      careline.Decision `json:"consent,omitempty"`
	Recordings   []string          `json:"recordings,omitempty"` // the carrier's ids
}

// callJSON is a call. What is not known is left out. It never has the number.
type callJSON struct {
	Key             string          `json:"key,omitempty"`
	Appointment     string          `json:"appointment,omitempty"`
	ClinicianLeg    string          `json:"clinicianLeg,omitempty"`
	MemberLeg       string          `json:"memberLeg,omitempty"`
	Status          careline.Status `json:"status,omitempty"`
	Word            string          `json:"word,omitempty"` // the carrier's own
	Final           bool            `json:"final"`
	Summary         string          `json:"summary"` // the same in words for a person
	Direction       string          `json:"direction,omitempty"`
	Sent            time.Time       `json:"sent,omitzero"`
	Received        time.Time       `json:"received,omitzero"`
	Ended           time.Time       `json:"ended,omitzero"`
	DurationSeconds *int            `json:"durationSeconds,omitempty"`
	AnsweredBy      string          `json:"answeredBy,omitempty"`
	Recording       string          `json:"recording,omitempty"`
	Refusal         *refusalJSON    `json:"refusal,omitempty"`
	Note            *noteJSON       `json:"note,omitempty"`
	whoJSON
}

// whoJSON is who was called, who hung up, and why it came to nothing.
type whoJSON struct {
	Recipient *calledJSON   `json:"recipient,omitempty"`
	Subject   *calledJSON   `json:"subject,omitempty"` // whose record
	Ending    string        `json:"ending,omitempty"`  // of the number
	EndedBy   careline.Side `json:"endedBy,omitempty"`
	Failure   *failureJSON  `json:"failure,omitempty"`
	Household bool          `json:"householdConfirmed,omitempty"`
}

// calledJSON is a person as the record names them.
type calledJSON struct {
	Ref      careline.Reference `json:"ref"`
	Name     string             `json:"name,omitempty"`
	Relation string             `json:"relation,omitempty"` // to the patient
}

type failureJSON struct {
	Code   int                  `json:"code,omitempty"` // the carrier's
	SIP    int                  `json:"sip,omitempty"`
	Kind   careline.FailureKind `json:"kind"`
	Reason string               `json:"reason"` // for a person
}

type refusalJSON struct {
	Code     careline.Refusal `json:"code"`
	Sentence string           `json:"sentence"`
}

type momentJSON struct {
	Version         string          `json:"version"`
	At              time.Time       `json:"at,omitzero"`         // when it happened
	RecordedAt      time.Time       `json:"recordedAt,omitzero"` // when the version was written
	Status          careline.Status `json:"status,omitempty"`
	Word            string          `json:"word,omitempty"`
	DurationSeconds *int            `json:"durationSeconds,omitempty"`
	AnsweredBy      string          `json:"answeredBy,omitempty"`
	Summary         string          `json:"summary"`
	Reconciled      bool            `json:"reconciled,omitempty"` // part of it was looked up, not reported
}

type lastCallJSON struct {
	Status          careline.Status `json:"status,omitempty"`
	Word            string          `json:"word,omitempty"`
	Final           bool            `json:"final"`
	Summary         string          `json:"summary"`
	Sent            time.Time       `json:"sent,omitzero"` // when it began
	At              time.Time       `json:"at,omitzero"`   // when the newest of it happened
	DurationSeconds *int            `json:"durationSeconds,omitempty"`
	AnsweredBy      string          `json:"answeredBy,omitempty"`
	Note            *noteJSON       `json:"note,omitempty"`
	whoJSON
}

// listCalls is the calls of an appointment.
func (s *server) listCalls(w http.ResponseWriter, r *http.Request) error {
	a, err := s.appointmentOf(r)
	if err != nil {
		return err
	}

	found, err := s.cfg.Calls.Calls(r.Context(), a.ID)
	if err != nil {
		return fmt.Errorf("calls of an appointment: %w", err)
	}

	answer := callsJSON{Calls: make([]recordedJSON, 0, len(found))}
	for _, c := range found {
		j := recordedOf(c)
		if j.Own, err = s.owns(r, j.Key); err != nil {
			return fmt.Errorf("whose call it is: %w", err)
		}
		answer.Calls = append(answer.Calls, j)
	}
	return writeJSON(w, http.StatusOK, answer)
}

// owns is whether the log knows the call as the asking clinician's.
func (s *server) owns(r *http.Request, key string) (bool, error) {
	if s.cfg.Owner == nil || key == "" {
		return false, nil
	}
	practitioner, err := clinician(r)
	if err != nil {
		return false, err
	}

	owner, err := s.cfg.Owner(r.Context(), key)
	return owner != "" && owner == practitioner, err
}

func recordedOf(c careline.RecordedCall) recordedJSON {
	latest := c.Latest().Call
	j := recordedJSON{
		ID:       c.ID,
		callJSON: callOf(latest),
		Timeline: make([]momentJSON, 0, len(c.Versions)),
		Consent:  latest.Consent.Decision,
	}
	for _, p := range latest.Parties {
		if p.Role.Joins() {
			j.Participants = append(j.Participants, participantOf(p))
		}
	}
	for _, r := range latest.Recordings {
		j.Recordings = append(j.Recordings, r.Sid)
	}

	for _, v := range slices.Backward(c.Versions) {
		j.Timeline = append(j.Timeline, momentJSON{
			Version:         v.ID,
			At:              happened(v),
			RecordedAt:      v.At.UTC(),
			Status:          v.Call.Status,
			Word:            v.Call.Word,
			DurationSeconds: seconds(v.Call.Seconds),
			AnsweredBy:      v.Call.AnsweredBy,
			Summary:         shown(v.Call.Summary()),
			Reconciled:      v.Call.Reconciled,
		})
	}

	return j
}

// happened is when what a version tells did; one that an older release wrote knows
// only when it was written.
func happened(v careline.RecordedVersion) time.Time {
	if v.Call.At.IsZero() {
		return v.At.UTC()
	}
	return v.Call.At.UTC()
}

func callOf(c careline.Call) callJSON {
	j := callJSON{
		Key:             c.Key,
		Appointment:     c.Appointment,
		ClinicianLeg:    c.ClinicianLeg,
		MemberLeg:       c.MemberLeg,
		Status:          c.Status,
		Word:            c.Word,
		Final:           c.Final(),
		Summary:         shown(c.Summary()),
		Direction:       c.Direction,
		Sent:            c.Sent.UTC(),
		Received:        c.Received.UTC(),
		Ended:           c.Ended.UTC(),
		DurationSeconds: seconds(c.Seconds),
		AnsweredBy:      c.AnsweredBy,
		Recording:       c.Recording,
		Note:            standingNote(c.Note),
		whoJSON:         whoOf(c),
	}

	if c.Refusal != "" {
		j.Refusal = &refusalJSON{Code: c.Refusal, Sentence: shown(c.Why())}
	}
	return j
}

func whoOf(c careline.Call) whoJSON {
	j := whoJSON{
		Recipient: calledOf(c.Recipient, c.Names.Recipient, c.Names.Relation),
		Subject:   calledOf(c.Patient, c.Names.Patient, ""),
		Ending:    c.ToEnding,
		EndedBy:   sideOf(c.EndedBy),
		Household: c.Household,
	}

	if c.Failure != (careline.Failure{}) {
		kind := c.Failure.Kind()
		j.Failure = &failureJSON{
			Code:   c.Failure.Code,
			SIP:    c.Failure.SIP,
			Kind:   kind,
			Reason: shown(kind.Sentence()),
		}
	}
	return j
}

// sideOf leaves out a word that the API does not have: somebody has edited the record.
func sideOf(s careline.Side) careline.Side {
	switch s {
	case careline.SideClinician, careline.SideMember:
		return s
	}
	return ""
}

func calledOf(ref careline.Reference, name, relation string) *calledJSON {
	if ref == "" {
		return nil
	}
	return &calledJSON{Ref: ref, Name: name, Relation: relation}
}

func lastCallOf(v careline.RecordedVersion) *lastCallJSON {
	return &lastCallJSON{
		Status:          v.Call.Status,
		Word:            v.Call.Word,
		Final:           v.Call.Final(),
		Summary:         shown(v.Call.Summary()),
		Sent:            v.Call.Sent.UTC(),
		At:              happened(v),
		DurationSeconds: seconds(v.Call.Seconds),
		AnsweredBy:      v.Call.AnsweredBy,
		Note:            standingNote(v.Call.Note),
		whoJSON:         whoOf(v.Call),
	}
}

func seconds(s careline.Seconds) *int {
	if n, known := s.Value(); known {
		return &n
	}
	return nil
}
