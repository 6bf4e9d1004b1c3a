package calls

import (
	"context"
	"sync"
)

// following is who follows calls, by clinician, and which calls have changed since they
// were told. Whoever keeps events never waits for whoever follows.
type following[F comparable] struct {
	mu        sync.Mutex
	followers map[string]map[F]struct{}
	changed   map[string]struct{} // calls of which run has yet to tell
	some      chan struct{}       // changed is not empty
}

func newFollowing[F comparable]() *following[F] {
	return &following[F]{
		followers: map[string]map[F]struct{}{},
		changed:   map[string]struct{}{},
		some:      make(chan struct{}, 1),
	}
}

// change says that these calls have new events, after they were kept. It never waits, so
// that whoever keeps events can call it; run does the rest.
func (f *following[F]) change(calls []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.followers) == 0 {
		return
	}
	for _, call := range calls {
		f.changed[call] = struct{}{}
	}
	signal(f.some)
}

// run hands what changed to tell, until ctx ends. What changes while tell is at it comes
// with the next.
func (f *following[F]) run(ctx context.Context, tell func(calls map[string]struct{})) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.some:
		}

		f.mu.Lock()
		calls := f.changed
		f.changed = map[string]struct{}{}
		f.mu.Unlock()
		tell(calls)
	}
}

// join has a clinician's follower told from now on, until leave.
func (f *following[F]) join(clinician string, one F) (leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.followers[clinician] == nil {
		f.followers[clinician] = map[F]struct{}{}
	}
	f.followers[clinician][one] = struct{}{}

	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.followers[clinician], one)
		if len(f.followers[clinician]) == 0 {
			delete(f.followers, clinician)
		}
	}
}

// each does something for every follower; nobody joins or leaves meanwhile.
func (f *following[F]) each(do func(F)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, followers := range f.followers {
		for one := range followers {
			do(one)
		}
	}
}

// with does something while nobody joins, leaves or is told.
func (f *following[F]) with(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// of does it for the followers of one clinician.
func (f *following[F]) of(clinician string, do func(F)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for one := range f.followers[clinician] {
		do(one)
	}
}

// signal leaves a wake-up call, unless one is waiting already.
func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}
