package fhir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"perci.health/careline"
)

// Problem is an answer of the server that is no success. It is the cause inside
// the careline.Error that this package returns.
//
// Its text holds issue codes, expressions and a bounded part of the diagnostics
// without quoted words and long numbers: nothing of a resource's content.
type Problem struct {
	Status int // HTTP
	Issues []Issue
	after  time.Duration
}

// Issue is one OperationOutcome.issue (FHIR R4, section 2.29).
type Issue struct {
	Code       string
	Expression []string
	Text       string // details.text or diagnostics, as the server wrote it: not for logs
}

// RetryAfter is how long to wait before the same request is sent again; 0 when
// the server gave no reason to wait longer than usual.
func (p *Problem) RetryAfter() time.Duration { return p.after }

// Error is for the log.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP %d", p.Status)
	for i, issue := range p.Issues {
		if i == maxIssues {
			b.WriteString("; …")
			break
		}
		fmt.Fprintf(&b, "; %s", bounded(issue.Code, 40))
		if len(issue.Expression) > 0 {
			fmt.Fprintf(&b, " at %s", bounded(issue.Expression[0], 80))
		}
		if issue.Text != "" {
			fmt.Fprintf(&b, " (%s)", scrub(issue.Text))
		}
	}
	return b.String()
}

const maxIssues = 5

var (
	quoted     = regexp.MustCompile(`"[^"]*"?|'[^']*'?`)
	longNumber = regexp.MustCompile(`\d(?:[ ().-]?\d){4,}`)
)

// scrub takes out of a server's text what may be a patient's: whatever is quoted
// (validators quote the value they refuse) and every number of five digits or
// more, also one written in groups.
func scrub(text string) string {
	text = bounded(text, 400)
	return bounded(longNumber.ReplaceAllString(quoted.ReplaceAllString(text, "…"), "…"), 160)
}

func bounded(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return text
}

// readProblem understands an answer; a body that is no OperationOutcome leaves
// the status alone to say what it is.
func readProblem(status int, body []byte, after time.Duration) *Problem {
	p := &Problem{Status: status, after: after}
	var outcome struct {
		Issue []struct {
			Code    string `json:"code"`
			Details struct {
				Text string `json:"text"`
			} `json:"details"`
			Diagnostics string   `json:"diagnostics"`
			Expression  []string `json:"expression"`
		} `json:"issue"`
	}
	if json.Unmarshal(body, &outcome) != nil {
		return p
	}
	for _, i := range outcome.Issue {
		text := i.Details.Text
		if text == "" {
			text = i.Diagnostics
		}
		p.Issues = append(p.Issues, Issue{Code: i.Code, Expression: i.Expression, Text: text})
	}
	return p
}

// faultOfContent are the issue codes by which a server says that the resource
// itself is wrong (FHIR R4 value set issue-type: invalid's children and the
// processing codes that no waiting mends).
var faultOfContent = []string{"structure", "required", "value", "invariant", "not-supported", "duplicate",
	"business-rule", "code-invalid", "extension", "too-long", "too-costly"}

// outage is how the text of a 400 betrays that the server's own database is
// away: socket errors of Node and the texts of PostgreSQL and its client.
var outage = regexp.MustCompile(`(?i)ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|socket|connection|database|terminat|time-?out|timed out|not queryable|too many clients|recovery`)

// down reports whether a 400 means that the server cannot work at the moment.
// Medplum answers code "invalid" both then and for a body it cannot take; the
// latter names an expression or has another text. Without any issue nothing was
// said against the resource, so a proxy or the server itself is at fault.
func (p *Problem) down() bool {
	for _, i := range p.Issues {
		if len(i.Expression) > 0 || slices.Contains(faultOfContent, i.Code) {
			return false
		}
	}
	if len(p.Issues) == 0 {
		return true
	}
	return slices.ContainsFunc(p.Issues, func(i Issue) bool {
		return i.Code == "transient" || i.Code == "exception" || i.Code == "timeout" || outage.MatchString(i.Text)
	})
}

// forbiddenWait is what a 403 asks for, whatever its header says. It ends only
// when a person mends the access policy, but it is about one resource: a longer
// wait would hold up calls that the server takes. It is no rejection: then every
// call made meanwhile would be lost to the record for a mistake that has nothing
// to do with the call.
const forbiddenWait = 30 * time.Second

// missing reports whether the server says that it does not have a resource. A 404
// that is no OperationOutcome is the word of a proxy in front of it, which for a
// moment knows no server behind it, or of another program altogether.
func (p *Problem) missing() bool {
	return (p.Status == http.StatusNotFound || p.Status == http.StatusGone) && len(p.Issues) > 0
}

// asError gives a Problem its code, its sentence, and a wait where the server
// named none.
func (p *Problem) asError() error {
	switch {
	case p.missing():
		return careline.NewError(careline.CodeNotFound, "The health record does not have this.", p)
	case p.Status == http.StatusConflict || p.Status == http.StatusPreconditionFailed:
		return careline.NewError(careline.CodeConflict, "The health record was changed by somebody else at the same time.", p)
	case p.Status == http.StatusForbidden:
		p.after = forbiddenWait
		return careline.NewError(careline.CodeUnavailable, "The health record does not allow careline this. Ask its administrator to mend the client's access policy.", p)
	case p.Status == http.StatusUnauthorized:
		return careline.NewError(careline.CodeUnavailable, "The health record does not accept careline's login.", p)
	case p.Status == http.StatusTooManyRequests:
		p.after = max(p.after, time.Second)
		return careline.NewError(careline.CodeUnavailable, "The health record's quota is used up for the moment.", p)
	case p.Status == http.StatusRequestTimeout || p.Status >= 500 || p.Status < 400 || p.Status == http.StatusNotFound || p.Status == http.StatusGone || p.Status == http.StatusBadRequest && p.down():
		return careline.NewError(careline.CodeUnavailable, "The health record cannot answer at the moment. If this stays so, check FHIR_BASE_URL.", p)
	}
	return careline.NewError(careline.CodeRejected, "The health record refuses this. Its answer says which element it does not take.", p)
}

// unreachable is the error of a request without an answer. The request's address
// is left out of it, because a search's address may hold an identifier.
func unreachable(ctx context.Context, err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if cause := ctx.Err(); cause != nil {
		err = cause
	}
	message := "The health record cannot be reached."
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		message = "The health record did not answer in time."
	}
	return careline.NewError(careline.CodeUnavailable, message, err)
}

// neverSent is the error of a request that did not leave.
type neverSent struct{ error }

func (e *neverSent) Unwrap() error { return e.error }

// refusedEarly is how a 400 says that the server's database took no connection,
// so that nothing can have been stored.
var refusedEarly = regexp.MustCompile(`ECONNREFUSED|EAI_AGAIN|ENOTFOUND|starting up|not yet accepting`)

// surelyNotMade reports whether a create that failed with err has certainly
// stored nothing. Of an answer that got lost, or of an error in the midst of the
// work, that is not known.
func surelyNotMade(err error) bool {
	if _, ok := errors.AsType[*neverSent](err); ok {
		return true
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return true
	}
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		return false
	}
	switch p.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return true
	case http.StatusBadRequest:
		return slices.ContainsFunc(p.Issues, func(i Issue) bool { return refusedEarly.MatchString(i.Text) })
	}
	return false
}
