package api

import (
	"slices"

	"perci.health/careline"
)

// offers are an appointment's numbers as its clinician is offered them: what would be
// refused now, whatever they choose, is told beforehand, by the rules of the call itself.
type offers struct {
	policy      careline.Policy
	appointment careline.Appointment
	wish        careline.Wish // without a number
}

func (s *server) offers(a careline.Appointment, clinician string) offers {
	return offers{
		policy:      s.cfg.Policy,
		appointment: a,
		wish:        careline.Wish{Clinician: clinician, Now: s.cfg.Now().In(s.cfg.Location)},
	}
}

// refusal is why a call to a person's number would be refused now; nil when nothing is
// known against it.
func (o offers) refusal(of careline.Person, number careline.Phone) *refusalJSON {
	o.wish.To = number
	why := o.policy.RefusedAnyway(o.appointment, of, o.wish)
	if why == "" {
		return nil
	}
	return &refusalJSON{Code: why, Sentence: shown(why.SentenceFor(number))}
}

// open counts the numbers that there are to choose from.
func (o offers) open() (n int) {
	for _, person := range slices.Concat(o.appointment.Patients, o.appointment.Relatives) {
		for _, number := range person.Phones {
			if o.refusal(person, number) == nil {
				n++
			}
		}
	}
	return n
}
