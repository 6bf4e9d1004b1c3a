package fhir_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"perci.health/careline"
)

// ofARoom is what was told of a room, beside a call's other events. No Dial of a call that
// the REST API dialled is moved: there is none.
func ofARoom(t *rapid.T, events []careline.CallEvent) []careline.CallEvent {
	told := rapid.SliceOfN(rapid.Custom(anyOfARoom), 0, 8).Draw(t, "of a room")
	if slices.ContainsFunc(events, func(e careline.CallEvent) bool { return e.Direction == careline.DirectionAPI }) {
		return slices.DeleteFunc(told, func(e careline.CallEvent) bool { return e.Kind == careline.KindMoved })
	}
	return told
}

// anyOfARoom is a command, an answer or a report of a room or a party, which may
// contradict every other.
func anyOfARoom(t *rapid.T) careline.CallEvent {
	e := careline.CallEvent{
		Kind: one(t, "kind of a room", careline.KindRoomAsked, careline.KindMoved, careline.KindRoom, careline.KindRoom, careline.KindRoom,
			careline.KindPartyAsked, careline.KindPartyAsked, careline.KindPartyAnswered, careline.KindPartyLeft, careline.KindParty),
		Leg:   one(t, "leg of a party", theCall, theMember, "CA3", "CA4", ""),
		Order: rapid.IntRange(0, 9).Draw(t, "sequence"),
	}
	e.Room = careline.RoomSaid{
		Conference: one(t, "conference", "CF1", "CF1", "CF2", ""),
		Act: one(t, "act", careline.ActAdd, careline.ActAdd, careline.ActHold, careline.ActUnhold, careline.ActMute, careline.ActRemove, careline.ActRejoin, careline.ActEnd,
			careline.ActStart, careline.ActJoin, careline.ActJoin, careline.ActLeave, careline.ActFail, ""),
		Label:    one(t, "label", "p1-clinician", "p2-member", "p3-interpreter", "p4-family", "p5-second-clinician", "p6-clinician", ""),
		Ref:      careline.Reference(one(t, "party", "RelatedPerson/d", "Practitioner/q", "Patient/m", "")),
		Entry:    one(t, "entry", "polish", ""),
		Name:     one(t, "party's name", "Interpreter, Polish", "Zoë Oak", ""),
		By:       one(t, "asked by", "dr-1", ""),
		Answers:  one(t, "answers", "aaa", "abc", ""),
		Failed:   one(t, "failed", "", "", "21220"),
		LegLives: rapid.Bool().Draw(t, "the leg lives"),
	}

	if e.Kind == careline.KindMoved { // a Dial's result, which the clinician's leg brings
		e.Leg, e.MemberLeg = theCall, one(t, "moved", theMember, "")
	}
	if e.Kind == careline.KindParty {
		e.Role = one(t, "role", careline.RoleInterpreter, careline.RoleFamily, careline.RoleOther)
		e.Word = one(t, "party's word", "ringing", "in-progress", "completed", "no-answer", "busy")
		e.Status = carriersWords[e.Word]
	}
	return e
}

// anyOfARecording is a decision, a command, an answer or a report of recordings, which
// may contradict every other.
func anyOfARecording(t *rapid.T) careline.CallEvent {
	e := careline.CallEvent{
		Kind: one(t, "kind of a recording", careline.KindConsent, careline.KindRecordingAsked, careline.KindRecording, careline.KindRecording,
			careline.KindRecordingKept, careline.KindRecordingKept, careline.KindRecordingGone),
		Leg: theCall,
	}
	if e.Kind == careline.KindConsent {
		e.Consent = careline.Consent{
			Decision: one(t, "decision", careline.ConsentAnnounced, careline.ConsentGiven, careline.ConsentDeclined, careline.ConsentWithdrawn, careline.ConsentNotAsked, ""),
			By:       one(t, "decided by", "key", "dr-1", ""),
			Text:     one(t, "announced", "0123456789ab", ""),
		}
		return e
	}

	e.Recording = one(t, "recorded", "RE1", "RE2", "RE3", "")
	e.Seconds = careline.SecondsOf(rapid.IntRange(-1, 60).Draw(t, "recorded for"))
	e.Sound = careline.RecordingSaid{
		Act:     one(t, "act", careline.RecordStart, careline.RecordPause, careline.RecordStop, ""),
		State:   one(t, "state", careline.RecordingRunning, careline.RecordingCompleted, careline.RecordingAbsent, ""),
		Answers: one(t, "answer to", "aaa", ""),
		Media:   one(t, "media", "m1", "m2", ""),
		Why:     one(t, "why", "expired", ""),
	}
	return e
}

// recordedRoom leaves of a call's room and recordings what comes back from the record:
// of a room who is in it, if it ever had a name, and of recordings which there are, and
// where those that are kept are.
func recordedRoom(c *careline.Call) {
	c.Room = careline.RoomNone
	if c.Conference == "" {
		c.Parties = nil
	}
	for i, p := range c.Parties {
		c.Parties[i] = careline.Party{
			Label:   p.Label,
			Role:    p.Role,
			Ref:     p.Ref,
			Name:    p.Name,
			Leg:     p.Leg,
			Joined:  p.Joined.Truncate(time.Second),
			Left:    p.Left.Truncate(time.Second),
			Outcome: p.Outcome,
		}
	}

	if c.Consent.Decision == careline.ConsentNone {
		c.Consent = careline.Consent{}
	}
	c.Consent.At = c.Consent.At.Truncate(time.Second)

	told := c.Recordings
	c.Recordings = nil
	if c.Recording != "" {
		c.Recordings = []careline.Recording{{Sid: c.Recording}}
	}
	for _, r := range told {
		switch {
		case r.Sid == "":
		case r.Sid == c.Recording:
			c.Recordings[0].Media = r.Media
		default:
			c.Recordings = append(c.Recordings, careline.Recording{Sid: r.Sid, Media: r.Media})
		}
	}
}
