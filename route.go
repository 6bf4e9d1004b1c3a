package careline

import (
	"slices"
	"time"
)

// Wish is the call that a clinician asks for.
type Wish struct {
	Clinician string // practitioner id
	To        Phone
	Recipient Reference // the person whom the clinician chose; empty when the app does not say
	Household bool      // the clinician confirmed to reach the household of a patient who has died
	Now       time.Time // in the clinic's time zone, whose midnights bound days
}

// Route is who is reached by a call, found in the appointment.
type Route struct {
	Sender    Reference
	Patient   Reference
	Recipient Reference
	Names     Names // of the three
	Household bool  // the recipient is a patient who has died, and the household is to be reached
}

// MayCall reports who the clinician reaches by the call within the appointment, or
// why not: the clinician must take part in it, and the number must be one of its
// patient's, or of a related person's who takes part; of the recipient's, if one
// was chosen. The route holds what could be established also when the call is
// refused.
func (p Policy) MayCall(a Appointment, w Wish) (Route, Refusal) {
	var r Route
	if len(a.Patients) == 1 {
		r.Patient, r.Names.Patient = a.Patients[0].Ref, a.Patients[0].Name
	}
	at := slices.IndexFunc(a.Clinicians, func(c Participant) bool { return c.Clinician == w.Clinician })
	if at < 0 || w.Clinician == "" {
		return r, RefusedParticipant
	}
	r.Sender, r.Names.Sender = a.Clinicians[at].As, a.Clinicians[at].Name

	switch {
	case !p.within(a, w.Now):
		return r, RefusedWindow
	case w.To.IsZero():
		return r, RefusedNumberMalformed
	}
	person, onFile, why := a.owner(w)
	if why != "" {
		return r, why
	}

	r.Patient, r.Recipient = person.Patient, person.Ref
	r.Names.Patient, r.Names.Recipient, r.Names.Relation = a.nameOf(person.Patient), person.Name, person.Relation
	if person.Deceased && !w.Household {
		return r, RefusedDeceased
	}
	r.Household = person.Deceased
	return r, onFile.Dialable(p.Regions)
}

// RefusedAnyway is why a call of the clinician to a person's number on file would be
// refused at the time now, whatever else the clinician chooses; empty when nothing is
// known against it. The person is one of the appointment's.
func (p Policy) RefusedAnyway(a Appointment, person Person, w Wish) Refusal {
	w.Recipient, w.Household = person.Ref, true
	_, why := p.MayCall(a, w)
	return why
}

// WhoseNumber is who was reached by a call to the number that nobody asked for
// here, without its sender; a zero Route when the number is not on file, or is for
// two patients.
func (a Appointment) WhoseNumber(to Phone) Route {
	person, _, why := a.owner(Wish{To: to})
	if why != "" {
		return Route{}
	}

	return Route{
		Patient:   person.Patient,
		Recipient: person.Ref,
		Names: Names{
			Patient:   a.nameOf(person.Patient),
			Recipient: person.Name,
			Relation:  person.Relation,
		},
	}
}

// within reports whether the appointment's day is near enough to now's. One without
// a time is.
func (p Policy) within(a Appointment, now time.Time) bool {
	if p.WindowDays <= 0 || a.Start.IsZero() {
		return true
	}

	days := func(t time.Time) int {
		y, m, d := t.In(now.Location()).Date()
		return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
	}
	start := days(a.Start)
	end := max(start, days(a.End))
	return start-days(now) <= p.WindowDays && days(now)-end <= p.WindowDays
}

// owner finds whose number it is, as it is on file: the recipient's if one was
// chosen, else a patient's before a related person's who shares it. Between two
// patients, or the relatives of two, it does not guess.
func (a Appointment) owner(w Wish) (Person, Phone, Refusal) {
	var found []Person
	unreadable := false
	for _, person := range slices.Concat(a.Patients, a.Relatives) {
		if !a.hasPatient(person.Patient) || w.Recipient != "" && person.Ref != w.Recipient {
			continue
		}
		unreadable = unreadable || len(person.Unreadable) > 0
		if slices.ContainsFunc(person.Phones, w.To.Equal) {
			found = append(found, person)
		}
	}

	switch {
	case len(found) == 0 && unreadable:
		return Person{}, Phone{}, RefusedNumberUnread
	case len(found) == 0:
		return Person{}, Phone{}, RefusedNumberNotOnFile
	}
	first := found[0]
	if slices.ContainsFunc(found, func(other Person) bool { return other.Patient != first.Patient }) {
		return Person{}, Phone{}, RefusedNumberShared
	}
	return first, first.Phones[slices.IndexFunc(first.Phones, w.To.Equal)], ""
}

func (a Appointment) hasPatient(r Reference) bool {
	return r != "" && slices.ContainsFunc(a.Patients, func(p Person) bool { return p.Ref == r })
}

func (a Appointment) nameOf(patient Reference) string {
	for _, p := range a.Patients {
		if p.Ref == patient {
			return p.Name
		}
	}
	return ""
}

// TakesPart reports whether the clinician takes part in the appointment.
func (a Appointment) TakesPart(clinician string) bool {
	return clinician != "" && slices.ContainsFunc(a.Clinicians, func(c Participant) bool { return c.Clinician == clinician })
}
