package fhirbox

import (
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxBody is the largest request body taken, after decompression.
const maxBody = 1 << 20

// request is a FHIR request taken apart.
type request struct {
	*http.Request
	base  string   // URL of the FHIR root, without a slash at its end
	path  []string // what follows it
	query []pair   // search parameters, in their order
	body  []byte   // nil when there is none or not of a type that is read
	form  bool
}

// pair is a search parameter as sent.
type pair struct{ name, value string }

func newRequest(w http.ResponseWriter, r *http.Request) (*request, error) {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}

	req := &request{Request: r, base: scheme + "://" + r.Host + "/fhir/R4", query: parsePairs(r.URL.RawQuery)}
	for part := range strings.SplitSeq(strings.TrimPrefix(r.URL.Path, "/fhir/R4"), "/") {
		if part != "" {
			req.path = append(req.path, part)
		}
	}

	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}

	switch mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType {
	case "application/fhir+json", "application/json", "application/json-patch+json":
		req.body = body
	case "application/x-www-form-urlencoded":
		req.form = true
		req.query = append(req.query, parsePairs(string(body))...)
	}
	return req, nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	var in io.Reader = http.MaxBytesReader(w, r.Body, maxBody)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, badRequest("Content could not be parsed")
		}
		in = unzipped
	}

	body, err := io.ReadAll(io.LimitReader(in, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) || len(body) >= maxBody {
		return nil, badRequest("File too large")
	}

	if err != nil {
		return nil, badRequest("Content could not be parsed")
	}
	return body, nil
}

// parsePairs keeps the order of a query string, which url.Values does not.
// What is not properly escaped is taken as it stands.
func parsePairs(raw string) []pair {
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{unescape(name), unescape(value)})
	}
	return pairs
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func formatPairs(pairs []pair) string {
	var out strings.Builder
	for i, p := range pairs {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(p.name) + "=" + url.QueryEscape(p.value))
	}
	return out.String()
}

// resource decodes the body as a resource of the type.
func (r *request) resource(resourceType string) (map[string]any, error) {
	if r.body == nil {
		return nil, badRequest("Incorrect resource type: expected %s, but found <EMPTY>", resourceType)
	}
	o, err := decode(r.body)
	if err != nil {
		return nil, badRequest("Content could not be parsed")
	}

	found := textOf(o["resourceType"])
	if found == "" {
		found = "<EMPTY>"
	}

	if found != resourceType {
		return nil, badRequest("Incorrect resource type: expected %s, but found %s", resourceType, found)
	}
	return o, nil
}
