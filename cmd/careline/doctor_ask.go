package main

import (
	"context"
	"slices"
	"sync"

	"perci.health/careline"
)

// asking is a check under way.
type asking struct {
	careline.Check
	needs   *asking       // nil: nothing of what is asked here
	answer  chan struct{} // closed when found and blocker are set
	found   careline.Finding
	blocker string // the check by which what needs this one is blocked; empty: it is not
}

// ask makes the checks, some at once, and tells them in their order. One whose
// Needs is not among them is asked in any case.
func ask(ctx context.Context, checks []careline.Check) results {
	under := make([]*asking, 0, len(checks))
	places := make(chan struct{}, checksAtOnce)
	var all sync.WaitGroup
	for _, c := range checks {
		a := &asking{Check: c, answer: make(chan struct{})}
		if i := slices.IndexFunc(under, func(b *asking) bool { return b.Name == c.Needs }); i >= 0 {
			a.needs = under[i]
		}
		under = append(under, a)
		all.Go(func() { a.ask(ctx, places) })
	}
	all.Wait()
	var told results
	for _, a := range under {
		told = append(told, result{a.Name, a.found.Verdict, a.found.Found, a.found.Do})
	}
	return told
}

// ask finds out, in one of the places, once what is needed for it was found.
func (a *asking) ask(ctx context.Context, places chan struct{}) {
	defer close(a.answer)
	if a.needs != nil {
		<-a.needs.answer // before a place is taken, which the other may wait for
		if a.blocker = a.needs.blocker; a.blocker != "" {
			a.found = careline.Doubt("This was not asked, because of what "+a.blocker+" found.", "Mend that, then ask again.")
			return
		}
	}
	places <- struct{}{}
	defer func() { <-places }()
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if a.found = a.Ask(ctx); a.found.Blocks {
		a.blocker = a.Name
	}
}
