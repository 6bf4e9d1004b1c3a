package calls

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"perci.health/careline"
)

// Starter decides whether a clinician may have a call, and keeps the decision
// before anybody acts on it.
type Starter struct {
	// Appointments finds one appointment with its people. An error of code
	// not-found is an answer; any other means that it could not be checked.
	Appointments func(ctx context.Context, id string) (careline.Appointment, error)
	// CallerID is the number that the member sees.
	CallerID func(ctx context.Context) (careline.Phone, error)
	Log      interface {
		// Append keeps an event durably; an event already kept is returned as
		// it was first kept, with repeated set.
		Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
		// Admit is Append for a request. What may says of the clinician's load,
		// this call not counted, is kept with it: a refusal makes it a refused
		// request. Nobody else is admitted in between.
		Admit(ctx context.Context, e careline.CallEvent, may func(careline.Load) careline.Refusal) (kept careline.CallEvent, repeated bool, err error)
	}
	// Attempts bounds how often one clinician's asks are looked up at all.
	Attempts *Attempts
	// Rations bounds what refusals by rate write; nil: each is kept.
	Rations *Rations
	Policy  careline.Policy
	// Consents find out whether the member may be recorded; nil: calls are not.
	Consents *Consents
	// Limit is how long the carrier lets a conversation last; 0: not known.
	Limit time.Duration
	// Now is the time in the clinic's time zone; nil is UTC.
	Now func() time.Time
	// Rejoin answers who asks to come back to a call; nil: nobody can.
	Rejoin func(ctx context.Context, ask Ask) (Answer, error)
}

// Ask is a call that an app asks for, as the carrier passed it on.
type Ask struct {
	Call        string // the carrier's id of the clinician's leg
	Refusal     careline.Refusal
	Clinician   string // practitioner id behind the caller's identity; empty when it is none of ours
	To          careline.Phone
	Appointment string
	Recipient   careline.Reference // whom the clinician chose; empty when the app does not say
	Join        string             // key of a call in a room, to which the clinician comes back; empty: a new call
	Household   bool               // the clinician confirmed to reach the household of a patient who has died
	Report      []byte             // the carrier's parameters, as JSON
	Trace       string
}

// Start answers an ask: it refuses the call, or dials the member. The same call asked
// for again gets the answer it got first, unless that was a refusal beyond the
// person's ration, which nobody kept. An error means that the decision could not be
// kept: nothing may be dialled then.
func (s Starter) Start(ctx context.Context, ask Ask) (Answer, error) {
	switch {
	case ask.Join != "" && s.Rejoin != nil:
		return s.Rejoin(ctx, ask)
	case ask.Join != "":
		return Say{Text: RoomOver}, nil
	}

	request, appointment := s.decide(ctx, ask)
	event := careline.CallEvent{
		ID:          ask.Call + "/request",
		Call:        ask.Call,
		Leg:         ask.Call,
		Kind:        careline.KindRequested,
		Appointment: appointment,
		Request:     s.counted(request),
		Report:      ask.Report,
		Trace:       ask.Trace,
	}
	consent := s.asks(ctx, request)
	kept, err := s.rationed(ctx, event)
	if err != nil {
		return nil, err
	}

	r := kept.Request
	careline.Note(ctx,
		slog.String("clinician", r.Clinician),
		slog.String("appointment", kept.Appointment),
		slog.String("refusal", string(r.Refusal)),
	)
	if r.Refusal != "" {
		return Refuse{Why: r.Refusal, To: r.To}, nil
	}
	dial := Dial{
		Callees:     []Callee{{Phone: r.To}},
		CallerID:    r.CallerID,
		Appointment: kept.Appointment,
	}
	if consent != nil && s.Consents.mayTell(ctx, kept.Call, consent) {
		dial.Announce = kept.Call
	}
	return dial, nil
}

// asks asks the record whether a member who may be called refuses to be recorded, while
// the decision is kept; nil: nobody is asked.
func (s Starter) asks(ctx context.Context, r careline.Request) asking {
	if s.Consents == nil || r.Refusal != "" {
		return nil
	}
	return s.Consents.ask(ctx, r.Patient)
}

func (s Starter) keep(ctx context.Context, e careline.CallEvent) (careline.CallEvent, error) {
	var err error
	if e.Request.Refusal != "" {
		e.Kind = careline.KindRefused
		e, _, err = s.Log.Append(ctx, e)
		return e, err
	}

	e, _, err = s.Log.Admit(ctx, e, s.Policy.MayBegin)
	return e, err
}

// decide also returns the appointment's id once it is worth recording: when it
// exists, or when that could not be checked and the recording will find out.
func (s Starter) decide(ctx context.Context, ask Ask) (careline.Request, string) {
	r := careline.Request{
		Clinician: ask.Clinician,
		To:        ask.To,
		Refusal:   ask.Refusal,
		Limit:     int(s.Limit / time.Second),
	}
	refuse := func(why careline.Refusal, appointment string) (careline.Request, string) {
		r.Refusal = why
		return r, appointment
	}

	switch {
	case r.Refusal != "":
		return refuse(r.Refusal, "")
	case r.Clinician == "":
		return refuse(careline.RefusedCaller, "")
	case !careline.ValidID(ask.Appointment):
		return refuse(careline.RefusedAppointmentID, "")
	case !s.Attempts.Another(r.Clinician):
		return refuse(careline.RefusedRate, "")
	}

	appointment, err := s.Appointments(ctx, ask.Appointment)
	switch {
	case careline.CodeOf(err) == careline.CodeNotFound && err != nil:
		return refuse(careline.RefusedAppointment, "")
	case err != nil:
		careline.Note(ctx, slog.Any("check", err))
		r.Recipient = ask.Recipient // the clinician's word, until the recording has checked it
		return refuse(careline.RefusedUnchecked, ask.Appointment)
	}

	route, why := s.Policy.MayCall(appointment, careline.Wish{
		Clinician: ask.Clinician,
		To:        ask.To,
		Recipient: ask.Recipient,
		Household: ask.Household,
		Now:       s.now(),
	})
	r.Sender, r.Patient, r.Recipient = route.Sender, route.Patient, route.Recipient
	r.Names, r.Household = route.Names, route.Household

	if why != "" {
		return refuse(why, appointment.ID)
	}
	return s.callerID(ctx, r), appointment.ID
}

func (s Starter) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC()
	}
	return s.Now()
}

// callerID adds the number that the member will see.
func (s Starter) callerID(ctx context.Context, r careline.Request) careline.Request {
	number, err := s.CallerID(ctx)
	if err == nil && number.IsZero() {
		err = errors.New("the pool gave an empty number")
	}

	if err != nil {
		careline.Note(ctx, slog.Any("caller_id", err))
		r.Refusal = careline.RefusedNoCallerID
		return r
	}
	r.CallerID = number
	return r
}
