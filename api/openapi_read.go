package api

import (
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pairsOf are the keys and values of a mapping, in its order.
func pairsOf(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// eachOperation tells of the routes, in the document's order.
func eachOperation(paths *yaml.Node, tell func(method, path string, o operation)) error {
	for path, methods := range pairsOf(paths) {
		for key, value := range pairsOf(methods) {
			method := strings.ToUpper(key.Value)
			if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, method) {
				continue
			}

			var o operation
			if err := value.Decode(&o); err != nil {
				return fmt.Errorf("read %s %s of the API's description: %w", method, path.Value, err)
			}
			tell(method, path.Value, o)
		}
	}
	return nil
}

func inOrder[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
