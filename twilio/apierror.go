package twilio

import (
	"encoding/json"
	"fmt"
	"net/http"

	"perci.health/careline"
)

// APIError is an answer of Twilio's REST API that is no success. In its chain
// stands a careline.Error with the code and the sentence for the user.
type APIError struct {
	Status    int    // of the HTTP answer
	Code      int    // Twilio's own, such as 20003; 0 when it gave none
	Message   string // Twilio's own; for the log only
	MoreInfo  string // URL of Twilio's page about the code
	RequestID string // RQ…, by which Twilio's support finds the request
}

// Error is for the operator. It leaves Twilio's message out, which may repeat a
// telephone number that was sent.
func (e *APIError) Error() string {
	return fmt.Sprintf("twilio answered %d, error %d, request %q", e.Status, e.Code, e.RequestID)
}

// Unwrap is the same error in careline's words.
func (e *APIError) Unwrap() error {
	p := e.problem()
	return careline.NewError(p.Code, p.Sentence, nil)
}

// problem believes Twilio's code first and the HTTP status for the rest.
func (e *APIError) problem() problem {
	if p, ok := problems[e.Code]; ok {
		return p
	}

	switch {
	case e.Status == http.StatusTooManyRequests:
		return problems[20429]
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return problems[20003]
	case e.Status == http.StatusNotFound:
		return problems[20404]
	case e.Status >= 500:
		return problem{careline.CodeUnavailable, "Twilio cannot answer at the moment. Please try again in a minute."}
	}
	return problem{careline.CodeRejected, "Twilio refused the request. Please tell your IT team."}
}

// passing reports whether the same request may succeed in a moment.
func (e *APIError) passing() bool {
	return e.Status == http.StatusTooManyRequests || e.Status >= 500
}

// apiError reads an error body, which is Twilio's JSON or, from a gateway in
// between, a page of HTML or nothing.
func apiError(response *http.Response, body []byte) *APIError {
	e := &APIError{Status: response.StatusCode, RequestID: response.Header.Get("Twilio-Request-Id")}
	var told struct {
		Code     int    `json:"code"`
		Message  string `json:"message"`
		MoreInfo string `json:"more_info"`
	}
	if json.Unmarshal(body, &told) == nil {
		e.Code, e.Message, e.MoreInfo = told.Code, told.Message, told.MoreInfo
	}
	return e
}
