package store

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"perci.health/careline"
)

const (
	// busyFor is how long a connection waits for another process that holds the
	// file, such as a backup.
	busyFor = 5 * time.Second
	// checkpointPages is how long SQLite's write-ahead log grows, about 40 MB,
	// before a commit has to move it into the database. SQLite's own 1,000 pages
	// put an 8 ms pause into every hundredth commit under load; most of the time
	// the pause falls between two requests instead (see writer.idle).
	checkpointPages = 10_000
)

// FileOf is the file that a DATABASE_URL of the scheme file names. What is
// percent-encoded in it is decoded (RFC 3986, section 2.1): file:care%20line.db is the
// file with a blank in its name. If there is none of that name, but one that bears the
// text as it stands, whoever wrote the URL meant that one: an error then says how to
// write it. Every error is for an operator.
func FileOf(text string) (path string, err error) {
	path, literal, err := fileOf(text)
	if err != nil || literal == path || exists(path) || !exists(literal) {
		return path, err
	}
	return "", fmt.Errorf("DATABASE_URL names the file %q, which does not exist, but there is one called %q: write %%25 for every %% in a file's name", path, literal)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// fileOf is FileOf without a look at the disk; literal is the name as it is written.
func fileOf(text string) (path, literal string, err error) {
	const want = "DATABASE_URL must be file:… such as file:careline.db, or postgres://…"
	u, err := url.Parse(text)
	if err != nil && strings.HasPrefix(text, "file:") && strings.Contains(text, "%") {
		return "", "", errors.New("DATABASE_URL cannot be read: write %25 for a % in a file's name")
	}
	if err != nil || u.Scheme != "file" || (u.Host != "" && u.Host != "localhost") {
		return "", "", errors.New(want)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return "", "", errors.New("the name of a SQLite file takes no parameters: write %3F for a ? and %23 for a # in it; " + want)
	}
	path, literal = u.Path, u.EscapedPath()
	if u.Opaque != "" {
		literal = u.Opaque
		if path, err = url.PathUnescape(u.Opaque); err != nil {
			return "", "", errors.New("DATABASE_URL cannot be read: write %25 for a % in a file's name")
		}
	}
	if path == "" || path == ":memory:" {
		return "", "", errors.New("an event log in memory would not outlive the process: " + want)
	}
	if strings.ContainsRune(path, 0) {
		return "", "", errors.New("the name of a SQLite file holds no zero byte: " + want)
	}
	return path, literal, nil
}

// openWriting opens the file, making it if need be, for the one writer.
func openWriting(path, synchronous string) (conn, error) {
	// SQLite would let everybody read a new file, and its log takes after it. If
	// the file cannot be made, SQLite fails too and its error says more.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		if err := f.Close(); err != nil {
			return conn{}, whyNotOpen(path, err)
		}
	}
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
	if err != nil {
		return conn{}, whyNotOpen(path, err)
	}
	return prepared(c, path, "synchronous = "+synchronous, fmt.Sprintf("wal_autocheckpoint = %d", checkpointPages),
		"cache_size = -8192", "temp_store = MEMORY")
}

func openReading(path string) (conn, error) {
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite) // read-only connections cannot recover a write-ahead log
	if err != nil {
		return conn{}, whyNotOpen(path, err)
	}
	return prepared(c, path, "query_only = ON")
}

func prepared(c *sqlite.Conn, path string, pragmas ...string) (conn, error) {
	c.SetBusyTimeout(busyFor)
	for _, pragma := range pragmas {
		if err := sqlitex.ExecuteTransient(c, "PRAGMA "+pragma, nil); err != nil {
			return conn{}, errors.Join(whyNotOpen(path, err), c.Close())
		}
	}
	return conn{c}, nil
}

// whyNotOpen says what to do about a database that cannot be opened.
func whyNotOpen(path string, err error) error {
	dir := filepath.Dir(path)
	if info, statErr := os.Stat(dir); statErr != nil || !info.IsDir() {
		return fmt.Errorf("the folder %s of the database does not exist: make it, or change DATABASE_URL: %w", dir, err)
	}
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: DATABASE_URL must name a file: %w", path, err)
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return notWritable(path, err)
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultNotADB, sqlite.ResultCorrupt:
		return fmt.Errorf("%s is not a whole SQLite database: restore it from a backup, or change DATABASE_URL: %w", path, err)
	case sqlite.ResultReadOnly, sqlite.ResultCantOpen, sqlite.ResultPerm:
		return notWritable(path, err)
	}
	return fmt.Errorf("open the database %s: %w", path, err)
}

func notWritable(path string, err error) error {
	return fmt.Errorf("the database %s cannot be written: let this user write the file and its folder: %w", path, err)
}

// wholeStore reports whether err concerns every write and not one request: the
// disk is full or broken, or another process holds the file.
func wholeStore(err error) bool {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultFull, sqlite.ResultIOErr, sqlite.ResultNoMem, sqlite.ResultCorrupt, sqlite.ResultNotADB,
		sqlite.ResultReadOnly, sqlite.ResultBusy, sqlite.ResultLocked, sqlite.ResultCantOpen:
		return true
	}
	return false
}

// unavailable is the error for whoever waits. SQLite's messages name tables and
// columns, never values.
func unavailable(doing string, err error) error {
	return careline.NewError(careline.CodeUnavailable, "The log of calls cannot be used at the moment.", fmt.Errorf("%s: %w", doing, err))
}

// conn is one connection; one goroutine uses it at a time.
type conn struct{ *sqlite.Conn }

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

// text binds s; an empty one is NULL, which is what every parameter is that is
// not bound.
func (q query) text(s string) query {
	q.n++
	if s != "" && q.err == nil {
		q.stmt.BindText(q.n, s)
	}
	return q
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
	q.n++
	if len(b) > 0 && q.err == nil {
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

// inserted is the key that the last statement gave to a row; 0 when it added
// none. RETURNING would say the same, and makes SQLite keep a second journal.
func (c conn) inserted() int64 {
	if c.Changes() == 0 {
		return 0
	}
	return c.LastInsertRowID()
}

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
