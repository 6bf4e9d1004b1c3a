package fhir

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"perci.health/careline"
)

// observer is by which name careline makes AuditEvents.
const observer = "careline"

// Communications are those of a patient that careline filed, calls and whatever else has
// an id of the carrier's; each with all its versions, the newest first, also those
// entered in error.
func (c *Client) Communications(ctx context.Context, patient careline.Reference) ([][]Resource, error) {
	return c.filedFor(ctx, "Communication", patient)
}

// Media are the recordings of a patient's calls that careline filed, as Communications
// has these.
func (c *Client) Media(ctx context.Context, patient careline.Reference) ([][]Resource, error) {
	return c.filedFor(ctx, "Media", patient)
}

// filedFor are the resources of a type, of which a patient is the subject, that have an
// id of the carrier's.
func (c *Client) filedFor(ctx context.Context, resourceType string, patient careline.Reference) ([][]Resource, error) {
	entries, err := c.Search(ctx, resourceType, url.Values{"subject": {string(patient)}, "_count": {"200"}})
	if err != nil {
		return nil, err
	}

	var all [][]Resource
	for _, e := range entries {
		if e.Resource.Type != resourceType || len(carrierIDs(e.Resource)) == 0 {
			continue // somebody else's
		}
		if !about(e.Resource, patient) {
			return nil, notAsked("The health record answered with another patient's entries than those that were asked for, so nothing was told.",
				"searched "+resourceType+", answered by one that does not match by its subject")
		}
		versions, err := c.History(ctx, resourceType, e.Resource.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, versions)
	}
	return all, nil
}

// RecordedFor are the carrier's ids of a patient's calls that the record holds, of either
// leg.
func (c *Client) RecordedFor(ctx context.Context, patient careline.Reference) (ids []string, err error) {
	entries, err := c.Search(ctx, "Communication", url.Values{
		"subject":  {string(patient)},
		"category": {c.cfg.Systems.callsSought()},
		"_count":   {"200"},
	})
	if err != nil {
		return nil, err
	}

	for _, e := range entries {
		if e.Resource.Type == "Communication" && about(e.Resource, patient) {
			ids = append(ids, carrierIDs(e.Resource)...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// AuditEvents are those that careline made of what was seen of the patient.
func (c *Client) AuditEvents(ctx context.Context, patient careline.Reference) ([]Resource, error) {
	entries, err := c.Search(ctx, "AuditEvent", url.Values{"entity": {string(patient)}, "_count": {"200"}})
	if err != nil {
		return nil, err
	}

	var all []Resource
	for _, e := range entries {
		var said struct {
			Source struct{ Observer Reference }
			Entity []struct{ What Reference }
		}
		ours := e.Resource.Type == "AuditEvent" && json.Unmarshal(e.Resource.JSON, &said) == nil && said.Source.Observer.Display == observer
		for _, of := range said.Entity {
			if ours && refersTo(of.What, string(patient)) {
				all = append(all, e.Resource)
				break
			}
		}
	}
	return all, nil
}

// about reports whether the patient is the subject of a resource.
func about(r Resource, patient careline.Reference) bool {
	var said struct{ Subject Reference }
	return json.Unmarshal(r.JSON, &said) == nil && refersTo(said.Subject, string(patient))
}

// carrierIDs are the carrier's ids that a resource has.
func carrierIDs(r Resource) (ids []string) {
	var said claims
	if !tolerant(r.JSON, &said) {
		return nil
	}
	for _, id := range said.Identifier {
		if id.System == systemTwilio && id.Value != "" {
			ids = append(ids, id.Value)
		}
	}
	return ids
}
