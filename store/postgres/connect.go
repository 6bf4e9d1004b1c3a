package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"perci.health/careline/store"
)

const (
	// oldestServer is the oldest Postgres whose procedures and functions do what
	// the migrations ask of them, as server_version_num has it.
	oldestServer = 130000
	// connectFor bounds the making of a connection.
	connectFor = 5 * time.Second
	// commitFor is how long the server may take for one batch, its wait for the
	// log's lock included: Twilio gives a webhook 15 seconds in all.
	commitFor = 8 * time.Second
	// answerFor bounds the wait for a server that is frozen, or gone without a
	// word, and does not keep commitFor itself.
	answerFor = 10 * time.Second
	// readFor is how long one reading may take.
	readFor = 30 * time.Second
)

// sessionSettings hold on every connection, whatever the database or the role say.
// The statements ask by index for few rows, and plans are kept: one that was made
// while the tables were empty must stay right when they are not.
var sessionSettings = map[string]string{
	"application_name":                    "careline",
	"client_encoding":                     "UTF8",
	"plan_cache_mode":                     "force_generic_plan",
	"enable_seqscan":                      "off",
	"enable_hashjoin":                     "off",
	"enable_mergejoin":                    "off",
	"jit":                                 "off",
	"default_transaction_isolation":       "read committed",
	"idle_in_transaction_session_timeout": "30s",
	// A program that a network cut off without a word keeps its claims for as long as
	// the server takes it to be there: by Linux's own settings two hours. These are
	// longer than the program itself takes to notice (lookEvery and connectFor), so
	// that it never works on a claim that somebody else may have.
	"tcp_keepalives_idle":     "15",
	"tcp_keepalives_interval": "5",
	"tcp_keepalives_count":    "3",
	"tcp_user_timeout":        "30000", // the same while something is still to be acknowledged, which puts keepalives off
}

// sqlLock is one writer at a time, over all programs and their releases. It stands in
// the space of two numbers; claims have that of one.
const sqlLock = `SELECT pg_advisory_xact_lock(1667330661, 'log_end'::regclass::oid::integer)`

// connectionConfig reads a DATABASE_URL of the scheme postgres.
func connectionConfig(url string) (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		// The parser's error may quote a part of the URL, and that holds a password.
		return nil, errors.New("DATABASE_URL cannot be read: it must be postgres://user:password@host/database, with special characters percent-encoded")
	}
	settle(c)
	return c, nil
}

func settle(c *pgx.ConnConfig) {
	for name, value := range sessionSettings {
		c.RuntimeParams[name] = value
	}
	c.RuntimeParams["statement_timeout"] = milliseconds(readFor)
	c.ConnectTimeout = connectFor
	if c.ValidateConnect == nil {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite // never a standby, which is behind
	}
}

// with is c with one setting more.
func with(c *pgx.ConnConfig, name, value string) *pgx.ConnConfig {
	c = c.Copy()
	c.RuntimeParams[name] = value
	return c
}

// connect makes a connection and looks whether it is one that can be used.
func connect(ctx context.Context, c *pgx.ConnConfig) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*connectFor)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return nil, whyNotConnect(c, err)
	}

	var pid uint32
	var version int
	err = conn.QueryRow(ctx, "SELECT pg_backend_pid(), current_setting('server_version_num')::integer").Scan(&pid, &version)
	if err == nil && pid != conn.PgConn().PID() {
		err = errPooled
	}
	if err == nil && version < oldestServer {
		err = fmt.Errorf("its Postgres is too old (%d): careline needs version 13 or later", version)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("use the database at %s: %w", address(c), err), conn.Close(ctx))
	}
	return conn, nil
}

// errPooled is found out by the process that the server named when the connection
// began: a pooler (PgBouncer and its like) makes one up, and lends the session to
// others between two transactions.
var errPooled = errors.New("DATABASE_URL leads to a connection pooler: careline keeps locks and listens on its connections, so give it the address of the database server itself")

// whyNotConnect says what to do about a database that cannot be reached.
func whyNotConnect(c *pgx.ConnConfig, err error) error {
	why := func(do string) error { return fmt.Errorf("the database at %s: %s: %w", address(c), do, err) }
	server, said := errors.AsType[*pgconn.PgError](err)
	switch {
	case said && strings.Contains(server.Message, "startup parameter"):
		return fmt.Errorf("the database at %s: %w (%w)", address(c), errPooled, err)
	case said && server.Code == "3D000":
		return why("there is no database of this name: create it, or change DATABASE_URL")
	case said && (server.Code == "28P01" || server.Code == "28000"):
		return why("the user or password of DATABASE_URL is refused")
	case said && server.Code == "53300":
		return why("it takes no more connections: raise max_connections, or run fewer instances")
	}
	return why("it cannot be reached: is it running, and is DATABASE_URL right?")
}

// address is where a database is; its user and password are nobody's business.
func address(c *pgx.ConnConfig) string {
	return fmt.Sprintf("%s:%d/%s", c.Host, c.Port, c.Database)
}

// wholeServer reports whether err concerns every write and not one request: the
// connection, the server's resources, its disk or its patience.
func wholeServer(err error) bool {
	server, said := errors.AsType[*pgconn.PgError](err)
	if !said {
		return true
	}
	switch server.Code[:min(2, len(server.Code))] {
	case "08", "25", "40", "53", "57", "58", "XX":
		return true
	}
	return false
}

// readOnly reports whether the server was demoted since it was connected to: the
// primary is another now. It has refused the whole transaction.
func readOnly(err error) bool {
	server, said := errors.AsType[*pgconn.PgError](err)
	return said && server.Code == "25006"
}

// serverError is what the server answered, for whoever reads it: its details and hints
// may hold values of a row, which are nobody's business; its code and message name
// tables and columns only.
type serverError struct{ *pgconn.PgError }

func (e serverError) Error() string { return e.Message + " (SQLSTATE " + e.Code + ")" }

func (e serverError) Unwrap() error { return e.PgError }

// plain is err without what is nobody's business.
func plain(err error) error {
	if server, said := errors.AsType[*pgconn.PgError](err); said {
		return serverError{server}
	}
	return err
}

// unavailable is the error for whoever waits.
func unavailable(doing string, err error) error { return store.Unavailable(doing, plain(err)) }

// milliseconds is d as a setting of Postgres.
func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }
