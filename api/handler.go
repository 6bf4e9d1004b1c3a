package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"perci.health/careline"
)

// handler answers a request, or returns why not: a careline.Error becomes a
// problem with its sentence, anything else one that says nothing.
type handler func(w http.ResponseWriter, r *http.Request) error

// answer makes a handler an http.Handler: the one place where errors are answered.
func (s *server) answer(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			Fail(w, r, err)
		}
	})
}

// writeJSON answers with v. Health data must not stay in a cache on the way.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return writeBody(w, status, body)
}

// writeBody answers with a JSON text.
func writeBody(w http.ResponseWriter, status int, body []byte) error {
	h := w.Header()
	h["Content-Type"] = typeJSON
	h["Cache-Control"] = noStore
	w.WriteHeader(status)
	_, err := w.Write(body)
	return lost(err)
}

// errLost marks an answer that could not be sent: nobody is there to be told.
type errLost struct{ cause error }

func (e errLost) Error() string { return "the client was gone: " + e.cause.Error() }
func (e errLost) Unwrap() error { return e.cause }

func lost(err error) error {
	if err == nil {
		return nil
	}
	return errLost{err}
}

// person is who asks, by an id that is told from others': a clinician's of the record, else
// the issuer's.
func person(r *http.Request) (string, error) {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok && v.visitor.ID != "" {
		return "visitor " + v.visitor.ID, nil
	}
	return clinician(r)
}

// clinician is on whose behalf a request is; its route asks for a session, so
// there is one.
func clinician(r *http.Request) (string, error) {
	v, ok := r.Context().Value(visitKey{}).(*visit)
	if !ok || v.clinician.ID == "" {
		return "", careline.NewError(careline.CodeUnauthenticated, "You are not signed in. Please sign in.", nil)
	}
	return v.clinician.ID, nil
}

// visitor is the person behind a request of the kind Somebody.
func visitor(r *http.Request) (careline.Visitor, error) {
	v, ok := r.Context().Value(visitKey{}).(*visit)
	if !ok {
		return careline.Visitor{}, careline.NewError(careline.CodeUnauthenticated, "You are not signed in. Please sign in.", nil)
	}
	return v.visitor, nil
}
