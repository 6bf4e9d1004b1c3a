package fhir

import (
	"context"
	"encoding/json"
	"errors"
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
		Name    string `json:"name"`
		Version string `json:"version"`
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
	a, err := c.do(ctx, exchange{
		method: http.MethodGet,
		url:    c.address("metadata"),
		cost:   costRead,
		open:   true,
	})
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

// storesNoSame reports whether an unchanged write is known to make no version.
func (s capabilities) storesNoSame() bool {
	name := strings.ToLower(s.Software.Name)
	return s.medplum() || strings.Contains(name, "hapi") || name == "fhirbox"
}

// versionOf is the server's version, as its statement or Medplum's /healthcheck
// tells it; empty when neither does.
func (c *Client) versionOf(ctx context.Context, s capabilities) string {
	if s.Software.Version != "" || !s.medplum() {
		return s.Software.Version
	}
	var health struct {
		Version string `json:"version"`
	}
	if err := c.ask(ctx, "healthcheck", true, &health); err != nil {
		return "" // a name alone is worth telling
	}
	return health.Version
}

// errNoRoot is that of a server whose own routes are not where Medplum has them.
var errNoRoot = errors.New("the address does not end in /fhir/R4")

// ask reads what one of Medplum's own routes answers, which stand beside /fhir/R4.
func (c *Client) ask(ctx context.Context, route string, open bool, into any) error {
	root, ok := strings.CutSuffix(c.base.Path, "/fhir/R4")
	if !ok {
		return errNoRoot
	}

	u := *c.base
	u.Path, u.RawPath = root, ""
	a, err := c.do(ctx, exchange{
		method: http.MethodGet,
		url:    u.JoinPath(route).String(),
		cost:   costRead,
		open:   open,
	})
	if err != nil {
		return err
	}

	return json.Unmarshal(a.body, into)
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
