package fhirbox

import (
	"strings"
)

// statement is SQL being written, with its arguments.
type statement struct {
	text strings.Builder
	args []any
}

func (s *statement) add(text string, args ...any) {
	s.text.WriteString(text)
	s.args = append(s.args, args...)
}

// either joins alternatives; each writes one.
func (s *statement) either(n int, each func(int)) {
	s.add("(")
	for i := range n {
		if i > 0 {
			s.add(" OR ")
		}
		each(i)
	}
	s.add(")")
}

// where writes the conditions of a search on resource r, after an AND.
func (s *statement) where(resourceType string, filters []filter) {
	for _, f := range filters {
		s.add(" AND ")
		s.filter(resourceType, f)
	}
}

func (s *statement) filter(resourceType string, f filter) {
	switch {
	case f.code == "_id":
		s.either(len(f.values), func(i int) { s.add("r.id = ?", f.values[i]) })
		return
	case f.code == "_lastUpdated":
		s.either(len(f.values), func(i int) { s.date(f.values[i], "r.updated", "r.updated") })
		return
	}

	in := "r.key IN"
	if f.modifier == "not" || (f.modifier == "missing" && f.values[0] == "true") {
		in = "r.key NOT IN"
	}

	code := f.code
	if f.modifier == "identifier" {
		code += ":identifier"
	}

	s.add(in+" (SELECT s.key FROM search s WHERE s.type = ? AND s.param = ?", resourceType, code)
	switch {
	case f.chain != nil:
		s.chained(f)
	case f.modifier != "missing":
		s.add(" AND ")
		s.either(len(f.values), func(i int) { s.value(f, f.values[i]) })
	}

	s.add(")")
}

// chained keeps the references to resources that the chain's filter finds.
func (s *statement) chained(f filter) {
	s.add(" AND s.value IN (SELECT r.type || '/' || r.id FROM resource r WHERE r.deleted = 0 AND r.type = ?", f.targets[0])
	s.where(f.targets[0], []filter{*f.chain})
	s.add(")")
}

func (s *statement) value(f filter, v string) {
	switch f.param.Type {
	case "reference":
		if f.modifier == "identifier" {
			s.token(v)
			return
		}
		s.reference(f, v)
	case "date":
		s.date(v, "s.low", "s.high")
	case "string":
		s.string(f.modifier, v)
	case "uri":
		s.add("s.value = ?", v)

	default:
		s.token(v)
	}
}

// token takes value (of any system), system|value, |value (of none) and
// system| (all of it).
func (s *statement) token(v string) {
	parts := splitEscaped(v, '|')
	if len(parts) == 1 {
		s.add("s.value = ?", parts[0])
		return
	}
	value := strings.Join(parts[1:], "|")
	if value == "" {
		s.add("s.system = ? AND s.value IS NOT NULL", parts[0])
		return
	}
	s.add("(s.value = ? AND s.system = ?)", value, parts[0])
}

// reference takes Type/id, an id alone and the whole URL of a resource here.
func (s *statement) reference(f filter, v string) {
	if _, local, ok := strings.Cut(v, "/fhir/R4/"); ok {
		s.add("s.value IN (?, ?)", v, local)
		return
	}

	if strings.ContainsAny(v, "/:|") {
		s.add("s.value = ?", v)
		return
	}

	targets := f.param.Target
	if f.modifier != "" {
		targets = []string{f.modifier}
	}

	s.add("s.value IN (?", v)
	for _, t := range targets {
		s.add(", ?", t+"/"+v)
	}

	s.add(")")
}

// string matches from the beginning of any part, without regard to case.
func (s *statement) string(modifier, v string) {
	switch modifier {
	case "exact":
		s.add("s.system = ?", v)
	case "contains":
		s.add("instr(s.value, ?) > 0", fold(v))
	default:
		from := fold(v)
		s.add("(s.value >= ? AND s.value < ?)", from, from+"\U0010FFFF")
	}
}

// date compares the span asked for with the one found, as FHIR R4 (Search,
// section "Prefixes") defines it. The value has been checked.
func (s *statement) date(v, low, high string) {
	d, _ := parseDateValue(v)
	within, args := "("+low+" >= ? AND "+high+" <= ?)", []any{d.low, d.high}

	switch d.prefix {
	case "ne":
		s.add("NOT "+within, args...)
	case "gt":
		s.add(high+" > ?", d.high)
	case "lt":
		s.add(low+" < ?", d.low)
	case "ge":
		s.add("("+low+" >= ? OR "+high+" > ?)", d.low, d.high)
	case "le":
		s.add("("+high+" <= ? OR "+low+" < ?)", d.high, d.low)
	case "sa":
		s.add(low+" > ?", d.high)
	case "eb":
		s.add(high+" < ?", d.low)
	case "ap":
		s.add("("+low+" <= ? AND "+high+" >= ?)", d.high, d.low)
	default:
		s.add(within, args...)
	}
}

// order writes ORDER BY: several keys, the first weighing most. A resource
// without the value comes last; equals stay in the order they were made.
func (s *statement) order(keys []sortKey) {
	s.add(" ORDER BY ")
	for _, k := range keys {
		direction, pick := " ASC", "min"
		if k.descending {
			direction, pick = " DESC", "max"
		}
		switch {
		case k.code == "_id":
			s.add("r.id" + direction + ", ")
		case k.code == "_lastUpdated":
			s.add("r.updated" + direction + ", ")
		case k.kind == "date":
			s.add("(SELECT "+pick+"(s.low) FROM search s WHERE s.key = r.key AND s.param = ?)"+direction+" NULLS LAST, ", k.code)
		default:
			s.add("(SELECT "+pick+"(s.value) FROM search s WHERE s.key = r.key AND s.param = ?)"+direction+" NULLS LAST, ", k.code)
		}
	}

	if len(keys) == 1 && keys[0].code == "_lastUpdated" && keys[0].descending {
		s.add("r.key DESC")
		return
	}

	s.add("r.key")
}
