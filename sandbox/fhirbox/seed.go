package fhirbox

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"sync"

	"zombiezen.com/go/sqlite"
)

var idPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9\-.]{1,64}$`)
})

// Seed stores the resources of a Bundle (JSON; collection or transaction)
// under the ids they have, all of them or, with an error that names the faulty
// entry, none. What is stored already and has not changed gets no new version,
// so seeding again is harmless.
func (b *Box) Seed(ctx context.Context, bundle []byte) error {
	var parsed struct {
		ResourceType string `json:"resourceType"`
		Entry        []struct {
			Resource json.RawMessage `json:"resource"`
		} `json:"entry"`
	}

	if err := json.Unmarshal(bundle, &parsed); err != nil {
		return fmt.Errorf("fhirbox: seed: read the Bundle: %w", err)
	}
	if parsed.ResourceType != "Bundle" {
		return fmt.Errorf("fhirbox: seed: expected a Bundle, but found %q", parsed.ResourceType)
	}

	resources := make([]map[string]any, 0, len(parsed.Entry))
	for i, e := range parsed.Entry {
		resource, err := b.seedling(e.Resource)
		if err != nil {
			return fmt.Errorf("fhirbox: seed: entry %d: %w", i, err)
		}
		resources = append(resources, resource)
	}

	return b.store.write(ctx, func(conn *sqlite.Conn) error {
		for i, resource := range resources {
			if err := b.plant(conn, resource); err != nil {
				return fmt.Errorf("fhirbox: seed: entry %d: %w", i, err)
			}
		}
		return nil
	})
}

func (b *Box) seedling(content []byte) (map[string]any, error) {
	resource, err := decode(content)
	if err != nil {
		return nil, err
	}
	if id := textOf(resource["id"]); !idPattern().MatchString(id) {
		return nil, fmt.Errorf("%s has no valid id: give it one", textOf(resource["resourceType"]))
	}
	return resource, b.check(resource)
}

func (b *Box) plant(conn *sqlite.Conn, resource map[string]any) error {
	id := textOf(resource["id"])
	old, err := current(conn, textOf(resource["resourceType"]), id)
	if err != nil {
		return err
	}

	d := draft{
		resource:    resource,
		id:          id,
		old:         old,
		interaction: updated,
	}

	if old == nil {
		d.interaction = created
	}
	_, err = b.save(conn, d)
	return err
}
