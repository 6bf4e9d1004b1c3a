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
		// Load is how busy a clinician is at the time now.
		Load(ctx context.Context, clinician string, now time.Time) (careline.Load, error)
	}
	Policy careline.Policy
	Now    func() time.Time
}

// Ask is a call that an app asks for, as the carrier passed it on.
type Ask struct {
	Call        string // the carrier's id of the clinician's leg
	Refusal     careline.Refusal
	Clinician   string // practitioner id behind the caller's identity; empty when it is none of ours
	To          careline.Phone
	Appointment string
	Report      []byte // the carrier's parameters, as JSON
	Trace       string
}

// Answer is what the carrier shall do.
type Answer struct {
	Refusal     careline.Refusal // empty: dial
	To          careline.Phone
	CallerID    careline.Phone
	Appointment string
}

// Start answers an ask. The same call asked for again gets the answer it got
// first. An error means that the decision could not be kept: nothing may be
// dialled then.
func (s Starter) Start(ctx context.Context, ask Ask) (Answer, error) {
	request, appointment := s.decide(ctx, ask)
	event := careline.CallEvent{
		ID: ask.Call + "/request", Call: ask.Call, Leg: ask.Call,
		Kind: careline.KindRequested, Appointment: appointment,
		Request: request, Report: ask.Report, Trace: ask.Trace,
	}
	if request.Refusal != "" {
		event.Kind = careline.KindRefused
	}
	kept, _, err := s.Log.Append(ctx, event)
	if err != nil {
		return Answer{}, err
	}
	r := kept.Request
	careline.Note(ctx, slog.String("clinician", r.Clinician), slog.String("appointment", kept.Appointment), slog.String("refusal", string(r.Refusal)))
	return Answer{Refusal: r.Refusal, To: r.To, CallerID: r.CallerID, Appointment: kept.Appointment}, nil
}

// decide also returns the appointment's id once it is worth recording: when it
// exists, or when that could not be checked and the recording will find out.
func (s Starter) decide(ctx context.Context, ask Ask) (careline.Request, string) {
	r := careline.Request{Clinician: ask.Clinician, To: ask.To, Refusal: ask.Refusal}
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
	}
	appointment, err := s.Appointments(ctx, ask.Appointment)
	switch {
	case careline.CodeOf(err) == careline.CodeNotFound && err != nil:
		return refuse(careline.RefusedAppointment, "")
	case err != nil:
		careline.Note(ctx, slog.Any("check", err))
		return refuse(careline.RefusedUnchecked, ask.Appointment)
	}
	route, why := s.Policy.MayCall(appointment, ask.Clinician, ask.To)
	r.Sender, r.Patient, r.Recipient = route.Sender, route.Patient, route.Recipient
	if why != "" {
		return refuse(why, appointment.ID)
	}
	return s.admit(ctx, r, appointment.ID)
}

// admit asks what changes from minute to minute: the clinician's load and a
// number to call from.
func (s Starter) admit(ctx context.Context, r careline.Request, appointment string) (careline.Request, string) {
	load, err := s.Log.Load(ctx, r.Clinician, s.Now())
	if err != nil {
		careline.Note(ctx, slog.Any("load", err))
		r.Refusal = careline.RefusedUnchecked
		return r, appointment
	}
	if r.Refusal = s.Policy.MayBegin(load); r.Refusal != "" {
		return r, appointment
	}
	r.CallerID, err = s.CallerID(ctx)
	if err == nil && r.CallerID.IsZero() {
		err = errors.New("the pool gave an empty number")
	}
	if err != nil {
		careline.Note(ctx, slog.Any("caller_id", err))
		r.Refusal = careline.RefusedNoCallerID
	}
	return r, appointment
}
