package fhir

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline"
)

// Read is the current version of a resource (FHIR R4, section 3.1.0.1.1). One
// that is missing or deleted is an error of code not-found.
func (c *Client) Read(ctx context.Context, resourceType, id string) (Resource, error) {
	return c.read(ctx, resourceType, id, false)
}

func (c *Client) read(ctx context.Context, resourceType, id string, urgent bool) (Resource, error) {
	if !careline.ValidID(id) {
		return Resource{}, careline.NewError(careline.CodeNotFound, "This is not an id of the health record.", nil)
	}
	a, err := c.do(ctx, exchange{
		method: http.MethodGet,
		url:    c.address(resourceType, id),
		cost:   costRead,
		urgent: urgent,
	})
	if err != nil {
		return Resource{}, err
	}
	return believe(a, resourceType, id)
}

// Create stores a new resource and returns it as the server has it.
//
// With ifNoneExist (a search such as identifier=system%7Cvalue) a resource that
// matches is returned instead, and body is ignored; several that match are an
// error of code conflict (FHIR R4, section 3.1.0.8.1). The answer has the type and
// an id; whether it is what was sent, the caller must look.
func (c *Client) Create(ctx context.Context, resourceType string, body []byte, ifNoneExist string) (Resource, error) {
	header := http.Header{}
	if ifNoneExist != "" {
		header.Set("If-None-Exist", ifNoneExist)
	}

	a, err := c.do(ctx, exchange{
		method: http.MethodPost,
		url:    c.address(resourceType),
		body:   body,
		header: header,
		cost:   costWrite,
	})
	if err != nil {
		return Resource{}, err
	}

	return believe(a, resourceType, "")
}

// createOnce is a conditional create, and a plain one where the server has none:
// not every server knows the condition, and one that refuses it refuses the
// request (FHIR R4, section 3.1.0.8.1), in whichever way. If it was the body that
// was refused, the second try is refused as well.
func (c *Client) createOnce(ctx context.Context, resourceType string, body []byte, ifNoneExist string) (Resource, error) {
	made, err := c.Create(ctx, resourceType, body, ifNoneExist)
	if careline.CodeOf(err) == careline.CodeRejected || unknownHere(err) {
		return c.Create(ctx, resourceType, body, "")
	}
	return made, err
}

// unknownHere reports whether the server said that it has no such interaction.
func unknownHere(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && (p.Status == http.StatusMethodNotAllowed || p.Status == http.StatusNotImplemented)
}

// Update replaces the version of a resource that the caller has read or written
// and returns the resource as the server has it. If somebody else has written
// since, nothing is changed and the error has code conflict.
//
// The guard is sent as a weak entity tag: Medplum ignores If-Match in the bare
// form, and then overwrites what it should guard. A resource whose answer named no
// version is read again first: it is a conflict if it has one after all.
func (c *Client) Update(ctx context.Context, r Resource) (Resource, error) {
	if !careline.ValidID(r.ID) || r.Version != "" && versionID(r.Version) == "" {
		return Resource{}, careline.NewError(careline.CodeInternal, "An update must name the id and version that it replaces.", nil)
	}
	header := http.Header{"If-Match": {`W/"` + r.Version + `"`}}
	if r.Version == "" {
		if err := c.unversioned(ctx, r); err != nil {
			return Resource{}, err
		}
		header.Del("If-Match")
	}

	a, err := c.do(ctx, exchange{
		method: http.MethodPut,
		url:    c.address(r.Type, r.ID),
		body:   r.JSON,
		header: header,
		cost:   costWrite,
	})
	if err != nil {
		return Resource{}, err
	}

	return believe(a, r.Type, r.ID)
}

// unversioned says whether a resource of which no version is known may be
// replaced. An answer without one may have come from a proxy, or from an error: if
// the server does name a version, the update is refused as one of a version that
// is not the newest. Where it keeps none, nothing can guard an update, and it goes
// on what was read this moment.
func (c *Client) unversioned(ctx context.Context, r Resource) error {
	now, err := c.Read(ctx, r.Type, r.ID)
	if err != nil {
		return err
	}
	if now.Version != "" {
		return (&Problem{Status: http.StatusPreconditionFailed}).asError()
	}
	careline.Note(ctx, slog.Bool("unguarded", true))
	return nil
}

// maxPages bounds how many pages of one search or history are followed.
const maxPages = 100

// longQuery is where a search goes into the body instead: proxies and servers
// commonly refuse request lines over 8 kB, some over 2 kB.
const longQuery = 1800

// Search finds resources (FHIR R4, section 3.1.1), over all pages.
//
// Everything found matches the parameters that careline relies on (see
// believeMatches), or the whole answer is an error of code unavailable.
//
// The query stands in the URL only while it can be in everybody's access log: one
// that holds a person's particulars is sent as POST _search.
func (c *Client) Search(ctx context.Context, resourceType string, query url.Values) ([]Entry, error) {
	entries, err := c.search(ctx, resourceType, query, false)
	if err != nil {
		return nil, err
	}
	return entries, whole(entries)
}

