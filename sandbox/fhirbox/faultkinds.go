package fhirbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
)

// Kind is a way in which a server is wrong while it goes on answering.
type Kind string

// The kinds of faults, each as it was seen on a server or may be. One that is
// about certain requests lets all others pass, uncounted.
const (
	KindLenient     Kind = "lenient-search" // a search that does not look at the parameters Names
	KindOther       Kind = "other-resource" // carried out, and answered with the resource With
	KindCap         Kind = "resource-cap"   // Medplum's resourceCap: every create is 422
	KindTerminology Kind = "terminology"    // Medplum's validate-terminology without ValueSet search: every write is 403, an invalid one still 400
	KindTail        Kind = "tail"           // a Share of requests takes DelayMs more; with After once it is carried out
	KindInclude     Kind = "include"        // a search with _include is 400 because of an odd reference
	KindNoVersion   Kind = "no-version"     // meta.versionId is empty in the answer, and there is no ETag
	KindExpiry      Kind = "expiry"         // the login's expires_in is Expiry, whatever that is
	KindForbid      Kind = "forbid"         // the interactions Names (create, read, vread, update, delete, history, search) are 403
	KindReadonly    Kind = "readonly"       // an AccessPolicy's readonlyFields: the elements Names are not written, without a word
	KindCriteria    Kind = "criteria"       // an AccessPolicy's criteria: no Communication may be written, or is seen, whose category lacks the code Names[0]
)

func kinds() []Kind {
	return []Kind{KindLenient, KindOther, KindCap, KindTerminology, KindTail, KindInclude,
		KindNoVersion, KindExpiry, KindForbid, KindReadonly, KindCriteria}
}

// concerns reports whether the kind is about such a request, and whether chance
// has it.
func (f *Fault) concerns(r *http.Request) bool {
	does := interactionOf(r)
	switch f.Kind {
	case KindTail:
		return f.chance.Float64() < f.Share
	case KindLenient:
		return does == "search"
	case KindInclude:
		return does == "search" && r.URL.Query().Has("_include")
	case KindCap:
		return does == "create"
	case KindTerminology, KindReadonly:
		return does == "create" || does == "update"
	case KindForbid:
		return slices.Contains(f.Names, does)
	case KindExpiry:
		return r.URL.Path == "/oauth2/token"
	case KindCriteria:
		return strings.HasPrefix(r.URL.Path, "/fhir/R4/Communication")
	}

	return does != ""
}

// interactionOf is a FHIR request's, in the words of an AccessPolicy; "" when it
// is none on a type or a resource.
func interactionOf(r *http.Request) string {
	path, ok := strings.CutPrefix(r.URL.Path, "/fhir/R4/")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if !ok || parts[0] == "" || parts[0] == "metadata" {
		return ""
	}

	switch n := len(parts); {
	case n == 4:
		return "vread"
	case n == 3:
		return "history"
	case r.Method == http.MethodPut || r.Method == http.MethodPatch:
		return "update"
	case r.Method == http.MethodDelete:
		return "delete"
	case n == 1 && r.Method == http.MethodGet, parts[n-1] == "_search":
		return "search"
	case r.Method == http.MethodPost:
		return "create"
	}

	return "read"
}

// suffer serves a request as the fault of a kind has it.
func (b *Box) suffer(w http.ResponseWriter, r *http.Request, f Fault, next http.Handler) {
	switch f.Kind {
	case KindTail:
		b.late(w, r, f, next)
	case KindLenient:
		next.ServeHTTP(w, without(r, f.Names))
	case KindReadonly:
		next.ServeHTTP(w, b.keeping(r, f.Names))
	case KindCap:
		b.sendOutcome(w, r, newOutcome(http.StatusUnprocessableEntity, "business-rule", "business-rule", "Resource cap exceeded"))
	case KindForbid:
		b.sendOutcome(w, r, forbidden())
	case KindInclude:
		b.sendOutcome(w, r, badRequest("Invalid reference: cannot be included"))
	case KindTerminology:
		b.refuseSound(w, r, next)
	case KindCriteria:
		b.hide(w, r, f, next)

	default:
		b.twist(w, r, f, next)
	}
}

func forbidden() *outcome {
	return newOutcome(http.StatusForbidden, "forbidden", "forbidden", "Forbidden")
}

// late carries the request out whether or not somebody still waits, as a server
// does whose client has given up.
func (b *Box) late(w http.ResponseWriter, r *http.Request, f Fault, next http.Handler) {
	r, _ = whole(r)
	seen := newKept()
	if f.After {
		next.ServeHTTP(seen, r)
	}

	select {
	case <-time.After(time.Duration(f.DelayMs) * time.Millisecond):
	case <-b.store.done:
	}

	if !f.After {
		next.ServeHTTP(seen, r)
	}

	b.pass(w, seen)
}

// whole is the request with its body in memory, no longer bound to its client.
func whole(r *http.Request) (*http.Request, []byte) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		body = nil // the client has gone; what is left of it is refused as malformed
	}
	own := r.Clone(noCancel(r))
	own.Body = io.NopCloser(bytes.NewReader(body))
	return own, body
}

// without is the search without the parameters of these names.
func without(r *http.Request, names []string) *http.Request {
	own, body := whole(r)
	cut := func(query string) string {
		var kept []pair
		for _, p := range parsePairs(query) {
			name, _, _ := strings.Cut(p.name, ":")
			if !slices.Contains(names, name) {
				kept = append(kept, p)
			}
		}
		return formatPairs(kept)
	}

	own.URL = &url.URL{Path: r.URL.Path, RawQuery: cut(r.URL.RawQuery)}
	if r.Method == http.MethodPost {
		body = []byte(cut(string(body)))
	}

	own.Body = io.NopCloser(bytes.NewReader(body))
	return own
}

// keeping is the write with these elements as they are in the store: absent from
// what is new.
func (b *Box) keeping(r *http.Request, names []string) *http.Request {
	own, body := whole(r)
	var resource map[string]json.RawMessage
	if json.Unmarshal(body, &resource) != nil {
		return own
	}

	old := map[string]json.RawMessage{}
	if interactionOf(r) == "update" {
		old = b.stored(r, strings.TrimPrefix(r.URL.Path, "/fhir/R4/"))
	}

	for _, name := range names {
		delete(resource, name)
		if value, ok := old[name]; ok {
			resource[name] = value
		}
	}

	if changed, err := json.Marshal(resource); err == nil {
		own.Body = io.NopCloser(bytes.NewReader(changed))
	}

	return own
}

// stored is a resource's current version, empty when there is none.
func (b *Box) stored(r *http.Request, of string) map[string]json.RawMessage {
	resource := map[string]json.RawMessage{}
	if v := b.find(r, of); v != nil && json.Unmarshal(v.content, &resource) == nil {
		return resource
	}
	return map[string]json.RawMessage{}
}

// find is the current version of Type/id, nil when there is none to be had.
func (b *Box) find(r *http.Request, of string) *version {
	kind, id, _ := strings.Cut(of, "/")
	var v *version
	err := b.store.read(noCancel(r), func(conn *sqlite.Conn) (err error) {
		v, err = current(conn, kind, id)
		return err
	})
	if err != nil || v == nil || v.deleted() {
		return nil
	}
	return v
}
