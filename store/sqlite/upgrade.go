package sqlite

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"perci.health/careline"
)

var (
	//go:embed schema1to2.sql
	secondSchema string
	//go:embed upgrade.sql
	copied string
)

// What the third schema added to the second.
const thirdSchema = `ALTER TABLE events ADD COLUMN facts TEXT;`

// What the fifth added to the fourth.
const fifthSchema = `ALTER TABLE calls ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
	CREATE INDEX calls_asked ON calls (coalesce(begun, first)) WHERE joined IS NULL AND aside = 0;`

// What the sixth added to the fifth.
const sixthSchema = `ALTER TABLE calls ADD COLUMN room INTEGER NOT NULL DEFAULT 0;
	CREATE TABLE presence (clinician TEXT NOT NULL, device TEXT NOT NULL, ready INTEGER NOT NULL, said INTEGER NOT NULL,
		PRIMARY KEY (clinician, device)) WITHOUT ROWID;`

// dropped are the old tables when they are empty, or small.
const dropped = `DROP TABLE old_calls; DROP TABLE old_keys; DROP TABLE old_events; DROP TABLE old_filings;
	DROP TABLE old_deliveries; DROP TABLE old_dead_letters; DROP TABLE old_strays; DROP TABLE old_log_end;`

// upgrade brings the schema of an earlier release up to date, all in one transaction.
// Events become bodies here, by the root's own words. What the old tables held is
// overwritten: a number that is forgotten later must not be found in the file.
func (c conn) upgrade(have int) (err error) {
	if err := c.pragma("secure_delete = ON"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.pragma("secure_delete = OFF")) }()
	end, err := sqlitex.ImmediateTransaction(c.Conn)
	if err != nil {
		return err
	}
	defer end(&err)

	switch have {
	case 4:
		return c.statements(fifthSchema + sixthSchema + marked(schemaVersion))
	case 5:
		return c.statements(sixthSchema + marked(schemaVersion))
	}
	before := ""
	if have < 2 {
		before += secondSchema
	}
	if have < 3 {
		before += thirdSchema
	}
	if err := c.statements(before); err != nil {
		return err
	}
	aside, err := c.aside()
	if err != nil {
		return err
	}
	if err := c.statements(aside + newest); err != nil {
		return err
	}

	if err := c.copyEvents(); err != nil {
		return err
	}
	if err := c.statements(copied); err != nil {
		return err
	}
	if err := c.empty(); err != nil {
		return err
	}
	return c.statements(dropped + marked(schemaVersion))
}

// statements runs a script in the transaction under way, one statement after the other:
// in a savepoint, SQLite would remember every page that they overwrite.
func (c conn) statements(script string) error {
	for script = strings.TrimSpace(script); script != ""; script = strings.TrimSpace(script) {
		stmt, rest, err := c.PrepareTransient(script)
		if err != nil {
			return err
		}
		if err := errors.Join((query{stmt: stmt}).exec(), stmt.Finalize()); err != nil {
			return err
		}
		script = script[len(script)-rest:]
	}
	return nil
}

