package setup

import (
	"context"
	"fmt"
	"time"
)

// changeTimeout bounds each change.
const changeTimeout = time.Minute

// Change is one thing at a party that is not as careline needs it.
type Change struct {
	Party string // such as "twilio"
	Thing string // what is changed, such as "TwiML App AP… voice URL"
	Have  string // as it is; empty when there is none
	Want  string // as it will be
	// Apply makes the change; safe to repeat. nil: nobody here may make it, and
	// Want says what a person has to do.
	Apply func(ctx context.Context) error
}

// ByPerson reports whether careline cannot make the change.
func (c Change) ByPerson() bool { return c.Apply == nil }

// Plan is what is to be changed, in the order in which to apply it. A plan that was
// applied is empty when it is made again, but for what a person has to do.
type Plan []Change

// ByPeople counts the changes that careline cannot make.
func (p Plan) ByPeople() (n int) {
	for _, c := range p {
		if c.ByPerson() {
			n++
		}
	}
	return n
}

// Outcome is what became of a change.
type Outcome string

// The outcomes. Their text is part of provision's output.
const (
	Done   Outcome = "done"
	Failed Outcome = "failed"
	NotYet Outcome = "not yet" // one before it failed
)

// Apply makes the changes that careline can make, in their order, and stops at the
// first that fails. It says of each, by its place in the plan, what became of it.
// Changes within a plan may be applied again: what is done stays done.
func (p Plan) Apply(ctx context.Context, became func(i int, o Outcome)) error {
	var failed error
	var at Change
	for i, c := range p {
		switch {
		case c.ByPerson():
			continue
		case failed != nil:
			became(i, NotYet)
			continue
		}

		if err := c.apply(ctx); err != nil {
			failed, at = err, c
			became(i, Failed)
			continue
		}
		became(i, Done)
	}

	if failed != nil {
		return fmt.Errorf("%s: %w", at.Thing, failed)
	}
	return nil
}

func (c Change) apply(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	return c.Apply(ctx)
}
