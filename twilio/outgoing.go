package twilio

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// notKept is what the clinician hears when the call could not be recorded.
const notKept = "This call could not be recorded, so it was not placed. Please try again."

// notUnderstood is what the clinician hears when the request cannot be read: no
// app of ours makes such a one, so somebody set Twilio up in another way.
const notUnderstood = "This call could not be understood, so it was not placed. Please tell your IT team."

// decideWithin bounds the decision, so that a clinician whose call cannot be kept
// hears so: Twilio waits 15 seconds for TwiML (Twilio, "Connection overrides"), and a
// commit that was begun by then may take ten more.
const decideWithin = 4 * time.Second

// outgoing is asked what to do with a call that an app begins. The app can send
// any parameter it likes: what Twilio vouches for is the account, the
// application and the caller's identity; all else is checked by Start.
func (s *server) outgoing(ctx context.Context, rd *reading) reply {
	call := rd.form.Get("CallSid")
	if !isSID(sidCall, call) {
		careline.Note(ctx, slog.String("fault", "CallSid is missing or malformed"))
		return s.say(rd, careline.RefusedAccount.Sentence())
	}
	careline.Note(ctx, slog.String("call", call))
	if s.soundTest(rd.form) {
		return s.playSoundTest(ctx, rd)
	}

	ask := s.ask(rd.form)
	ask.Trace = s.trace(ctx)
	deciding, cancel := context.WithTimeout(ctx, decideWithin)
	defer cancel()
	answer, err := s.Start(deciding, ask)
	if err != nil {
		careline.Note(ctx, slog.String("fault", err.Error()))
		return s.say(rd, notKept)
	}

	return s.answer(ctx, rd, answer)
}

func (s *server) say(rd *reading, sentence string) reply {
	rd.out = appendResponse(rd.out[:0], s.Greeting.say(sentence), Hangup{})
	return reply{status: http.StatusOK, twiml: rd.out}
}

// ask reads the form. Whatever is missing, malformed or told in two ways is left
// empty in the ask, which Start refuses with the reason.
func (s *server) ask(f Form) calls.Ask {
	a := calls.Ask{
		Call:        f.Get("CallSid"),
		Clinician:   caller(f),
		Appointment: appointment(f),
		Recipient:   recipient(f),
		Join:        joined(f),
		Household:   strings.TrimSpace(f.Get("householdConfirmed")) == "true",
		Report:      f.JSON(),
	}

	if !s.ours(f) || s.ApplicationSID == "" || f.Get("ApplicationSid") != s.ApplicationSID {
		a.Refusal = careline.RefusedAccount
	}
	to, err := careline.DialledPhone(f.Get("To"), s.Region)
	if err == nil {
		a.To = to
	}
	return a
}

// caller is the practitioner behind the call; empty when Caller is no identity of
// ours or From is at odds with it. Caller comes from the access token. From
// does too, but an app can replace it, and one that exists sends the bare
// practitioner id.
func caller(f Form) string {
	identity, isClient := strings.CutPrefix(f.Get("Caller"), clientPrefix)
	practitioner, ok := careline.PractitionerOf(identity)
	if !isClient || !ok {
		return ""
	}

	from, once := f.one("From")
	if !once {
		return ""
	}
	if len(from) == 0 {
		return practitioner
	}

	from = bytes.TrimPrefix(from, []byte(clientPrefix))
	if string(from) == identity {
		return practitioner
	}
	if other, ok := careline.PractitionerOf(string(from)); !ok || other != practitioner {
		return ""
	}
	return practitioner
}

// appointment reads the app's parameter, in either of its spellings, as an id or as
// a reference; empty when they name different appointments.
func appointment(f Form) string {
	lower, once := f.one("appointmentId")
	upper, also := f.one(AppointmentParameter)
	one, other := appointmentID(lower), appointmentID(upper)

	switch {
	case !once || !also:
		return ""
	case one == "":
		return other
	case other != "" && one != other:
		return ""
	}
	return one
}

func appointmentID(value []byte) string {
	return strings.TrimPrefix(strings.TrimSpace(string(value)), "Appointment/")
}

// joined is the call that the app comes back to; what is no call's key is nobody's room.
func joined(f Form) string {
	value, once := f.one("join")
	if !once {
		return string(nobody)
	}
	return strings.TrimSpace(string(value))
}

// nobody is a reference that is no one's.
const nobody careline.Reference = "nobody"

// recipient is whom the clinician chose; nobody when that was told in two ways, so
// that it is refused and not guessed.
func recipient(f Form) careline.Reference {
	value, once := f.one("recipient")
	if !once {
		return nobody
	}
	return careline.Reference(strings.TrimSpace(string(value)))
}

// ofCall is the query that names a call.
func ofCall(call string) string { return "?" + CallParameter + "=" + url.QueryEscape(call) }

// callbackURL ends in a fragment that Twilio reads for itself: it is neither sent
// nor signed.
func (s *server) callbackURL(path, query string) string {
	if s.Overrides == "" {
		return s.PublicURL + path + query
	}
	return s.PublicURL + path + query + "#" + s.Overrides
}
