package fhirbox

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
)

func noCancel(r *http.Request) context.Context { return context.WithoutCancel(r.Context()) }

// keptAnswer is a ResponseWriter that keeps what it is given: to be changed, handed
// on late, or lost.
type keptAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

var _ http.ResponseWriter = (*keptAnswer)(nil)

func newKept() *keptAnswer { return &keptAnswer{header: http.Header{}, status: http.StatusOK} }

func (k *keptAnswer) Header() http.Header         { return k.header }
func (k *keptAnswer) WriteHeader(status int)      { k.status = status }
func (k *keptAnswer) Write(p []byte) (int, error) { return k.body.Write(p) }

// pass hands an answer on.
func (b *Box) pass(w http.ResponseWriter, seen *keptAnswer) {
	for name, values := range seen.header {
		w.Header()[name] = values
	}
	w.WriteHeader(seen.status)
	if _, err := w.Write(seen.body.Bytes()); err != nil {
		b.log.Debug("the answer could not be sent", slog.Any("error", err))
	}
}

// twist carries a request out and answers something else.
func (b *Box) twist(w http.ResponseWriter, r *http.Request, f Fault, next http.Handler) {
	seen := newKept()
	next.ServeHTTP(seen, r)
	if seen.status >= http.StatusBadRequest {
		b.pass(w, seen)
		return
	}

	switch f.Kind {
	case KindOther:
		b.answerOther(r, seen, f.With)
	case KindNoVersion:
		seen.Header().Del("ETag")
		change(seen, func(resource map[string]json.RawMessage) { unversioned(resource) })
	case KindExpiry:
		change(seen, func(token map[string]json.RawMessage) { token["expires_in"] = f.Expiry })
	}

	b.pass(w, seen)
}

// answerOther puts another resource, with its own ETag, in the place of the
// answer; one that is not there leaves it as it was.
func (b *Box) answerOther(r *http.Request, seen *keptAnswer, with string) {
	v := b.find(r, with)
	if v == nil {
		return
	}
	seen.Header().Set("ETag", `W/"`+v.versionID+`"`)
	seen.body.Reset()
	seen.body.Write(v.content)
}

// change lets f work on an answer's members.
func change(seen *keptAnswer, f func(map[string]json.RawMessage)) {
	var members map[string]json.RawMessage
	if json.Unmarshal(seen.body.Bytes(), &members) != nil {
		return
	}
	f(members)
	if text, err := json.Marshal(members); err == nil {
		seen.body.Reset()
		seen.body.Write(text)
	}
}

// unversioned empties meta.versionId, in a bundle that of every entry.
func unversioned(resource map[string]json.RawMessage) {
	var entries []map[string]json.RawMessage
	if json.Unmarshal(resource["entry"], &entries) == nil && entries != nil {
		for _, e := range entries {
			inner := map[string]json.RawMessage{}
			if json.Unmarshal(e["resource"], &inner) == nil {
				unversioned(inner)
				e["resource"] = raw(inner)
			}
		}
		resource["entry"] = raw(entries)
	}

	meta := map[string]json.RawMessage{}
	if json.Unmarshal(resource["meta"], &meta) == nil && meta["versionId"] != nil {
		meta["versionId"] = json.RawMessage(`""`)
		resource["meta"] = raw(meta)
	}
}

// raw is a value that was JSON before.
func raw(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}

// refuseSound refuses what is valid: Medplum looks at the structure before the
// terminology. So a write that would fail fails as it would.
func (b *Box) refuseSound(w http.ResponseWriter, r *http.Request, next http.Handler) {
	own, body := whole(r)
	if resource, err := decode(body); err == nil && b.schema.validate(resource) != nil {
		next.ServeHTTP(w, own)
		return
	}

	if interactionOf(r) == "update" {
		of := strings.TrimPrefix(r.URL.Path, "/fhir/R4/")
		v := b.find(r, of)
		guard := etagVersion(r.Header.Get("If-Match"))
		if v == nil && r.URL.RawQuery == "" || v != nil && guard != "" && guard != v.versionID {
			next.ServeHTTP(w, own) // 404 and 412 come first
			return
		}
	}

	b.sendOutcome(w, r, forbidden())
}

// hide is an AccessPolicy with criteria on the category: what lacks the code is
// not there, and no write may lead out of it.
func (b *Box) hide(w http.ResponseWriter, r *http.Request, f Fault, next http.Handler) {
	code := ""
	if len(f.Names) > 0 {
		code = f.Names[0]
	}

	own, body := whole(r)
	if interactionOf(r) == "search" {
		own.URL = &url.URL{Path: r.URL.Path, RawQuery: formatPairs(append(parsePairs(r.URL.RawQuery), pair{"category", code}))}
	}

	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/fhir/R4/"), "/")
	if len(path) > 1 {
		if v := b.find(r, path[0]+"/"+path[1]); v != nil && !hasCategory(v.content, code) {
			b.sendOutcome(w, r, notFound())
			return
		}
	}

	does := interactionOf(r)
	if does != "create" && does != "update" || hasCategory(body, code) {
		next.ServeHTTP(w, own)
		return
	}

	if resource, err := decode(body); err == nil && b.schema.validate(resource) != nil {
		next.ServeHTTP(w, own) // the structure comes before the criteria
		return
	}

	b.sendOutcome(w, r, forbidden())
}

func hasCategory(content []byte, code string) bool {
	var resource struct {
		Category []struct {
			Coding []struct {
				Code string `json:"code"`
			} `json:"coding"`
		} `json:"category"`
	}

	if json.Unmarshal(content, &resource) != nil {
		return false
	}

	for _, category := range resource.Category {
		for _, c := range category.Coding {
			if c.Code == code {
				return true
			}
		}
	}

	return false
}
