package fhir

import "slices"

// addLate adds to a record that is final, and of which ours knows less, the recordings,
// the consent and the participants that it lacks: they become known after a call is over,
// and take nothing of how it ended back. What the record says of any of them stays. It
// reports whether any was added.
func (s Systems) addLate(ours, record *element) (changed bool) {
	there := s.extensionOfCall(record)
	if there == nil {
		return false
	}

	details := there.items("extension")
	for _, item := range s.extensionOfCall(ours).items("extension") {
		own, _ := item.(*element)
		if slices.Contains(lateDetails, own.text("url")) && !slices.ContainsFunc(details, sameDetail(own)) {
			details, changed = append(slices.Clip(details), item), true
		}
	}
	if changed {
		there.set("extension", details)
	}
	return s.addMedia(ours, record) || changed
}

// sameDetail knows a recording by its SID and a participant by its label; of anything
// else there is one.
func sameDetail(own *element) func(any) bool {
	return func(item any) bool {
		d, _ := item.(*element)
		if d.text("url") != own.text("url") {
			return false
		}
		switch own.text("url") {
		case detailRecording:
			return d.text("valueString") == own.text("valueString")
		case detailParticipant:
			return labelOf(d) == labelOf(own)
		}
		return true
	}
}

func labelOf(participant *element) string {
	return extensionOf(participant, partyLabel).text("valueString")
}

// addMedia adds the references to recordings that are kept.
func (s Systems) addMedia(ours, record *element) (changed bool) {
	there := record.items("payload")
	for _, item := range ours.items("payload") {
		own, _ := item.(*element)
		has := func(item any) bool {
			have, _ := item.(*element)
			return s.samePayload(pair{
				name:   "payload",
				ours:   own,
				there:  have,
				record: record,
			})
		}
		if ourMedia(own) != "" && !slices.ContainsFunc(there, has) {
			there, changed = append(slices.Clip(there), item), true
		}
	}

	if changed {
		record.set("payload", there)
	}
	return changed
}
