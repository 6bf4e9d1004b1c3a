package fhir

import (
	"slices"
)

// overlay writes what careline says over what the record has, and keeps
// everything that somebody else has added: notes, extensions, categories,
// identifiers, tags. An element that careline does not write is left as it
// stands, but for those that an earlier version of ours may have left and that
// would contradict this one (resourceKind.dropped). It reports whether the record
// then says anything else than before, whoever stamped it when.
//
// The result of overlaying twice is that of overlaying once.
func (k *resourceKind) overlay(ours, record *element) (changed bool) {
	unstamp(record)
	before := record.copied()
	for _, name := range k.dropped {
		if ours.get(name) == nil && record.remove(name) {
			changed = true
		}
	}

	for _, name := range k.owned {
		if ours.get(name) == nil && k.withdraw(name, record, before) {
			changed = true
		}
	}

	for _, m := range ours.members {
		value := k.laidOver(ours, before, m)
		if !equal(before.get(m.name), value) {
			record.set(m.name, value)
			changed = true
		}
	}
	return changed
}

// withdraw takes the entries of an earlier version of ours out of a list, and reports
// whether there were any.
func (k *resourceKind) withdraw(name string, record, before *element) bool {
	there := before.items(name)
	kept := slices.DeleteFunc(slices.Clone(there), func(item any) bool {
		have, _ := item.(*element)
		return k.sameEntry(pair{
			name:   name,
			ours:   newElement(),
			there:  have,
			record: before,
		})
	})

	if len(kept) == len(there) {
		return false
	}
	if len(kept) == 0 {
		return record.remove(name)
	}
	record.set(name, kept)
	return true
}

// laidOver is one member of ours, with what others have added to it in the record.
func (k *resourceKind) laidOver(ours, record *element, m member) any {
	switch own := m.value.(type) {
	case []any:
		there := record.items(m.name)
		if k.superseded != nil {
			there = k.superseded(ours, m.name, there)
		}
		return k.overlayList(record, m.name, own, there)
	case *element:
		return k.overlayOne(record, m.name, own)
	}
	return m.value
}

// overlayOne keeps what was added to an element (a display, an extension) while it
// still says the same. Of meta, lists are ours and everybody's.
func (k *resourceKind) overlayOne(record *element, name string, ours *element) *element {
	there := record.child(name)
	if name == "meta" {
		all := there.copied()
		for _, m := range ours.members {
			own, _ := m.value.([]any)
			all.set(m.name, k.overlayList(record, m.name, own, there.items(m.name)))
		}
		return all
	}

	both := pair{
		name:   name,
		ours:   ours,
		there:  there,
		first:  true,
		record: record,
	}
	if there == nil || !k.sameEntry(both) {
		return ours
	}
	return k.merged(ours, there)
}

// overlayList puts ours first. Of what was there, an entry that says the same as
// one of ours is merged with it, and every other one is kept, whoever wrote it.
func (k *resourceKind) overlayList(record *element, name string, ours, there []any) []any {
	all := slices.Clone(ours)
	for at, item := range there {
		have, _ := item.(*element)
		i := slices.IndexFunc(ours, func(o any) bool {
			own, _ := o.(*element)
			return k.sameEntry(pair{
				name:   name,
				ours:   own,
				there:  have,
				first:  at == 0,
				record: record,
			})
		})
		if i < 0 {
			all = append(all, item)
			continue
		}
		own, _ := all[i].(*element)
		all[i] = k.merged(own, have)
	}

	return all
}

// merged is ours with what the record's entry has besides: other elements, other
// codings, and the sub-extensions that careline does not write at this moment, but
// for those of an earlier version that would contradict this one.
func (k *resourceKind) merged(ours, there *element) *element {
	all := there.copied()
	for _, m := range ours.members {
		written, isList := m.value.([]any)
		if !isList || m.name != "coding" && m.name != "extension" {
			all.set(m.name, m.value)
			continue
		}

		for _, kept := range there.items(m.name) {
			if !k.replaced(m.name, kept, written) {
				written = append(slices.Clip(written), kept)
			}
		}
		all.set(m.name, written)
	}
	return all
}

func (k *resourceKind) replaced(name string, kept any, written []any) bool {
	detail, _ := kept.(*element)
	if name == "coding" && k.isOurCoding(kept) || name == "extension" && slices.Contains(k.passing, detail.text("url")) {
		return true
	}

	return slices.ContainsFunc(written, func(w any) bool {
		own, _ := w.(*element)
		return equal(own, detail) || name == "extension" && own.get("url") == detail.get("url")
	})
}

// unstamp takes out what the server gives to each version itself.
func unstamp(record *element) {
	meta := record.child("meta")
	if meta == nil {
		return
	}

	for _, name := range []string{"versionId", "lastUpdated", "author", "project", "compartment"} {
		meta.remove(name)
	}
	if len(meta.members) == 0 {
		record.remove("meta")
	}
}
