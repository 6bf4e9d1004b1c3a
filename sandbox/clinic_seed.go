package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// seeded is what the clinic reads of a resource of somebody's own Bundle; FHIR's own
// names are used throughout.
type seeded struct {
	ResourceType string          `json:"resourceType"`
	ID           string          `json:"id"`
	Name         json.RawMessage `json:"name"` // a list of HumanName; text in an Organization
	BirthDate    string          `json:"birthDate"`
	Telecom      []struct {
		System string `json:"system"`
		Value  string `json:"value"`
		Use    string `json:"use"`
	} `json:"telecom"`

	Practitioner fhirReference `json:"practitioner"` // of a PractitionerRole

	Status      string    `json:"status"`
	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Description string    `json:"description"`
	Participant []struct {
		Actor fhirReference `json:"actor"`
	} `json:"participant"`
}

type fhirReference struct {
	Reference string `json:"reference"`
}

// with adds to the clinic whom a FHIR Bundle of somebody's own holds: Practitioners,
// who may sign in; Patients; and those Appointments of the clinic's day that have one
// of each. It does not look at whether the resources are valid: the FHIR server does.
func (c Clinic) with(bundle []byte) (Clinic, error) {
	var read struct {
		Entry []struct {
			Resource json.RawMessage `json:"resource"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(bundle, &read); err != nil {
		return c, fmt.Errorf("read the Bundle: %w", err)
	}

	all := make([]seeded, 0, len(read.Entry))
	for i, e := range read.Entry {
		if !ofClinic(e.Resource) {
			continue // its elements may have other shapes
		}
		var one seeded
		if err := json.Unmarshal(e.Resource, &one); err != nil {
			return c, fmt.Errorf("read entry %d of the Bundle: %w", i, err)
		}
		all = append(all, one)
	}

	c.Clinicians, c.Members, c.Appointments = slices.Clip(c.Clinicians), slices.Clip(c.Members), slices.Clip(c.Appointments)
	for _, one := range all {
		switch one.ResourceType {
		case "Practitioner":
			c.Clinicians = append(c.Clinicians, Clinician{
				ID:     one.ID,
				RoleID: roleOf(all, one.ID),
				Name:   one.called(),
				Role:   "from the seed",
			})
		case "Patient":
			c.Members = append(c.Members, Member{
				ID:        one.ID,
				Name:      one.called(),
				BirthDate: one.BirthDate,
				Phones:    one.phones(),
			})
		}
	}

	for _, one := range all {
		if a, ok := one.booking(all); ok && sameDay(a.Start, c.Day) {
			c.Appointments = append(c.Appointments, a)
		}
	}
	return c, nil
}

func ofClinic(resource []byte) bool {
	var r struct {
		ResourceType string `json:"resourceType"`
	}
	_ = json.Unmarshal(resource, &r) // what cannot be read has no type
	return slices.Contains([]string{"Practitioner", "PractitionerRole", "Patient", "Appointment"}, r.ResourceType)
}

func sameDay(at, day time.Time) bool {
	return at.In(day.Location()).Format(time.DateOnly) == day.Format(time.DateOnly)
}

// roleOf is the id of a practitioner's PractitionerRole; empty when there is none.
func roleOf(all []seeded, practitioner string) string {
	i := slices.IndexFunc(all, func(one seeded) bool {
		return one.ResourceType == "PractitionerRole" && one.Practitioner.Reference == "Practitioner/"+practitioner
	})
	if i < 0 {
		return ""
	}
	return all[i].ID
}

// called is the first of the person's names, as a person writes it.
func (s seeded) called() string {
	var names []struct {
		Text   string   `json:"text"`
		Family string   `json:"family"`
		Given  []string `json:"given"`
		Prefix []string `json:"prefix"`
	}
	if json.Unmarshal(s.Name, &names) != nil || len(names) == 0 {
		return s.ResourceType + "/" + s.ID
	}

	if names[0].Text != "" {
		return names[0].Text
	}
	words := slices.Concat(names[0].Prefix, names[0].Given, []string{names[0].Family})
	return strings.TrimSpace(strings.Join(words, " "))
}

// phones are the numbers on file. One that is not in E.164 form is shown as it is
// written; whether it can be dialled is the app's to find out.
func (s seeded) phones() (phones []Phone) {
	for _, t := range s.Telecom {
		if t.System != "phone" {
			continue
		}
		phone := Phone{Use: t.Use, Written: t.Value}
		if number := strings.ReplaceAll(t.Value, " ", ""); strings.HasPrefix(number, "+") {
			phone.Number, phone.Written = number, ""
		}
		phones = append(phones, phone)
	}
	return phones
}

// booking is an Appointment with the first practitioner and the patients who take
// part in it.
func (s seeded) booking(all []seeded) (a Appointment, ok bool) {
	if s.ResourceType != "Appointment" {
		return a, false
	}

	a = Appointment{
		ID:     s.ID,
		Start:  s.Start,
		End:    s.End,
		Status: s.Status,
		Reason: s.Description,
	}
	for _, p := range s.Participant {
		kind, id, _ := strings.Cut(p.Actor.Reference, "/")
		switch {
		case kind == "Practitioner" && a.Practitioner == "":
			a.Practitioner = id
		case kind == "PractitionerRole" && a.Practitioner == "":
			a.Practitioner = practitionerOf(all, id)
		case kind == "Patient" && a.Patient == "":
			a.Patient = id
		case kind == "Patient":
			a.Others = append(a.Others, id)
		}
	}
	return a, a.Practitioner != "" && a.Patient != ""
}

// practitionerOf is whose PractitionerRole it is.
func practitionerOf(all []seeded, role string) string {
	for _, one := range all {
		if one.ResourceType == "PractitionerRole" && one.ID == role {
			return strings.TrimPrefix(one.Practitioner.Reference, "Practitioner/")
		}
	}
	return ""
}

// plant puts the clinic into the health record, and then what somebody brought.
func (w *World) plant(put func(bundle []byte) error, own []byte) error {
	bundle, err := w.Clinic.Bundle()
	if err != nil {
		return err
	}
	if err := put(bundle); err != nil {
		return fmt.Errorf("store the clinic: %w", err)
	}
	if len(own) == 0 {
		return nil
	}

	if err := put(own); err != nil {
		return fmt.Errorf("store the Bundle that was given: %w", err)
	}
	w.Clinic, err = w.Clinic.with(own)
	return err
}
