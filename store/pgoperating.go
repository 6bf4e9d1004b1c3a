package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
)

const (
	pgUnsettled = `SELECT c.key FROM calls c WHERE c.look > 0 AND c.look <= $1 ORDER BY c.look, c.number LIMIT $2`
	pgToLookAt  = `SELECT count(*) FROM calls c WHERE c.look > 0 AND c.look <= $1`
	pgStrays    = `SELECT s.seq, s.id, s.attributes, s.data, s.why, s.kept FROM strays s WHERE s.seq BETWEEN $1 AND $2 ORDER BY s.seq`

	// Of calls whose last event is old. They stand where the log begins, so those
	// that are young are not looked at.
	pgOldCalls = `SELECT e.call FROM events e WHERE e.seq <= $2 ` + pgLastBefore + ` ORDER BY e.seq LIMIT $3`
	// The event e was kept before the time $1 and is its call's last. As it is written, it
	// can only be found by the call, however few events there were when it was planned.
	pgLastBefore = `AND e.kept < $1
		AND NOT EXISTS (SELECT FROM events y WHERE y.call = e.call AND (y.seq > e.seq OR y.kept >= $1))
		AND (SELECT c.joined FROM calls c WHERE c.number = e.call) IS NULL`
)

// Unsettled are calls to be looked at; see Looks.
func (s *postgresStore) Unsettled(ctx context.Context, now time.Time, limit int) (calls []string, all int, err error) {
	calls, err = readAll[string](ctx, s, "look for calls without an outcome", pgUnsettled, now.UnixMicro(), limit)
	if err == nil {
		err = s.readRow(ctx, "count the calls without an outcome", []any{&all}, pgToLookAt, now.UnixMicro())
	}
	return calls, all, err
}

// LookAgain sets when a call is looked at next; see Looks.
func (s *postgresStore) LookAgain(ctx context.Context, call string, at time.Time) error {
	when := int64(0)
	if !at.IsZero() {
		when = at.UnixMicro()
	}
	return s.alone(ctx, "put a look off", true, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
		_, err := conn.Exec(ctx, "SELECT look_again_1($1, $2)", call, when)
		return nil, err
	})
}

// KeepStray keeps a message; see Strays.
func (s *postgresStore) KeepStray(ctx context.Context, m careline.Stray) error {
	attributes := ""
	if m.Attributes != nil {
		b, err := json.Marshal(m.Attributes)
		if err != nil {
			return fmt.Errorf("write a message's attributes: %w", err)
		}
		attributes = string(b)
	}
	return s.alone(ctx, "keep a message that nobody can read", true, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
		_, err := conn.Exec(ctx, "SELECT keep_stray_1($1, $2, $3, $4, $5)",
			storable(m.ID), attributes, m.Data, storable(m.Why), s.now().UnixMicro())
		return nil, err
	})
}

// Strays are the messages kept; see Strays.
func (s *postgresStore) Strays(ctx context.Context) ([]careline.Stray, error) {
	return s.straysBetween(ctx, 0, math.MaxInt64)
}

// Stray is one of them; see Strays.
func (s *postgresStore) Stray(ctx context.Context, seq int64) (careline.Stray, error) {
	found, err := s.straysBetween(ctx, seq, seq)
	if err != nil {
		return careline.Stray{}, err
	}
	return onlyStray(found, seq)
}

func (s *postgresStore) straysBetween(ctx context.Context, first, last int64) (strays []careline.Stray, err error) {
	err = s.read(ctx, "read the messages that nobody can read", func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, pgStrays, first, last)
		if err != nil {
			return err
		}
		strays, err = pgx.CollectRows(rows, strayOf)
		return err
	})
	return strays, err
}

// CountStrays is how many are kept; see Strays.
func (s *postgresStore) CountStrays(ctx context.Context) (n int, err error) {
	err = s.readRow(ctx, "count the messages that nobody can read", []any{&n}, "SELECT count(*) FROM strays")
	return n, err
}

func strayOf(row pgx.CollectableRow) (m careline.Stray, err error) {
	var attributes []byte
	var kept pgtype.Int8
	if err := row.Scan(&m.Seq, &m.ID, &attributes, &m.Data, &m.Why, &kept); err != nil {
		return m, err
	}
	m.Kept = timeOf(kept)
	if len(attributes) > 0 {
		err = json.Unmarshal(attributes, &m.Attributes)
	}
	return m, err
}

// DropStray forgets a message; see Strays.
func (s *postgresStore) DropStray(ctx context.Context, seq int64) error {
	found, err := s.aloneFinds(ctx, "drop a message that nobody can read", "SELECT drop_stray_1($1)", seq)
	if err == nil && !found {
		return noStray(seq)
	}
	return err
}

// onlyStray is what was found of one place.
func onlyStray(found []careline.Stray, seq int64) (careline.Stray, error) {
	if len(found) == 0 {
		return careline.Stray{}, noStray(seq)
	}
	return found[0], nil
}

func noStray(seq int64) error {
	return careline.NewError(careline.CodeNotFound, fmt.Sprintf("There is no unread message %d.", seq), nil)
}

// Purge forgets old calls; see Retention. Strays go first: they hold numbers, and
// there is nothing to look for.
func (s *postgresStore) Purge(ctx context.Context, before time.Time, limit int) (calls int, err error) {
	err = s.alone(ctx, "forget old messages", true, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
		_, err := conn.Exec(ctx, "SELECT purge_strays_1($1)", before.UnixMicro())
		return nil, err
	})
	if err != nil {
		return 0, err
	}
	end, err := s.place(ctx, before.Add(clocksApart))
	if err != nil {
		return 0, err
	}
	old, err := readAll[int64](ctx, s, "look for old calls", pgOldCalls, before.UnixMicro(), end, limit)
	for err == nil && len(old) > 0 {
		some := old[:min(len(old), forgottenAtOnce)]
		old = old[len(some):]
		done := 0
		err = s.alone(ctx, "forget old calls", false, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
			return nil, conn.QueryRow(ctx, "SELECT purge_1($1, $2)", some, before.UnixMicro()).Scan(&done)
		})
		if err == nil {
			calls += done
		}
	}
	return calls, err
}

// Erase forgets a call; see Retention.
func (s *postgresStore) Erase(ctx context.Context, call string) error {
	found, err := s.aloneFinds(ctx, "forget a call", "SELECT erase_1($1)", call)
	if err == nil && !found {
		return noCall(call)
	}
	return err
}
