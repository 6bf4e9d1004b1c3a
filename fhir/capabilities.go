package fhir

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"perci.health/careline"
)

// capabilities is what careline asks of a server's CapabilityStatement (FHIR R4,
// section 5.2).
type capabilities struct {
	ResourceType string `json:"resourceType"`
	FHIRVersion  string `json:"fhirVersion"`
	Software     struct {
		Name string `json:"name"`
	} `json:"software"`
	Rest []struct {
		Resource []struct {
			Type string `json:"type"`
		} `json:"resource"`
	} `json:"rest"`
}

// capabilities asks for the statement, which every server gives to everybody.
func (c *Client) capabilities(ctx context.Context) (capabilities, error) {
	var s capabilities
	a, err := c.do(ctx, exchange{method: http.MethodGet, url: c.address("metadata"), cost: costRead, open: true})
	if err != nil {
		return s, absent(err)
	}
	if json.Unmarshal(a.body, &s) != nil || s.ResourceType != "CapabilityStatement" {
		return s, careline.NewError(careline.CodeUnavailable, "There is no FHIR server at this address. Check FHIR_BASE_URL.", nil)
	}
	return s, nil
}

func (s capabilities) lists(kind string) bool {
	for _, r := range s.Rest {
		for _, resource := range r.Resource {
			if resource.Type == kind {
				return true
			}
		}
	}
	return false
}

// medplum reports whether the server is one: it has access policies.
func (s capabilities) medplum() bool {
	return strings.Contains(strings.ToLower(s.Software.Name), "medplum") || s.lists(kindPolicy)
}

// keeps reports whether the server keeps resources of a kind; one that lists none
// is taken to keep every kind of FHIR's own.
func (s capabilities) keeps(kind string) bool {
	if kind == kindPolicy {
		return s.medplum()
	}
	silent := !slices.ContainsFunc([]string{"Communication", "Appointment", "Patient"}, s.lists)
	return silent || s.lists(kind)
}
