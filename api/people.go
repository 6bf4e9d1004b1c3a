package api

import (
	"strings"
	"time"

	"perci.health/careline"
)

// dayJSON is one day of a clinician's.
type dayJSON struct {
	Date         string            `json:"date"`     // YYYY-MM-DD
	TimeZone     string            `json:"timeZone"` // whose midnights bound it
	Appointments []appointmentJSON `json:"appointments"`
	Unread       int               `json:"unread,omitempty"` // appointments that could not be read at all
}

type appointmentJSON struct {
	ID       string         `json:"id"`
	Start    time.Time      `json:"start,omitzero"`
	End      time.Time      `json:"end,omitzero"`
	Status   string         `json:"status"`
	Reason   string         `json:"reason,omitempty"`
	Patient  *patientJSON   `json:"patient"`
	Patients []*patientJSON `json:"patients"` // Patient is the first of them
	LastCall *lastCallJSON  `json:"lastCall"`
	Numbers  int            `json:"numbers"` // to choose from: those that would not be refused

	CalledBack *calledBackJSON `json:"calledBack,omitempty"`

	// Only of a single appointment.
	Phones     []phoneJSON `json:"phones,omitempty"`
	Unreadable []entryJSON `json:"unreadable,omitempty"`
}

type patientJSON struct {
	ID         string       `json:"id"`
	Name       string       `json:"name,omitempty"`
	BirthDate  string       `json:"birthDate,omitempty"`
	Phones     []endingJSON `json:"phones"`
	Deceased   bool         `json:"deceased,omitempty"`
	Unreadable int          `json:"unreadable,omitempty"` // entries in which no number can be read
	Unread     bool         `json:"unread,omitempty"`     // who it is could not be read
}

// endingJSON is a number of which nobody learns more than is needed to tell two
// of them apart.
type endingJSON struct {
	Ending string `json:"ending"`
}

// phoneJSON is a number to dial.
type phoneJSON struct {
	Number    string             `json:"number"`
	Ending    string             `json:"ending"`
	Extension string             `json:"extension,omitempty"` // told, not dialled
	Of        careline.Reference `json:"of"`
	Name      string             `json:"name,omitempty"`
	Relation  string             `json:"relation,omitempty"` // to the patient
	Patient   careline.Reference `json:"patient"`            // whose record a call to it is in
	Deceased  bool               `json:"deceased,omitempty"`
	Use       careline.PhoneUse  `json:"use,omitempty"`
	Refusal   *refusalJSON       `json:"refusal,omitempty"` // why a call to it would be refused now
}

// entryJSON is an entry of the record in which no number can be read, as it stands.
type entryJSON struct {
	Of       careline.Reference `json:"of"`
	Name     string             `json:"name,omitempty"`
	Relation string             `json:"relation,omitempty"`
	Text     string             `json:"text"`
}

func appointmentOf(a careline.Appointment, last map[string]careline.RecordedVersion) appointmentJSON {
	j := appointmentJSON{
		ID:       a.ID,
		Start:    a.Start.UTC(),
		End:      a.End.UTC(),
		Status:   a.Status,
		Reason:   a.Reason,
		Patients: make([]*patientJSON, 0, len(a.Patients)),
	}

	for _, p := range a.Patients {
		j.Patients = append(j.Patients, patientOf(p))
	}

	if len(a.Patients) > 0 {
		j.Patient = j.Patients[0]
	}

	if v, ok := last[a.ID]; ok {
		j.LastCall = lastCallOf(v)
	}

	return j
}

func patientOf(p careline.Person) *patientJSON {
	_, id, _ := strings.Cut(string(p.Ref), "/")
	j := &patientJSON{
		ID:         id,
		Name:       p.Name,
		BirthDate:  p.BirthDate,
		Phones:     make([]endingJSON, 0, len(p.Phones)),
		Deceased:   p.Deceased,
		Unreadable: len(p.Unreadable),
		Unread:     p.Unread,
	}

	for _, phone := range p.Phones {
		j.Phones = append(j.Phones, endingJSON{phone.Ending()})
	}

	return j
}

// add tells of a person's numbers, and of what cannot be read as one. A related
// person of whom the record does not say whose they are cannot be called.
func (j *appointmentJSON) add(p careline.Person, o offers) {
	for _, phone := range p.Phones {
		j.Phones = append(j.Phones, phoneJSON{
			Number:    phone.E164(),
			Ending:    phone.Ending(),
			Extension: phone.Extension(),
			Of:        p.Ref,
			Name:      p.Name,
			Relation:  p.Relation,
			Patient:   p.Patient,
			Deceased:  p.Deceased,
			Use:       phone.Use(),
			Refusal:   o.refusal(p, phone),
		})
	}

	for _, text := range p.Unreadable {
		j.Unreadable = append(j.Unreadable, entryJSON{
			Of:       p.Ref,
			Name:     p.Name,
			Relation: p.Relation,
			Text:     text,
		})
	}
}
