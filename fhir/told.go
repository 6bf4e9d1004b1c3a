package fhir

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// What of a server's answer may be told in logs, in a dead letter's cause and by
// doctor. Servers put what they refuse into every part of an OperationOutcome: a
// name into the text, quoted or not, a literal into an expression. So nothing of
// it is passed on because it looks harmless; only words that stand in the lists
// here are.

// issueCodes are FHIR's (R4 value set issue-type) and OAuth's (RFC 6749, sections
// 4.1.2.1 and 5.2).
var issueCodes = strings.Fields(`invalid structure required value invariant security login unknown expired forbidden suppressed
	processing not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule
	conflict transient lock-error no-store exception timeout incomplete throttled informational
	invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope access_denied
	server_error temporarily_unavailable`)

func toldCode(code string) string {
	if slices.Contains(issueCodes, code) {
		return code
	}
	return "an unknown code"
}

// elementNames are the names of elements in the resources that careline reads or
// writes, and in their data types.
var elementNames = strings.Fields(`id meta implicitRules language text contained extension modifierExtension identifier
	instantiatesCanonical instantiatesUri basedOn partOf inResponseTo status statusReason category priority medium subject topic about
	encounter sent received recipient sender reasonCode reasonReference payload contentString contentAttachment contentReference note
	system value use type assigner period start end coding code display version userSelected reference url valueString valueInteger
	valueBoolean valueDateTime valueCode valueCoding authorReference time versionId lastUpdated source profile security tag author family given prefix suffix rank
	active name telecom gender birthDate deceasedBoolean deceasedDateTime address maritalStatus photo contact communication
	generalPractitioner managingOrganization link other patient relationship practitioner organization location healthcareService
	specialty serviceCategory serviceType appointmentType description minutesDuration slot participant actor required
	fhirVersion kind abstract baseDefinition derivation context differential snapshot element path content concept definition uniqueId
	intent focus for owner authoredOn input operator createdDateTime duration contentType valueReference provision agent altId who
	preferred responsible publisher date title resource criteria resourceType interaction readonlyFields hiddenFields issue entry`)

// elementPath is as much of an expression as is a path: a type, then names with
// their places in lists.
var elementPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Z][A-Za-z]*)((?:\.[A-Za-z]+(?:\[\d{1,3}\])?)*)`)
})

var listPlace = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\[\d+\]$`)
})

// toldPlace is an expression's path of element names, up to the first part that is
// none; "…" stands for the rest.
func toldPlace(expression string) string {
	m := elementPath().FindStringSubmatch(expression)
	if m == nil || !slices.Contains(kinds, m[1]) && m[1] != "Extension" {
		return "an element"
	}

	place := m[1]
	for part := range strings.SplitSeq(strings.TrimPrefix(m[2], "."), ".") {
		if part == "" || !slices.Contains(elementNames, listPlace().ReplaceAllString(part, "")) {
			break
		}
		place += "." + part
	}

	if place != expression {
		place += ".…"
	}

	return place
}

// phrases are what servers, their databases and their runtimes say of themselves.
var phrases = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(strings.Join([]string{
		// Node's and PostgreSQL's
		`ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|socket hang up`,
		`the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)`,
		`terminating connection due to administrator command|Connection terminated(?: unexpectedly)?|not queryable|too many clients`,
		`canceling statement due to statement timeout|could not serialize access|timeout exceeded when trying to connect`,
		// Medplum's
		`Resource cap exceeded|Too Many Requests|Precondition Failed|File too large|Content could not be parsed|Multiple resources found`,
		`Missing required property|Invalid additional property|Invalid null value|Invalid (?:dateTime|instant|date|time|code|id|uri|url|string) format|Invalid JSON type`,
		`expected (?:string|number|boolean|object|array), but got (?:string|number|boolean|object|array)`,
		`Incorrect resource (?:ID|type)|Incorrect number of values provided|Unknown (?:search parameter|resource type)|No snapshot defined`,
		`Invalid reference(?: \((?:Not found|Forbidden)\))?|did not match any resources|Value required at path|Test failed`,
		`Constraint (?:ext|ele|dom|ref|per|app|cpt|att|txt|bdl|pat|rpr|ptc)-\d{1,2} not met`,
		`Invalid (?:secret|client)|Missing grant_type|Unsupported content type`,
		// HAPI's numbers
		`HAPI-\d{4}\b`,
	}, "|"))
})

// toldText is the known phrases in a server's text.
func toldText(text string) string {
	var known []string
	for _, phrase := range phrases().FindAllString(text, maxIssues) {
		if !slices.Contains(known, phrase) {
			known = append(known, phrase)
		}
	}
	if len(known) == 0 {
		return "its text is not shown"
	}
	return strings.Join(known, ", ")
}

const extensionTracing = "https://medplum.com/fhir/StructureDefinition/tracing"

var uuid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
})

// requestOf is Medplum's id of the request that it refused.
func requestOf(extensions []Extension) string {
	for _, e := range extensions {
		if e.URL != extensionTracing {
			continue
		}
		for _, inner := range e.Extension {
			if inner.URL == "requestId" && uuid().MatchString(inner.ValueString) {
				return inner.ValueString
			}
		}
	}
	return ""
}

// unheard is the error of a request without an answer. Some of net/http's quote the
// bytes that they could not read; of those only the known phrases are told.
type unheard struct{ err error }

func (u *unheard) Unwrap() error { return u.err }

// failures are net/http's own words, without what follows them.
var failures = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`server gave HTTP response to HTTPS client|malformed HTTP (?:response|status code|version)|malformed MIME header|server closed idle connection|connection reset|http2: client connection (?:lost|force closed)|GOAWAY|invalid header field value|unsupported protocol scheme`)
})

func (u *unheard) Error() string {
	for _, plain := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(u.err, plain) {
			return plain.Error()
		}
	}

	if e, ok := errors.AsType[*tls.CertificateVerificationError](u.err); ok {
		return e.Error() // about the server's certificate
	}

	if e, ok := errors.AsType[*net.OpError](u.err); ok {
		return e.Error() // what was done, to which address, and the system's word
	}

	if known := failures().FindString(u.err.Error()); known != "" {
		return known
	}

	if e, ok := errors.AsType[net.Error](u.err); ok && e.Timeout() {
		return "time-out"
	}

	return fmt.Sprintf("no answer that could be read (%T)", u.err)
}

// bounded is text on one line, of at most n characters and a sign that there was
// more.
func bounded(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return text
}
