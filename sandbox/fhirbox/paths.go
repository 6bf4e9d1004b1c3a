package fhirbox

import (
	"fmt"
	"strings"
)

// step is one property of a path into a resource, with a filter on what is
// found there: property name = value, or "is" = the type a reference leads to.
type step struct {
	name, filter, want string
}

// parseAll parses each of paths.
func parseAll(paths []string) ([][]step, error) {
	var all [][]step
	for _, path := range paths {
		steps, err := parsePath(path)
		if err != nil {
			return nil, err
		}
		all = append(all, steps)
	}
	return all, nil
}

// parsePath reads a path such as telecom[system=phone] or
// participant.actor[is=Patient].
func parsePath(path string) ([]step, error) {
	var steps []step
	for part := range strings.SplitSeq(path, ".") {
		name, filter, filtered := strings.Cut(part, "[")
		s := step{name: name}
		if filtered {
			key, want, ok := strings.Cut(strings.TrimSuffix(filter, "]"), "=")
			if !ok {
				return nil, fmt.Errorf("path %q has a filter without =", path)
			}
			s.filter, s.want = key, want
		}
		steps = append(steps, s)
	}

	return steps, nil
}

// walk calls found with every value the steps lead to, lists taken apart.
func walk(v any, steps []step, found func(any)) {
	if list, ok := v.([]any); ok {
		for _, item := range list {
			walk(item, steps, found)
		}
		return
	}

	if len(steps) == 0 {
		found(v)
		return
	}

	o, ok := v.(map[string]any)
	if !ok {
		return
	}

	s := steps[0]
	each(o[s.name], func(item any) {
		if s.accepts(item) {
			walk(item, steps[1:], found)
		}
	})
}

// each calls f with a value, or with every item of a list.
func each(v any, f func(any)) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, item := range list {
		if item != nil {
			f(item)
		}
	}
}

func (s step) accepts(v any) bool {
	if s.filter == "" {
		return true
	}
	o, ok := v.(map[string]any)
	if !ok {
		return false
	}
	if s.filter == "is" {
		return strings.HasPrefix(textOf(o["reference"]), s.want+"/")
	}
	return textOf(o[s.filter]) == s.want
}
