package postgres

import (
	"context"
	"errors"
	"fmt"
)

// Standing is how a database stands to this program.
type Standing struct {
	Have, Know int  // schema of the database, 0 while it has none; schema of this program
	Writable   bool // this user may write in it, or make its schema
}

// LookAt asks a Postgres database how it stands, beside whoever uses it.
// Unlike Open it changes nothing. It refuses what Open would refuse: a database
// that a careline too new for this one has changed, one of another program, and a
// server that only copies another.
func LookAt(ctx context.Context, url string) (s Standing, err error) {
	config, err := connectionConfig(url)
	if err != nil {
		return s, err
	}
	conn, err := connect(ctx, config)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if err := checkOurs(ctx, conn, config); err != nil {
		return s, err
	}

	s.Know = schemaNow
	var made bool
	err = conn.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, schemaTable).Scan(&made)
	right := `SELECT 0, has_schema_privilege(current_schema(), 'CREATE')`
	if made {
		right = `SELECT (SELECT version FROM ` + schemaTable + `), coalesce(has_table_privilege(to_regclass('log_end'), 'UPDATE'), false)`
	}
	if err == nil {
		err = conn.QueryRow(ctx, right).Scan(&s.Have, &s.Writable)
	}
	if err != nil {
		return s, fmt.Errorf("look at the schema of the database at %s: %w", address(config), err)
	}

	if s.Have > s.Know {
		return s, mayServe(ctx, conn, s.Have, s.Know)
	}
	return s, nil
}
