package fhir

import (
	"context"
	"net/http"

	"perci.health/careline"
)

// Delete deletes a resource (FHIR R4, section 3.1.0.7); on most servers its history stays.
// One that is deleted already is no error on some and one of code not-found on others.
func (c *Client) Delete(ctx context.Context, resourceType, id string) error {
	if !careline.ValidID(id) {
		return careline.NewError(careline.CodeNotFound, "This is not an id of the health record.", nil)
	}
	_, err := c.do(ctx, exchange{
		method: http.MethodDelete,
		url:    c.address(resourceType, id),
		cost:   costWrite,
	})
	return err
}
