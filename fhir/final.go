package fhir

import (
	"context"
	"slices"

	"perci.health/careline"
)

// holds reports whether the record's version is one that ours may not be laid over:
// it is final, and ours is not. Such a one of ours comes late, from a delivery that
// was overtaken or from a report whose call the log has forgotten, and knows less
// than the record. It is careline's own to correct only by another end.
func (k *resourceKind) holds(ours, record *element) bool {
	return k.over(record.text("status")) && !k.over(ours.text("status"))
}

// addIdentifiers adds those of ours that the record lacks, so that it is found by
// each of them; nothing else of the record changes. It reports whether any was.
func (k *resourceKind) addIdentifiers(ours, record *element) (changed bool) {
	unstamp(record)
	there := record.items("identifier")
	for _, id := range ours.items("identifier") {
		own, _ := id.(*element)
		has := func(item any) bool {
			have, _ := item.(*element)
			return k.sameEntry(pair{
				name:   "identifier",
				ours:   own,
				there:  have,
				record: record,
			})
		}
		if !slices.ContainsFunc(there, has) {
			there, changed = append(slices.Clip(there), id), true
		}
	}

	if changed {
		record.set("identifier", there)
	}
	return changed
}

// addLacking adds to a final record what it lacks of ours, and that may be added at all.
func (k *resourceKind) addLacking(ours, record *element) (changed bool) {
	changed = k.addIdentifiers(ours, record)
	return k.late != nil && k.late(ours, record) || changed
}

// Refold tells a call once more from the log, as it stood after the event that is
// being filed. An error of it ends the filing, and comes back as it is.
type Refold = func(context.Context) (careline.Call, error)

// draft is what is to be filed, as a resource of its kind.
type draft struct {
	*resourceKind
	statement
	again func(context.Context) (statement, error) // nil: it was told after whatever the record can say
}

// refold makes the statement anew. What the record says now came from a log that
// said no more than it says now, so the statement then knows all that the record
// does.
func (d *draft) refold(ctx context.Context) error {
	if d.again == nil {
		return nil
	}

	told, err := d.again(ctx)
	if err != nil {
		return err
	}
	d.statement = told
	return nil
}
