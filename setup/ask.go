package setup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// The bounds of the checks: so many at once, and so long each.
const (
	checksAtOnce = 6
	// CheckTimeout bounds each check; whoever asks over connections of its own may
	// bound these by it too.
	CheckTimeout = 10 * time.Second
)

// Answer is what became of one check.
type Answer struct {
	Check string // its name
	Finding
}

// asking is a check under way.
type asking struct {
	Check
	needs   *asking       // nil: nothing of what is asked here
	answer  chan struct{} // closed when found and blocker are set
	found   Finding
	blocker string // the check by which what needs this one is blocked; empty: it is not
}

// Ask makes the checks, some at once, and tells them in their order. One whose
// Needs is not among them is asked in any case.
func Ask(ctx context.Context, checks []Check) []Answer {
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

	var told []Answer
	for _, a := range under {
		told = append(told, Answer{Check: a.Name, Finding: a.found})
	}
	return told
}

// ask finds out, in one of the places, once what is needed for it was found.
func (a *asking) ask(ctx context.Context, places chan struct{}) {
	defer close(a.answer)

	if a.needs != nil {
		<-a.needs.answer // before a place is taken, which the other may wait for
		if a.blocker = a.needs.blocker; a.blocker != "" {
			a.found = Doubt("This was not asked, because of what "+a.blocker+" found.", "Mend that, then ask again.")
			return
		}
	}

	places <- struct{}{}
	defer func() { <-places }()
	ctx, cancel := context.WithTimeout(ctx, CheckTimeout)
	defer cancel()

	if a.found = a.Ask(ctx); a.found.Blocks {
		a.blocker = a.Name
	}
}

// Choose is those of the checks that only names, by check or by party, separated by
// commas; all of them when it is empty. An error says which name is none.
func Choose(checks []Check, only string) ([]Check, error) {
	if only == "" {
		return checks, nil
	}

	var some []Check
	for name := range strings.SplitSeq(only, ",") {
		name = strings.TrimSpace(name)
		before := len(some)
		for _, c := range checks {
			party, _, _ := strings.Cut(c.Name, ":")
			if c.Name == name || party == name {
				some = append(some, c)
			}
		}
		if len(some) == before {
			return nil, fmt.Errorf("there is no check %q; the checks are: %s", name, strings.Join(names(checks), ", "))
		}
	}
	return some, nil
}

func names(checks []Check) (all []string) {
	for _, c := range checks {
		all = append(all, c.Name)
	}
	return all
}
