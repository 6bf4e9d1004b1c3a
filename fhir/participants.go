package fhir

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"perci.health/careline"
)

// cast reads appointments together with the people that the server included.
type cast struct {
	base   string // of the server, for references that are written in full
	region string
	now    time.Time
	people map[careline.Reference]json.RawMessage
}

// local is a reference in its short form: within this server, without a version
// (FHIR R4, section 2.3.0.1). Anything else, as one to another server, is left
// as it is and matches nobody.
func (c cast) local(r Reference) careline.Reference {
	text := strings.TrimPrefix(r.Reference, c.base+"/")
	text, _, _ = strings.Cut(text, "/_history/")
	return careline.Reference(text)
}

// appointment reads one with its people. A person who declined does not take
// part, nor does a role that is not active; one of whom the server gave only the reference takes part without
// numbers, or, for a role, not at all, because whose role it is stays unknown.
func (c cast) appointment(r Resource) (careline.Appointment, bool) {
	var a appointment
	// A cancelled one stays, as does one of any other status: a clinician may have
	// to tell the patient so. One that is entered in error never was.
	if json.Unmarshal(r.JSON, &a) != nil || a.ID == "" || a.Status == statusInError {
		return careline.Appointment{}, false
	}
	out := careline.Appointment{ID: a.ID, Status: a.Status, Start: recordedTime(a.Start), End: recordedTime(a.End), Reason: reasonOf(a)}
	var relatives []careline.Person
	for _, p := range a.Participant {
		ref := c.local(p.Actor)
		kind, id, _ := strings.Cut(string(ref), "/")
		if p.Status == "declined" || !careline.ValidID(id) {
			continue
		}
		switch kind {
		case "Practitioner":
			out.Clinicians = append(out.Clinicians, careline.Participant{Clinician: id, As: ref})
		case "PractitionerRole":
			out.Clinicians = append(out.Clinicians, c.role(ref)...)
		case "Patient":
			out.Patients = append(out.Patients, c.person(ref, ref))
		case "RelatedPerson":
			relatives = append(relatives, c.person(ref, ""))
		}
	}
	for _, relative := range relatives {
		if slices.ContainsFunc(out.Patients, func(p careline.Person) bool { return p.Ref == relative.Patient }) {
			out.Relatives = append(out.Relatives, relative)
		}
	}
	return out, true
}

func (c cast) role(ref careline.Reference) []careline.Participant {
	var role practitionerRole
	if json.Unmarshal(c.people[ref], &role) != nil || role.ended() {
		return nil
	}
	id, ok := strings.CutPrefix(string(c.local(role.Practitioner)), "Practitioner/")
	if !ok || !careline.ValidID(id) {
		return nil
	}
	return []careline.Participant{{Clinician: id, As: ref}}
}

// person is a patient, or with patient empty a related person, whose patient the
// resource names.
func (c cast) person(ref, patient careline.Reference) careline.Person {
	var p person
	if json.Unmarshal(c.people[ref], &p) != nil {
		return careline.Person{Ref: ref, Patient: patient}
	}
	if patient == "" {
		patient = c.local(p.Patient)
	}
	out := careline.Person{Ref: ref, Patient: patient, Name: nameOf(p.Name), BirthDate: p.BirthDate}
	out.Phones, out.Unreadable = c.phones(p.Telecom)
	return out
}

// phones are the numbers in use, best first (ContactPoint.rank, 1 is highest), and
// the entries in which none can be read, as they stand.
func (c cast) phones(telecom []contactPoint) (phones []careline.Phone, unreadable []string) {
	telecom = slices.Clone(telecom)
	slices.SortStableFunc(telecom, func(a, b contactPoint) int { return cmp.Compare(uint(a.Rank)-1, uint(b.Rank)-1) })
	for _, t := range telecom {
		if t.System != "phone" && t.System != "sms" || t.Use == "old" || t.Period.over(c.now) || strings.TrimSpace(t.Value) == "" {
			continue
		}
		read := careline.ReadPhones(t.Value, c.region)
		if len(read) == 0 {
			unreadable = append(unreadable, t.Value)
		}
		for _, phone := range read {
			if !slices.ContainsFunc(phones, phone.Equal) {
				phones = append(phones, phone)
			}
		}
	}
	return phones, unreadable
}

// over reports whether a period has ended. An end with less than a time of day
// includes the whole day, month or year (FHIR R4, section 2.24.0.10); it is
// reckoned in UTC, which for the clinic's country is off by an hour at most.
func (p *period) over(now time.Time) bool {
	if p == nil || p.End == "" {
		return false
	}
	if end, err := time.Parse(time.RFC3339, p.End); err == nil {
		return now.After(end)
	}
	for layout, next := range map[string][3]int{time.DateOnly: {0, 0, 1}, "2006-01": {0, 1, 0}, "2006": {1, 0, 0}} {
		if end, err := time.Parse(layout, p.End); err == nil {
			return !now.Before(end.AddDate(next[0], next[1], next[2]))
		}
	}
	return false
}

// nameOf is the name to address somebody by: the official one, else the usual,
// else any that is neither former nor a nickname.
func nameOf(names []humanName) string {
	rank := func(n humanName) int { return slices.Index([]string{"official", "usual", ""}, n.Use) }
	best, found := humanName{}, false
	for _, n := range names {
		if n.Use == "old" || n.Use == "maiden" || n.Use == "nickname" {
			continue
		}
		if !found || uint(rank(n)) < uint(rank(best)) {
			best, found = n, true
		}
	}
	if best.Text != "" {
		return best.Text
	}
	return strings.TrimSpace(strings.Join(append(slices.Clone(best.Given), best.Family), " "))
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
