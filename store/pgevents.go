package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
)

const (
	pgOwn     = `FROM keys k JOIN calls c ON c.number = k.call AND c.key = k.key`
	pgColumns = `SELECT e.seq, c.key, e.id, e.leg, e.kind, e.at, e.kept, e.place, e.status, e.word, e.direction,
		e.member_leg, e.appointment, e.seconds, e.answered_by, e.recording, e.request, e.report, e.trace, e.facts`
	pgEventOnce    = pgColumns + ` FROM events e JOIN calls c ON c.number = e.call WHERE e.seq = $1`
	pgEventsOfCall = pgColumns + ` ` + pgOwn + ` JOIN events e ON e.call = c.number WHERE k.key = $1 ORDER BY e.seq`
)

// Events are all that the log holds for a call; see Reading.
func (s *postgresStore) Events(ctx context.Context, call string) (events []careline.CallEvent, err error) {
	err = s.read(ctx, "read a call's events", func(ctx context.Context, c *pgxpool.Conn) error {
		events = nil
		return eachEvent(ctx, c, eventQuery{sql: pgEventsOfCall, args: []any{call}}, func(e careline.CallEvent) { events = append(events, e) })
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// eventQuery asks for rows that begin with pgColumns and go on with rest, where the
// values are put.
type eventQuery struct {
	sql  string
	args []any
	rest []any
}

// eachEvent hands over every row. It stops at one that cannot be read.
func eachEvent(ctx context.Context, c *pgxpool.Conn, q eventQuery, row func(careline.CallEvent)) error {
	rows, err := c.Query(ctx, q.sql, q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e careline.CallEvent
		var at, kept, seconds pgtype.Int8
		var request, facts []byte
		dest := append([]any{&e.Seq, &e.Call, &e.ID, &e.Leg, &e.Kind, &at, &kept, &e.Order, &e.Status, &e.Word, &e.Direction,
			&e.MemberLeg, &e.Appointment, &seconds, &e.AnsweredBy, &e.Recording, &request, &e.Report, &e.Trace, &facts}, q.rest...)
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		e.At, e.Kept = timeOf(at), timeOf(kept)
		if seconds.Valid {
			e.Seconds = careline.SecondsOf(int(seconds.Int64))
		}
		if e.Request, err = decodeRequest(request); err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
		if err := e.SetFacts(facts); err != nil {
			return fmt.Errorf("event %d: its facts: %w", e.Seq, err)
		}
		row(e)
	}
	return rows.Err()
}
