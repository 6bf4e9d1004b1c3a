package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"perci.health/careline"
)

// listAppointments is the clinician's day.
func (s *server) listAppointments(w http.ResponseWriter, r *http.Request) error {
	practitioner, err := clinician(r)
	if err != nil {
		return err
	}

	from, err := s.day(r)
	if err != nil {
		return err
	}

	found, err := s.cfg.Appointments.AppointmentsOn(r.Context(), practitioner, from, from.AddDate(0, 0, 1))
	if err != nil {
		return fmt.Errorf("appointments of a day: %w", err)
	}

	own, ids, unread := make([]careline.Appointment, 0, len(found)), make([]string, 0, len(found)), 0
	for _, a := range found {
		switch {
		case a.ID == "":
			unread++
		case a.TakesPart(practitioner):
			own, ids = append(own, a), append(ids, a.ID)
		}
	}

	last, err := s.lastCalls(r, ids)
	if err != nil {
		return err
	}

	day := dayJSON{
		Date:         from.Format(time.DateOnly),
		TimeZone:     s.cfg.Location.String(),
		Appointments: make([]appointmentJSON, 0, len(own)),
		Unread:       unread,
	}

	if s.cfg.Callbacks != nil {
		s.cfg.Callbacks.Shown(practitioner, day.Date, own)
	}
	back := s.calledBack(practitioner, own)
	for _, a := range own {
		s.show(a)
		j := appointmentOf(a, last).calledBack(back)
		j.Numbers = s.offers(a, practitioner).open()
		day.Appointments = append(day.Appointments, j)
	}

	return writeJSON(w, http.StatusOK, day)
}

// oneAppointment is one appointment, with the numbers in full: the clinician is
// about to dial one.
func (s *server) oneAppointment(w http.ResponseWriter, r *http.Request) error {
	look := careline.Look{What: careline.LookOpened}
	a, err := s.looking(r, &look)
	if err != nil {
		return err
	}

	last, err := s.lastCalls(r, []string{a.ID})
	if err != nil {
		return err
	}

	look.Outcome = careline.LookShown
	s.looked(r.Context(), look)
	s.show(a)
	answer := appointmentOf(a, last).calledBack(s.calledBack(look.Clinician, []careline.Appointment{a}))
	offers := s.offers(a, look.Clinician)
	answer.Numbers = offers.open()
	for _, p := range slices.Concat(a.Patients, a.Relatives) {
		answer.add(p, offers)
	}

	return writeJSON(w, http.StatusOK, answer)
}

// appointmentOf is the appointment that the request's path names, if its
// clinician takes part in it.
func (s *server) appointmentOf(r *http.Request) (careline.Appointment, error) {
	practitioner, err := clinician(r)
	if err != nil {
		return careline.Appointment{}, err
	}

	a, err := s.appointmentNamed(r)
	if err != nil {
		return careline.Appointment{}, err
	}
	if !a.TakesPart(practitioner) {
		return careline.Appointment{}, notBooked()
	}
	return a, nil
}

func notBooked() error {
	return careline.Because(careline.CodeForbidden, careline.ReasonNotBooked, nil)
}

// appointmentNamed is the appointment that the request's path names, whoever asks.
func (s *server) appointmentNamed(r *http.Request) (careline.Appointment, error) {
	id := r.PathValue("id")
	if !careline.ValidID(id) {
		return careline.Appointment{}, careline.Because(careline.CodeNotFound, careline.ReasonNoAppointment, nil)
	}

	a, err := s.cfg.Appointments.Appointment(r.Context(), id)
	if err != nil {
		return careline.Appointment{}, fmt.Errorf("appointment: %w", err)
	}
	return a, nil
}

// farYears is farther than any appointment, and within what a FHIR date can say: the
// day after 9999-12-31 has no name.
const farYears = 100

// day is the beginning of the day that is asked for; today where the clinic is,
// when none is.
func (s *server) day(r *http.Request) (time.Time, error) {
	text := r.URL.Query().Get("date")
	if text == "" {
		text = s.cfg.Now().In(s.cfg.Location).Format(time.DateOnly)
	}

	day, err := time.ParseInLocation(time.DateOnly, text, s.cfg.Location)
	if err != nil { // it quotes what was sent, which is anybody's text
		return time.Time{}, careline.NewError(careline.CodeInvalid, "The date must be written as YYYY-MM-DD, such as 2026-03-31.", errors.New("the date cannot be read"))
	}

	if now := s.cfg.Now(); day.Before(now.AddDate(-farYears, 0, 0)) || day.After(now.AddDate(farYears, 0, 0)) {
		return time.Time{}, careline.NewError(careline.CodeInvalid, "There are no appointments so far from today. Please check the year of the date.", nil)
	}
	return day, nil
}

func (s *server) show(a careline.Appointment) {
	if s.cfg.Shown != nil {
		s.cfg.Shown(a)
	}
}

func (s *server) lastCalls(r *http.Request, ids []string) (map[string]careline.RecordedVersion, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	last, err := s.cfg.Calls.LastCalls(r.Context(), ids)
	if err != nil {
		return nil, fmt.Errorf("last calls: %w", err)
	}
	return last, nil
}
