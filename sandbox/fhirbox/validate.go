package fhirbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// checker collects what is wrong with one resource.
type checker struct {
	schema *schema
	issues []issue
}

// validate checks a resource's structure: properties known, JSON types,
// cardinality, primitive formats and the invariants of invariants.go. It does
// not check terminology or references. The error is an *outcome, status 400,
// with every fault found.
func (s *schema) validate(resource map[string]any) error {
	c := &checker{schema: s}
	c.resource(resource, textOf(resource["resourceType"]))
	if len(c.issues) == 0 {
		return nil
	}
	return &outcome{status: http.StatusBadRequest, issues: c.issues}
}

func (c *checker) fault(path, format string, args ...any) {
	c.add("structure", path, fmt.Sprintf(format, args...))
}

func (c *checker) add(code, path, text string) {
	c.issues = append(c.issues, issue{
		Severity:   "error",
		Code:       code,
		Details:    details{Text: text},
		Expression: []string{path},
	})
}

// resource checks a whole or contained resource found at path.
func (c *checker) resource(r map[string]any, path string) {
	t := textOf(r["resourceType"])
	if !c.schema.served[t] {
		c.fault(path, "Unknown resource type %q", t)
		return
	}
	c.object(r, t, path)
}

// object checks the properties of a value of a complex type.
func (c *checker) object(o map[string]any, typeName, path string) {
	for _, key := range sortedKeys(o) {
		if key != "resourceType" || !c.schema.served[typeName] {
			c.property(o, key, property{typeName: typeName, path: path})
		}
	}

	for _, name := range c.schema.required[typeName] {
		if !present(o, name) {
			c.fault(path+"."+name, "Missing required property")
		}
	}

	for _, group := range c.schema.groups[typeName] {
		c.oneChoice(o, group, path)
	}
	c.invariants(o, typeName, path)
}

func present(o map[string]any, name string) bool {
	return !empty(o[name]) || !empty(o["_"+name])
}

// oneChoice checks that a choice element appears in one form at most, and in
// one if it is required.
func (c *checker) oneChoice(o map[string]any, group *element, path string) {
	var found []string
	for _, t := range group.Types {
		name := group.name + strings.ToUpper(t[:1]) + t[1:]
		if present(o, name) {
			found = append(found, name)
		}
	}
	if len(found) > 1 {
		c.fault(path+"."+found[1], "Conflicting choice of type properties: %q, %q", found[0], found[1])
	}
	if len(found) == 0 && group.Min > 0 {
		c.fault(path+"."+group.name+"[x]", "Missing required property")
	}
}

// property says what is being looked at: a type's property, found at path.
type property struct{ typeName, path string }

func (c *checker) property(o map[string]any, key string, in property) {
	value, path := o[key], in.path+"."+key
	if value == nil {
		c.fault(path, "Invalid null value")
		return
	}

	name, isExtension := strings.CutPrefix(key, "_")
	e, dataType := c.lookup(in.typeName, name)
	if e == nil || (isExtension && !c.primitive(dataType)) {
		c.fault(path, "Invalid additional property %q", key)
		return
	}

	if _, isChoice := c.schema.choices[in.typeName][name]; isChoice && empty(value) {
		c.fault(path, "Invalid additional property %q", key)
		return
	}

	if isExtension {
		dataType = "Element"
	}
	list, isList := value.([]any)
	if isList != e.List {
		c.fault(path, "%s", map[bool]string{true: "Expected array of values for property", false: "Expected single value for property"}[e.List])
		return
	}

	if !isList {
		c.value(value, dataType, path)
		return
	}

	if e.Max > 0 && len(list) > e.Max {
		c.fault(path, "Invalid number of values: expected %d..%d, but found %d", e.Min, e.Max, len(list))
	}
	c.list(list, dataType, listPlace{path: path, sibling: siblingOf(o, key)})
}

// listPlace is where a list stands; sibling holds the extensions (or values)
// of its items, so an item may be null where sibling has one.
type listPlace struct {
	path    string
	sibling []any
}

func siblingOf(o map[string]any, key string) []any {
	other := "_" + key
	if name, ok := strings.CutPrefix(key, "_"); ok {
		other = name
	}
	list, _ := o[other].([]any)
	return list
}

func (c *checker) list(list []any, dataType string, at listPlace) {
	for i, item := range list {
		path := fmt.Sprintf("%s[%d]", at.path, i)
		if item != nil {
			c.value(item, dataType, path)
			continue
		}
		if i >= len(at.sibling) || at.sibling[i] == nil {
			c.fault(path, "Invalid null value")
		}
	}
}

// lookup finds the element a property stands for, and the type of its value.
func (c *checker) lookup(typeName, name string) (*element, string) {
	if e, ok := c.schema.Types[typeName][name]; ok {
		return e, e.Types[0]
	}
	if ch, ok := c.schema.choices[typeName][name]; ok {
		return ch.of, ch.dataType
	}
	return nil, ""
}

func (c *checker) primitive(dataType string) bool {
	_, ok := c.schema.Primitives[dataType]
	return ok
}

func (c *checker) value(v any, dataType, path string) {
	if p, ok := c.schema.Primitives[dataType]; ok {
		c.primitiveValue(v, primitiveType{name: dataType, primitive: p}, path)
		return
	}

	o, ok := v.(map[string]any)
	if !ok {
		c.fault(path, "Invalid JSON type: expected object, but got %s", jsonType(v))
		return
	}

	if len(o) == 0 {
		c.fault(path, "Invalid empty non-primitive value")
		return
	}

	if dataType == "Resource" {
		c.resource(o, path)
		return
	}

	c.object(o, dataType, path)
}

// empty says whether a value is none at all: null, "", [], {} or a list or
// object of nothing else.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !empty(item) })
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func jsonType(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	}
	return "object"
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
