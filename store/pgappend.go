package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
)

// longestName bounds what the database finds things by: an entry of an index
// holds no more than 2704 bytes. Twilio's and FHIR's ids have at most 64.
const longestName = 1000

// Append keeps an event; see Log.
func (s *postgresStore) Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error) {
	return s.keep(ctx, &pgKeep{event: pgEvent{e: e}})
}

// AppendFor keeps an event for one consumer more; see Log.
func (s *postgresStore) AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error) {
	if !slices.Contains(s.outbound, consumer) {
		return careline.CallEvent{}, false, invalid("nobody sends for the consumer %q", consumer)
	}
	return s.keep(ctx, &pgKeep{event: pgEvent{e: e, besides: consumer}})
}

// Admit keeps a request that the clinician's load may forbid; see Log.
//
// may is asked with no lock held and no transaction open: the load is read, may
// decides, and the decision is kept on the condition that the load is still the
// same when the log's lock is held. If it is not, the answer says what it is, and
// may is asked again. Somebody else was admitted then, so it comes to an end.
func (s *postgresStore) Admit(ctx context.Context, e careline.CallEvent, may func(careline.Load) careline.Refusal) (kept careline.CallEvent, repeated bool, err error) {
	if e.Kind != careline.KindRequested {
		return careline.CallEvent{}, false, invalid("an event of kind %q cannot be admitted, only a request", e.Kind)
	}
	load, err := s.loadBut(ctx, e.Request.Clinician, s.now(), keyOf(e))
	if err != nil {
		return careline.CallEvent{}, false, err
	}
	for {
		decided := e
		if why := may(load); why != "" {
			decided.Kind, decided.Request.Refusal, decided.Request.CallerID = careline.KindRefused, why, careline.Phone{}
		}
		k := &pgKeep{event: pgEvent{e: decided, admitted: true, load: load}}
		kept, repeated, err = s.keep(ctx, k)
		if err != nil || k.seq > 0 {
			return kept, repeated, err
		}
		load = k.changed
	}
}

func (s *postgresStore) keep(ctx context.Context, k *pgKeep) (kept careline.CallEvent, repeated bool, err error) {
	e := &k.event.e
	if e.ID == "" {
		return kept, false, invalid("an event of kind %q has no id", e.Kind)
	}
	if e.Call == "" && e.Leg == "" {
		return kept, false, invalid("an event of kind %q names neither call nor leg", e.Kind)
	}
	for _, text := range textsOf(e) {
		*text = storable(*text)
	}
	for _, name := range [...]string{e.ID, e.Call, e.Leg, e.MemberLeg, e.Request.Clinician, string(e.Request.Patient)} {
		if len(name) > longestName {
			return kept, false, invalid("an event of kind %q has a name of %d bytes", e.Kind, len(name))
		}
	}
	request, err := encodeRequest(e.Request)
	if err != nil {
		return kept, false, err
	}
	k.event.request = string(request)
	if k.event.facts, err = settleFacts(e); err != nil {
		return kept, false, err
	}
	e.Seq, e.At, e.Kept = 0, toStored(e.At), toStored(s.now())
	if len(e.Report) == 0 {
		e.Report = nil
	}
	if err := s.write(ctx, "keep an event", &pgWork{keep: k}); err != nil {
		return careline.CallEvent{}, false, err
	}
	if k.again {
		kept, err = s.eventAt(ctx, k.seq)
		return kept, true, err
	}
	kept = *e
	kept.Seq, kept.Call = k.seq, k.kept
	return kept, false, nil
}

// eventAt is the event of a place in the log.
func (s *postgresStore) eventAt(ctx context.Context, seq int64) (e careline.CallEvent, err error) {
	err = s.read(ctx, "read what was kept first", func(ctx context.Context, c *pgxpool.Conn) error {
		found := false
		err := eachEvent(ctx, c, eventQuery{sql: pgEventOnce, args: []any{seq}}, func(kept careline.CallEvent) { e, found = kept, true })
		if err == nil && !found {
			err = errors.New("it was forgotten meanwhile")
		}
		return err
	})
	return e, err
}

// textsOf are all texts of an event that the database keeps as such.
func textsOf(e *careline.CallEvent) []*string {
	return []*string{&e.ID, &e.Call, &e.Leg, &e.Word, &e.Direction, &e.MemberLeg, &e.Appointment,
		&e.AnsweredBy, &e.Recording, &e.Trace, &e.Request.Clinician, (*string)(&e.Kind), (*string)(&e.Status),
		(*string)(&e.Request.Sender), (*string)(&e.Request.Patient), (*string)(&e.Request.Recipient)}
}

// storable is s as Postgres can hold it: a text is UTF-8 without zero bytes
// (PostgreSQL, section 8.3). A carrier's report may hold anything.
func storable(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
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
