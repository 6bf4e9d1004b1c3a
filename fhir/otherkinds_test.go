package fhir

import (
	"context"

	"perci.health/careline"
)

// Kinds of resources that careline files beside calls (a recording), or is to file one day
// (what is left to be done after a call), for the tests from outside. They are all that
// the filer needs to know of them.

// RecordingKind is the Media of a recording.
func RecordingKind() *Kind {
	return &Kind{*mediaKind(Systems{})}
}

// FollowUpKind is the Task of a call that somebody has to come back to. Who takes
// it may give it back.
func FollowUpKind() *Kind {
	return &Kind{resourceKind{
		resource: "Task",
		several:  "Tasks",
		of:       "follow-up",
		mark:     "code",
		final:    []string{statusCompleted, "cancelled", "failed", "rejected", statusInError},
		codings: []Coding{
			{System: "https://perci.health/fhir/CodeSystem/follow-up", Code: "missed-call"},
			{System: "https://perci.health/fhir/CodeSystem/follow-up", Code: "voicemail"},
		},
		dropped: []string{"owner"},
		same:    sameInput,
	}}
}

// sameInput knows an input by what it is.
func sameInput(p pair) (same, decided bool) {
	if p.name != "input" {
		return false, false
	}
	return p.ours.child("type").text("text") == p.there.child("type").text("text"), true
}

// CallKind is that of Chart, for what is asked of all kinds alike.
func CallKind() *Kind { return &Kind{*callKind(Systems{})} }

// Kind is a kind of resource.
type Kind struct{ kind resourceKind }

// Filer files resources of one kind.
type Filer struct {
	filer *filer
	kind  *resourceKind
}

// NewFiler files through client.
func NewFiler(client *Client, k *Kind) (*Filer, error) {
	f, err := newFiler(client)
	return &Filer{filer: f, kind: &k.kind}, err
}

// Said is a resource as careline would have it.
type Said struct {
	JSON        string
	Identifiers []Identifier
}

func (s Said) element() *element {
	e, err := decode([]byte(s.JSON))
	if err != nil {
		panic(err) // the test's own text
	}
	return e
}

func (s Said) identifiers() []Identifier { return s.Identifiers }

// MarshalJSON gives the text as it stands.
func (s Said) MarshalJSON() ([]byte, error) { return []byte(s.JSON), nil }

// File is Chart.File.
func (f *Filer) File(ctx context.Context, s Said, filing careline.Filing, again func(context.Context) (Said, error)) (careline.Filing, error) {
	d := &draft{resourceKind: f.kind, statement: s}
	if again != nil {
		d.again = func(ctx context.Context) (statement, error) { return again(ctx) }
	}
	return f.filer.file(ctx, d, filing)
}

// Settle is Chart.Settle.
func (f *Filer) Settle(ctx context.Context, s Said, filing careline.Filing) error {
	return f.filer.settle(ctx, &draft{resourceKind: f.kind, statement: s}, filing)
}
