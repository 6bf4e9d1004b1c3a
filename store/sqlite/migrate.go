package sqlite

import (
	_ "embed"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

//go:embed schema.sql
var newest string

const (
	// applicationID marks the file as careline's ("care" in ASCII), as SQLite's file
	// format provides at offset 68.
	applicationID = 0x63617265
	// schemaVersion is the version of schema.sql.
	schemaVersion = 6
)

// migrate brings the database to the newest schema, and returns its version.
func migrate(c conn, path string) (int, error) {
	have, err := schemaOf(c, path)

	switch {
	case err != nil:
		return 0, err
	case have > schemaVersion:
		return 0, fmt.Errorf("the database %s has schema %d, made by a newer careline; this one knows %d: run the newer one, or restore the backup made before it", path, have, schemaVersion)
	case have == schemaVersion:
		return have, nil
	case have > 0:
		err = c.upgrade(have)
	default:
		err = c.script(newest, schemaVersion)
	}

	if err != nil {
		return 0, fmt.Errorf("migrate the database %s to schema %d: %w", path, schemaVersion, err)
	}
	return schemaVersion, nil
}

// schemaOf is the database's schema; 0 for a new one. It refuses a database that
// some other program has filled.
func schemaOf(c conn, path string) (int, error) {
	numbers := map[string]int64{}

	for _, sql := range []string{"PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_master"} {
		err := sqlitex.ExecuteTransient(c.Conn, sql, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
			numbers[sql] = s.ColumnInt64(0)
			return nil
		}})
		if err != nil {
			return 0, whyNotOpen(path, err)
		}
	}

	if numbers["PRAGMA application_id"] != applicationID && numbers["SELECT count(*) FROM sqlite_master"] > 0 {
		return 0, fmt.Errorf("the database %s belongs to another program: change DATABASE_URL", path)
	}
	return int(numbers["PRAGMA user_version"]), nil
}

// script runs statements in one transaction that makes the schema the version.
func (c conn) script(script string, version int) (err error) {
	end, err := sqlitex.ImmediateTransaction(c.Conn)
	if err != nil {
		return err
	}
	defer end(&err)
	return sqlitex.ExecuteScript(c.Conn, script+marked(version), nil)
}

// marked has a script say whose the database is, and which schema it has.
func marked(version int) string {
	return fmt.Sprintf("\nPRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, version)
}
