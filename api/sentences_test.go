package api_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"perci.health/careline"
)

// operatorsWords are those that no clinician reads: parties, their parts, and settings.
var operatorsWords = regexp.MustCompile(`(?i)twilio|twiml|webhook|\btoken\b|\bFHIR\b|pub/sub|callsid|\bSID\b|careline|OAuth|` +
	`(?-i:\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b)`)

// thrown are the sentences with which the packages that a clinician's request passes
// through can fail, as they stand in their sources.
func thrown(t *testing.T) (all []string) {
	t.Helper()
	for _, folder := range []string{".", "..", "../auth", "../calls", "../fhir", "../store", "../twilio"} {
		paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if !strings.HasSuffix(path, "_test.go") {
				all = append(all, thrownIn(t, path)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// thrownIn are the texts that a file gives to the makers of errors, and those of twilio's
// table of problems.
func thrownIn(t *testing.T, path string) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	take := func(n ast.Expr) {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && strings.Contains(text, " ") {
			all = append(all, text)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			if name == "NewError" || name == "NewReasoned" || name == "tooMany" || name == "already" {
				for _, argument := range n.Args {
					take(argument)
				}
			}
		case *ast.CompositeLit:
			if len(n.Elts) == 2 && filepath.Base(path) == "problems.go" {
				take(n.Elts[1])
			}
		}
		return true
	})
	return all
}

// Whatever fails behind a clinician's route, and whoever wrote the sentence for it, what
// the clinician reads has no word of an operator's.
func TestNoFailureTellsAClinicianAnOperatorsWord(t *testing.T) {
	t.Parallel()
	sentences := thrown(t)
	if len(sentences) < 100 {
		t.Fatalf("only %d sentences were found in the sources", len(sentences))
	}
	codes := []careline.Code{
		careline.CodeInvalid,
		careline.CodeForbidden,
		careline.CodeNotFound,
		careline.CodeConflict,
		careline.CodeUnavailable,
		careline.CodeRejected,
		careline.CodeInternal,
	}

	b := newBench(t)
	for i, sentence := range sentences {
		b.fhir = careline.NewError(codes[i%len(codes)], sentence, nil)
		var got struct{ Detail string }
		if err := json.Unmarshal([]byte(b.ask(http.MethodGet, "/bff_clinical/v1/appointments", ada).body), &got); err != nil {
			t.Fatal(err)
		}
		if word := operatorsWords.FindString(got.Detail); word != "" || got.Detail == "" {
			t.Errorf("a clinician reads %q in %q, thrown as %q", word, got.Detail, sentence)
		}
	}
}
