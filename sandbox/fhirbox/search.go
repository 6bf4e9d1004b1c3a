package fhirbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

type searchBundle struct {
	Type    string        `json:"resourceType"`
	Kind    string        `json:"type"`
	Total   *int          `json:"total,omitempty"`
	Links   []bundleLink  `json:"link"`
	Entries []searchEntry `json:"entry,omitempty"`
}

type bundleLink struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

type searchEntry struct {
	FullURL  string          `json:"fullUrl"`
	Search   searchMode      `json:"search"`
	Resource json.RawMessage `json:"resource"`
}

type searchMode struct {
	Mode string `json:"mode"` // match or include
}

// search serves GET Type?… and POST Type/_search.
func (b *Box) search(r *request) (*answer, error) {
	if r.Method == http.MethodPost && !r.form && len(r.body) > 0 {
		return nil, badRequest("Send the search parameters as application/x-www-form-urlencoded")
	}
	q, err := b.schema.parseQuery(r.path[0], r.query)
	if err != nil {
		return nil, err
	}

	bundle := searchBundle{Type: "Bundle", Kind: "searchset", Links: []bundleLink{selfLink(r, q)}}
	err = b.store.read(r.Context(), func(conn *sqlite.Conn) error { return runSearch(conn, r, q, &bundle) })
	if err != nil {
		return nil, err
	}

	body, err := encodeValue(bundle)
	return &answer{status: http.StatusOK, body: body}, err
}

func selfLink(r *request, q *query) bundleLink {
	link := bundleLink{Relation: "self", URL: r.base + "/" + q.resourceType}
	if len(r.query) > 0 {
		link.URL += "?" + formatPairs(r.query)
	}
	return link
}

func runSearch(conn *sqlite.Conn, r *request, q *query, bundle *searchBundle) error {
	if q.total || q.countOnly {
		total, err := count(conn, q)
		if err != nil {
			return err
		}
		bundle.Total = &total
	}

	if q.countOnly || q.count == 0 {
		return nil
	}
	found, err := matches(conn, q, q.count+1)
	if err != nil {
		return err
	}

	if len(found) > q.count {
		found = found[:q.count]
		bundle.Links = append(bundle.Links, nextLink(r, q, found[len(found)-1]))
	}

	included, err := includesOf(conn, q, found)
	if err != nil {
		return err
	}

	for _, v := range found {
		bundle.add(r.base, v, "match", q.elements)
	}
	for _, v := range included {
		bundle.add(r.base, v, "include", nil)
	}
	return nil
}

func (s *searchBundle) add(base string, v *version, mode string, elements []string) {
	s.Entries = append(s.Entries, searchEntry{
		FullURL: base + "/" + v.resourceType + "/" + v.id, Search: searchMode{mode}, Resource: only(v.content, elements),
	})
}

// only keeps the elements asked for, and those every resource needs.
func only(content []byte, elements []string) []byte {
	if len(elements) == 0 {
		return content
	}
	var whole map[string]json.RawMessage
	if json.Unmarshal(content, &whole) != nil {
		return content
	}

	kept := map[string]json.RawMessage{}
	for _, name := range append([]string{"resourceType", "id", "meta"}, elements...) {
		if v, ok := whole[name]; ok {
			kept[name] = v
		}
	}

	part, err := json.Marshal(kept)
	if err != nil {
		return content
	}
	return part
}

// nextLink pages by _offset, or by _cursor where the sort is by _lastUpdated
// alone and there is no limit to how far one can page.
func nextLink(r *request, q *query, last *version) bundleLink {
	next := pair{"_offset", strconv.Itoa(q.offset + q.count)}
	if q.sortedByTime() && q.count >= defaultCount {
		next = pair{"_cursor", fmt.Sprintf("%d-%d", last.updated, last.key)}
	}
	var pairs []pair
	for _, p := range r.query {
		if p.name != "_offset" && p.name != "_cursor" {
			pairs = append(pairs, p)
		}
	}
	return bundleLink{Relation: "next", URL: r.base + "/" + q.resourceType + "?" + formatPairs(append(pairs, next))}
}

func (q *query) sortedByTime() bool {
	return len(q.sort) == 1 && q.sort[0].code == "_lastUpdated" && !q.sort[0].descending
}

func count(conn *sqlite.Conn, q *query) (total int, err error) {
	s := &statement{}
	s.add("SELECT count(*) FROM resource r WHERE r.type = ? AND r.deleted = 0", q.resourceType)
	s.where(q.resourceType, q.filters)
	err = sqlitex.ExecuteTransient(conn, s.text.String(), &sqlitex.ExecOptions{Args: s.args, ResultFunc: func(stmt *sqlite.Stmt) error {
		total = stmt.ColumnInt(0)
		return nil
	}})
	if err != nil {
		return 0, fmt.Errorf("count matches: %w", err)
	}
	return total, nil
}

// matches finds up to limit resources.
func matches(conn *sqlite.Conn, q *query, limit int) ([]*version, error) {
	s := &statement{}
	s.add("SELECT "+versionColumns+" FROM resource r JOIN version v ON v.seq = r.current WHERE r.type = ? AND r.deleted = 0", q.resourceType)
	s.where(q.resourceType, q.filters)
	if q.cursor != nil {
		s.add(" AND (r.updated, r.key) > (?, ?)", q.cursor.updated, q.cursor.key)
	}
	s.order(q.sort)
	s.add(" LIMIT ? OFFSET ?", limit, q.offset)
	return versions(conn, s.text.String(), s.args...)
}

// onlyMatch is the one resource a condition finds, nil for none; several are a
// 412.
func (b *Box) onlyMatch(conn *sqlite.Conn, resourceType string, condition []pair) (*version, error) {
	q, err := b.schema.parseQuery(resourceType, condition)
	if err != nil {
		return nil, err
	}

	found, err := matches(conn, q, 2)
	if err != nil {
		return nil, err
	}

	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, multipleMatches()
}
