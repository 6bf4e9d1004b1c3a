package fhirbox

import "net/http"

// capabilities serves GET /metadata.
func (b *Box) capabilities(r *request) (*answer, error) {
	resources := make([]map[string]any, 0, len(b.schema.Resources))
	for _, name := range b.schema.Resources {
		resources = append(resources, b.capability(name))
	}

	body, err := encode(map[string]any{
		"resourceType": "CapabilityStatement",
		"status":       "active",
		"kind":         "instance",
		"date":         "2026-11-22",
		"software":     map[string]any{"name": "fhirbox"},
		"implementation": map[string]any{
			"description": "FHIR R4 server for development and tests", "url": r.base,
		},
		"fhirVersion": "4.0.1",
		"format":      []string{"json"},
		"patchFormat": []string{"application/json-patch+json"},
		"rest":        []map[string]any{{"mode": "server", "resource": resources}},
	})

	return &answer{status: http.StatusOK, body: body}, err
}

func (b *Box) capability(name string) map[string]any {
	var params []map[string]any
	var includes []string
	for _, code := range sortedKeys(b.schema.Search[name]) {
		p := b.schema.Search[name][code]
		params = append(params, map[string]any{"name": code, "type": p.Type})
		if p.Type == "reference" {
			includes = append(includes, name+":"+code)
		}
	}

	var interactions []map[string]any
	for _, code := range []string{"create", "read", "vread", "update", "patch", "delete", "history-instance", "search-type"} {
		interactions = append(interactions, map[string]any{"code": code})
	}

	c := map[string]any{
		"type": name, "interaction": interactions, "versioning": "versioned-update", "readHistory": true, "updateCreate": false,
		"conditionalCreate": true, "conditionalUpdate": true, "conditionalDelete": "not-supported", "searchParam": params,
	}

	if len(includes) > 0 {
		c["searchInclude"] = includes
	}
	return c
}
