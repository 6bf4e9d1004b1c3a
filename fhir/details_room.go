package fhir

import (
	"perci.health/careline"
)

// The names of the sub-extensions of what is recorded, and of who is in a room. Other
// systems read them: never change one.
const (
	detailConsent     = "recordingConsent"
	detailConference  = "conferenceSid"
	detailParticipant = "participant"

	// Of recordingConsent.
	consentDecision = "decision"
	consentText     = "textHash"
	consentBy       = "by"
	consentDecided  = "decided"

	// Of participant.
	partyLabel   = "label"
	partyRole    = "role"
	partyWho     = "reference"
	partyLeg     = "callSid"
	partyJoined  = "joined"
	partyLeft    = "left"
	partyOutcome = "outcome"
)

// lateDetails are the sub-extensions of what becomes known after a call is over, and of
// which a version that knows less than the record may still add what the record lacks.
var lateDetails = []string{detailRecording, detailConsent, detailConference, detailParticipant}

// room are the details of what is recorded and of who is in a room, but for the first
// recording, which calls had before.
func (d *detailList) room(c careline.Call) {
	for _, r := range c.Recordings {
		if r.Sid != c.Recording {
			d.text(detailRecording, r.Sid)
		}
	}

	if c.Consent.Decision != careline.ConsentNone {
		var said detailList
		said.text(consentDecision, string(c.Consent.Decision))
		said.text(consentText, c.Consent.Text)
		said.text(consentBy, c.Consent.By)
		said.time(consentDecided, c.Consent.At)
		*d = append(*d, Extension{URL: detailConsent, Extension: said})
	}

	d.text(detailConference, c.Conference)
	for _, p := range inRoom(c) {
		*d = append(*d, Extension{URL: detailParticipant, Extension: participantOf(p)})
	}
}

// inRoom are the parties of a call that has come to have a room, in the order in which
// they were asked for. Of one that has none the record says who they are itself.
func inRoom(c careline.Call) []careline.Party {
	if c.Conference == "" {
		return nil
	}
	return c.Parties
}

// participantOf is a party; of one who is no one's record, as an interpreter of the
// directory, the reference has the name alone.
func participantOf(p careline.Party) (d detailList) {
	d.text(partyLabel, p.Label)
	d.text(partyRole, string(p.Role))
	if who := (Reference{Reference: string(p.Ref), Display: p.Name}); who != (Reference{}) {
		d = append(d, Extension{URL: partyWho, ValueReference: &who})
	}
	d.text(partyLeg, p.Leg)
	d.time(partyJoined, p.Joined)
	d.time(partyLeft, p.Left)
	d.text(partyOutcome, p.Outcome)
	return d
}

// recipients are whom the clinician called, first, and who joined them. Who was called is
// always told, or nobody: the first one is taken for it.
func recipients(c careline.Call) []Reference {
	all := references(string(c.Recipient), c.Names.Recipient)
	if len(all) == 0 {
		return nil
	}

	told := map[careline.Reference]bool{"": true, c.Recipient: true, c.Sender: true}
	for _, p := range inRoom(c) {
		if !told[p.Ref] && p.Role != careline.RoleClinician {
			all = append(all, *reference(string(p.Ref), p.Name))
		}
		told[p.Ref] = true
	}
	return all
}

// readRoom takes a sub-extension of what is recorded, or of who is in a room.
func readRoom(c *careline.Call, d Extension) {
	switch d.URL {
	case detailRecording:
		if c.Recording == "" {
			c.Recording = d.ValueString
		}
		c.Recordings = append(c.Recordings, careline.Recording{Sid: d.ValueString})
	case detailConsent:
		for _, said := range d.Extension {
			readConsent(&c.Consent, said)
		}
	case detailConference:
		c.Conference = d.ValueString
	case detailParticipant:
		var p careline.Party
		for _, said := range d.Extension {
			readParticipant(&p, said)
		}
		c.Parties = append(c.Parties, p)
	}
}

func readConsent(c *careline.Consent, d Extension) {
	switch d.URL {
	case consentDecision:
		c.Decision = careline.Decision(d.ValueString)
	case consentText:
		c.Text = d.ValueString
	case consentBy:
		c.By = d.ValueString
	case consentDecided:
		c.At = recordedTime(d.ValueDateTime)
	}
}

func readParticipant(p *careline.Party, d Extension) {
	switch d.URL {
	case partyLabel:
		p.Label = d.ValueString
	case partyRole:
		p.Role = careline.Role(d.ValueString)
	case partyWho:
		if d.ValueReference != nil {
			p.Ref, p.Name = careline.Reference(d.ValueReference.Reference), d.ValueReference.Display
		}
	case partyLeg:
		p.Leg = d.ValueString
	case partyJoined:
		p.Joined = recordedTime(d.ValueDateTime)
	case partyLeft:
		p.Left = recordedTime(d.ValueDateTime)
	case partyOutcome:
		p.Outcome = d.ValueString
	}
}
