package fhir

import (
	"cmp"
	"slices"
	"strings"

	"perci.health/careline"
)

// appointment reads one with its people; ok is false for what is none. Who declined
// does not take part, nor who took part at another time than the appointment's. One
// of whom the server gave only the reference takes part without numbers, or, for a
// role, not at all, because whose role it is stays unknown.
func (c cast) appointment(r Resource) (out careline.Appointment, ok bool) {
	var a appointment
	// A cancelled one stays, as does one of any other status: a clinician may have
	// to tell the patient so. One that is entered in error never was.
	if !tolerant(r.JSON, &a) || a.ID == "" || a.Status == statusInError {
		return careline.Appointment{}, false
	}

	out = careline.Appointment{
		ID:     a.ID,
		Status: a.Status,
		Start:  recordedTime(a.Start),
		End:    recordedTime(a.End),
		Reason: reasonOf(a),
	}
	var relatives []careline.Person
	for _, p := range a.Participant {
		if c.takesPart(p, out) {
			relatives = append(relatives, c.add(&out, p.Actor)...)
		}
	}

	for _, relative := range relatives {
		of := slices.IndexFunc(out.Patients, func(p careline.Person) bool { return p.Ref == relative.Patient })
		if of >= 0 || relative.Unread {
			out.Relatives = append(out.Relatives, relative)
		}
	}
	return out, true
}

// takesPart reports whether a participant is one at the appointment's own time: the
// period of a participation is commonly that of the appointment, which may be
// tomorrow's, or this morning's. An appointment without a time is now.
func (c cast) takesPart(p participant, a careline.Appointment) bool {
	start, end := a.Start, a.End
	if start.IsZero() {
		start, end = c.at.now, c.at.now
	}
	return p.Status != "declined" && p.Period.meets(start, end, c.at.zone)
}

// add takes an actor up into the appointment; a related person is returned, to be
// matched with the patients once all of them are known.
func (c cast) add(out *careline.Appointment, actor shown) []careline.Person {
	ref := c.local(actor)
	kind, id, _ := strings.Cut(string(ref), "/")
	if !careline.ValidID(id) {
		return nil
	}

	switch kind {
	case "Practitioner":
		out.Clinicians = append(out.Clinicians, c.practitioner(ref, actor)...)
	case "PractitionerRole":
		out.Clinicians = append(out.Clinicians, c.role(ref, actor)...)
	case "Patient":
		patient := c.patient(actor)
		if !slices.ContainsFunc(out.Patients, func(p careline.Person) bool { return p.Ref == patient.Ref }) {
			out.Patients = append(out.Patients, patient)
		}
	case "RelatedPerson":
		if relative, ok := c.relative(actor); ok {
			return []careline.Person{relative}
		}
	}
	return nil
}

// practitioner is one who takes part, unless the record says that they are no
// longer active.
func (c cast) practitioner(ref careline.Reference, actor shown) []careline.Participant {
	var p person
	if tolerant(c.people[ref], &p) && !c.at.holds(p.Active, nil) {
		return nil
	}
	_, id, _ := strings.Cut(string(ref), "/")
	return []careline.Participant{{
		Clinician: id,
		As:        ref,
		Name:      cmp.Or(nameOf(p.Name), actor.Display),
	}}
}

func (c cast) role(ref careline.Reference, actor shown) []careline.Participant {
	var role practitionerRole
	if !tolerant(c.people[ref], &role) || !c.at.holds(role.Active, role.Period) {
		return nil
	}
	who := c.local(role.Practitioner)
	id, ok := strings.CutPrefix(string(who), "Practitioner/")
	if !ok || !careline.ValidID(id) {
		return nil
	}

	var p person
	tolerant(c.people[who], &p) // for the name alone
	return []careline.Participant{{
		Clinician: id,
		As:        ref,
		Name:      cmp.Or(nameOf(p.Name), role.Practitioner.Display, actor.Display),
	}}
}

func reasonOf(a appointment) string {
	concepts := slices.Clone(a.ReasonCode)
	if a.AppointmentType != nil {
		concepts = append(concepts, *a.AppointmentType)
	}
	if a.Description != "" {
		return a.Description
	}

	for _, c := range concepts {
		if c.Text != "" {
			return c.Text
		}
		for _, coding := range c.Coding {
			if coding.Display != "" {
				return coding.Display
			}
		}
	}
	return ""
}
