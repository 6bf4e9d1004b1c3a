package careline_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

// kindsDeclared are the kinds of events by the source: whatever constant is a Kind.
func kindsDeclared(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, isSpec := n.(*ast.ValueSpec)
			if !isSpec {
				return true
			}
			if of, named := spec.Type.(*ast.Ident); !named || of.Name != "Kind" {
				return true
			}
			for _, value := range spec.Values {
				if text, err := strconv.Unquote(value.(*ast.BasicLit).Value); err == nil {
					kinds[text] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(kinds))
}

// The app has a word for every kind of event (web/src/audit): its tests read this list.
func TestTheAppIsToldEveryKind(t *testing.T) {
	t.Parallel()
	kinds := kindsDeclared(t)
	for _, k := range []careline.Kind{careline.KindRequested, careline.KindNoted, careline.KindRoom, careline.KindParty, careline.KindRecordingGone} {
		if !slices.Contains(kinds, string(k)) {
			t.Errorf("%s is not found in the source", k)
		}
	}

	want, err := json.MarshalIndent(kinds, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("testdata/kinds.json")
	if diff := cmp.Diff(string(want)+"\n", string(got)); err != nil || diff != "" {
		t.Errorf("testdata/kinds.json does not have the kinds of events, %v (-want +got):\n%s", err, diff)
	}
}
