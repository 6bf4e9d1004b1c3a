package fhir

import (
	"net/http"
	"regexp"
	"slices"
	"sync"
)

// Only an answer that says what is wrong with the resource itself rejects it: what
// was rejected is not sent again until a person asks for it. Everything else
// waits, because it may have another cause that passes.

// aboutContent are the statuses that a server gives to a resource which it does
// not take. By any other it says nothing of the resource, whatever is in the body.
var aboutContent = []int{http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity}

// faultOfContent are the issue codes by which a server says that the resource
// itself is wrong (FHIR R4 value set issue-type: invalid's children, and the
// processing codes that no waiting mends).
var faultOfContent = []string{"structure", "required", "value", "invariant", "not-supported", "code-invalid", "extension", "too-long"}

// oftenContent are codes that servers give to a wrong resource and to trouble of
// their own alike; then the text tells.
var oftenContent = []string{"invalid", "processing"}

// outage is how the text of an issue betrays that the server's own database is
// away: socket errors of Node and the texts of PostgreSQL and its client.
var outage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|socket|connection|database|terminat|time-?out|timed out|not queryable|too many clients|recovery`)
})

// capped is how Medplum says that a project may have no more resources.
var capped = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)resource cap`)
})

// complains reports whether the answer says that the resource is wrong. Medplum
// answers 400 and code "invalid" both for a body it cannot take and when its
// database is away; the former names an expression or has another text. A body
// without any issue is a proxy's, or nothing was said against the resource.
func (p *Problem) complains() bool {
	if !slices.Contains(aboutContent, p.Status) {
		return false
	}

	passing := slices.ContainsFunc(p.Issues, Issue.passing)
	return slices.ContainsFunc(p.Issues, func(i Issue) bool {
		switch {
		case i.Severity == "warning" || i.Severity == "information":
			return false // said besides; it refuses nothing (FHIR R4 value set issue-severity)
		case len(i.Expression) > 0 || slices.Contains(faultOfContent, i.Code):
			return !capped().MatchString(i.Text)
		}
		return slices.Contains(oftenContent, i.Code) && !passing
	})
}

// passing reports whether an issue is about the server's own trouble.
func (i Issue) passing() bool {
	return i.Code == "transient" || i.Code == "exception" || i.Code == "timeout" || outage().MatchString(i.Text) || capped().MatchString(i.Text)
}

// full reports whether the server has as many resources as it may have.
func (p *Problem) full() bool {
	return slices.ContainsFunc(p.Issues, func(i Issue) bool { return capped().MatchString(i.Text) })
}
