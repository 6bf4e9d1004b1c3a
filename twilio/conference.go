package twilio

import (
	"context"
	"log/slog"
	"net/http"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// Rooms know which calls are in a room, or are to be.
type Rooms interface {
	// Enter is what a leg does that comes to the room of a call, as the party of that
	// label: it joins, or hears calls.RoomOver. An error means that
	// nobody could be asked.
	Enter(ctx context.Context, call, leg, label string) (calls.Answer, error)
	// Moved reports whether the Dial of a call's own leg has ended because the call
	// moves to a room, and what the leg does then.
	Moved(ctx context.Context, call string) (answer calls.Answer, moved bool, err error)
}

// notAsked is what somebody hears whose room could not be looked up.
const notAsked = "This call could not go on. Please call again."

// conference is asked what a leg shall do that comes to its call's room.
func (s *server) conference(ctx context.Context, rd *reading) reply {
	if s.Rooms == nil {
		return reply{status: http.StatusNotFound, text: "There are no rooms here."}
	}

	if !s.ours(rd.form) {
		return s.say(rd, careline.RefusedAccount.Sentence())
	}
	rd.place()
	call, leg, label := rd.form.Get(CallParameter), rd.form.Get("CallSid"), rd.form.Get(PartyParameter)
	if !isSID(sidCall, call) || !isSID(sidCall, leg) || !careline.ValidLabel(label) {
		careline.Note(ctx, slog.String("fault", "the URL or the form names no call, leg or party"))
		return s.say(rd, calls.RoomOver)
	}

	careline.Note(ctx, slog.String("call", call), slog.String("party", label))
	asking, cancel := context.WithTimeout(ctx, decideWithin)
	defer cancel()
	answer, err := s.Rooms.Enter(asking, call, leg, label)
	if err != nil {
		careline.Note(ctx, slog.String("fault", err.Error()))
		return s.say(rd, notAsked)
	}
	return s.answer(ctx, rd, answer)
}

// conferenceStatus is told of a room. It is kept also where rooms are switched off by
// now: one that was open is not lost with the setting.
func (s *server) conferenceStatus(ctx context.Context, rd *reading) reply {
	return s.callback(ctx, SubjectConference, rd)
}

// dialResult is told the outcome of the Dial, and asked what the leg shall do now:
// hang up, whatever became of the report, unless its call moves to a room. An HTTP
// error here would be read to the clinician as "an application error has occurred"
// after a good conversation, while the outcome itself is not lost with it: the member's
// leg reports it as well, to call-status, and is repeated until it is kept.
func (s *server) dialResult(ctx context.Context, rd *reading) reply {
	err := OfAccount(s.AccountSID, rd.form)
	var answer calls.Answer
	if err == nil {
		rd.place()
		answer = s.moved(ctx, rd)
		err = s.keepPlaced(ctx, SubjectDialResult, rd)
	}
	if err != nil {
		careline.Note(ctx, slog.String("fault", err.Error()), slog.Bool("kept", false))
	}

	if answer == nil {
		return s.ends(rd)
	}
	return s.answer(ctx, rd, answer)
}

// moved is where the leg goes on whose Dial has ended; nil: nowhere. The call that
// moves stands beside the form's own parameters then, so that its report tells the
// same on whichever way it comes to the log. One that comes from a room has it already.
//
// Who cannot be asked has not moved: the result is kept as an outcome, as it is of every
// other call. A room that was asked for stands in the log beside it.
func (s *server) moved(ctx context.Context, rd *reading) calls.Answer {
	call := rd.form.Get("CallSid")
	if s.Rooms == nil || rd.form.Get(CallParameter) != "" || !isSID(sidCall, call) {
		return nil
	}

	asking, cancel := context.WithTimeout(ctx, decideWithin)
	defer cancel()
	answer, moved, err := s.Rooms.Moved(asking, call)
	if err != nil {
		careline.Note(ctx, slog.String("rooms", err.Error()))
	}
	if err != nil || !moved {
		return nil
	}
	rd.form.put(CallParameter, call)
	return answer
}

// put gives the form a parameter in the place of what it has of that name.
func (f *Form) put(name, value string) {
	f.drop(name)
	at, _ := f.find(name)
	f.insert(at, name, []byte(value))
}

// saidParam is the query parameter that says what is said: calls.SaidStay or
// calls.SaidRecorded.
const saidParam = "say"

func sentenceSaid(word string) string {
	switch word {
	case calls.SaidStay:
		return "Please stay on the line."
	case calls.SaidRecorded:
		return "This call is recorded."
	}
	return ""
}

// said is asked for what somebody in a room is told.
func (s *server) said(ctx context.Context, rd *reading) reply {
	rd.names = append(rd.names[:0], rd.query...)
	sentence := ""
	if err := rd.asked.parse(rd.names); err == nil {
		sentence = sentenceSaid(rd.asked.Get(saidParam))
	}
	if sentence == "" {
		careline.Note(ctx, slog.String("fault", "the URL does not say what to say"))
		rd.out = appendResponse(rd.out[:0])
	} else {
		rd.out = appendResponse(rd.out[:0], s.Greeting.say(sentence))
	}
	return reply{status: http.StatusOK, twiml: rd.out}
}
