package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"perci.health/careline"
)

// reveal is that the clinician has a number shown in full.
func (s *server) reveal(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		Of     careline.Reference `json:"of"`
		Ending string             `json:"ending"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return tooLong
		}
		return careline.NewError(careline.CodeInvalid, "This request cannot be read. Please load the page again.", errors.New("the body is not the JSON that is documented")) // the cause would quote it
	}

	look := careline.Look{What: careline.LookRevealed}
	a, err := s.looking(r, &look)
	if err != nil {
		return err
	}

	look.Outcome = careline.LookMissed
	for _, p := range slices.Concat(a.Patients, a.Relatives) {
		if p.Ref == asked.Of && slices.ContainsFunc(p.Phones, func(phone careline.Phone) bool { return phone.Ending() == asked.Ending }) {
			look.Of, look.Outcome = p.Ref, careline.LookShown
		}
	}
	s.looked(r.Context(), look)
	if look.Outcome != careline.LookShown {
		return careline.Because(careline.CodeNotFound, careline.ReasonNoNumber, nil)
	}

	w.WriteHeader(http.StatusNoContent)
	return nil
}

// looking is the appointment that the request's path names, with the look begun that is
// told of by looked; a refusal is told of here.
func (s *server) looking(r *http.Request, look *careline.Look) (careline.Appointment, error) {
	practitioner, err := clinician(r)
	if err != nil {
		return careline.Appointment{}, err
	}

	a, err := s.appointmentNamed(r)
	if err != nil {
		if careline.CodeOf(err) == careline.CodeNotFound && careline.ValidID(r.PathValue("id")) {
			careline.Note(r.Context(), slog.String("appointment", r.PathValue("id")), slog.String("look", string(look.What)), slog.String("outcome", string(careline.LookMissed)))
		}
		return careline.Appointment{}, err
	}

	look.Clinician, look.Appointment = practitioner, a.ID
	for _, p := range a.Patients {
		if p.Ref != "" {
			look.Patients = append(look.Patients, p.Ref)
		}
	}
	if !a.TakesPart(practitioner) {
		look.Outcome = careline.LookRefused
		s.looked(r.Context(), *look)
		return careline.Appointment{}, notBooked()
	}
	return a, nil
}

// looked leaves who looked at whom in the request's log line, by id, and with whoever
// keeps it. That it could not be kept keeps nothing from the clinician.
func (s *server) looked(ctx context.Context, l careline.Look) {
	careline.Note(ctx, slog.String("appointment", l.Appointment), slog.String("look", string(l.What)), slog.String("outcome", string(l.Outcome)))
	if s.cfg.Looked == nil {
		return
	}
	if err := s.cfg.Looked(ctx, l); err != nil && s.cfg.Log != nil {
		s.cfg.Log.ErrorContext(ctx, "who looked at an appointment could not be kept for the record", "clinician", l.Clinician, "appointment", l.Appointment,
			"look", string(l.What), "outcome", string(l.Outcome), "err", err)
	}
}
