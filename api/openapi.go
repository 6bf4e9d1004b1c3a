package api

import (
	_ "embed"
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
