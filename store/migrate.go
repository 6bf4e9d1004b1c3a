package store

import (
	"embed"
	"fmt"
	"io/fs"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// applicationID marks the file as careline's ("care" in ASCII), as SQLite's file
// format provides at offset 68.
const applicationID = 0x63617265

// migrate brings the database to the newest schema, each step in a transaction
// of its own, and returns its version: the number of the last migration.
func migrate(c conn, path string) (int, error) {
	names, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil {
		return 0, fmt.Errorf("list the migrations: %w", err)
	}
	have, err := schemaOf(c, path)
	if err != nil {
		return 0, err
	}
	if have > len(names) {
		return 0, fmt.Errorf("the database %s has schema %d, made by a newer careline; this one knows %d: run the newer one, or restore the backup made before it", path, have, len(names))
	}
	for i, name := range names[have:] {
		if err := step(c, name, have+i+1); err != nil {
			return 0, fmt.Errorf("migrate the database %s to schema %d: %w", path, have+i+1, err)
		}
	}
	return len(names), nil
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

func step(c conn, name string, version int) (err error) {
	script, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	end, err := sqlitex.ImmediateTransaction(c.Conn)
	if err != nil {
		return err
	}
	defer end(&err)
	mark := fmt.Sprintf("\nPRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, version)
	return sqlitex.ExecuteScript(c.Conn, string(script)+mark, nil)
}
