package fhir

import (
	"context"

	"perci.health/careline"
)

// PractitionerName is how a practitioner is called; empty when the record does not have
// them, or no name of theirs. It is read, and not searched: careline may not search
// practitioners. Errors: unavailable; rejected.
func (c *Client) PractitionerName(ctx context.Context, id string) (string, error) {
	r, err := c.Read(ctx, "Practitioner", id)
	if err != nil && careline.CodeOf(err) == careline.CodeNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}

	var p person
	tolerant(r.JSON, &p)
	return nameOf(p.Name), nil
}
