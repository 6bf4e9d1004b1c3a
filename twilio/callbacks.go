package twilio

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"perci.health/careline"
)

// callback keeps what a report says. It answers 200 only once the event is kept,
// for Twilio then forgets it, and 503 when it is not, so that Twilio repeats it.
func (s *server) callback(ctx context.Context, subject Subject, rd *reading) reply {
	err := s.keep(ctx, subject, rd)
	if err == nil {
		return reply{status: http.StatusOK}
	}

	careline.Note(ctx, slog.String("fault", err.Error()))
	switch careline.CodeOf(err) {
	case careline.CodeForbidden:
		return reply{status: http.StatusForbidden, text: "This report is about another account."}
	case careline.CodeInvalid:
		return reply{status: http.StatusBadRequest, text: "The report cannot be understood, so it was not kept. Check what sent it."}
	}

	return reply{status: http.StatusServiceUnavailable, text: "The report could not be kept. Please send it again."}
}

// keep reads the event in the form and makes it durable. Its error is of code
// forbidden or invalid for a report that will never be kept, of code
// unavailable for one that may be.
func (s *server) keep(ctx context.Context, subject Subject, rd *reading) error {
	if err := OfAccount(s.AccountSID, rd.form); err != nil {
		return err
	}
	rd.place()
	return s.keepPlaced(ctx, subject, rd)
}

// keepPlaced is keep of a form that is of our account, and has what the URL says.
func (s *server) keepPlaced(ctx context.Context, subject Subject, rd *reading) error {
	e, left, err := event(subject, rd.form)
	if err != nil {
		return err
	}

	e.Trace = s.trace(ctx)
	s.note(ctx, e, left)
	if err := s.Keep(ctx, e); err != nil {
		return careline.NewError(careline.CodeUnavailable, "the event could not be kept", err)
	}
	return nil
}

// place puts what the URL says of the leg's place beside the form's parameters: the
// appointment, the call that it joined, and as whom. A form's own parameter of such a
// name is not ours: of the appointment it may be an older report's, and stands unless
// the URL names one; a call that it named would be anybody's word, and goes, and so
// would the fingerprint of what a member was told.
func (rd *reading) place() {
	rd.names = append(rd.names[:0], rd.query...)
	if err := rd.asked.parse(rd.names); err != nil {
		rd.asked.pairs = rd.asked.pairs[:0] // it is signed, but not for us: the callback URLs are our own
	}

	rd.form.take(AppointmentParameter, rd.asked)
	for _, name := range [...]string{CallParameter, PartyParameter, TextParameter} {
		rd.form.drop(name)
		rd.form.take(name, rd.asked)
	}
}

func (s *server) note(ctx context.Context, e careline.CallEvent, left []string) {
	call, word := e.Call, e.Word
	if call == "" {
		call = e.Leg
	}
	if word != "" && !isWord([]byte(word)) {
		word = "(odd)" // what is no word may be anything, and stays out of the log
	}

	careline.Note(ctx, slog.String("call", call), slog.String("kind", string(e.Kind)), slog.String("call_status", word))
	if len(left) > 0 {
		careline.Note(ctx, slog.String("left_out", strings.Join(left, " ")))
	}
	if !e.At.IsZero() {
		// Twilio's clock against ours, and Twilio's in whole seconds: below zero
		// it tells that ours is behind.
		careline.Note(ctx, slog.Int64("lag_ms", s.Now().Sub(e.At).Milliseconds()))
	}
}

// callStatus is told how a leg gets on.
func (s *server) callStatus(ctx context.Context, rd *reading) reply {
	return s.callback(ctx, SubjectCallStatus, rd)
}

// machineDetection is told what answered, maybe after the call is over.
func (s *server) machineDetection(ctx context.Context, rd *reading) reply {
	return s.callback(ctx, SubjectMachineDetection, rd)
}
