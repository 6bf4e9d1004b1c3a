package fhirbox

import (
	"slices"
	"strings"
)

// invariant is a constraint of FHIR R4 that a type's definition states as a
// FHIRPath expression; here it is a function.
type invariant struct {
	key, human string
	holds      func(o map[string]any) bool
}

// invariantsOf gives the constraints checked for a type. Left out are those
// on narrative, on documents and messages, and those of the conformance
// resources that only an authoring tool gets wrong.
func invariantsOf(typeName string) []invariant {
	switch typeName {
	case "Extension":
		return []invariant{{"ext-1", "Must have either extensions or value[x], not both", extensionOrValue}}
	case "ContactPoint":
		return []invariant{{"cpt-2", "A system is required if a value is provided.", implies("value", "system")}}
	case "Attachment":
		return []invariant{{"att-1", "If the Attachment has data, it SHALL have a contentType", implies("data", "contentType")}}
	case "Quantity", "Age", "Count", "Distance", "Duration":
		return []invariant{{"qty-3", "If a code for the unit is present, the system SHALL also be present", implies("code", "system")}}
	case "Period":
		return []invariant{{"per-1", "If present, start SHALL have a lower value than end", inOrder("start", "end")}}
	case "Appointment":
		return []invariant{
			{"app-2", "Either start and end are specified, or neither", func(o map[string]any) bool { return present(o, "start") == present(o, "end") }},
			{"app-3", "Only proposed or cancelled appointments can be missing start/end dates", timesUnlessOpen},
			{"app-4", "Cancelation reason is only used for appointments that have been cancelled, or no-show", reasonWhenCancelled},
		}
	case "Appointment.participant":
		return []invariant{{"app-1", "Either the type or actor on the participant SHALL be specified", anyOf("type", "actor")}}
	case "Patient.contact":
		return []invariant{{"pat-1", "SHALL at least contain a contact's details or a reference to an organization", anyOf("name", "telecom", "address", "organization")}}
	case "Organization":
		return []invariant{{"org-1", "The organization SHALL at least have a name or an identifier, and possibly more than one", anyOf("name", "identifier")}}
	case "Consent":
		// ppc-2 to ppc-5 are about a code system that there is not, "something".
		return []invariant{{"ppc-1", "Either a Policy or PolicyRule", anyOf("policy", "policyRule")}}
	case "AuditEvent.entity":
		return []invariant{{"sev-1", "Either a name or a query (NOT both)", func(o map[string]any) bool { return !present(o, "name") || !present(o, "query") }}}
	case "Task":
		return []invariant{{"inv-1", "Last modified date must be greater than or equal to authored-on date.", inOrder("authoredOn", "lastModified")}}
	case "StructureDefinition":
		return []invariant{{"sdf-6", "A structure must have either a differential, or a snapshot (or both)", anyOf("snapshot", "differential")}}
	case "ValueSet.compose.include":
		return []invariant{{"vsd-1", "A value set include/exclude SHALL have a value set or a system", anyOf("valueSet", "system")}}
	}

	return nil
}

// invariants stops at an object's first broken constraint, as Medplum does.
func (c *checker) invariants(o map[string]any, typeName, path string) {
	for _, inv := range invariantsOf(typeName) {
		if !inv.holds(o) {
			c.add("invariant", path, "Constraint "+inv.key+" not met: "+inv.human)
			return
		}
	}
}

func implies(name, needs string) func(map[string]any) bool {
	return func(o map[string]any) bool { return !present(o, name) || present(o, needs) }
}

func anyOf(names ...string) func(map[string]any) bool {
	return func(o map[string]any) bool {
		return slices.ContainsFunc(names, func(n string) bool { return present(o, n) })
	}
}

func extensionOrValue(o map[string]any) bool {
	hasValue := false
	for key, v := range o {
		name := strings.TrimPrefix(key, "_")
		hasValue = hasValue || (strings.HasPrefix(name, "value") && len(name) > len("value") && !empty(v))
	}
	return hasValue != !empty(o["extension"])
}

// inOrder wants no time before another, where both are there.
func inOrder(first, then string) func(map[string]any) bool {
	return func(o map[string]any) bool {
		a, okA := parseSpan(textOf(o[first]))
		b, okB := parseSpan(textOf(o[then]))
		return !okA || !okB || a.low <= b.high
	}
}

func timesUnlessOpen(o map[string]any) bool {
	if present(o, "start") && present(o, "end") {
		return true
	}
	return slices.Contains([]string{"proposed", "cancelled", "waitlist"}, textOf(o["status"]))
}

func reasonWhenCancelled(o map[string]any) bool {
	return !present(o, "cancelationReason") || slices.Contains([]string{"noshow", "cancelled"}, textOf(o["status"]))
}
