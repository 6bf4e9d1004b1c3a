package calls

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
)

const (
	// namesFor is how long a clinician's name is remembered.
	namesFor = time.Hour
	// namesWithin bounds how long a list waits for the names in it.
	namesWithin = time.Second
)

// Ringables find the clinicians whose app can be rung, with their names.
type Ringables struct {
	present func(ctx context.Context) ([]string, error)
	name    func(ctx context.Context, practitioner string) (string, error)
	now     func() time.Time
	names   *lru.Cache[string, named]
}

// named is a clinician's name as it was read.
type named struct {
	name string
	at   time.Time
}

// NewRingables asks present who they are, and name how one is called.
func NewRingables(present func(ctx context.Context) ([]string, error), name func(ctx context.Context, practitioner string) (string, error), now func() time.Time) *Ringables {
	return &Ringables{
		present: present,
		name:    name,
		now:     now,
		names:   sized[named](directorySize, nil),
	}
}

// All are those who can be rung now. They are rung in their browser: the app on a mobile
// phone has an identity of its own, and presence does not say which of them it was. One
// whose name the record does not tell in time has none.
func (r *Ringables) All(ctx context.Context) ([]Ringable, error) {
	present, err := r.present(ctx)
	if err != nil {
		return nil, err
	}

	asking, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	var all []Ringable
	for _, id := range present {
		all = append(all, Ringable{Clinician: id, Name: r.nameOf(asking, id), Identity: careline.WebIdentity(id)})
	}
	return all, nil
}

func (r *Ringables) nameOf(ctx context.Context, id string) string {
	known, ok := r.names.Get(id)
	if ok && r.now().Sub(known.at) < namesFor {
		return known.name
	}

	name, err := r.name(ctx, id)
	if err != nil {
		return known.name
	}
	r.names.Add(id, named{name, r.now()})
	return name
}
