package fhirbox

import (
	"encoding/json"
	"net/http"
	"strconv"

	"zombiezen.com/go/sqlite"
)

func (b *Box) read(r *request) (*answer, error) {
	var v *version
	err := b.store.read(r.Context(), func(conn *sqlite.Conn) (err error) {
		v, err = current(conn, r.path[0], r.path[1])
		return err
	})
	return readAnswer(r, v, err)
}

func (b *Box) vread(r *request) (*answer, error) {
	var v *version
	err := b.store.read(r.Context(), func(conn *sqlite.Conn) (err error) {
		v, err = versionOf(conn, resourceKey{r.path[0], r.path[1]}, r.path[3])
		return err
	})
	return readAnswer(r, v, err)
}

func readAnswer(r *request, v *version, err error) (*answer, error) {
	switch {
	case err != nil:
		return nil, err
	case v == nil:
		return nil, notFound()
	case v.deleted():
		return nil, gone()
	case etagVersion(r.Header.Get("If-None-Match")) == v.versionID:
		return &answer{status: http.StatusNotModified, version: v}, nil
	}
	return &answer{status: http.StatusOK, version: v, body: v.content}, nil
}

type historyEntry struct {
	FullURL  string          `json:"fullUrl"`
	Request  entryRequest    `json:"request"`
	Response entryResponse   `json:"response"`
	Resource json.RawMessage `json:"resource,omitempty"`
}

type entryRequest struct {
	Method string `json:"method"`
	URL    string `json:"url"`
}

type entryResponse struct {
	Status       string `json:"status"`
	ETag         string `json:"etag"`
	LastModified string `json:"lastModified"`
}

const (
	defaultHistory = 100
	maxPage        = 1000
)

// history answers a Bundle with a resource's versions, newest first; _count
// and _offset page through it.
func (b *Box) history(r *request) (*answer, error) {
	limit, offset, err := pageOf(r.query)
	if err != nil {
		return nil, err
	}

	var found []*version
	total := 0
	of := resourceKey{r.path[0], r.path[1]}
	err = b.store.read(r.Context(), func(conn *sqlite.Conn) (err error) {
		found, total, err = history(conn, of, limit, offset)
		return err
	})
	if err != nil {
		return nil, err
	}

	if total == 0 {
		return nil, notFound()
	}
	entries := make([]historyEntry, 0, len(found))
	for _, v := range found {
		entries = append(entries, entryOfVersion(r.base, v))
	}

	body, err := encodeValue(struct {
		Type    string         `json:"resourceType"`
		Kind    string         `json:"type"`
		Total   int            `json:"total"`
		Entries []historyEntry `json:"entry,omitempty"`
	}{"Bundle", "history", total, entries})
	return &answer{status: http.StatusOK, body: body}, err
}

func entryOfVersion(base string, v *version) historyEntry {
	url := v.resourceType + "/" + v.id
	e := historyEntry{
		FullURL:  base + "/" + url,
		Request:  entryRequest{Method: http.MethodGet, URL: url + "/_history/" + v.versionID},
		Response: entryResponse{Status: "200", ETag: `W/"` + v.versionID + `"`, LastModified: instant(v.updated)},
		Resource: v.content,
	}
	if v.deleted() {
		e.Request = entryRequest{Method: http.MethodDelete, URL: url}
		e.Response.Status = "410"
	}
	return e
}

func pageOf(query []pair) (limit, offset int, err error) {
	limit = defaultHistory
	for _, p := range query {
		to := map[string]*int{"_count": &limit, "_offset": &offset}[p.name]
		if to == nil {
			continue
		}
		if *to, err = strconv.Atoi(p.value); err != nil || *to < 0 {
			return 0, 0, badRequest("Invalid %s: expected a whole number", p.name)
		}
	}
	return min(limit, maxPage), offset, nil
}

// instant is a time as meta.lastUpdated has it.
func instant(us int64) string {
	return fromMicro(us).Format("2006-01-02T15:04:05.000Z")
}
