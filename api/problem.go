package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"perci.health/careline"
)

// Codes of problems that only HTTP knows.
const (
	codeMethod careline.Code = "method-not-allowed"
	codeLarge  careline.Code = "too-large"
	codeOrigin careline.Code = "origin-not-allowed"

	codeTooMany careline.Code = "too-many-requests"
	codeRange   careline.Code = "range-not-satisfiable"
)

// ProblemType is the beginning of every problem's type; the code follows it.
const ProblemType = "urn:careline:problem:"

// problem is an RFC 9457 problem detail. Code, Reason and Incident are extensions.
type problem struct {
	Type     string          `json:"type"`
	Title    string          `json:"title"`
	Status   int             `json:"status"`
	Detail   string          `json:"detail"`
	Code     careline.Code   `json:"code"`
	Reason   careline.Reason `json:"reason,omitempty"` // why exactly, with some codes
	Incident string          `json:"incident"`

	retry string // Retry-After, if the status has one
}

type kind struct {
	status int
	title  string
}

// kindOf is how HTTP says a code.
func kindOf(code careline.Code) kind {
	switch code {
	case careline.CodeInvalid:
		return kind{http.StatusBadRequest, "The request cannot be understood"}
	case careline.CodeUnauthenticated:
		return kind{http.StatusUnauthorized, "Not signed in"}
	case careline.CodeForbidden:
		return kind{http.StatusForbidden, "Not allowed"}
	case careline.CodeNotFound:
		return kind{http.StatusNotFound, "Not found"}
	case careline.CodeConflict:
		return kind{http.StatusConflict, "Changed meanwhile"}
	case careline.CodeUnavailable:
		return kind{http.StatusServiceUnavailable, "Not available at the moment"}
	case careline.CodeRejected:
		return kind{http.StatusBadGateway, "Rejected by another system"}
	case codeMethod:
		return kind{http.StatusMethodNotAllowed, "Method not allowed"}
	case codeLarge:
		return kind{http.StatusRequestEntityTooLarge, "Too large"}
	case codeTooMany:
		return kind{http.StatusTooManyRequests, "Too many requests"}
	case codeOrigin:
		return kind{http.StatusForbidden, "Origin not allowed"}
	case codeRange:
		return kind{http.StatusRequestedRangeNotSatisfiable, "Beyond the end"}
	}

	return kind{http.StatusInternalServerError, "Something went wrong"}
}

const internalSentence = "Something went wrong on our side. Please try again. If it happens again, tell your IT team the reference."

// statusClientGone is nginx's word for an answer that nobody waited for. It is
// only logged.
const statusClientGone = 499

// Fail answers r with err as a problem (RFC 9457), and notes the cause on r's line:
// for the handlers of other places too.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	v, _ := w.(*visit)
	if gone := (errLost{}); errors.As(err, &gone) || (errors.Is(r.Context().Err(), context.Canceled) && errors.Is(err, context.Canceled)) {
		v.gone()
		return
	}

	careline.Note(r.Context(), slog.Any("err", err))
	if v != nil && v.status != 0 {
		panic(http.ErrAbortHandler) // the answer is half sent: cut it, so that nobody takes it for whole
	}

	p := problemOf(err)
	p.Reason, p.Detail = forPersons(r, p)
	if v != nil {
		p.Incident = v.id[0]
	}
	writeProblem(w, p)
}

func problemOf(err error) problem {
	err = late(err)
	code, detail := careline.CodeInternal, internalSentence
	var reason careline.Reason
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		code, detail = codeLarge, "The request is larger than it can be. Please send less."
	} else if e, ok := errors.AsType[*careline.Error](err); ok {
		code, reason, detail = e.Code, e.Reason, e.Message
	}

	k := kindOf(code)
	if reason == careline.ReasonGone {
		k = kind{http.StatusGone, "Deleted"}
	}
	return problem{
		Type:   ProblemType + string(code),
		Title:  k.title,
		Status: k.status,
		Detail: detail,
		Code:   code,
		Reason: reason,
		retry:  comeAgain(err),
	}
}

func writeProblem(w http.ResponseWriter, p problem) {
	body, err := json.Marshal(p)
	if err != nil {
		panic("api: a problem cannot be written: " + err.Error()) // it is made of strings and a number
	}

	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="careline"`) // RFC 9110, section 15.5.2
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		h.Set("Retry-After", p.retry)
	}

	w.WriteHeader(p.Status)
	w.Write(body)
}

func notFound(http.ResponseWriter, *http.Request) error {
	return careline.NewError(careline.CodeNotFound, "There is nothing at this address. Please check it.", nil)
}

// notThisMethod answers a path that is known for other methods.
func notThisMethod(allowed []string) handler {
	list := strings.Join(allowed, ", ")
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", list)
		return careline.NewError(codeMethod, "This address answers only "+list+".", nil)
	}
}
