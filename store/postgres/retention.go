package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline"
	"perci.health/careline/store"
)

const (
	sqlOfOldStrays   = `FROM strays s WHERE s.kept < $1`
	sqlOldStrays     = `SELECT count(*) ` + sqlOfOldStrays
	sqlDropOldStrays = `DELETE ` + sqlOfOldStrays
	// sqlOld are the last events of the calls that are old. They stand where the log
	// begins, so those that are young are not looked at.
	sqlOld = `FROM log_events e WHERE e.seq <= $2 ` + sqlLastBefore + `
		AND NOT EXISTS (SELECT FROM filings f WHERE f.call = e.call AND ` + sqlOfRecording + `)
		AND NOT EXISTS (SELECT FROM log_events r WHERE r.call = e.call AND ` + sqlSounds + `)`
	sqlOldCalls = `SELECT e.call ` + sqlOld + ` ORDER BY e.seq LIMIT $3`
	sqlOldKeys  = `SELECT (SELECT c.key FROM calls c WHERE c.number = e.call) ` + sqlOld + ` AND e.seq > $3`
	// sqlOfRecording is that a filing f is of a recording that is in the record.
	sqlOfRecording = `f.of LIKE 'Media/%' AND f.id <> ''`
	// sqlSounds is that an event r is of a recording, of a call that was asked for, of which
	// the carrier may have sound: by the IDs, which begin with the carrier's for it, and
	// those that say it has none.
	sqlSounds = `r.id LIKE 'RE%/%' AND EXISTS (SELECT FROM calls b WHERE b.number = r.call AND b.begun IS NOT NULL)
		AND NOT EXISTS (SELECT FROM log_events g WHERE g.call = r.call AND (
			g.id = split_part(r.id, '/', 1) || '/gone'
			OR g.id LIKE split_part(r.id, '/', 1) || '/absent%'
			OR g.id LIKE split_part(r.id, '/', 1) || '/failed%'))`
	// sqlOwnNumber is the number of the call that has the key itself.
	sqlOwnNumber = `SELECT c.number, c.key ` + sqlOwn + ` WHERE k.key = $1`
	// sqlStillOld are those of calls of whom nothing was heard meanwhile.
	sqlStillOld = `SELECT c.number, c.key FROM calls c WHERE c.number = ANY ($1::bigint[])
		AND NOT EXISTS (SELECT FROM log_events e WHERE e.call = c.number AND e.kept >= $2)
		AND NOT EXISTS (SELECT FROM filings f WHERE f.call = c.number AND ` + sqlOfRecording + `)
		AND NOT EXISTS (SELECT FROM log_events r WHERE r.call = c.number AND ` + sqlSounds + `)`
	// sqlTheirs are calls with the rows of the legs that joined them.
	sqlTheirs = `(SELECT c.number FROM calls c WHERE c.number = ANY ($1::bigint[])
		UNION SELECT c.number FROM calls c WHERE c.joined = ANY ($1::bigint[]))`
)

// forgetting is all that goes with calls, in an order in which nothing is left over.
var forgetting = [...]string{
	`DELETE FROM cursors WHERE call IN ` + sqlTheirs,
	`DELETE FROM dead_letters WHERE seq IN (SELECT e.seq FROM log_events e WHERE e.call IN ` + sqlTheirs + `)`,
	`DELETE FROM log_events WHERE call IN ` + sqlTheirs,
	`DELETE FROM keys WHERE call IN ` + sqlTheirs,
	`DELETE FROM filings WHERE call IN ` + sqlTheirs,
	`DELETE FROM calls WHERE number IN ` + sqlTheirs,
}

// forgottenAtOnce is how many calls are forgotten in one transaction, for which
// reports that come in meanwhile wait: some ten milliseconds.
const forgottenAtOnce = 50

// Purge forgets old calls; see store.Retention. Strays go first: they hold numbers,
// and there is nothing to look for. Which calls to look at is found beforehand, while
// others write.
func (s *Store) Purge(ctx context.Context, before time.Time, limit int) (forgotten careline.LogCount, err error) {
	strays, err := s.exec(ctx, "forget old messages", true, sqlDropOldStrays, before.UnixMicro())
	if err != nil {
		return forgotten, err
	}
	forgotten.Strays = int(strays)
	end, err := s.place(ctx, before.Add(clocksApart))
	if err != nil {
		return forgotten, err
	}
	old, err := readAll[int64](ctx, s, "look for old calls", sqlOldCalls, before.UnixMicro(), end, limit)

	for err == nil && len(old) > 0 {
		some := old[:min(len(old), forgottenAtOnce)]
		old = old[len(some):]
		var done careline.LogCount
		done, err = s.forget(ctx, "forget old calls", sqlStillOld, some, before.UnixMicro())
		forgotten = forgotten.And(done)
	}
	return forgotten, err
}

// Old is what Purge would forget; see store.Retention. It looks through some events
// after the other.
func (s *Store) Old(ctx context.Context, before time.Time) (old careline.LogCount, err error) {
	if err = s.readRow(ctx, "count old messages", []any{&old.Strays}, sqlOldStrays, before.UnixMicro()); err != nil {
		return old, err
	}
	place, err := s.place(ctx, time.Unix(0, 0))
	if err != nil {
		return old, err
	}
	end, err := s.place(ctx, before.Add(clocksApart))

	for ; err == nil && place < end; place += eventsAtOnce {
		var keys []string
		keys, err = readAll[string](ctx, s, "look for all old calls", sqlOldKeys, before.UnixMicro(), min(place+eventsAtOnce, end), place)
		old = old.And(careline.CountKeys(keys...))
	}
	return old, err
}

// Erase forgets a call; see store.Retention.
func (s *Store) Erase(ctx context.Context, call string) error {
	done, err := s.forget(ctx, "forget a call", sqlOwnNumber, call)
	if err == nil && done.Keys() == 0 {
		return store.NoCall(call)
	}
	return err
}

// forget forgets every trace of the calls that sql finds, and of the legs that joined
// them. It says what those were.
func (s *Store) forget(ctx context.Context, doing, sql string, args ...any) (forgotten careline.LogCount, err error) {
	err = s.Do(ctx, doing, false, func(ctx context.Context, one store.Tx) error {
		t := one.(*tx)
		var numbers []int64
		var keys []string
		t.begin()
		t.next.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
			var number int64
			var key string
			_, err = pgx.ForEachRow(rows, []any{&number, &key}, func() error {
				numbers, keys = append(numbers, number), append(keys, key)
				return nil
			})
			return err
		})
		if err := t.send(ctx); err != nil || len(numbers) == 0 {
			return err
		}

		for _, sql := range forgetting {
			t.next.Queue(sql, numbers)
		}
		forgotten = careline.CountKeys(keys...)
		return nil
	})
	if err != nil {
		return careline.LogCount{}, err
	}
	return forgotten, nil
}
