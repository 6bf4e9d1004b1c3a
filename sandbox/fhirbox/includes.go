package fhirbox

import (
	"encoding/json"
	"fmt"
	"strings"

	"zombiezen.com/go/sqlite"
)

// maxIncluded is how many resources a _revinclude may add before Medplum, and
// this server, refuse it.
const maxIncluded = 1000

// gathering is what _include and _revinclude add to the matches.
type gathering struct {
	conn  *sqlite.Conn
	seen  map[int64]bool // keys of all in the bundle
	added []*version
}

func includesOf(conn *sqlite.Conn, q *query, found []*version) ([]*version, error) {
	g := &gathering{conn: conn, seen: map[int64]bool{}}
	for _, v := range found {
		g.seen[v.key] = true
	}
	for round := found; len(round) > 0; {
		before := len(g.added)
		if err := g.round(q, round, before > 0); err != nil {
			return nil, err
		}
		round = g.added[before:]
	}
	return g.added, nil
}

// round follows the references of one generation of resources; beyond the
// matches only those that iterate.
func (g *gathering) round(q *query, from []*version, again bool) error {
	for _, in := range q.includes {
		if again && !in.iterate {
			continue
		}
		if err := g.forward(in, from); err != nil {
			return err
		}
	}

	for _, in := range q.revincludes {
		if again && !in.iterate {
			continue
		}
		if err := g.backward(in, from); err != nil {
			return err
		}
	}

	return nil
}

func (g *gathering) forward(in include, from []*version) error {
	var keys []int64
	for _, v := range from {
		if v.resourceType == in.resourceType {
			keys = append(keys, v.key)
		}
	}

	list, err := json.Marshal(keys)
	if err != nil {
		return fmt.Errorf("list keys: %w", err)
	}

	return g.take("SELECT "+versionColumns+` FROM resource r JOIN version v ON v.seq = r.current
		WHERE r.deleted = 0 AND (r.type, r.id) IN (
			SELECT substr(s.value, 1, instr(s.value, '/') - 1), substr(s.value, instr(s.value, '/') + 1)
			FROM search s WHERE s.key IN (SELECT value FROM json_each(?)) AND s.param = ?)
		AND (? = '' OR r.type = ?) ORDER BY r.key`, string(list), in.param, in.target, in.target)
}

func (g *gathering) backward(in include, to []*version) error {
	refs := make([]string, 0, len(to))
	for _, v := range to {
		if in.target == "" || in.target == v.resourceType {
			refs = append(refs, v.resourceType+"/"+v.id)
		}
	}

	list, err := json.Marshal(refs)
	if err != nil {
		return fmt.Errorf("list references: %w", err)
	}

	return g.take("SELECT "+versionColumns+` FROM resource r JOIN version v ON v.seq = r.current
		WHERE r.deleted = 0 AND r.key IN (
			SELECT s.key FROM search s WHERE s.type = ? AND s.param = ? AND s.value IN (SELECT value FROM json_each(?)))
		ORDER BY r.key LIMIT 1001`, in.resourceType, in.param, string(list))
}

// take runs a query and adds what it finds, once.
func (g *gathering) take(query string, args ...any) error {
	found, err := versions(g.conn, query, args...)
	if err != nil {
		return err
	}

	if len(found) > maxIncluded {
		return badRequest("Search with _(rev)include reached query scope limit: depth=1, results=%d", len(found))
	}
	for _, v := range found {
		if !g.seen[v.key] {
			g.seen[v.key] = true
			g.added = append(g.added, v)
		}
	}

	return nil
}

// resolveConditional replaces references such as Patient?identifier=… by the
// resource they find, in place.
func (b *Box) resolveConditional(conn *sqlite.Conn, v any) error {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if err := b.resolveConditional(conn, item); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range v {
			if err := b.resolveConditional(conn, item); err != nil {
				return err
			}
		}
		return b.resolveReference(conn, v)
	}

	return nil
}

func (b *Box) resolveReference(conn *sqlite.Conn, o map[string]any) error {
	ref := textOf(o["reference"])
	resourceType, condition, ok := strings.Cut(ref, "?")
	if !ok || !b.schema.served[resourceType] {
		return nil
	}

	found, err := b.onlyMatch(conn, resourceType, parsePairs(condition))
	if err != nil {
		return err
	}

	if found == nil {
		return badRequest("Conditional reference '%s' did not match any resources", ref)
	}
	o["reference"] = resourceType + "/" + found.id
	return nil
}
