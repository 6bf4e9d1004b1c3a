package fhirbox

import (
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// reindex makes want the search entries of v's resource. Most entries stay the
// same from version to version and are not touched.
func reindex(conn *sqlite.Conn, v *version, want map[entry]bool, isNew bool) error {
	have := map[entry]int64{}
	if !isNew {
		var err error
		if have, err = entriesHeld(conn, v.key); err != nil {
			return err
		}
	}

	for e, row := range have {
		if want[e] {
			continue
		}
		if err := sqlitex.Execute(conn, "DELETE FROM search WHERE rowid = ?", &sqlitex.ExecOptions{Args: []any{row}}); err != nil {
			return fmt.Errorf("delete search entry: %w", err)
		}
	}

	for e := range want {
		if _, ok := have[e]; ok {
			continue
		}
		if err := insertEntry(conn, v, e); err != nil {
			return err
		}
	}

	return nil
}

func entriesHeld(conn *sqlite.Conn, key int64) (map[entry]int64, error) {
	have := map[entry]int64{}
	err := sqlitex.Execute(conn, "SELECT rowid, param, system, value, low, high FROM search WHERE key = ?", &sqlitex.ExecOptions{
		Args: []any{key},
		ResultFunc: func(stmt *sqlite.Stmt) error {
			e := entry{param: stmt.ColumnText(1), system: stmt.ColumnText(2), value: stmt.ColumnText(3)}
			if !stmt.ColumnIsNull(4) {
				e.isDate, e.low, e.high = true, stmt.ColumnInt64(4), stmt.ColumnInt64(5)
			}
			have[e] = stmt.ColumnInt64(0)
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("read search entries: %w", err)
	}

	return have, nil
}

func insertEntry(conn *sqlite.Conn, v *version, e entry) error {
	query, args := "INSERT INTO search (key, type, param, system, value) VALUES (?, ?, ?, ?, ?)", []any{v.key, v.resourceType, e.param, e.system, e.value}
	if e.isDate {
		query, args = "INSERT INTO search (key, type, param, low, high) VALUES (?, ?, ?, ?, ?)", []any{v.key, v.resourceType, e.param, e.low, e.high}
	}
	if err := sqlitex.Execute(conn, query, &sqlitex.ExecOptions{Args: args}); err != nil {
		return fmt.Errorf("insert search entry: %w", err)
	}
	return nil
}
