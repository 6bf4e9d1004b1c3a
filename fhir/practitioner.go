package fhir

import (
	"context"
	"net/url"
)

// PractitionerName is how a practitioner is called; empty when the record does not have
// them, or no name of theirs.
func (c *Client) PractitionerName(ctx context.Context, id string) (string, error) {
	entries, err := c.Search(ctx, "Practitioner", url.Values{"_id": {id}, "_count": {"1"}})
	if err != nil {
		return "", err
	}

	for _, e := range entries {
		var p struct {
			Name []humanName `json:"name"`
		}
		if e.Resource.Type == "Practitioner" && e.Resource.ID == id && tolerant(e.Resource.JSON, &p) {
			return nameOf(p.Name), nil
		}
	}
	return "", nil
}
