package twilio

import (
	"strconv"

	"perci.health/careline"
)

// conference reads a report of a room (Twilio, voice/twiml/conference,
// statusCallback). It is kept by the room's id and the report's number in it, which
// are a report's own: "gaps are allowed, and no number is used twice".
//
// The room says which call it is of by the URL, else by its name, which is the call's
// key. One that says neither has no place in the log: an error of code invalid, as one
// without an id of the room is.
func conference(f Form) (e careline.CallEvent, left []string, err error) {
	r := report{Form: f}
	id, once := f.one("ConferenceSid")
	if !once || !isSID(sidConference, id) {
		return e, nil, notReport("ConferenceSid is missing or malformed")
	}
	e.Room.Conference = string(id)
	e.Leg = r.sid("CallSid", sidCall)
	if e.Call = r.sid(CallParameter, sidCall); e.Call == "" {
		e.Call = r.sid("FriendlyName", sidCall)
	}
	if e.Call == "" && e.Leg == "" {
		return careline.CallEvent{}, nil, notReport("it names no call")
	}

	e.At, e.Word = r.timestamp(), r.word("StatusCallbackEvent")
	r.told(&e)
	if e.Room.Label = r.word("ParticipantLabel"); !careline.ValidLabel(e.Room.Label) {
		e.Room.Label = ""
	}

	e.Report = f.JSON()
	n, ok := r.number("SequenceNumber")
	if !ok {
		e.ID = identify(e.Room.Conference+"/-", e.Report)
		return e, r.left, nil
	}
	e.Order = n
	e.ID = e.Room.Conference + "/" + strconv.Itoa(n)
	return e, r.left, nil
}

// told is what has happened. A word that is new to us is kept, and means nothing.
func (r *report) told(e *careline.CallEvent) {
	e.Kind = careline.KindRoom

	switch e.Word {
	case "conference-start":
		e.Room.Act = careline.ActStart
	case "conference-end":
		e.Room.Act, e.Room.Reason = careline.ActEnd, r.word("ReasonConferenceEnded")
	case "participant-join":
		e.Room.Act = careline.ActJoin
	case "participant-leave":
		r.departed(e)
	case "participant-hold":
		e.Room.Act = careline.ActHold
	case "participant-unhold":
		e.Room.Act = careline.ActUnhold
	case "participant-mute":
		e.Room.Act = careline.ActMute
	case "participant-unmute":
		e.Room.Act = careline.ActUnmute
	}
}

// departed tells that somebody has left, or could not be brought in. The leg of one who
// was taken elsewhere goes on (Twilio, voice/twiml/conference, ParticipantCallStatus).
func (r *report) departed(e *careline.CallEvent) {
	e.Kind, e.Room.Act = careline.KindPartyLeft, careline.ActLeave
	e.Room.Reason = r.word("ReasonParticipantLeft")
	if e.Room.Reason == "participant_add_failed" {
		e.Room.Act = careline.ActFail
	}
	e.Room.LegLives = statusOf(r.word("ParticipantCallStatus")) == careline.StatusInProgress
}
