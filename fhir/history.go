package fhir

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"perci.health/careline"
)

// historiesAtOnce bounds the readings for one page of the app, so that one open
// page cannot take all connections.
const historiesAtOnce = 4

// Calls is the recorded calls of an appointment, the one begun last first, each
// with all its versions. Those entered in error are left out.
func (c *Client) Calls(ctx context.Context, appointmentID string) ([]careline.RecordedCall, error) {
	found, err := c.communications(ctx, []string{appointmentID})
	if err != nil {
		return nil, err
	}

	calls := make([]careline.RecordedCall, len(found))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(historiesAtOnce)
	for i, m := range found {
		group.Go(func() error {
			versions, err := c.History(ctx, "Communication", m.ID)
			if err != nil {
				return err
			}
			calls[i] = c.recordedCall(m.ID, versions)
			return nil
		})
	}

	if err := group.Wait(); err != nil {
		return nil, err
	}
	calls = slices.DeleteFunc(calls, func(r careline.RecordedCall) bool { return len(r.Versions) == 0 })
	slices.SortFunc(calls, func(a, b careline.RecordedCall) int {
		return newestFirst(beginningOf(a), beginningOf(b))
	})
	return calls, nil
}

// Recorded is a recorded call with all its versions, by the record's id for it; also one
// that was entered in error.
func (c *Client) Recorded(ctx context.Context, id string) (careline.RecordedCall, error) {
	versions, err := c.History(ctx, "Communication", id)
	if err != nil {
		return careline.RecordedCall{}, err
	}
	return c.recordedCall(id, versions), nil
}

// LastCalls is, for each of the appointments that has any, the newest version of
// the call begun last, in one search. Those entered in error are left out.
func (c *Client) LastCalls(ctx context.Context, appointmentIDs []string) (map[string]careline.RecordedVersion, error) {
	last := map[string]careline.RecordedVersion{}
	found, err := c.communications(ctx, appointmentIDs)
	if err != nil {
		return nil, err
	}

	calls := map[string][]careline.RecordedCall{}
	for _, m := range found {
		r := c.recordedCall(m.ID, []Resource{m})
		var said claims
		if json.Unmarshal(m.JSON, &said) != nil || len(r.Versions) == 0 {
			continue
		}
		for _, id := range appointmentIDs { // by what was asked for: a reference may be written in full
			if said.basedOnThis("Appointment/" + id) {
				calls[id] = append(calls[id], r)
			}
		}
	}

	for id, those := range calls {
		newest, err := c.newest(ctx, those)
		if err != nil {
			return nil, err
		}
		last[id] = newest.Latest()
	}
	return last, nil
}

// newest is the call begun last of those of which only the current version was
// read. Only where several must be compared, and one has no time of the carrier's,
// is its first version looked up.
func (c *Client) newest(ctx context.Context, calls []careline.RecordedCall) (careline.RecordedCall, error) {
	if len(calls) == 1 {
		return calls[0], nil
	}

	begun := make([]beginning, len(calls))
	for i, r := range calls {
		begun[i] = beginningOf(r)
		if !r.Latest().Call.Sent.IsZero() {
			continue
		}
		first, err := c.firstTaken(ctx, r.ID)
		if err != nil {
			return careline.RecordedCall{}, err
		}
		begun[i].at = first
	}

	best := slices.MinFunc(begun, newestFirst)
	return calls[slices.Index(begun, best)], nil
}

// firstTaken is when the record took the first version of a Communication.
func (c *Client) firstTaken(ctx context.Context, id string) (time.Time, error) {
	if at, ok := c.firsts.Get(id); ok {
		return at, nil
	}
	versions, err := c.History(ctx, "Communication", id)
	if err != nil {
		return time.Time{}, absent(err)
	}
	at := beginningOf(c.recordedCall(id, versions)).first
	if !at.IsZero() {
		c.firsts.Add(id, at)
	}
	return at, nil
}

// communications is the current versions of the calls made for the appointments.
func (c *Client) communications(ctx context.Context, appointmentIDs []string) ([]Resource, error) {
	var based []string
	for _, id := range appointmentIDs {
		if careline.ValidID(id) {
			based = append(based, "Appointment/"+id)
		}
	}

	if len(based) == 0 {
		return nil, nil
	}
	entries, err := c.Search(ctx, "Communication", url.Values{
		"based-on": {strings.Join(based, ",")},
		"category": {c.cfg.Systems.callsSought()},
		"_count":   {"200"},
	})
	if err != nil {
		return nil, absent(err)
	}

	var found []Resource
	seen := map[string]bool{}
	for _, e := range entries {
		if e.Resource.Type == "Communication" && !seen[e.Resource.ID] && !inError(e.Resource) {
			seen[e.Resource.ID] = true
			found = append(found, e.Resource)
		}
	}

	return found, nil
}

// beginning is when a call began, for the order of calls.
type beginning struct {
	id        string
	at, first time.Time // first: when the record took the first version that was read
}

// beginningOf is by the carrier's time as the newest version tells it, else when
// the record took the first version, which for a call that was never dialled is
// the moment it was refused.
func beginningOf(r careline.RecordedCall) beginning {
	if len(r.Versions) == 0 {
		return beginning{id: r.ID}
	}
	b := beginning{id: r.ID, first: r.Versions[len(r.Versions)-1].At}
	if b.at = r.Latest().Call.Sent; b.at.IsZero() {
		b.at = b.first
	}
	return b
}

func newestFirst(a, b beginning) int {
	return cmp.Or(b.at.Compare(a.at), strings.Compare(a.id, b.id))
}

func (c *Client) recordedCall(id string, versions []Resource) careline.RecordedCall {
	r := careline.RecordedCall{ID: id}
	for _, v := range versions {
		if version, ok := c.recordedVersion(v); ok {
			r.Versions = append(r.Versions, version)
		}
	}
	return r
}

func (c *Client) recordedVersion(r Resource) (careline.RecordedVersion, bool) {
	var m Communication
	if json.Unmarshal(r.JSON, &m) != nil {
		return careline.RecordedVersion{}, false
	}
	return careline.RecordedVersion{ID: r.Version, At: recordedTime(r.LastUpdated), Call: c.cfg.Systems.CallOf(m)}, true
}
