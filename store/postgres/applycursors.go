package postgres

import (
	"github.com/jackc/pgx/v5"

	"perci.health/careline/store"
)

const (
	sqlSaveCursors = `INSERT INTO cursors (call, consumer, done, due, attempts, cause, again)
		SELECT *, '{}' FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::integer[], $6::text[])
		ON CONFLICT (call, consumer) DO UPDATE SET done = excluded.done, due = excluded.due, attempts = excluded.attempts,
			cause = excluded.cause, again = excluded.again`
	sqlSetAgain    = `UPDATE cursors SET again = $3 WHERE call = $1 AND consumer = $2`
	sqlDropCursors = `DELETE FROM cursors r USING unnest($1::bigint[], $2::text[]) u (call, consumer)
		WHERE r.call = u.call AND r.consumer = u.consumer`
)

// cursorKey is what there is one cursor of.
type cursorKey struct {
	call     int64
	consumer string
}

// queueCursors writes each cursor once: a statement cannot change a row twice. One for
// which nothing waits is dropped.
func queueCursors(b *pgx.Batch, rows []store.CursorRow) {
	last := make(map[cursorKey]int, len(rows))
	for i, r := range rows {
		last[cursorKey{r.Call, r.Consumer}] = i
	}

	var calls, done, due, over []int64
	var consumers, causes, idle []string
	var attempts []int32
	var again []store.CursorRow
	for i, r := range rows {
		switch {
		case last[cursorKey{r.Call, r.Consumer}] != i:
			continue
		case r.Due.IsZero():
			over, idle = append(over, r.Call), append(idle, r.Consumer)
			continue
		}
		calls, consumers, done = append(calls, r.Call), append(consumers, r.Consumer), append(done, r.Done)
		due, attempts, causes = append(due, r.Due.UnixMicro()), append(attempts, int32(r.Attempts)), append(causes, r.Cause)
		if len(r.Again) > 0 {
			again = append(again, r)
		}
	}

	if len(calls) > 0 {
		b.Queue(sqlSaveCursors, calls, consumers, done, due, attempts, causes)
	}
	for _, r := range again {
		b.Queue(sqlSetAgain, r.Call, r.Consumer, r.Again)
	}
	if len(over) > 0 {
		b.Queue(sqlDropCursors, over, idle)
	}
}
