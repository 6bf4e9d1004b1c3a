package fhir

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"perci.health/careline"
)

// namesFor is how long a clinician's name is remembered.
const namesFor = 10 * time.Minute

// name is a practitioner's, as it was at a time.
type name struct {
	text string
	at   time.Time
}

// Practitioners are the names of clinicians, by practitioner id, as lately read. One who
// cannot be read, or has no name in the record, is left out. The error is the first that
// is passing; the names that could be read come with it.
func (c *Client) Practitioners(ctx context.Context, ids []string) (map[string]string, error) {
	names, now := map[string]string{}, c.cfg.Now()
	var unknown []careline.Reference
	for _, id := range ids {
		switch known, ok := c.names.Get(id); {
		case ok && now.Sub(known.at) < namesFor:
			names[id] = known.text
		case careline.ValidID(id) && len(unknown) < readsOfDay:
			unknown = append(unknown, careline.Reference("Practitioner/"+id))
		}
	}

	found, err := c.readEach(ctx, unknown, false)
	for ref, body := range found {
		id := strings.TrimPrefix(string(ref), "Practitioner/")
		text := nameIn(body)
		c.names.Add(id, name{text, now})
		names[id] = text
	}
	for id, text := range names {
		if text == "" {
			delete(names, id)
		}
	}
	return names, err
}

func nameIn(body json.RawMessage) string {
	var p person
	tolerant(body, &p)
	return nameOf(p.Name)
}
