package careline_test

import (
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

var writeWords = flag.Bool("words.write", false, "write testdata/words.json anew")

// wordsFile is all that this package says by a code.
type wordsFile struct {
	Outcomes       map[careline.Outcome]careline.OutcomeWords `json:"outcomes"`
	Refusals       map[careline.Refusal]string                `json:"refusals"`
	RefusalUnknown string                                     `json:"refusalUnknown"`
	Failures       map[careline.FailureKind]string            `json:"failures"`
	Reasons        map[careline.Reason]string                 `json:"reasons"`
	Codes          []careline.Code                            `json:"codes"`
}

// said is what the package says, of every constant of its sources: whoever adds one has
// to give it a sentence.
func said(t *testing.T) wordsFile {
	t.Helper()
	w := wordsFile{
		Outcomes:       map[careline.Outcome]careline.OutcomeWords{},
		Refusals:       map[careline.Refusal]string{},
		RefusalUnknown: careline.Refusal("").Sentence(),
		Failures:       map[careline.FailureKind]string{},
		Reasons:        map[careline.Reason]string{},
	}

	for _, o := range constants[careline.Outcome](t, "outcomewords.go", "Outcome") {
		w.Outcomes[o] = o.Words()
	}
	for _, r := range constants[careline.Refusal](t, "access.go", "Refusal") {
		w.Refusals[r] = r.Sentence()
	}
	for _, k := range constants[careline.FailureKind](t, "failure.go", "FailureKind") {
		w.Failures[k] = k.Sentence()
	}
	for _, r := range constants[careline.Reason](t, "reasons.go", "Reason") {
		w.Reasons[r] = r.Sentence()
	}
	w.Codes = constants[careline.Code](t, "errors.go", "Code")
	return w
}

// constants are the constants of a type that a source file declares.
func constants[T ~string](t *testing.T, path, kind string) (all []T) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		literal, isLiteral := v.Values[0].(*ast.BasicLit)
		if of, ok := v.Type.(*ast.Ident); !ok || of.Name != kind || !isLiteral {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, T(text))
		return true
	})
	if len(all) == 0 {
		t.Fatalf("%s declares no %s", path, kind)
	}
	return all
}

// The app says by code what this package says: a test of its catalogue reads this file.
func TestTheAppIsToldAllThatIsSaidByACode(t *testing.T) {
	t.Parallel()
	want, err := json.MarshalIndent(said(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')

	const path = "testdata/words.json"
	if *writeWords {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if diff := cmp.Diff(string(want), string(got)); err != nil || diff != "" {
		t.Errorf("%s is not what is said here: go test . -run %s -words.write writes it anew, %v (-want +got):\n%s", path, t.Name(), err, diff)
	}
}

// operatorsWords are those that no clinician reads: parties, their parts, and settings.
var operatorsWords = regexp.MustCompile(`(?i)twilio|twiml|webhook|\btoken\b|\bFHIR\b|pub/sub|callsid|\bSID\b|careline|OAuth|\bAPI\b|` +
	`(?-i:\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b)`)

// Every refusal, failure and reason is told to a clinician, and so are the words of outcomes.
func TestWhatIsSaidByACodeIsForClinicians(t *testing.T) {
	t.Parallel()
	w := said(t)
	sentences := map[string]string{"refusal unknown": w.RefusalUnknown}
	for code, sentence := range w.Refusals {
		sentences["refusal "+string(code)] = sentence
	}
	for kind, sentence := range w.Failures {
		sentences["failure "+string(kind)] = sentence
	}
	for reason, sentence := range w.Reasons {
		sentences["reason "+string(reason)] = sentence
	}
	for outcome, words := range w.Outcomes {
		sentences["outcome "+string(outcome)] = words.Summary
	}

	for code, sentence := range sentences {
		if sentence == "" || sentence == w.RefusalUnknown && code != "refusal unknown" {
			t.Errorf("%s has no sentence of its own", code)
		}
		if word := operatorsWords.FindString(sentence); word != "" {
			t.Errorf("%s tells a clinician of %q: %s", code, word, sentence)
		}
	}
}
