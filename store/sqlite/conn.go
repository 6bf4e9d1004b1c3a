package sqlite

import (
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// conn is one connection; one goroutine uses it at a time.
type conn struct {
	*sqlite.Conn
	young *young
}

// query is a prepared statement whose parameters are bound one after the other.
type query struct {
	stmt *sqlite.Stmt
	n    int
	err  error
}

func (c conn) query(sql string) query {
	stmt, err := c.Prepare(sql)
	return query{stmt: stmt, err: err}
}

// text binds s; an empty one is NULL.
func (q query) text(s string) query {
	if s == "" {
		return q.null()
	}
	return q.key(s)
}

// key binds s also when it is empty.
func (q query) key(s string) query {
	q.n++
	if q.err == nil {
		q.stmt.BindText(q.n, s)
	}
	return q
}

func (q query) bytes(b []byte) query {
	if len(b) == 0 {
		return q.null()
	}
	q.n++
	if q.err == nil {
		q.stmt.BindBytes(q.n, b)
	}
	return q
}

func (q query) int(n int64) query {
	q.n++
	if q.err == nil {
		q.stmt.BindInt64(q.n, n)
	}
	return q
}

func (q query) bool(b bool) query {
	if b {
		return q.int(1)
	}
	return q.int(0)
}

func (q query) null() query {
	q.n++
	if q.err == nil {
		q.stmt.BindNull(q.n)
	}
	return q
}

func (q query) time(t time.Time) query {
	if t.IsZero() {
		return q.null()
	}
	return q.int(t.UnixMicro())
}

// each hands every row to row, and leaves the statement ready for its next use.
// It stops early when row returns false.
func (q query) each(row func(*sqlite.Stmt) bool) error {
	if q.err != nil {
		return q.err
	}

	for {
		more, err := q.stmt.Step()
		if err != nil {
			_ = q.stmt.Reset() // it says the same again
			return err
		}
		if !more || !row(q.stmt) {
			return q.stmt.Reset()
		}
	}
}

// one hands the first row to row, if there is one.
func (q query) one(row func(*sqlite.Stmt)) (found bool, err error) {
	err = q.each(func(s *sqlite.Stmt) bool {
		found = true
		row(s)
		return true // on to the end, where a writing statement is done
	})
	return found, err
}

func (q query) found() (bool, error) { return q.one(func(*sqlite.Stmt) {}) }

func (q query) exec() error { return q.each(func(*sqlite.Stmt) bool { return true }) }

func timeAt(s *sqlite.Stmt, column int) time.Time {
	if s.ColumnIsNull(column) {
		return time.Time{}
	}
	return time.UnixMicro(s.ColumnInt64(column)).UTC()
}

func bytesAt(s *sqlite.Stmt, column int) []byte {
	n := s.ColumnLen(column)
	if n == 0 {
		return nil
	}
	b := make([]byte, n)
	s.ColumnBytes(column, b)
	return b
}

// checkpoint moves the write-ahead log into the database; mode is SQLite's.
func (c conn) checkpoint(mode string) error {
	return sqlitex.ExecuteTransient(c.Conn, "PRAGMA wal_checkpoint("+mode+")", nil)
}

// touch is a write that changes nothing, to learn whether writing is possible.
func (c conn) touch(schema int) error {
	return sqlitex.ExecuteTransient(c.Conn, fmt.Sprintf("PRAGMA user_version = %d", schema), nil)
}
