package fhir

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"perci.health/careline"
)

// cast reads appointments together with the people that the server gave.
type cast struct {
	base   string // of the server, for references that are written in full
	region string
	at     moment
	people map[careline.Reference]json.RawMessage
}

// local is a reference in its short form: within this server, without a version
// (FHIR R4, section 2.3.0.1). Anything else, as one to another server, is left
// as it is and matches nobody.
func (c cast) local(r shown) careline.Reference {
	text := strings.TrimPrefix(strings.TrimSpace(r.Reference), c.base+"/")
	text, _, _ = strings.Cut(text, "/_history/")
	return careline.Reference(text)
}

// longestChain bounds how many records of one patient, each replaced by the next,
// are followed.
const longestChain = 5

// current is the patient's record that is in use: the one that replaced the record
// named, and so on. ok is false when one on the way was not given, or when they
// replace each other in a circle.
func (c cast) current(ref careline.Reference) (now careline.Reference, p person, ok bool) {
	seen := map[careline.Reference]bool{}
	for range longestChain {
		p = person{}
		if seen[ref] || !tolerant(c.people[ref], &p) {
			return ref, person{}, false
		}
		seen[ref] = true

		next := c.replacement(p)
		if next == "" {
			return ref, p, true
		}
		ref = next
	}
	return ref, person{}, false
}

// replacement is the record that replaced a patient's; empty when it is in use.
func (c cast) replacement(p person) careline.Reference {
	if !says(p.Active, "false") {
		return ""
	}
	for _, l := range p.Link {
		if l.Type == "replaced-by" {
			return c.local(l.Other)
		}
	}
	return ""
}

// patient is who the reference names, as the record in use has them. Of one who is
// no longer active no number is offered, except of the dead, to whom no call goes
// without a word.
func (c cast) patient(actor shown) careline.Person {
	named := c.local(actor)
	ref, p, ok := c.current(named)
	if !ok {
		return careline.Person{
			Ref:     named,
			Patient: named,
			Name:    actor.Display,
			Unread:  true,
		}
	}

	out := careline.Person{
		Ref:       ref,
		Patient:   ref,
		Name:      cmp.Or(nameOf(p.Name), actor.Display),
		BirthDate: p.BirthDate,
		Deceased:  given(p.DeceasedDateTime) || says(p.DeceasedBoolean, "true"),
	}
	if out.Deceased || c.at.holds(p.Active, nil) {
		out.Phones, out.Unreadable = c.phones(p.Telecom)
	}
	return out
}

// relative is a related person; ok is false for one who is none any more, or not
// yet. Whose relative somebody unread is, nobody knows.
func (c cast) relative(actor shown) (careline.Person, bool) {
	ref := c.local(actor)
	var p person
	if !tolerant(c.people[ref], &p) {
		return careline.Person{Ref: ref, Name: actor.Display, Unread: true}, true
	}
	if !c.at.holds(p.Active, p.Period) {
		return careline.Person{}, false
	}

	of := c.local(p.Patient)
	if now, _, ok := c.current(of); ok {
		of = now
	}
	out := careline.Person{
		Ref:       ref,
		Patient:   of,
		Name:      cmp.Or(nameOf(p.Name), actor.Display),
		Relation:  relationOf(p.Relationship),
		BirthDate: p.BirthDate,
	}
	out.Phones, out.Unreadable = c.phones(p.Telecom)
	return out, true
}

// phones are the numbers in use, best first (ContactPoint.rank, 1 is highest), and
// the entries in which none can be read, as they stand.
func (c cast) phones(telecom []contactPoint) (phones []careline.Phone, unreadable []string) {
	telecom = slices.Clone(telecom)
	slices.SortStableFunc(telecom, func(a, b contactPoint) int { return cmp.Compare(uint(a.Rank)-1, uint(b.Rank)-1) })
	for _, t := range telecom {
		text := textOf(t.Value)
		if t.System != "phone" && t.System != "sms" || t.Use == "old" || !c.at.holds(nil, t.Period) || strings.TrimSpace(text) == "" {
			continue
		}

		read := careline.ReadPhones(text, c.region)
		if len(read) == 0 {
			unreadable = append(unreadable, text)
		}
		for _, phone := range read {
			if !slices.ContainsFunc(phones, phone.Equal) {
				phones = append(phones, phone.For(careline.PhoneUse(t.Use)))
			}
		}
	}
	return phones, unreadable
}

// textOf is what stands in an element that should be a string.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil || !given(raw) {
		return text
	}
	return string(raw)
}

// nameOf is the name to address somebody by: the official one, else the usual,
// else any that is neither former nor a nickname.
func nameOf(names []humanName) string {
	rank := func(n humanName) int { return slices.Index([]string{"official", "usual", ""}, n.Use) }
	best, found := humanName{}, false
	for _, n := range names {
		if n.Use == "old" || n.Use == "maiden" || n.Use == "nickname" || n.empty() {
			continue
		}
		if !found || uint(rank(n)) < uint(rank(best)) {
			best, found = n, true
		}
	}

	if best.Text != "" {
		return best.Text
	}

	return strings.Join(strings.Fields(strings.Join(append(slices.Clone(best.Given), best.Family), " ")), " ")
}

// empty reports whether nothing of the name could be read.
func (n humanName) empty() bool {
	return n.Text == "" && n.Family == "" && strings.Join(n.Given, "") == ""
}