// whole is an error when an entry is no resource: half an answer must not look like
// a whole one.
func whole(entries []Entry) error {
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.Resource.Type == "" }) {
		return errNoResource()
	}
	return nil
}

func (c *Client) search(ctx context.Context, resourceType string, query url.Values, urgent bool) ([]Entry, error) {
	first := exchange{
		method: http.MethodGet,
		url:    c.address(resourceType) + "?" + query.Encode(),
		cost:   costSearch,
		urgent: urgent,
	}
	if personal(query) || len(first.url) > longQuery {
		first.method, first.url, first.form = http.MethodPost, c.address(resourceType, "_search"), query.Encode()
	}
	return c.pages(ctx, first, func(entries []Entry) error { return believeMatches(resourceType, query, entries) })
}

// personal reports whether the query asks for a person by what only they have.
// A modifier follows a colon, a chain's last link a dot: patient.phone:exact.
func personal(query url.Values) bool {
	for name := range query {
		name, _, _ = strings.Cut(name[strings.LastIndex(name, ".")+1:], ":")
		switch name {
		case "phone", "telecom", "email", "name", "family", "given", "phonetic", "birthdate", "address", "address-postalcode":
			return true
		}
	}
	return false
}

// History is all versions of a resource, newest first (FHIR R4, section
// 3.1.0.1.10); the time of a deletion is left out.
func (c *Client) History(ctx context.Context, resourceType, id string) ([]Resource, error) {
	if !careline.ValidID(id) {
		return nil, careline.NewError(careline.CodeNotFound, "This is not an id of the health record.", nil)
	}
	first := exchange{method: http.MethodGet, url: c.address(resourceType, id, "_history") + "?_count=100", cost: costHistory}
	entries, err := c.pages(ctx, first, func(entries []Entry) error { return believeVersions(resourceType, id, entries) })
	if err != nil {
		return nil, err
	}

	if err := whole(entries); err != nil {
		return nil, err
	}
	versions := make([]Resource, 0, len(entries))
	for _, e := range entries {
		versions = append(versions, e.Resource)
	}
	return versions, nil
}

// pages follows the next links. A page seen before, or too many of them, ends it
// with an error: half an answer must not look like a whole one. So does a page that
// is not believed.
func (c *Client) pages(ctx context.Context, e exchange, believed func([]Entry) error) ([]Entry, error) {
	var all []Entry
	seen := map[string]bool{}
	for range maxPages {
		a, err := c.do(ctx, e)
		if err != nil {
			return nil, err
		}
		entries, next, err := readBundle(a.body)
		if err == nil {
			err = believed(entries)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
		if next == "" {
			return all, nil
		}
		address, err := c.within(next)
		if err != nil {
			return nil, err
		}
		if seen[address] {
			break
		}
		seen[address] = true
		e = exchange{
			method: http.MethodGet,
			url:    address,
			cost:   e.cost,
			urgent: e.urgent,
		}
	}

	return nil, careline.NewError(careline.CodeRejected, "The health record's answer has no end. Ask for a shorter span of time.", nil)
}

// within confines a link to the server's base, so that no token is sent elsewhere.
func (c *Client) within(link string) (string, error) {
	u, err := c.base.Parse(link)
	base := c.base.EscapedPath() + "/"
	inside := err == nil && u.Scheme == c.base.Scheme && u.Host == c.base.Host && u.User == nil &&
		(strings.HasPrefix(u.EscapedPath(), base) || u.EscapedPath()+"/" == base) && !strings.Contains(u.Path, "/../")
	if !inside {
		return "", careline.NewError(careline.CodeRejected, "The health record's next page lies outside FHIR_BASE_URL, so it was not followed. Set FHIR_BASE_URL as the server itself names it.", nil)
	}
	return u.String(), nil
}

func readBundle(body []byte) (entries []Entry, next string, err error) {
	var b bundle
	if !tolerant(bytes.TrimSpace(body), &b) || b.ResourceType != "Bundle" {
		return nil, "", careline.NewError(careline.CodeUnavailable, "The health record's answer is no FHIR bundle. Check FHIR_BASE_URL.", nil)
	}

	for _, e := range b.Entry {
		if len(e.Resource) == 0 {
			continue
		}
		r, err := readResource(e.Resource)
		if err != nil {
			r = Resource{} // for the caller to judge: see whole
		}
		entries = append(entries, Entry{Mode: e.Search.Mode, Resource: r})
	}

	for _, l := range b.Link {
		if l.Relation == "next" {
			next = l.URL
		}
	}
	return entries, next, nil
}
