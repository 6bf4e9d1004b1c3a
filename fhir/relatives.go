package fhir

import (
	"context"
	"net/url"
	"strings"

	"perci.health/careline"
)

// Relations are the related persons of a patient who are in force, in the order in which
// the record gives them, with their numbers, whether or not they take part in an
// appointment. Errors: not-found for what is no patient's reference; unavailable, also
// where the client may not; rejected.
func (c *Client) Relations(ctx context.Context, patient careline.Reference) ([]careline.Person, error) {
	kind, id, _ := strings.Cut(string(patient), "/")
	if kind != "Patient" || !careline.ValidID(id) {
		return nil, careline.NewError(careline.CodeNotFound, "There is no such patient.", nil)
	}
	entries, err := c.Search(ctx, "RelatedPerson", url.Values{"patient": {string(patient)}, "_count": {"100"}})
	if err != nil {
		return nil, absent(err)
	}

	people, err := c.gather(ctx, entries, 0, false) // all that is asked for is there
	if err != nil {
		return nil, err
	}
	var all []careline.Person
	for _, e := range entries {
		if e.Resource.Type != "RelatedPerson" {
			continue
		}
		p, inForce := people.relative(shown{Reference: "RelatedPerson/" + e.Resource.ID})
		if inForce && p.Patient != patient {
			return nil, notAsked("The health record answered with other people than those of the patient, so nobody was shown.",
				"searched RelatedPerson, answered by one that does not match by its patient")
		}
		if inForce {
			all = append(all, p)
		}
	}
	return all, nil
}
