package fhirbox

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// issue is one OperationOutcome.issue.
type issue struct {
	Severity    string   `json:"severity"`
	Code        string   `json:"code"`
	Details     details  `json:"details"`
	Diagnostics string   `json:"diagnostics,omitempty"`
	Expression  []string `json:"expression,omitempty"`
}

type details struct {
	Coding []coding `json:"coding,omitempty"`
	Text   string   `json:"text"`
}

type coding struct {
	Code string `json:"code"`
}

// outcome is an OperationOutcome with the HTTP status it is answered with. As
// an error it is what the client is told.
type outcome struct {
	status int
	id     string
	issues []issue
}

// Error says the texts of all issues, with where each applies.
func (o *outcome) Error() string {
	text := ""
	for i, is := range o.issues {
		if i > 0 {
			text += "; "
		}
		text += is.Details.Text
		if len(is.Expression) > 0 {
			text += fmt.Sprintf(" (%s)", is.Expression[0])
		}
	}
	return text
}

func newOutcome(status int, id, code, text string) *outcome {
	return &outcome{status: status, id: id, issues: []issue{{Severity: "error", Code: code, Details: details{Text: text}}}}
}

func badRequest(format string, args ...any) *outcome {
	return newOutcome(http.StatusBadRequest, "", "invalid", fmt.Sprintf(format, args...))
}

func notFound() *outcome {
	return newOutcome(http.StatusNotFound, "not-found", "not-found", "Not found")
}

func gone() *outcome {
	return newOutcome(http.StatusGone, "gone", "deleted", "Gone")
}

func unauthorized() *outcome {
	return newOutcome(http.StatusUnauthorized, "unauthorized", "login", "Unauthorized")
}

func preconditionFailed() *outcome {
	return newOutcome(http.StatusPreconditionFailed, "precondition-failed", "processing", "Precondition Failed")
}

func multipleMatches() *outcome {
	return newOutcome(http.StatusPreconditionFailed, "multiple-matches", "multiple-matches", "Multiple resources found matching condition")
}

func tooManyRequests(diagnostics string) *outcome {
	o := newOutcome(http.StatusTooManyRequests, "too-many-requests", "throttled", "Too Many Requests")
	o.issues[0].Diagnostics = diagnostics
	return o
}

// databaseDown is what a Medplum server whose PostgreSQL is stopped answers:
// a 400, told from a client's fault only by its text.
func databaseDown() *outcome {
	return badRequest("connect ECONNREFUSED 127.0.0.1:5432")
}

func allOK() *outcome {
	o := newOutcome(http.StatusOK, "ok", "informational", "All OK")
	o.issues[0].Severity = "information"
	return o
}

const tracingExtension = "https://medplum.com/fhir/StructureDefinition/tracing"

// body is the OperationOutcome as JSON, with the ids of the request in
// Medplum's tracing extension.
func (o *outcome) body(requestID, traceID string) ([]byte, error) {
	type tracing struct {
		URL  string `json:"url"`
		UUID string `json:"valueUuid"`
	}

	type extension struct {
		URL       string    `json:"url"`
		Extension []tracing `json:"extension"`
	}

	text, err := json.Marshal(struct {
		Type      string      `json:"resourceType"`
		ID        string      `json:"id,omitempty"`
		Issue     []issue     `json:"issue"`
		Extension []extension `json:"extension"`
	}{"OperationOutcome", o.id, o.issues, []extension{{tracingExtension, []tracing{{"requestId", requestID}, {"traceId", traceID}}}}})
	if err != nil {
		return nil, fmt.Errorf("write an OperationOutcome: %w", err)
	}

	return text, nil
}
