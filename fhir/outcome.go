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
	"sync"
	"time"

	"perci.health/careline"
)

// Problem is an answer of the server that is no success. It is the cause inside
// the careline.Error that this package returns.
//
// Its text holds nothing that the server could have taken from a resource: see
// told.go.
type Problem struct {
	Status  int // HTTP
	Issues  []Issue
	request string // the server's own id of the request, by which its log has the rest; may be empty
	after   time.Duration
}

// Issue is one OperationOutcome.issue (FHIR R4, section 2.29).
// What the server wrote is for deciding, never for logs.
type Issue struct {
	Severity   string
	Code       string
	Expression []string // or location, which servers before R4 wrote in its place
	Text       string   // details.text or diagnostics
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
		fmt.Fprintf(&b, "; %s", toldCode(issue.Code))
		if len(issue.Expression) > 0 {
			fmt.Fprintf(&b, " at %s", toldPlace(issue.Expression[0]))
		}
		if issue.Text != "" {
			fmt.Fprintf(&b, " (%s)", toldText(issue.Text))
		}
	}

	if p.request != "" {
		fmt.Fprintf(&b, "; the server's request %s", p.request)
	}
	return b.String()
}

const maxIssues = 5

// readProblem understands an answer; a body that is no OperationOutcome leaves
// the status alone to say what it is.
func readProblem(status int, body []byte, after time.Duration) *Problem {
	p := &Problem{Status: status, after: after}
	var outcome struct {
		Extension []Extension `json:"extension"`
		Issue     []struct {
			Severity string `json:"severity"`
			Code     string `json:"code"`
			Details  struct {
				Text string `json:"text"`
			} `json:"details"`
			Diagnostics string   `json:"diagnostics"`
			Expression  []string `json:"expression"`
			Location    []string `json:"location"`
		} `json:"issue"`
	}

	if json.Unmarshal(body, &outcome) != nil {
		return p
	}

	p.request = requestOf(outcome.Extension)
	for _, i := range outcome.Issue {
		text := i.Details.Text
		if text == "" {
			text = i.Diagnostics
		}
		p.Issues = append(p.Issues, Issue{
			Severity:   i.Severity,
			Code:       i.Code,
			Expression: append(i.Expression, i.Location...),
			Text:       text,
		})
	}

	return p
}

// personsWait is what a refusal asks for that ends only when a person mends an
// access policy, a limit or a bill; of a 403 whatever its header says. It is about
// one resource: a longer wait would hold up calls that the server takes. It is no
// rejection: then every call made meanwhile would be lost to the record for a
// mistake that has nothing to do with the call.
const personsWait = 30 * time.Second

// personsMend are the refusals that say nothing of the resource and still do not
// pass by themselves: a bill, an interaction or a form that is not offered, a rule
// of the server or of a firewall in front of it.
var personsMend = []int{http.StatusPaymentRequired, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusRequestEntityTooLarge,
	http.StatusUnsupportedMediaType, http.StatusTeapot, http.StatusUnprocessableEntity, http.StatusUnavailableForLegalReasons}

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
		p.after = personsWait
		return careline.NewError(careline.CodeUnavailable, "The health record does not allow careline this. Ask its administrator to mend the client's access policy.", p)
	case p.Status == http.StatusUnauthorized:
		return careline.NewError(careline.CodeUnavailable, "The health record does not accept careline's login.", p)
	case p.Status == http.StatusTooManyRequests:
		p.after = max(p.after, time.Second)
		return careline.NewError(careline.CodeUnavailable, "The health record's quota is used up for the moment.", p)
	case p.complains():
		return careline.NewError(careline.CodeRejected, "The health record refuses this. Its answer says which element it does not take.", p)
	case p.full():
		p.after = max(p.after, personsWait)
		return careline.NewError(careline.CodeUnavailable, "The health record takes no new resources: the limit that was set for it is reached. Ask its administrator to raise it.", p)
	case slices.Contains(personsMend, p.Status):
		p.after = max(p.after, personsWait)
		return careline.NewError(careline.CodeUnavailable, "The health record refuses this without a word against its content. If this stays so, ask its administrator why.", p)
	}

	return careline.NewError(careline.CodeUnavailable, "The health record cannot answer at the moment. If this stays so, check FHIR_BASE_URL.", p)
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

	message := "The health record cannot be reached. Please try again in a minute."
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		message = "The health record did not answer in time. Please try again in a minute."
	}
	return &careline.Error{
		Code:    careline.CodeUnavailable,
		Reason:  careline.ReasonRecordAway,
		Message: message,
		Err:     &unheard{err},
	}
}

// neverSent is the error of a request that did not leave.
type neverSent struct{ error }

func (e *neverSent) Unwrap() error { return e.error }

// refusedEarly is how a 400 says that the server's database took no connection,
// so that nothing can have been stored.
var refusedEarly = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`ECONNREFUSED|EAI_AGAIN|ENOTFOUND|starting up|not yet accepting`)
})

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
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusTeapot, http.StatusUnprocessableEntity, http.StatusTooManyRequests:
		return true // refused before anything was done
	case http.StatusBadRequest:
		return slices.ContainsFunc(p.Issues, func(i Issue) bool { return refusedEarly().MatchString(i.Text) })
	}
	return false
}
