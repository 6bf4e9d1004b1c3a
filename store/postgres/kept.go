package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// sqlLastBefore: the event e was kept before the time $1 and is its call's last. As
	// it is written, it can only be found by the call, however few events there were
	// when it was planned.
	sqlLastBefore = `AND e.kept < $1
		AND NOT EXISTS (SELECT FROM log_events y WHERE y.call = e.call AND (y.seq > e.seq OR y.kept >= $1))
		AND (SELECT c.joined FROM calls c WHERE c.number = e.call) IS NULL`
	sqlCallsKept = `SELECT (SELECT c.key FROM calls c WHERE c.number = e.call) FROM log_events e
		WHERE e.seq > $3 AND e.seq <= $4 AND e.kept >= $2 ` + sqlLastBefore + ` ORDER BY e.seq`
	sqlAfter = `SELECT e.seq, e.kept FROM log_events e WHERE e.seq > $1 ORDER BY e.seq LIMIT 1`
)

const (
	// clocksApart is more than the clocks of two instances can differ by: by one that
	// is an hour wrong no session and no push would be let in.
	clocksApart = time.Hour
	// eventsAtOnce is how many events one reading looks through for their calls:
	// also from a cold disk some seconds, of the readFor that it has.
	eventsAtOnce = 10_000
)

// CallsKept are the calls of a time; see store.Reading.
func (s *Store) CallsKept(ctx context.Context, from, to time.Time) ([]string, error) {
	return s.callsKept(ctx, from, to, eventsAtOnce)
}

// callsKept looks through some events after the other. A call of which something
// is heard meanwhile has its last event behind all of them.
func (s *Store) callsKept(ctx context.Context, from, to time.Time, atOnce int64) (keys []string, err error) {
	place, err := s.place(ctx, from.Add(-clocksApart))
	if err != nil {
		return nil, err
	}
	end, err := s.place(ctx, to.Add(clocksApart))

	for ; err == nil && place < end; place += atOnce {
		var some []string
		some, err = readAll[string](ctx, s, "read the calls of a time", sqlCallsKept,
			to.UnixMicro(), from.UnixMicro(), place, min(place+atOnce, end))
		keys = append(keys, some...)
	}
	return keys, err
}

// place is the place in the log after which everything stands that was kept at a time
// or later. It asks some thirty events, since places grow with the times: but for what
// the clocks of the programs differ by, which is for the asker to allow for.
func (s *Store) place(ctx context.Context, at time.Time) (seq int64, err error) {
	err = s.read(ctx, "find a time's place in the log", func(ctx context.Context, c *pgxpool.Conn) error {
		low, high := int64(0), int64(0) // what stands up to low is older; what stands after high is not
		if err := c.QueryRow(ctx, sqlNewest).Scan(&high); err != nil {
			return err
		}

		for low < high {
			half := (low + high) / 2
			found, kept, err := after(ctx, c, half)
			switch {
			case err != nil:
				return err
			case found > 0 && kept < at.UnixMicro():
				low = found
			default:
				high = half // also where nothing stands any more
			}
		}

		next, _, err := after(ctx, c, low) // what was forgotten need not be looked through
		if seq = low; next > 0 {
			seq = next - 1
		}
		return err
	})
	return seq, err
}

// after is the first event after a place; seq 0: there is none.
func after(ctx context.Context, c *pgxpool.Conn, place int64) (seq, kept int64, err error) {
	err = c.QueryRow(ctx, sqlAfter, place).Scan(&seq, &kept)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, 0, nil
	}
	return seq, kept, err
}
