package twilio

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// maxCallees is how many can be dialled at once (Twilio, voice/twiml/dial).
const maxCallees = 10

// silence ends a message that is taken.
const silence = 5 * time.Second

// answer is the TwiML of what was decided. An answer that cannot be obeyed is one that
// this program should not have given: the caller hears that the call could not be
// placed, and the log why.
func (s *server) answer(ctx context.Context, rd *reading, a calls.Answer) reply {
	verbs, err := s.verbs(a)
	if err != nil {
		careline.Note(ctx, slog.String("fault", err.Error()))
		return s.say(rd, careline.Refusal("").Sentence())
	}
	rd.out = appendResponse(rd.out[:0], verbs...)
	return reply{status: http.StatusOK, twiml: rd.out}
}

// verbs are what an answer is in TwiML.
func (s *server) verbs(a calls.Answer) ([]Verb, error) {
	switch a := a.(type) {
	case calls.Refuse:
		return []Verb{s.Greeting.say(a.Why.SentenceFor(a.To)), Hangup{}}, nil
	case calls.Say:
		return []Verb{s.Greeting.say(a.Text), Hangup{}}, nil
	case calls.Dial:
		return s.dial(a)
	case calls.Join:
		return s.join(a)
	case calls.Wait:
		return s.wait(a)
	case calls.TakeMessage:
		return s.takeMessage(a)
	}

	return nil, errors.New("there is no answer")
}

// dial connects the call with the first who answers.
func (s *server) dial(a calls.Dial) ([]Verb, error) {
	if len(a.Callees) == 0 || len(a.Callees) > maxCallees || a.CallerID.IsZero() {
		return nil, errors.New("the answer names no number to dial, or none to call from")
	}

	nouns := make([]Noun, len(a.Callees))
	for i, callee := range a.Callees {
		noun, err := s.callee(callee, a)
		if err != nil {
			return nil, err
		}
		nouns[i] = noun
	}

	return []Verb{Dial{
		CallerID:  a.CallerID.E164(),
		OnBridge:  true,
		TimeLimit: s.TimeLimit,
		Timeout:   s.DialTimeout,
		Action:    s.callbackURL(PathDialResult, ""),
		Nouns:     nouns,
	}}, nil
}

// callee is whom to dial. What answers an app is known: nothing detects machines there.
func (s *server) callee(c calls.Callee, a calls.Dial) (Noun, error) {
	query := ""
	if a.Appointment != "" {
		query = "?" + AppointmentParameter + "=" + url.QueryEscape(a.Appointment)
	}
	status := s.callbackURL(PathCallStatus, query)

	switch {
	case c.Phone.IsZero() == (c.Identity == ""):
		return nil, errors.New("the answer names no number to dial, or none to call from")
	case c.Identity != "":
		return App{Identity: c.Identity, StatusCallback: status}, nil
	}

	number := Number{E164: c.Phone.E164(), StatusCallback: status}
	if a.Announce != "" {
		number.Whisper = s.callbackURL(PathAnnounce, ofCall(a.Announce))
	}
	if s.MachineDetection != "" {
		number.MachineDetection = s.MachineDetection
		number.AMDStatusCallback = s.callbackURL(PathAMD, query)
	}
	return number, nil
}

// wait holds the call in a queue, and ends it when it leaves that unanswered.
func (s *server) wait(a calls.Wait) ([]Verb, error) {
	if a.Queue == "" {
		return nil, errors.New("the answer names no queue")
	}
	return []Verb{Enqueue{Queue: a.Queue}, Hangup{}}, nil
}

// takeMessage records a message. What Twilio asks when it is over is answered as the
// end of a Dial is: the call ends, and the recording is kept with it.
func (s *server) takeMessage(a calls.TakeMessage) ([]Verb, error) {
	if a.Seconds <= 0 {
		return nil, errors.New("the answer gives no time for a message")
	}

	record := Record{
		MaxLength:      time.Duration(a.Seconds) * time.Second,
		Silence:        silence,
		Action:         s.callbackURL(PathDialResult, ""),
		StatusCallback: s.callbackURL(PathCallStatus, ""),
	}
	if a.Greeting == "" {
		return []Verb{record}, nil
	}
	return []Verb{s.Greeting.say(a.Greeting), record}, nil
}
