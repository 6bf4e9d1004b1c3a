package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// auditPath is the one route that answers a page, or all pages as one table.
const auditPath = "/bff_clinical/v1/audit/calls"

// auditCallersPath is beside it, for who can be chosen there.
const auditCallersPath = "/bff_clinical/v1/audit/clinicians"

type meJSON struct {
	Clinician bool `json:"clinician"`
	Auditor   bool `json:"auditor"`

	// What follows is left out as long as nothing of it is switched on.
	Reviewer   bool   `json:"reviewer,omitempty"`
	Supervisor bool   `json:"supervisor,omitempty"`
	Conference bool   `json:"conference,omitempty"`
	Recording  string `json:"recording,omitempty"` // asked or announced
}

// me is what the person may do, as their session says it now.
func (s *server) me(w http.ResponseWriter, r *http.Request) error {
	who, err := visitor(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, meJSON{
		Clinician: who.Clinician.ID != "",
		Auditor:   who.Auditor && s.cfg.Audit != nil,

		Reviewer:   who.Reviewer && s.cfg.Review != nil, // also where nothing new is recorded
		Supervisor: who.Supervisor,
		Conference: s.cfg.Conference,
		Recording:  s.cfg.Recording,
	})
}

type auditedPageJSON struct {
	Calls []auditedJSON `json:"calls"`
	Next  string        `json:"next,omitempty"`
}

// auditedJSON is a call as an auditor sees it.
type auditedJSON struct {
	callJSON
	Outcome       careline.Outcome `json:"outcome"`
	Asked         time.Time        `json:"asked"`
	Kept          time.Time        `json:"kept"`
	Clinician     string           `json:"clinician,omitempty"`
	ClinicianName string           `json:"clinicianName,omitempty"`
	Record        string           `json:"record,omitempty"`
}

type auditedCallersJSON struct {
	Clinicians []auditedCallerJSON `json:"clinicians"`
}

type auditedCallerJSON struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

type auditedHistoryJSON struct {
	Call         auditedJSON        `json:"call"`
	Events       []auditedEventJSON `json:"events"`
	Versions     []momentJSON       `json:"versions"`
	RecordUnread bool               `json:"recordUnread,omitempty"`
}

type auditedEventJSON struct {
	Kind     careline.Kind   `json:"kind"`
	At       time.Time       `json:"at,omitzero"`
	Kept     time.Time       `json:"kept"`
	Status   careline.Status `json:"status,omitempty"`
	Word     string          `json:"word,omitempty"`
	Leg      string          `json:"leg,omitempty"`
	LookedUp bool            `json:"lookedUp,omitempty"`
	Summary  string          `json:"summary"`
}

// auditCalls is a page of all calls, or all of them as a table.
func (s *server) auditCalls(w http.ResponseWriter, r *http.Request) error {
	asked, err := s.auditAsked(r.URL.Query())
	if err != nil {
		return err
	}
	careline.Note(r.Context(), asked.said()...)
	if wantsTable(r) {
		return s.auditTable(w, r, asked)
	}

	ctx, done := context.WithTimeout(r.Context(), AnswerWithin)
	defer done()
	page, err := s.cfg.Audit.Page(ctx, asked.AuditFilter)
	if err != nil {
		return fmt.Errorf("a page of all calls: %w", err)
	}

	answer := auditedPageJSON{Calls: make([]auditedJSON, 0, len(page.Calls)), Next: placeText(page.Next)}
	for _, c := range page.Calls {
		answer.Calls = append(answer.Calls, auditedOf(c))
	}
	return writeJSON(w, http.StatusOK, answer)
}

// auditCallers are all clinicians who asked for a call on the days asked for, whatever
// page somebody is at.
func (s *server) auditCallers(w http.ResponseWriter, r *http.Request) error {
	asked, err := s.auditAsked(r.URL.Query())
	if err != nil {
		return err
	}
	careline.Note(r.Context(), asked.said()...)

	ctx, done := context.WithTimeout(r.Context(), AnswerWithin)
	defer done()
	callers, err := s.cfg.Audit.Callers(ctx, asked.From, asked.To)
	if err != nil {
		return fmt.Errorf("who asked for calls: %w", err)
	}
	answer := auditedCallersJSON{Clinicians: make([]auditedCallerJSON, 0, len(callers))}
	for _, c := range callers {
		answer.Clinicians = append(answer.Clinicians, auditedCallerJSON(c))
	}
	return writeJSON(w, http.StatusOK, answer)
}

// auditCall is one call: what the log holds of it and, as far as the record answers,
// what became of that there.
func (s *server) auditCall(w http.ResponseWriter, r *http.Request) error {
	key := r.PathValue("key")
	if !careline.ValidID(key) {
		return careline.NewError(careline.CodeInvalid, "This is not the key of a call.", nil)
	}
	careline.Note(r.Context(), slog.String("audited_call", key))
	call, events, err := s.cfg.Audit.One(r.Context(), key)
	if err != nil {
		return err
	}

	answer := auditedHistoryJSON{
		Events:   auditedEvents(events),
		Versions: []momentJSON{},
	}
	if call.Record != "" {
		recorded, err := s.cfg.Recorded(r.Context(), call.Record)
		if err != nil {
			careline.Note(r.Context(), slog.Any("record_unread", err))
			answer.RecordUnread = true
		}
		answer.Versions = recordedOf(recorded).Timeline
		call = completed(call, recorded.Latest().Call)
	}

	answer.Call = auditedOf(call)
	return writeJSON(w, http.StatusOK, answer)
}

// completed is a call of which the log does not know whose it is with what the record says
// of that: the REST API placed it.
func completed(call calls.Audited, recorded careline.Call) calls.Audited {
	if call.Names == (careline.Names{}) {
		call.Names = recorded.Names
	}
	if call.Recipient == "" {
		call.Patient, call.Recipient = recorded.Patient, recorded.Recipient
	}
	return call
}

func auditedOf(c calls.Audited) auditedJSON {
	j := auditedJSON{
		callJSON:      callOf(c.Call),
		Outcome:       c.Outcome,
		Asked:         c.Asked.UTC(),
		Kept:          c.Kept.UTC(),
		Clinician:     c.Clinician,
		ClinicianName: c.Names.Sender,
		Record:        c.Record,
	}
	j.Summary = c.Summary
	return j
}

// auditedEvents tells with each event how the call stood after it.
func auditedEvents(events []careline.CallEvent) []auditedEventJSON {
	told := make([]auditedEventJSON, 0, len(events))
	for i, e := range events {
		told = append(told, auditedEventJSON{
			Kind:     e.Kind,
			At:       e.At.UTC(),
			Kept:     e.Kept.UTC(),
			Status:   e.Status,
			Word:     e.Word,
			Leg:      e.Leg,
			LookedUp: e.LookedUp,
			Summary:  calls.SummaryOf(events[:i+1]),
		})
	}
	return told
}
