package move

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/sqlite"
)

// Log copies everything of a SQLite log, from, into an empty Postgres log, to: both are
// DATABASE_URLs. Events keep their places. The file is locked meanwhile, brought to the
// newest schema and otherwise left as it is; the target is made if it has no log yet,
// and refused when there is anything in it (postgres.Load). After an error, which says
// what to do, the target is as empty as before. Told, unless it is nil, hears now and
// then how many events were read, of about how many.
func Log(ctx context.Context, from, to string, told func(done, all int)) (moved postgres.Loaded, err error) {
	path, err := sqlite.FileOf(from)
	if err != nil {
		return moved, fmt.Errorf("the log to be moved must be a SQLite file, written as file:careline.db: %w", err)
	}
	if _, err := os.Stat(path); err != nil { // opening would make an empty one, and move that
		return moved, fmt.Errorf("the log to be moved cannot be found, check its path: %w", err)
	}

	source, err := sqlite.OpenWhole(ctx, from)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	end, err := source.End()
	if err != nil {
		return moved, err
	}

	return postgres.Load(ctx, to, postgres.Log{
		End:     end,
		Calls:   source.Calls(),
		Keys:    source.Keys(),
		Events:  counted(source.Events(), int(end), told),
		Cursors: source.Cursors(),
		Filings: source.Filings(),
		Dead:    source.Dead(),
		Strays:  source.Strays(),
	})
}

// counted are rows of which somebody is told how many have come.
func counted(rows iter.Seq2[store.EventRow, error], all int, told func(done, all int)) iter.Seq2[store.EventRow, error] {
	if told == nil {
		return rows
	}

	return func(yield func(store.EventRow, error) bool) {
		done := 0
		for row, err := range rows {
			told(done, all)
			if done++; !yield(row, err) {
				return
			}
		}
	}
}
