package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"iter"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// Whole is a log's file, opened to read all of it. It is locked until Close.
type Whole struct {
	conn
	lock lock
}

// OpenWhole opens a log to read all of it, and brings it to the newest schema; otherwise
// the file is left as it is.
func OpenWhole(ctx context.Context, url string) (*Whole, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := FileOf(url)
	if err != nil {
		return nil, err
	}
	held, err := takeLock(path)
	if err != nil {
		return nil, err
	}

	c, err := openChecked(path, "FULL")
	if err != nil {
		return nil, errors.Join(err, held.release())
	}
	_, err = migrate(c, path)
	if err == nil {
		err = c.settleKeys()
	}
	if err != nil {
		return nil, errors.Join(err, c.Close(), held.release())
	}
	return &Whole{conn: c, lock: held}, nil
}

// Close gives the file back.
func (w *Whole) Close() error { return errors.Join(w.conn.Close(), w.lock.release()) }

// End is the last place given out.
func (w *Whole) End() (int64, error) { return w.newest() }

// Calls are all calls, and legs.
func (w *Whole) Calls() iter.Seq2[*store.Row, error] {
	const sql = `SELECT ` + callColumns + `, c.number, c.joined FROM calls c ORDER BY c.number`
	return rowsOf(w, sql, func(row *sqlite.Stmt) (*store.Row, error) {
		return &store.Row{Standing: standingOf(row, 0), Number: row.ColumnInt64(11), Joined: row.ColumnInt64(12)}, nil
	})
}

// Keys are all keys.
func (w *Whole) Keys() iter.Seq2[store.KeyRow, error] {
	return rowsOf(w, `SELECT key, call FROM keys`, func(row *sqlite.Stmt) (store.KeyRow, error) {
		return store.KeyRow{Key: row.ColumnText(0), Call: row.ColumnInt64(1)}, nil
	})
}

// Events are all events, in the log's order.
func (w *Whole) Events() iter.Seq2[store.EventRow, error] {
	const sql = `SELECT ` + eventColumns + ` FROM events e ORDER BY e.seq`
	return rowsOf(w, sql, func(row *sqlite.Stmt) (store.EventRow, error) { return eventRowAt(row), nil })
}

// Cursors are those for which something waits.
func (w *Whole) Cursors() iter.Seq2[store.CursorRow, error] {
	const sql = `SELECT ` + cursorColumns + `, u.call FROM cursors u`
	return rowsOf(w, sql, func(row *sqlite.Stmt) (store.CursorRow, error) {
		return store.CursorRow{Cursor: cursorAt(row), Call: row.ColumnInt64(6)}, nil
	})
}

// Filings are all filings.
func (w *Whole) Filings() iter.Seq2[store.FilingRow, error] {
	const sql = `SELECT call, of, id, version, seq, tried, doubted FROM filings`
	return rowsOf(w, sql, func(row *sqlite.Stmt) (store.FilingRow, error) {
		f := careline.Filing{
			Of:      row.ColumnText(1),
			ID:      row.ColumnText(2),
			Version: row.ColumnText(3),
			Seq:     row.ColumnInt64(4),
			Tried:   row.ColumnBool(5),
			Doubted: row.ColumnBool(6),
		}
		return store.FilingRow{Call: row.ColumnInt64(0), Filing: f}, nil
	})
}

// Dead are all dead letters.
func (w *Whole) Dead() iter.Seq2[store.DeadRow, error] {
	const sql = `SELECT consumer, seq, attempts, buried, cause FROM dead_letters`
	return rowsOf(w, sql, func(row *sqlite.Stmt) (store.DeadRow, error) {
		return store.DeadRow{
			Place:    store.Place{Consumer: row.ColumnText(0), Seq: row.ColumnInt64(1)},
			Attempts: row.ColumnInt(2),
			Buried:   timeAt(row, 3),
			Cause:    row.ColumnText(4),
		}, nil
	})
}

// Strays are all messages that nobody could read.
func (w *Whole) Strays() iter.Seq2[careline.Stray, error] {
	const sql = `SELECT ` + strayColumns + ` FROM strays ORDER BY seq`
	return rowsOf(w, sql, strayAt)
}

// rowsOf hands over the rows of a statement until one cannot be read.
func rowsOf[T any](w *Whole, sql string, at func(*sqlite.Stmt) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		stopped := false
		err := w.query(sql).each(func(row *sqlite.Stmt) bool {
			one, err := at(row)
			stopped = !yield(one, err) || err != nil
			return !stopped
		})
		if err != nil && !stopped {
			var none T
			yield(none, err)
		}
	}
}

// strayAt reads in the order of strayColumns.
func strayAt(row *sqlite.Stmt) (m careline.Stray, err error) {
	m = careline.Stray{
		Seq:  row.ColumnInt64(0),
		ID:   row.ColumnText(1),
		Data: bytesAt(row, 3),
		Why:  row.ColumnText(4),
		Kept: timeAt(row, 5),
	}
	if attributes := bytesAt(row, 2); attributes != nil {
		err = json.Unmarshal(attributes, &m.Attributes)
	}
	return m, err
}
