package fhirbox

import (
	"slices"
	"strconv"
	"strings"
)

const (
	defaultCount = 20
	maxOffset    = 10000
)

// query is a search taken apart.
type query struct {
	resourceType  string
	filters       []filter
	sort          []sortKey
	count, offset int
	cursor        *cursor
	countOnly     bool // _summary=count
	total         bool
	elements      []string
	includes      []include
	revincludes   []include
}

// filter is one search parameter; values are alternatives.
type filter struct {
	code, modifier string
	param          searchParam
	values         []string
	chain          *filter  // for patient.phone: phone, on targets
	targets        []string // types a chain may go through
}

type sortKey struct {
	code       string
	kind       string // of the search parameter
	descending bool
}

// include is Type:param[:target]; iterate lets it follow what was included.
type include struct {
	resourceType, param, target string
	iterate                     bool
}

// cursor is where a search sorted by _lastUpdated goes on.
type cursor struct{ updated, key int64 }

func (s *schema) parseQuery(resourceType string, pairs []pair) (*query, error) {
	q := &query{resourceType: resourceType, count: defaultCount}
	for _, p := range pairs {
		if err := s.parseParam(q, p); err != nil {
			return nil, err
		}
	}
	if q.offset > maxOffset {
		return nil, badRequest("Search offset exceeds maximum (got %d, max %d)", q.offset, maxOffset)
	}
	return q, nil
}

func (s *schema) parseParam(q *query, p pair) (err error) {
	name, modifier, _ := strings.Cut(p.name, ":")
	switch name {
	case "_format", "_pretty":
	case "_count":
		q.count, err = wholeNumber(p)
		q.count = min(q.count, maxPage)
	case "_offset":
		q.offset, err = wholeNumber(p)
	case "_cursor":
		q.cursor, err = parseCursor(p.value)
	case "_sort":
		err = s.parseSort(q, p.value)
	case "_total":
		q.total = p.value == "accurate" || p.value == "estimate"
	case "_summary":
		q.countOnly = p.value == "count"
		if !q.countOnly && p.value != "false" {
			err = badRequest("Unsupported _summary: %s; this server knows count and false", p.value)
		}
	case "_elements", "_fields":
		q.elements = append(q.elements, strings.Split(p.value, ",")...)
	case "_include":
		err = s.parseInclude(&q.includes, modifier, p.value)
	case "_revinclude":
		err = s.parseInclude(&q.revincludes, modifier, p.value)
	default:
		var f *filter
		if f, err = s.parseFilter(q.resourceType, p.name, p.value); err == nil {
			q.filters = append(q.filters, *f)
		}
	}

	return err
}

func wholeNumber(p pair) (int, error) {
	n, err := strconv.Atoi(p.value)
	if err != nil || n < 0 {
		return 0, badRequest("Invalid %s: expected a whole number", p.name)
	}
	return n, nil
}

func parseCursor(value string) (*cursor, error) {
	a, b, _ := strings.Cut(value, "-")
	updated, errA := strconv.ParseInt(a, 10, 64)
	key, errB := strconv.ParseInt(b, 10, 64)
	if errA != nil || errB != nil {
		return nil, badRequest("Invalid _cursor: follow the next link of an answer as it is")
	}
	return &cursor{updated, key}, nil
}

func (s *schema) parseSort(q *query, value string) error {
	for code := range strings.SplitSeq(value, ",") {
		code, descending := strings.CutPrefix(code, "-")
		p, ok := s.param(q.resourceType, code)
		if !ok {
			return badRequest("Unknown search parameter: %s", code)
		}
		q.sort = append(q.sort, sortKey{code: code, kind: p.Type, descending: descending})
	}
	return nil
}

func (s *schema) parseInclude(to *[]include, modifier, value string) error {
	parts := strings.Split(value, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return badRequest("Invalid include value '%s': expected Type:parameter", value)
	}
	if p, ok := s.param(parts[0], parts[1]); !ok || p.Type != "reference" {
		return badRequest("Invalid include value '%s': %s has no reference parameter %s", value, parts[0], parts[1])
	}
	in := include{resourceType: parts[0], param: parts[1], iterate: modifier == "iterate" || modifier == "recurse"}
	if len(parts) == 3 {
		in.target = parts[2]
	}
	*to = append(*to, in)
	return nil
}

// parseFilter reads name=value where name is a parameter, one with a modifier
// (identifier:missing, actor:Patient) or a chain (patient.phone,
// actor:Patient.phone).
func (s *schema) parseFilter(resourceType, name, value string) (*filter, error) {
	head, rest, chained := strings.Cut(name, ".")
	code, modifier, _ := strings.Cut(head, ":")
	param, ok := s.param(resourceType, code)
	if !ok {
		return nil, badRequest("Unknown search parameter: %s", code)
	}

	f := &filter{
		code:     code,
		modifier: modifier,
		param:    param,
		values:   splitEscaped(value, ','),
	}

	if chained {
		return f, s.chain(f, rest, value)
	}
	if !f.knowsModifier(s) {
		return nil, badRequest("Unsupported search modifier: %s on %s", modifier, code)
	}
	return f, f.checkValues()
}

// chain sets what a chained parameter asks of the resources referred to.
func (s *schema) chain(f *filter, rest, value string) error {
	f.targets = f.param.Target
	if f.modifier != "" {
		f.targets = []string{f.modifier}
	}
	if f.param.Type != "reference" || len(f.targets) != 1 || !s.served[f.targets[0]] {
		return badRequest("Unable to identify next resource type for search parameter: %s; name it as %s:Type.%s", f.code, f.code, rest)
	}
	next, err := s.parseFilter(f.targets[0], rest, value)
	f.chain = next
	return err
}

func (f *filter) knowsModifier(s *schema) bool {
	if f.code == "_id" || f.code == "_lastUpdated" {
		return f.modifier == ""
	}
	switch f.modifier {
	case "", "missing":
		return true
	case "not":
		return f.param.Type == "token"
	case "identifier":
		return f.param.Type == "reference"
	case "exact", "contains":
		return f.param.Type == "string"
	}

	return f.param.Type == "reference" && s.served[f.modifier]
}

func (f *filter) checkValues() error {
	if f.modifier == "missing" {
		if v := f.values[0]; v != "true" && v != "false" {
			return badRequest("Invalid value for :missing: expected true or false")
		}
		return nil
	}
	if f.param.Type != "date" {
		return nil
	}
	if slices.ContainsFunc(f.values, func(v string) bool { _, ok := parseDateValue(v); return !ok }) {
		return badRequest("Invalid format for date search parameter")
	}
	return nil
}

// dateValue is a date with its prefix, eq when it has none.
type dateValue struct {
	prefix string
	span
}

func parseDateValue(v string) (dateValue, bool) {
	d := dateValue{prefix: "eq"}
	if len(v) > 2 && v[0] >= 'a' {
		d.prefix, v = v[:2], v[2:]
	}
	// A + that was not escaped arrives as a blank.
	at, ok := parseSpan(strings.ReplaceAll(v, " ", "+"))
	d.span = at
	return d, ok && slices.Contains([]string{"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}, d.prefix)
}

// splitEscaped splits at sep, except where a backslash stands before it.
func splitEscaped(s string, sep byte) []string {
	var parts []string
	var part strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == sep:
			part.WriteByte(sep)
			i++
		case s[i] == sep:
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(s[i])
		}
	}

	return append(parts, part.String())
}
