package fhir

import (
	"slices"
	"strings"

	"perci.health/careline"
)

// payloads are the text of a call, and a reference to each recording that is kept.
func payloads(c careline.Call) []Payload {
	all := []Payload{{ContentString: payloadText(c)}}
	for _, r := range c.Recordings {
		if r.Sid == "" || r.Media == "" || r.Gone != "" {
			continue
		}
		all = append(all, Payload{ContentReference: &Reference{
			Reference:  "Media/" + r.Media,
			Identifier: &Identifier{System: systemTwilio, Value: r.Sid},
			Display:    "Call recording",
		}})
	}
	return all
}

// ourMedia is the SID of the recording that a payload in the record refers to as careline
// does, beside the Media itself; empty of any other payload.
func ourMedia(payload *element) string {
	to := payload.child("contentReference")
	id := to.child("identifier")
	if !strings.HasPrefix(to.text("reference"), "Media/") || id.text("system") != systemTwilio {
		return ""
	}
	return id.text("value")
}

// samePayload knows our text by its form, and our reference by the recording's SID. Of
// one Media there is one entry, whoever wrote it.
func (s Systems) samePayload(p pair) bool {
	ours, there := p.ours.child("contentReference"), p.there.child("contentReference")
	if ours == nil && there == nil {
		text := p.there.text("contentString")
		return s.ourPayload(text, p.first, p.record) || text != "" && text == p.ours.text("contentString")
	}

	sid := ourMedia(p.ours)
	return ours != nil && there != nil && (sid != "" && sid == ourMedia(p.there) || ours.text("reference") == there.text("reference"))
}

// withoutGone leaves out what an earlier version of ours said of a recording that ours
// knows, and does not keep any more. One that ours does not know was told by a log that
// knew more.
func (s Systems) withoutGone(call *element, there []any) []any {
	of := func(item any) string { payload, _ := item.(*element); return ourMedia(payload) }
	if !slices.ContainsFunc(there, func(item any) bool { return of(item) != "" }) {
		return there // as most calls are
	}

	kept := map[string]bool{}
	for _, item := range call.items("payload") {
		kept[of(item)] = true
	}
	known := map[string]bool{}
	for _, item := range s.extensionOfCall(call).items("extension") {
		if d, _ := item.(*element); d.text("url") == detailRecording {
			known[d.text("valueString")] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(there), func(item any) bool {
		sid := of(item)
		return known[sid] && !kept[sid]
	})
}

// readMedia takes the recordings that are kept from the payloads.
func readMedia(m Communication, c *careline.Call) {
	for _, p := range m.Payload {
		if p.ContentReference == nil || p.ContentReference.Identifier == nil || p.ContentReference.Identifier.System != systemTwilio {
			continue
		}
		id, is := strings.CutPrefix(p.ContentReference.Reference, "Media/")
		of := slices.IndexFunc(c.Recordings, func(r careline.Recording) bool { return r.Sid == p.ContentReference.Identifier.Value })
		if is && of >= 0 {
			c.Recordings[of].Media = id
		}
	}
}
