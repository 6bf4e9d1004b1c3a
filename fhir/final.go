package fhir

import (
	"context"
	"slices"

	"perci.health/careline"
)

// isFinal reports whether nothing follows this status of a Communication (FHIR R4
// value set event-status): the call is over, did not come about, or is withdrawn.
func isFinal(status any) bool {
	text, _ := status.(string)
	switch text {
	case statusCompleted, statusNotDone, statusInError, "stopped":
		return true
	}
	return false
}

// holds reports whether the record's version is one that ours may not be laid over:
// it is final, and ours is not. Such a one of ours comes late, from a delivery that
// was overtaken or from a report whose call the log has forgotten, and knows less
// than the record. It is careline's own to correct only by another end.
func holds(ours Communication, record element) bool {
	return isFinal(record["status"]) && !isFinal(ours.Status)
}

// addIdentifiers adds those of ours that the record lacks, so that the call is found
// by each of them; nothing else of the record changes. It reports whether any was.
func addIdentifiers(ours Communication, record element) (changed bool) {
	unstamp(record)
	there, _ := record["identifier"].([]any)
	own, _ := ours.element()["identifier"].([]any)
	for _, id := range own {
		has := func(item any) bool { have, _ := item.(element); return isOurs("identifier", id, have, false) }
		if !slices.ContainsFunc(there, has) {
			there, changed = append(slices.Clip(there), id), true
		}
	}

	if changed {
		record["identifier"] = there
	}

	return changed
}

// Refold tells a call once more from the log, as it stood after the event that is
// being filed. An error of it ends the filing, and comes back as it is.
type Refold = func(context.Context) (careline.Call, error)

// draft is what is to be filed of a call.
type draft struct {
	Communication
	strict bool
	again  Refold // nil: the call was told after whatever the record can say
}

// refold makes the draft anew. What the record says now came from a log that said
// no more than it says now, so the draft then knows all that the record does.
func (d *draft) refold(ctx context.Context) error {
	if d.again == nil {
		return nil
	}
	call, err := d.again(ctx)
	if err != nil {
		return err
	}
	d.Communication = CommunicationOf(call, d.strict)
	return nil
}
