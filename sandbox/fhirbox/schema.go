package fhirbox

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

//go:generate node schema/generate.mjs

//go:embed schema/r4.json
var definitions []byte

// schema is what is known of FHIR R4: see schema/generate.mjs for its source
// and format.
type schema struct {
	Resources  []string                          `json:"resources"`
	Primitives map[string]*primitive             `json:"primitives"`
	Types      map[string]map[string]*element    `json:"types"`
	Search     map[string]map[string]searchParam `json:"search"`

	served  map[string]bool
	choices map[string]map[string]*choice // type -> property such as "valueString"
	groups  map[string][]*element         // type -> its choice elements

	required map[string][]string // type -> its elements with min > 0, choices aside
}

type primitive struct {
	JSON    string `json:"json"` // "string", "number" or "boolean"
	Pattern string `json:"pattern"`
	pattern *regexp.Regexp
}

type element struct {
	Types []string `json:"t"`
	Min   int      `json:"min"`
	Max   int      `json:"max"` // -1: any number
	List  bool     `json:"list"`
	name  string   // for a choice without its [x]
}

// choice is one of the properties a choice element may be written as.
type choice struct {
	of       *element
	dataType string
}

type searchParam struct {
	Type   string   `json:"type"` // token, reference, date, string or uri
	Paths  []string `json:"paths"`
	Target []string `json:"target"` // resource types a reference may lead to
	steps  [][]step
}

func loadSchema() (*schema, error) {
	s := &schema{
		served:   map[string]bool{},
		choices:  map[string]map[string]*choice{},
		groups:   map[string][]*element{},
		required: map[string][]string{},
	}

	if err := json.Unmarshal(definitions, s); err != nil {
		return nil, fmt.Errorf("decode r4.json: %w", err)
	}
	for _, r := range s.Resources {
		s.served[r] = true
	}

	for name, p := range s.Primitives {
		if p.Pattern == "" {
			continue
		}
		var err error
		if p.pattern, err = regexp.Compile("^(?:" + p.Pattern + ")$"); err != nil {
			return nil, fmt.Errorf("pattern of %s: %w", name, err)
		}
	}

	for name, elements := range s.Types {
		s.spreadChoices(name, elements)
	}
	return s, s.parsePaths()
}

// spreadChoices files every property that a choice element can appear as.
func (s *schema) spreadChoices(name string, elements map[string]*element) {
	s.choices[name] = map[string]*choice{}

	for _, key := range sortedKeys(elements) {
		e := elements[key]
		base, isChoice := strings.CutSuffix(key, "[x]")
		e.name = base
		if !isChoice && e.Min > 0 {
			s.required[name] = append(s.required[name], key)
		}
		if !isChoice {
			continue
		}
		s.groups[name] = append(s.groups[name], e)
		delete(elements, key)
		for _, t := range e.Types {
			s.choices[name][base+strings.ToUpper(t[:1])+t[1:]] = &choice{of: e, dataType: t}
		}
	}
}

func (s *schema) parsePaths() error {
	for resource, params := range s.Search {
		for code, p := range params {
			steps, err := parseAll(p.Paths)
			if err != nil {
				return fmt.Errorf("search parameter %s of %s: %w", code, resource, err)
			}
			p.steps = steps
			params[code] = p
		}
	}
	return nil
}

// param finds a search parameter of a resource type.
func (s *schema) param(resourceType, code string) (searchParam, bool) {
	p, ok := s.Search[resourceType][code]
	return p, ok
}
