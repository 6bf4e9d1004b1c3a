package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"perci.health/careline"
	"perci.health/careline/store"
)

// sqlEvent are the columns of an event e, in the order of eventScan.
const sqlEvent = `e.seq, e.call, e.id, e.kept, e.besides, e.body`

// eventScan is where a row of an event is read into, one after the other.
type eventScan struct {
	e    store.EventRow
	kept pgtype.Int8
}

func (s *eventScan) dest() []any {
	return []any{&s.e.Seq, &s.e.Call, &s.e.ID, &s.kept, &s.e.Besides, &s.e.Body}
}

// row is the event that was read, whose body is nobody else's.
func (s *eventScan) row() store.EventRow {
	e := s.e
	e.Kept = timeOf(s.kept)
	s.e.Body = nil
	return e
}

// rowScan is where a row of a call is read into, in the order of sqlRow.
type rowScan struct {
	number                           int64
	key, patient                     string
	clinician                        pgtype.Text
	first, begun, look, joined, last pgtype.Int8
	heard, over, aside, room         bool
}

func (s *rowScan) dest() []any {
	return []any{&s.number, &s.key, &s.first, &s.clinician, &s.patient, &s.begun, &s.heard, &s.over, &s.look, &s.joined, &s.aside, &s.room, &s.last}
}

// settled stands in place of a time when the call is not looked at any more.
const settled = 0

func (s *rowScan) row() *store.Row {
	row := &store.Row{
		Standing: careline.Standing{
			Key:       s.key,
			First:     timeOf(s.first),
			Listed:    !s.aside,
			Requested: s.clinician.Valid,
			Clinician: s.clinician.String,
			Patient:   careline.Reference(s.patient),
			Begun:     timeOf(s.begun),
			Heard:     s.heard,
			Over:      s.over,
			Room:      s.room,
			Settled:   s.look.Valid && s.look.Int64 == settled,
		},
		Number: s.number,
		Joined: s.joined.Int64,
		Last:   s.last.Int64,
	}

	if !row.Settled {
		row.Look = timeOf(s.look)
	}
	return row
}

// lookOf is the column look of a call.
func lookOf(s careline.Standing) pgtype.Int8 {
	if s.Settled {
		return pgtype.Int8{Int64: settled, Valid: true}
	}
	return microsOf(s.Look)
}

func microsOf(t time.Time) pgtype.Int8 {
	return pgtype.Int8{Int64: t.UnixMicro(), Valid: !t.IsZero()}
}

func timeOf(micros pgtype.Int8) time.Time {
	if !micros.Valid {
		return time.Time{}
	}
	return time.UnixMicro(micros.Int64).UTC()
}
