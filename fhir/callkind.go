package fhir

import "slices"

// callKind is the Communication of a call.
func callKind(s Systems) *resourceKind {
	return &resourceKind{
		resource: "Communication",
		several:  "Communications",
		of:       "call",
		mark:     "category",

		// FHIR R4 value set event-status.
		final: []string{statusCompleted, statusNotDone, statusInError, "stopped"},

		codings: append(s.voiceCodings(),
			Coding{System: systemMode, Code: "PHONE"},
			Coding{System: systemMode, Code: "TEL"}),
		dropped: []string{"statusReason"}, // of a refusal: a call that was dialled after all loses it
		passing: detailsOfVersion,
		owned:   []string{"note"},

		same:       s.sameInCall,
		superseded: s.supersededInCall,
		late:       s.addLate,
		aliases:    s.sidsOf,
		withdrawn:  s.withdrawPayload,
	}
}

// sameInCall knows our text by its form, our recordings by their SIDs, our note by when it was noted, and our
// extension by its name under either base: a version has the details once. The reason
// of a refusal is ours whole.
func (s Systems) sameInCall(p pair) (same, decided bool) {
	switch p.name {
	case "payload":
		return s.samePayload(p), true
	case "statusReason":
		return false, true
	case "note":
		return s.ourNote(p.there, p.record), true
	case "extension":
		return s.own(p.ours.text("url"), pathCall) && s.own(p.there.text("url"), pathCall), true
	}
	return false, false
}

// supersededInCall are the entries of a list without those of an earlier version of ours
// that ours takes back.
func (s Systems) supersededInCall(ours *element, list string, there []any) []any {
	if list == "payload" {
		return s.withoutGone(ours, there)
	}
	return withoutGuess(ours, list, there)
}

// withoutGuess leaves out the recipient of an earlier version of ours: until the
// request of a call is known, the patient stands in for whoever was called. Ours
// is always the first; the patient in any other place was added by somebody.
func withoutGuess(call *element, list string, there []any) []any {
	patient := call.child("subject").text("reference")
	if list != "recipient" || len(there) == 0 || patient == "" {
		return there
	}

	is := func(item any) bool { e, _ := item.(*element); return e.text("reference") == patient }
	if is(there[0]) && !slices.ContainsFunc(call.items("recipient"), is) {
		return there[1:]
	}
	return there
}

// sidsOf are the SIDs in a Communication's twilio-call extension: a person or a
// policy may have taken its identifiers away.
func (s Systems) sidsOf(record *element) (ids []Identifier) {
	for _, name := range []string{detailCallSID, detailParentSID} {
		if sid := s.detailOf(record, name).text("valueString"); sid != "" {
			ids = append(ids, Identifier{System: systemTwilio, Value: sid})
		}
	}
	return ids
}

// detailOf is a sub-extension of a Communication's twilio-call extension; nil when
// it has none of that name.
func (s Systems) detailOf(record *element, name string) *element {
	return extensionOf(s.extensionOfCall(record), name)
}

func extensionOf(e *element, url string) *element {
	for _, item := range e.items("extension") {
		if x, _ := item.(*element); x.text("url") == url {
			return x
		}
	}
	return nil
}