// aside is a script that renames the tables that there are. Their indexes have other
// names than those of the newest schema.
func (c conn) aside() (string, error) {
	var script strings.Builder
	err := c.query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`).each(func(row *sqlite.Stmt) bool {
		fmt.Fprintf(&script, "ALTER TABLE %[1]s RENAME TO old_%[1]s;\n", row.ColumnText(0))
		return true
	})
	return script.String(), err
}

// empty drops the rows of the old tables that grow with the log, some at a time: of one
// statement SQLite remembers every page that it overwrites.
func (c conn) empty() error {
	for table, key := range map[string]string{"old_events": "seq", "old_calls": "number", "old_keys": "key", "old_filings": "call"} {
		some := fmt.Sprintf("DELETE FROM %[1]s WHERE %[2]s IN (SELECT %[2]s FROM %[1]s ORDER BY %[2]s LIMIT 5000)", table, key)
		for left := 1; left > 0; left = c.Changes() {
			if err := c.query(some).exec(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c conn) copyEvents() error {
	var unreadable error
	err := c.query(`SELECT seq, call, id, kept, leg, kind, at, place, status, word, direction, member_leg, appointment, seconds,
			answered_by, recording, request, report, trace, facts FROM old_events ORDER BY seq`).each(func(row *sqlite.Stmt) bool {
		e, err := oldEvent(row)
		if err == nil {
			err = c.query(sqlAddEvent).int(row.ColumnInt64(0)).int(row.ColumnInt64(1)).text(e.ID).int(row.ColumnInt64(3)).null().bytes(e.Body()).exec()
		}
		if err != nil {
			unreadable = fmt.Errorf("event %d: %w", row.ColumnInt64(0), err)
		}
		return err == nil
	})

	if err != nil {
		return err
	}
	return unreadable
}

// oldRequest and oldFacts are what the first releases kept as JSON.
type (
	oldRequest struct {
		Clinician string             `json:"clinician"`
		Sender    careline.Reference `json:"sender"`
		Patient   careline.Reference `json:"patient"`
		Recipient careline.Reference `json:"recipient"`
		To        string             `json:"to"`
		CallerID  string             `json:"callerId"`
		Refusal   careline.Refusal   `json:"refusal"`
	}
	oldFacts struct {
		EndedBy   careline.Side    `json:"endedBy"`
		Failure   careline.Failure `json:"failure"`
		Names     careline.Names   `json:"names"`
		Household bool             `json:"household"`
		Limit     int              `json:"limit"`
	}
)

// lookedUp ends the ids of events that were looked up, which is a field since.
const lookedUp = "/reconciled"

// oldEvent reads in the order of copyEvents.
func oldEvent(row *sqlite.Stmt) (careline.CallEvent, error) {
	e := careline.CallEvent{
		ID:          row.ColumnText(2),
		Leg:         row.ColumnText(4),
		Kind:        careline.Kind(row.ColumnText(5)),
		At:          timeAt(row, 6),
		Order:       row.ColumnInt(7),
		Status:      careline.Status(row.ColumnText(8)),
		Word:        row.ColumnText(9),
		Direction:   row.ColumnText(10),
		MemberLeg:   row.ColumnText(11),
		Appointment: row.ColumnText(12),
		AnsweredBy:  row.ColumnText(14),
		Recording:   row.ColumnText(15),
		Report:      bytesAt(row, 17),
		Trace:       row.ColumnText(18),
		LookedUp:    strings.HasSuffix(row.ColumnText(2), lookedUp),
	}
	if !row.ColumnIsNull(13) {
		e.Seconds = careline.SecondsOf(row.ColumnInt(13))
	}

	var asked oldRequest
	var facts oldFacts
	if err := errors.Join(parsed(row, 16, &asked), parsed(row, 19, &facts)); err != nil {
		return e, err
	}
	e.EndedBy, e.Failure = facts.EndedBy, facts.Failure
	e.Request = careline.Request{
		Clinician: asked.Clinician,
		Sender:    asked.Sender,
		Patient:   asked.Patient,
		Recipient: asked.Recipient,
		Refusal:   asked.Refusal,
		Names:     facts.Names,
		Household: facts.Household,
		Limit:     facts.Limit,
	}

	var errs [2]error
	e.Request.To, errs[0] = oldPhone(asked.To)
	e.Request.CallerID, errs[1] = oldPhone(asked.CallerID)
	return e, errors.Join(errs[:]...)
}

// parsed reads a column of JSON; NULL leaves everything zero.
func parsed(row *sqlite.Stmt, column int, into any) error {
	text := bytesAt(row, column)
	if len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, into)
}

func oldPhone(e164 string) (careline.Phone, error) {
	if e164 == "" {
		return careline.Phone{}, nil
	}
	return careline.StoredPhone(e164)
}
