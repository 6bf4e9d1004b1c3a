package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// Events are all that the log holds for a call, in the log's order. The key is
// the call's: what was kept under a leg's own key is found there only until the
// leg's call is known.
func (s *sqliteStore) Events(ctx context.Context, call string) ([]careline.CallEvent, error) {
	var events []careline.CallEvent
	err := s.read(ctx, "read a call's events", func(c conn) (err error) {
		events, err = c.events(call)
		return err
	})
	return events, err
}

// events puts them in order itself: SQLite would write each of its rows, reports
// and all, into a table of its own to do so.
func (c conn) events(call string) (events []careline.CallEvent, err error) {
	err = c.query(sqlEventsOfCall).text(call).eachEvent(func(e careline.CallEvent, _ *sqlite.Stmt) {
		events = append(events, e)
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(events, func(a, b careline.CallEvent) int { return cmp.Compare(a.Seq, b.Seq) })
	return events, nil
}

// bindEvent binds in the order of sqlKeepEvent, after the call.
func bindEvent(q query, e careline.CallEvent) (query, error) {
	request, err := encodeRequest(e.Request)
	if err != nil {
		return q, err
	}
	q = q.text(e.ID).text(e.Leg).key(string(e.Kind)).time(e.At).time(e.Kept).int(int64(e.Order))
	q = q.text(string(e.Status)).text(e.Word).text(e.Direction).text(e.MemberLeg).text(e.Appointment)
	if n, known := e.Seconds.Value(); known {
		q = q.int(int64(n))
	} else {
		q = q.null()
	}
	return q.text(e.AnsweredBy).text(e.Recording).bytes(request).bytes(e.Report).text(e.Trace).text(string(e.Facts())), nil
}

// settleFacts is the text that keeps an event's facts, empty when it has none; the
// event's own become what a reader of that text will have.
func settleFacts(e *careline.CallEvent) (string, error) {
	text := e.Facts()
	if err := e.SetFacts(text); err != nil {
		return "", fmt.Errorf("an event's facts: %w", err)
	}
	return string(text), nil
}

// eachEvent hands over every row, which begins with eventColumns. It stops at one
// that cannot be read.
func (q query) eachEvent(row func(careline.CallEvent, *sqlite.Stmt)) error {
	var unreadable error
	err := q.each(func(s *sqlite.Stmt) bool {
		e, err := eventAt(s)
		if err != nil {
			unreadable = err
			return false
		}
		row(e, s)
		return true
	})
	if err != nil {
		return err
	}
	return unreadable
}

// eventWidth is how many columns eventColumns names.
const eventWidth = 20

// eventAt reads in the order of eventColumns.
func eventAt(row *sqlite.Stmt) (careline.CallEvent, error) {
	e := careline.CallEvent{
		Seq: row.ColumnInt64(0), Call: row.ColumnText(1), ID: row.ColumnText(2), Leg: row.ColumnText(3),
		Kind: careline.Kind(row.ColumnText(4)), At: timeAt(row, 5), Kept: timeAt(row, 6), Order: row.ColumnInt(7),
		Status: careline.Status(row.ColumnText(8)), Word: row.ColumnText(9), Direction: row.ColumnText(10),
		MemberLeg: row.ColumnText(11), Appointment: row.ColumnText(12),
		AnsweredBy: row.ColumnText(14), Recording: row.ColumnText(15),
		Report: bytesAt(row, 17), Trace: row.ColumnText(18),
	}
	if !row.ColumnIsNull(13) {
		e.Seconds = careline.SecondsOf(row.ColumnInt(13))
	}
	request, err := decodeRequest(bytesAt(row, 16))
	if err != nil {
		return e, fmt.Errorf("event %d: %w", e.Seq, err)
	}
	e.Request = request
	if err := e.SetFacts(bytesAt(row, 19)); err != nil {
		return e, fmt.Errorf("event %d: its facts: %w", e.Seq, err)
	}
	return e, nil
}

// storedRequest is a Request in the database. It is the one place where the
// numbers of a request are written out: the database is the record.
type storedRequest struct {
	Clinician string             `json:"clinician,omitempty"`
	Sender    careline.Reference `json:"sender,omitempty"`
	Patient   careline.Reference `json:"patient,omitempty"`
	Recipient careline.Reference `json:"recipient,omitempty"`
	To        string             `json:"to,omitempty"`
	CallerID  string             `json:"callerId,omitempty"`
	Refusal   careline.Refusal   `json:"refusal,omitempty"`
}

func encodeRequest(r careline.Request) ([]byte, error) {
	if r == (careline.Request{}) {
		return nil, nil
	}
	return json.Marshal(storedRequest{
		Clinician: r.Clinician, Sender: r.Sender, Patient: r.Patient, Recipient: r.Recipient,
		To: r.To.E164(), CallerID: r.CallerID.E164(), Refusal: r.Refusal,
	})
}

func decodeRequest(b []byte) (careline.Request, error) {
	if len(b) == 0 {
		return careline.Request{}, nil
	}
	var stored storedRequest
	if err := json.Unmarshal(b, &stored); err != nil {
		return careline.Request{}, fmt.Errorf("its request: %w", err)
	}
	r := careline.Request{
		Clinician: stored.Clinician, Sender: stored.Sender, Patient: stored.Patient,
		Recipient: stored.Recipient, Refusal: stored.Refusal,
	}
	var err error
	if r.To, err = decodePhone(stored.To); err != nil {
		return r, fmt.Errorf("its request's number: %w", err)
	}
	if r.CallerID, err = decodePhone(stored.CallerID); err != nil {
		return r, fmt.Errorf("its request's caller id: %w", err)
	}
	return r, nil
}

func decodePhone(e164 string) (careline.Phone, error) {
	if e164 == "" {
		return careline.Phone{}, nil
	}
	return careline.StoredPhone(e164)
}
