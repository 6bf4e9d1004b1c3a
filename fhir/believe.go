package fhir

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline"
)

// Whatever the server answers is looked at before it is believed: a server that
// overlooks a search parameter, or a proxy that mixes up answers, would else have
// one call written over another patient's, or show one clinician another's. What
// was not asked for is an outage with a name: it may pass, and nothing is written,
// withdrawn or shown on its account.

// notAsked is that outage; what is for the log and names no content.
func notAsked(message, what string) error {
	return careline.NewError(careline.CodeUnavailable, message, strange(what))
}

// strange is the cause of an answer that is not believed.
type strange string

func (s strange) Error() string { return string(s) }

// believe takes an answer for the resource of that type and id; with an empty id
// for one that the server has just named.
func believe(a answer, resourceType, id string) (Resource, error) {
	r, err := readResource(a.body)
	if err != nil {
		return Resource{}, err
	}
	if r.Type != resourceType || id != "" && r.ID != id || !careline.ValidID(r.ID) {
		return Resource{}, notAsked("The health record answered with another resource than the one that was asked for, so nothing was written or shown.",
			fmt.Sprintf("asked for a %s, answered by a %s of another id or type", resourceType, kindWord(r.Type)))
	}
	if r.Version == "" {
		r.Version = entityTag(a.header)
	}
	return r, nil
}

// versionID is a version as it can be named in an If-Match; empty when it is none
// (FHIR R4, section 2.24.0.1, id).
func versionID(text string) string {
	if !careline.ValidID(text) {
		return ""
	}
	return text
}

// entityTag is the version that an ETag names, W/"…" in FHIR (R4, section
// 3.1.0.5): a server may tell it there alone.
func entityTag(h http.Header) string {
	tag := strings.TrimPrefix(strings.TrimSpace(h.Get("ETag")), "W/")
	if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		return ""
	}
	return versionID(tag[1 : len(tag)-1])
}

// kindWord is a resource type for the log, where a server's words do not go.
func kindWord(text string) string {
	if slices.Contains(kinds, text) {
		return text
	}
	return "resource"
}

// kinds are the types that careline asks for or may meet.
var kinds = []string{"AccessPolicy", "Appointment", "AuditEvent", "Bundle", "CapabilityStatement", "CodeSystem", "Communication", "Consent", "Media", "NamingSystem",
	"OperationOutcome", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "StructureDefinition", "Task", "ValueSet"}

// believeMatches looks at a page of a searchset. What a server includes of its own
// accord, as its OperationOutcome, is no match; by whom an Appointment is attended
// is left to who reads it, because everybody in it is looked at there, and so is an
// entry that is no resource (see whole).
func believeMatches(resourceType string, query url.Values, entries []Entry) error {
	included := query.Has("_include")
	for _, e := range entries {
		aside := e.Mode == "include" || e.Mode == "outcome" || e.Resource.Type == "OperationOutcome" || e.Resource.Type == ""
		if aside || e.Mode == "" && included && e.Resource.Type != resourceType {
			continue
		}
		by := "its type"
		if e.Resource.Type == resourceType {
			by = unmatched(e.Resource, query)
		}
		if by != "" {
			return notAsked("The health record answered a search with resources that were not asked for, so nothing was written or shown.",
				fmt.Sprintf("searched %s, answered by a %s that does not match by %s", resourceType, kindWord(e.Resource.Type), by))
		}
	}

	return nil
}

// believeVersions looks at a page of a history.
func believeVersions(resourceType, id string, entries []Entry) error {
	for _, e := range entries {
		if e.Resource.Type != resourceType || e.Resource.ID != id {
			return notAsked("The health record answered with the history of another resource than the one that was asked for, so nothing was shown.",
				fmt.Sprintf("asked for the versions of a %s, answered by a %s of another id or type", resourceType, kindWord(e.Resource.Type)))
		}
	}
	return nil
}

// claims is what a resource says of itself that careline searches by.
type claims struct {
	Identifier []Identifier `json:"identifier"`
	Meta       struct {
		Tag []Coding `json:"tag"`
	} `json:"meta"`
	Category     []CodeableConcept `json:"category"`
	BasedOn      []Reference       `json:"basedOn"`
	Practitioner Reference         `json:"practitioner"`
	URL          string            `json:"url"`
	Name         string            `json:"name"`
	UniqueID     []struct {
		Value string `json:"value"`
	} `json:"uniqueId"`
}

// unmatched names a parameter of the query that the resource does not match; it
// is empty when it matches all those that careline relies on.
func unmatched(r Resource, query url.Values) string {
	if ids := query.Get("_id"); ids != "" && !slices.Contains(alternatives(ids), r.ID) {
		return "_id"
	}

	var said claims
	readable := tolerant(r.JSON, &said)
	for name, matches := range map[string]func(claims, string) bool{
		"identifier":   claims.identifiedBy,
		"_tag":         claims.tagged,
		"category":     claims.inCategory,
		"based-on":     claims.basedOnThis,
		"practitioner": func(c claims, want string) bool { return refersTo(c.Practitioner, want) },
		"url":          func(c claims, want string) bool { return c.URL == want },
		"name:exact":   func(c claims, want string) bool { return c.Name == want },
		"value":        claims.uniquely,
	} {
		wanted := query.Get(name)
		if wanted == "" {
			continue
		}
		if !readable || !slices.ContainsFunc(alternatives(wanted), func(want string) bool { return matches(said, want) }) {
			return name
		}
	}

	return ""
}

func (c claims) identifiedBy(token string) bool {
	return slices.ContainsFunc(c.Identifier, func(i Identifier) bool { return i.System+"|"+i.Value == token })
}

func (c claims) tagged(token string) bool {
	return slices.ContainsFunc(c.Meta.Tag, func(tag Coding) bool { return tag.System+"|"+tag.Code == token })
}

func (c claims) inCategory(token string) bool {
	return slices.ContainsFunc(c.Category, func(concept CodeableConcept) bool {
		return slices.ContainsFunc(concept.Coding, func(coding Coding) bool { return coding.System+"|"+coding.Code == token })
	})
}

func (c claims) basedOnThis(ref string) bool {
	return slices.ContainsFunc(c.BasedOn, func(r Reference) bool { return refersTo(r, ref) })
}

func (c claims) uniquely(value string) bool {
	for _, u := range c.UniqueID {
		if u.Value == value {
			return true
		}
	}
	return false
}

// refersTo reports whether r is a reference to want, in its short form, in full,
// or to one version of it (FHIR R4, section 2.3.0.1).
func refersTo(r Reference, want string) bool {
	have, _, _ := strings.Cut(r.Reference, "/_history/")
	return have == want || strings.HasSuffix(have, "/"+want)
}

// token is a search value of system and code; a comma, a bar or a dollar sign in
// them would else part it (FHIR R4, section 3.1.1.4.1).
func token(system, value string) string { return escaped(system) + "|" + escaped(value) }

func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`).Replace(text)
}

// alternatives are the values of a parameter, any of which a match may have,
// without what escaped them.
func alternatives(value string) []string {
	var all []string
	var one strings.Builder
	for i := 0; i < len(value); i++ {
		switch {
		case value[i] == '\\' && i+1 < len(value):
			i++
			one.WriteByte(value[i])
		case value[i] == ',':
			all = append(all, one.String())
			one.Reset()
		default:
			one.WriteByte(value[i])
		}
	}

	return append(all, one.String())
}
