package api

import (
	_ "embed"
	"net/http"
	"sync"
)

//go:embed openapi.yaml
var openAPI string

// OpenAPI is the contract of our own routes, an OpenAPI 3.1 document in YAML.
func OpenAPI() string { return openAPI }

// Endpoint is a line of the table as a reader sees it.
type Endpoint struct{ Method, Path, Who string }

// Endpoints are our own routes, without those that are mounted.
func Endpoints() []Endpoint {
	all := make([]Endpoint, 0, len(ownRoutes))
	for _, r := range ownRoutes {
		all = append(all, Endpoint{r.method, r.path, r.who})
	}
	return all
}

// The document in its other forms, each made once, when it is first asked for.
var (
	openAPIJSON = sync.OnceValues(func() ([]byte, error) { return asJSON(openAPI) })
	openAPIPage = sync.OnceValues(func() ([]byte, error) { return asPage(openAPI) })
)

func (s *server) openAPIYAML(w http.ResponseWriter, _ *http.Request) error {
	return document(w, "application/yaml", []byte(openAPI)) // RFC 9512
}

func (s *server) openAPIJSON(w http.ResponseWriter, _ *http.Request) error {
	body, err := openAPIJSON()
	if err != nil {
		return err
	}
	return document(w, typeJSON[0], body)
}

func (s *server) openAPIPage(w http.ResponseWriter, _ *http.Request) error {
	body, err := openAPIPage()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", pagePolicy())
	return document(w, "text/html; charset=utf-8", body)
}

// document answers with what is the same for everybody, until there is a newer
// version of careline.
func document(w http.ResponseWriter, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	_, err := w.Write(body)
	return lost(err)
}
