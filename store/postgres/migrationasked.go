package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// firstAtOnce is how many calls are told in one statement when their first event was
// kept. Whoever writes of one of them waits for it: some fifty milliseconds.
const firstAtOnce = 5000

// sqlFirsts goes through the calls by their numbers; those of schema 4 do not have first.
const sqlFirsts = `WITH these AS (SELECT c.number FROM calls c WHERE c.number > $1 ORDER BY c.number LIMIT $2),
	told AS (UPDATE calls c SET first = (SELECT min(e.kept) FROM log_events e WHERE e.call = c.number)
		FROM these s WHERE c.number = s.number AND c.first IS NULL)
	SELECT coalesce(max(number), 0) FROM these`

// toAsked makes schema 6: calls can be found by when they were asked for. It only adds, so
// that programs of schema 5 go on, and what they write of calls is as they mean it: all
// that they keep under a key is a call's. It can be interrupted at any point.
func toAsked(ctx context.Context, m *migration) error {
	if _, err := m.conn.Exec(ctx, "ALTER TABLE calls ADD COLUMN IF NOT EXISTS aside boolean NOT NULL DEFAULT false"); err != nil {
		return err
	}

	for number, all := int64(0), false; !all; {
		var last int64
		if err := m.conn.QueryRow(ctx, sqlFirsts, number, firstAtOnce).Scan(&last); err != nil {
			return fmt.Errorf("tell of calls when they began: %w", err)
		}
		number, all = last, last == 0
	}

	return m.transact(ctx, func(tx pgx.Tx) error {
		if err := run(ctx, tx, "0006_asked.sql"); err != nil {
			return err
		}
		return reached(ctx, tx, 6)
	})
}
