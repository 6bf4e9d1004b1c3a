package fhir

import (
	"slices"
)

// resourceKind is all that the filer knows of a kind of resource that careline
// files. Another kind is another one of these, and a statement.
type resourceKind struct {
	// Words of the sentences that an operator reads.
	resource string // its type in FHIR, such as "Communication"
	several  string // such as "Communications"
	of       string // what it tells of, such as "call"
	mark     string // the element by which people find what careline filed, such as "category"

	// foundBy is the search parameter by which its identifiers are found; empty:
	// identifier.
	foundBy string

	// fixed is set of a kind that is made once and never changed: what is found is left
	// as it is, twins too.
	fixed bool

	// final are the statuses that nothing follows.
	final []string

	// codings are all that careline writes in this kind, in whatever release and
	// with whatever settings, so that none is left behind when that changes.
	codings []Coding

	// dropped are elements of an earlier version of ours that go when ours has
	// them no more. Every other element that ours lacks is somebody else's.
	dropped []string

	// passing are the sub-extensions that tell of the version they stand in: one
	// that ours has no more must go, for it would contradict.
	passing []string

	// owned are lists that have entries of others too, of which an earlier version's of
	// ours goes when ours has none.
	owned []string

	// same decides where the rules of resourceKind.sameEntry do not fit this kind;
	// nil, or decided false, leaves it to them.
	same func(p pair) (same, decided bool)

	// superseded are the entries of a list that an earlier version of ours put
	// there by guessing, taken out; nil takes out none.
	superseded func(ours *element, list string, there []any) []any

	// late adds to a record that is final what a statement that knows less than it may
	// still add, and reports whether there was any; nil: nothing but identifiers.
	late func(ours, record *element) (changed bool)

	// aliases are identifiers in other places than identifier, by which a record
	// tells of the same; nil: there are none.
	aliases func(record *element) []Identifier

	// withdrawn says in words that viewers show that the record should not have
	// been, beside its status; nil: the status is all.
	withdrawn func(record *element)
}

// statement is a resource as careline would have it: what it says of its own, and
// nothing else. As JSON it is written as it is made.
type statement interface {
	element() *element         // as decode would read it; the caller may change it
	identifiers() []Identifier // by which it is found: ours, never empty
}

var _ statement = Communication{}

// pair is an entry that careline writes and one that stands in the record, in
// elements or lists of one name.
type pair struct {
	name        string
	ours, there *element
	first       bool     // of its list, where ours always stands
	record      *element // as it was read
}

// search is the parameter by which it is found.
func (k *resourceKind) search() string {
	if k.foundBy == "" {
		return "identifier"
	}
	return k.foundBy
}

// over reports whether nothing follows this status.
func (k *resourceKind) over(status string) bool { return slices.Contains(k.final, status) }

// isOurCoding knows every coding that careline writes.
func (k *resourceKind) isOurCoding(coding any) bool {
	c, _ := coding.(*element)
	return slices.ContainsFunc(k.codings, func(ours Coding) bool {
		return c.text("system") == ours.System && c.text("code") == ours.Code
	})
}

// sameEntry reports whether an entry in the record is the one that careline now
// writes as ours: by what identifies an entry of its type (FHIR R4, section 2.24),
// which is an identifier, or an exact form, and never a likeness.
func (k *resourceKind) sameEntry(p pair) bool {
	if k.same != nil {
		if same, decided := k.same(p); decided {
			return same
		}
	}

	switch {
	case p.ours.get("coding") != nil:
		return slices.ContainsFunc(p.there.items("coding"), k.isOurCoding)
	case p.ours.text("reference") != "":
		return p.ours.text("reference") == p.there.text("reference")
	case p.ours.text("url") != "":
		return p.ours.text("url") == p.there.text("url")
	case p.ours.text("value") != "":
		return p.ours.get("system") == p.there.get("system") && p.ours.get("value") == p.there.get("value")
	}
	return p.ours.text("code") != "" && p.ours.get("system") == p.there.get("system") && p.ours.get("code") == p.there.get("code")
}

// tellsOf reports whether a record is about what the identifiers are of: it has one
// of them, or, where a person or a policy has taken them away, names one elsewhere.
func (k *resourceKind) tellsOf(ids []Identifier, record *element) bool {
	for _, item := range record.items("identifier") {
		id, _ := item.(*element)
		if slices.Contains(ids, Identifier{System: id.text("system"), Value: id.text("value")}) {
			return true
		}
	}
	if k.aliases == nil {
		return false
	}
	return slices.ContainsFunc(k.aliases(record), func(id Identifier) bool { return slices.Contains(ids, id) })
}
