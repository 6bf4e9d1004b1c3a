package fhir

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"perci.health/careline"
)

// Bounds of reading one by one whom a search did not include.
const (
	readsOfOne = 20  // for one appointment, while a caller waits
	readsOfDay = 150 // for the list of a day
	readsAside = 8   // at once
)

// gather makes a cast of a searchset: of the people in it, and of those whom the
// server did not include though the appointments name them, as of a reference that
// is written in full or with a version. Of a patient's record that was replaced
// the one that replaced it is read, too.
//
// Who cannot be read for good is left out; the error is about what is passing.
func (c *Client) gather(ctx context.Context, entries []Entry, bound int, urgent bool) (cast, error) {
	all := cast{
		base:   c.base.String(),
		region: c.cfg.Region,
		at:     moment{c.cfg.Now(), c.cfg.Location},
		people: map[careline.Reference]json.RawMessage{},
	}
	for _, e := range entries {
		all.people[careline.Reference(e.Resource.Type+"/"+e.Resource.ID)] = e.Resource.JSON
	}

	var passing error
	asked := map[careline.Reference]bool{}
	for range longestChain {
		var next []careline.Reference
		for _, ref := range all.missing(entries) {
			if !asked[ref] && len(asked) < bound {
				asked[ref] = true
				next = append(next, ref)
			}
		}
		if len(next) == 0 {
			break
		}

		found, err := c.readEach(ctx, next, urgent)
		passing = cmp.Or(passing, err)
		for ref, body := range found {
			all.people[ref] = body
		}
	}
	return all, passing
}

// missing are the people who are named, or whose relatives are, and not there, each
// once, in the order in which they are named.
func (c cast) missing(entries []Entry) []careline.Reference {
	var all []careline.Reference
	want := func(ref careline.Reference) {
		kind, id, _ := strings.Cut(string(ref), "/")
		if _, there := c.people[ref]; there || !careline.ValidID(id) || slices.Contains(all, ref) {
			return
		}
		if slices.Contains([]string{"Patient", "RelatedPerson", "PractitionerRole"}, kind) {
			all = append(all, ref)
		}
	}

	for _, e := range entries {
		var a appointment
		if e.Resource.Type != "Appointment" || !tolerant(e.Resource.JSON, &a) {
			continue
		}
		for _, p := range a.Participant {
			ref := c.local(p.Actor)
			of := c.ofWhom(ref)
			for _, named := range []careline.Reference{ref, c.successor(ref), of, c.successor(of)} {
				want(named)
			}
		}
	}
	return all
}

// ofWhom is the patient whose related person the reference names, whom the
// appointment need not name: after a merge it may be the record that was replaced.
// Empty when it is not known.
func (c cast) ofWhom(ref careline.Reference) careline.Reference {
	var p person
	if !strings.HasPrefix(string(ref), "RelatedPerson/") || !tolerant(c.people[ref], &p) {
		return ""
	}
	return c.local(p.Patient)
}

// successor is the record that comes after the last one known of a patient who was
// replaced; empty when there is none.
func (c cast) successor(ref careline.Reference) careline.Reference {
	for range longestChain {
		var p person
		if !strings.HasPrefix(string(ref), "Patient/") || !tolerant(c.people[ref], &p) {
			return ref
		}
		if ref = c.replacement(p); ref == "" {
			return ""
		}
	}
	return ""
}

// readEach reads resources side by side. One that the server refuses for good, or
// answers with another, is left out; the error is the first that is passing.
func (c *Client) readEach(ctx context.Context, refs []careline.Reference, urgent bool) (map[careline.Reference]json.RawMessage, error) {
	var (
		mu      sync.Mutex
		passing error
		found   = map[careline.Reference]json.RawMessage{}
		running sync.WaitGroup
		slots   = make(chan struct{}, readsAside)
	)
	for _, ref := range refs {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			kind, id, _ := strings.Cut(string(ref), "/")
			r, err := c.read(ctx, kind, id, urgent)

			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && r.Type == kind && r.ID == id:
				found[ref] = r.JSON
			case err != nil && !lasting(err):
				passing = cmp.Or(passing, err)
			}
		})
	}
	running.Wait()
	return found, passing
}

// lasting reports whether the server will answer so again: it does not have it,
// does not give it, or does not take the reference for one.
func lasting(err error) bool {
	if code := careline.CodeOf(err); code == careline.CodeNotFound || code == careline.CodeRejected {
		return true
	}
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Status == http.StatusForbidden
}

// refusesInclude reports whether a search was refused as a server refuses one whose
// _include meets a reference that it cannot resolve: the whole of it, for one.
func refusesInclude(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	refused := ok && (p.Status == http.StatusBadRequest || p.Status == http.StatusUnprocessableEntity)
	return refused && len(p.Issues) > 0 && !slices.ContainsFunc(p.Issues, Issue.passing) // by whichever code: it is no complaint of a resource
}
