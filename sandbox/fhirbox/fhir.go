package fhirbox

import (
	"net/http"
	"strings"
	"time"
)

// answer is what an interaction came to.
type answer struct {
	status   int
	version  *version // gives ETag and Last-Modified
	body     []byte   // a resource
	location string
	outcome  *outcome // instead of body
}

// fhir serves everything below /fhir/R4/.
func (b *Box) fhir(w http.ResponseWriter, r *http.Request) {
	open := strings.TrimSuffix(r.URL.Path, "/") == "/fhir/R4/metadata"
	if !open && !b.logins.letsIn(r, time.Now()) {
		b.sendOutcome(w, r, unauthorized())
		return
	}

	req, err := newRequest(w, r)
	if err != nil {
		b.sendError(w, r, err)
		return
	}

	do, cost := b.interaction(req)
	if err := b.quota.take(w.Header(), cost, time.Now()); err != nil {
		b.sendError(w, r, err)
		return
	}

	a, err := do(req)
	if err != nil {
		b.sendError(w, r, err)
		return
	}

	b.answer(w, req, a)
}

type interaction func(*request) (*answer, error)

// interaction finds what a request asks for, and what it costs of the quota.
func (b *Box) interaction(r *request) (interaction, int) {
	refuse := func(o *outcome) (interaction, int) {
		return func(*request) (*answer, error) { return nil, o }, costRead
	}
	if len(r.path) == 0 {
		return refuse(badRequest("This server takes no batches: send each request by itself"))
	}

	if len(r.path) == 1 && r.path[0] == "metadata" && r.Method == http.MethodGet {
		return b.capabilities, costRead
	}
	if !b.schema.served[r.path[0]] {
		return refuse(badRequest("Invalid resource type"))
	}

	switch len(r.path) {
	case 1:
		return b.onType(r.Method, refuse)
	case 2:
		if r.path[1] == "_search" && r.Method == http.MethodPost {
			return b.search, costSearch
		}
		return b.onInstance(r.Method, refuse)
	case 3, 4:
		if r.path[2] != "_history" || r.Method != http.MethodGet {
			return refuse(notFound())
		}
		if len(r.path) == 3 {
			return b.history, costHistory
		}
		return b.vread, costRead
	}

	return refuse(notFound())
}

type refuser func(*outcome) (interaction, int)

func (b *Box) onType(method string, refuse refuser) (interaction, int) {
	switch method {
	case http.MethodGet:
		return b.search, costSearch
	case http.MethodPost:
		return b.create, costWrite
	case http.MethodPut:
		return b.conditionalUpdate, costWrite
	}
	return refuse(badRequest("This server does not %s a whole type: name one resource", method))
}

func (b *Box) onInstance(method string, refuse refuser) (interaction, int) {
	switch method {
	case http.MethodGet:
		return b.read, costRead
	case http.MethodPut:
		return b.update, costWrite
	case http.MethodPatch:
		return b.patch, costWrite
	case http.MethodDelete:
		return b.remove, costWrite
	}
	return refuse(notFound())
}

func (b *Box) answer(w http.ResponseWriter, r *request, a *answer) {
	h := w.Header()
	if a.version != nil {
		h.Set("ETag", `W/"`+a.version.versionID+`"`)
		h.Set("Last-Modified", fromMicro(a.version.updated).Format(http.TimeFormat))
	}

	if a.location != "" {
		h.Set("Location", a.location)
	}
	switch {
	case a.outcome != nil:
		b.sendOutcome(w, r.Request, a.outcome)
	case a.status == http.StatusNotModified:
		w.WriteHeader(a.status)
	case r.Method != http.MethodGet && strings.Contains(r.Header.Get("Prefer"), "return=minimal"):
		b.send(w, a.status, nil)
	default:
		b.send(w, a.status, a.body)
	}
}
