package fhir

import (
	"embed"
	"fmt"
	"net/url"
)

// shipped are the definitions of what careline writes, and the rights it needs.
// Their content is held to the code by tests.
//
//go:embed conformance/*.json
var shipped embed.FS

// definition is one resource that the server should have.
type definition struct {
	file  string
	kind  string
	name  string     // canonical URL, or what else identifies it
	query url.Values // finds it
	// shared is set of a definition that others may have made before and keep:
	// then only our codes are added to it.
	shared bool
	body   *element
}

// definitions are in the order in which they are written. A NamingSystem has no
// canonical URL in R4 and is known by the system it names; an AccessPolicy, which
// is Medplum's own, by its name.
// Of a feature that is off nothing is wanted.
func (c Config) definitions() ([]definition, error) {
	all := c.wanted()
	for i := range all {
		text, err := shipped.ReadFile("conformance/" + all[i].file + ".json")
		if err != nil {
			return nil, fmt.Errorf("read a definition: %w", err)
		}
		if all[i].body, err = decode(c.Systems.shippedAs(text)); err != nil {
			return nil, fmt.Errorf("read the definition %s: %w", all[i].file, err)
		}
		if all[i].kind == kindPolicy {
			c.widen(all[i].body)
		}
	}

	return all, nil
}

// wanted are the definitions without what they say.
func (c Config) wanted() []definition {
	s := c.Systems
	byURL := func(u string) url.Values { return url.Values{"url": {u}} }
	all := []definition{
		{
			file:  "structuredefinition-twilio-call",
			kind:  "StructureDefinition",
			name:  s.call(),
			query: byURL(s.call()),
		},
		{
			file:   "codesystem-communication-category",
			kind:   "CodeSystem",
			name:   s.category(),
			query:  byURL(s.category()),
			shared: true,
		},
		{
			file:  "codesystem-call-refusal",
			kind:  "CodeSystem",
			name:  s.refusal(),
			query: byURL(s.refusal()),
		},
		{
			file:  "codesystem-clinician-outcome",
			kind:  "CodeSystem",
			name:  s.outcome(),
			query: byURL(s.outcome()),
		},
		{
			file:   "namingsystem-twilio",
			kind:   "NamingSystem",
			name:   systemTwilio,
			query:  url.Values{"value": {systemTwilio}},
			shared: true,
		},
	}

	if c.Recording {
		all = append(all, definition{
			file:   "codesystem-consent-category",
			kind:   "CodeSystem",
			name:   s.consent(),
			query:  byURL(s.consent()),
			shared: true,
		}, definition{
			file:   "codesystem-tag",
			kind:   "CodeSystem",
			name:   s.tag(),
			query:  byURL(s.tag()),
			shared: true,
		})
	}
	return append(all, definition{
		file:  "accesspolicy-careline",
		kind:  kindPolicy,
		name:  policyName,
		query: url.Values{"name:exact": {policyName}},
	})
}

const (
	kindPolicy = "AccessPolicy"
	policyName = "careline"
)
