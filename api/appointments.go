package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"perci.health/careline"
)

// dayJSON is one day of a clinician's.
type dayJSON struct {
	Date         string            `json:"date"`     // YYYY-MM-DD
	TimeZone     string            `json:"timeZone"` // whose midnights bound it
	Appointments []appointmentJSON `json:"appointments"`
}

type appointmentJSON struct {
	ID       string        `json:"id"`
	Start    time.Time     `json:"start,omitzero"`
	End      time.Time     `json:"end,omitzero"`
	Status   string        `json:"status"`
	Reason   string        `json:"reason,omitempty"`
	Patient  *patientJSON  `json:"patient"`
	LastCall *lastCallJSON `json:"lastCall"`
	Phones   []phoneJSON   `json:"phones,omitempty"` // only of a single appointment
}

type patientJSON struct {
	ID        string       `json:"id"`
	Name      string       `json:"name,omitempty"`
	BirthDate string       `json:"birthDate,omitempty"`
	Phones    []endingJSON `json:"phones"`
}

// endingJSON is a number of which nobody learns more than is needed to tell two
// of them apart.
type endingJSON struct {
	Ending string `json:"ending"`
}

// phoneJSON is a number to dial.
type phoneJSON struct {
	Number string             `json:"number"`
	Ending string             `json:"ending"`
	Of     careline.Reference `json:"of"`
	Name   string             `json:"name,omitempty"`
}

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
	own, ids := make([]careline.Appointment, 0, len(found)), make([]string, 0, len(found))
	for _, a := range found {
		if a.TakesPart(practitioner) {
			own, ids = append(own, a), append(ids, a.ID)
		}
	}
	last, err := s.lastCalls(r, ids)
	if err != nil {
		return err
	}
	day := dayJSON{Date: from.Format(time.DateOnly), TimeZone: s.cfg.Location.String(), Appointments: make([]appointmentJSON, 0, len(own))}
	for _, a := range own {
		s.show(a)
		day.Appointments = append(day.Appointments, appointmentOf(a, last))
	}
	return writeJSON(w, http.StatusOK, day)
}

// oneAppointment is one appointment, with the numbers in full: the clinician is
// about to dial one.
func (s *server) oneAppointment(w http.ResponseWriter, r *http.Request) error {
	a, err := s.appointmentOf(r)
	if err != nil {
		return err
	}
	last, err := s.lastCalls(r, []string{a.ID})
	if err != nil {
		return err
	}
	s.show(a)
	answer := appointmentOf(a, last)
	for _, p := range append(append([]careline.Person(nil), a.Patients...), a.Relatives...) {
		for _, phone := range p.Phones {
			answer.Phones = append(answer.Phones, phoneJSON{Number: phone.E164(), Ending: phone.Ending(), Of: p.Ref, Name: p.Name})
		}
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
	id := r.PathValue("id")
	if !careline.ValidID(id) {
		return careline.Appointment{}, careline.NewError(careline.CodeNotFound, "There is no such appointment. Please open it again from the list.", nil)
	}
	a, err := s.cfg.Appointments.Appointment(r.Context(), id)
	if err != nil {
		return careline.Appointment{}, fmt.Errorf("appointment: %w", err)
	}
	if !a.TakesPart(practitioner) {
		return careline.Appointment{}, careline.NewError(careline.CodeForbidden, "You are not booked on this appointment.", nil)
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

func appointmentOf(a careline.Appointment, last map[string]careline.RecordedVersion) appointmentJSON {
	j := appointmentJSON{ID: a.ID, Start: a.Start.UTC(), End: a.End.UTC(), Status: a.Status, Reason: a.Reason}
	if len(a.Patients) > 0 {
		j.Patient = patientOf(a.Patients[0])
	}
	if v, ok := last[a.ID]; ok {
		j.LastCall = lastCallOf(v)
	}
	return j
}

func patientOf(p careline.Person) *patientJSON {
	_, id, _ := strings.Cut(string(p.Ref), "/")
	j := &patientJSON{ID: id, Name: p.Name, BirthDate: p.BirthDate, Phones: make([]endingJSON, 0, len(p.Phones))}
	for _, phone := range p.Phones {
		j.Phones = append(j.Phones, endingJSON{phone.Ending()})
	}
	return j
}
