package fhirbox

import (
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Interactions that make a version.
const (
	created = "create"
	updated = "update"
	deleted = "delete"
)

// version is one version of a resource; content is nil when it is a deletion.
type version struct {
	seq, key         int64
	resourceType, id string
	versionID        string
	updated          int64 // microseconds since 1970
	interaction      string
	content          []byte
}

func (v *version) deleted() bool { return v.interaction == deleted }

const versionColumns = "v.seq, v.key, r.type, r.id, v.version_id, v.updated, v.interaction, v.content"

func scanVersion(stmt *sqlite.Stmt) *version {
	v := &version{
		seq:          stmt.ColumnInt64(0),
		key:          stmt.ColumnInt64(1),
		resourceType: stmt.ColumnText(2),
		id:           stmt.ColumnText(3),
		versionID:    stmt.ColumnText(4),
		updated:      stmt.ColumnInt64(5),
		interaction:  stmt.ColumnText(6),
	}
	if !stmt.ColumnIsNull(7) {
		v.content = []byte(stmt.ColumnText(7))
	}
	return v
}

// versions runs a query for versionColumns.
func versions(conn *sqlite.Conn, query string, args ...any) ([]*version, error) {
	var found []*version
	err := sqlitex.Execute(conn, query, &sqlitex.ExecOptions{Args: args, ResultFunc: func(stmt *sqlite.Stmt) error {
		found = append(found, scanVersion(stmt))
		return nil
	}})
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	return found, nil
}

// current is a resource's newest version, perhaps its deletion; nil when the
// resource has never been.
func current(conn *sqlite.Conn, resourceType, id string) (*version, error) {
	return first(versions(conn, "SELECT "+versionColumns+" FROM resource r JOIN version v ON v.seq = r.current WHERE r.type = ? AND r.id = ?", resourceType, id))
}

// versionOf is one version by its id, nil when there is none.
func versionOf(conn *sqlite.Conn, of resourceKey, versionID string) (*version, error) {
	return first(versions(conn, "SELECT "+versionColumns+" FROM resource r JOIN version v ON v.key = r.key WHERE r.type = ? AND r.id = ? AND v.version_id = ?",
		of.resourceType, of.id, versionID))
}

type resourceKey struct{ resourceType, id string }

func first(found []*version, err error) (*version, error) {
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// history is a resource's versions, newest first.
func history(conn *sqlite.Conn, of resourceKey, limit, offset int) ([]*version, int, error) {
	total := 0
	err := sqlitex.Execute(conn, "SELECT count(*) FROM resource r JOIN version v ON v.key = r.key WHERE r.type = ? AND r.id = ?", &sqlitex.ExecOptions{
		Args:       []any{of.resourceType, of.id},
		ResultFunc: func(stmt *sqlite.Stmt) error { total = stmt.ColumnInt(0); return nil },
	})
	if err != nil {
		return nil, 0, fmt.Errorf("count versions: %w", err)
	}
	found, err := versions(conn, "SELECT "+versionColumns+" FROM resource r JOIN version v ON v.key = r.key WHERE r.type = ? AND r.id = ? ORDER BY v.seq DESC LIMIT ? OFFSET ?",
		of.resourceType, of.id, limit, offset)
	return found, total, err
}

// since is what was written after seq, oldest first, a part at a time.
func since(conn *sqlite.Conn, seq int64) ([]*version, error) {
	return versions(conn, "SELECT "+versionColumns+" FROM version v JOIN resource r ON r.key = v.key WHERE v.seq > ? ORDER BY v.seq LIMIT 256", seq)
}

// lastSeq is the seq of the newest version ever written.
func lastSeq(conn *sqlite.Conn) (seq int64, err error) {
	err = sqlitex.Execute(conn, "SELECT seq FROM sqlite_sequence WHERE name = 'version'", &sqlitex.ExecOptions{
		ResultFunc: func(stmt *sqlite.Stmt) error { seq = stmt.ColumnInt64(0); return nil },
	})
	if err != nil {
		return 0, fmt.Errorf("read the last change: %w", err)
	}
	return seq, nil
}

// insert stores a new version (with key 0: of a new resource), sets its seq
// and key, and brings the search index up to date.
func insert(conn *sqlite.Conn, v *version, entries map[entry]bool) error {
	isNew := v.key == 0
	if isNew {
		if err := sqlitex.Execute(conn, "INSERT INTO resource (type, id, current, updated) VALUES (?, ?, 0, 0)", &sqlitex.ExecOptions{Args: []any{v.resourceType, v.id}}); err != nil {
			return fmt.Errorf("insert resource: %w", err)
		}
		v.key = conn.LastInsertRowID()
	}

	var content any
	if v.content != nil {
		content = string(v.content)
	}

	err := sqlitex.Execute(conn, "INSERT INTO version (key, version_id, updated, interaction, content) VALUES (?, ?, ?, ?, ?)",
		&sqlitex.ExecOptions{Args: []any{v.key, v.versionID, v.updated, v.interaction, content}})
	if err != nil {
		return fmt.Errorf("insert version: %w", err)
	}

	v.seq = conn.LastInsertRowID()
	err = sqlitex.Execute(conn, "UPDATE resource SET current = ?, updated = ?, deleted = ? WHERE key = ?",
		&sqlitex.ExecOptions{Args: []any{v.seq, v.updated, v.deleted(), v.key}})
	if err != nil {
		return fmt.Errorf("point to the new version: %w", err)
	}
	return reindex(conn, v, entries, isNew)
}
