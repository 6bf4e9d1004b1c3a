package fhir

import (
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
			calls[i] = recordedCall(m.ID, versions)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	calls = slices.DeleteFunc(calls, func(r careline.RecordedCall) bool { return len(r.Versions) == 0 })
	slices.SortStableFunc(calls, func(a, b careline.RecordedCall) int {
		return begun(b.Versions[len(b.Versions)-1]).Compare(begun(a.Versions[len(a.Versions)-1]))
	})
	return calls, nil
}

// LastCalls is, for each of the appointments that has any, the newest version of
// the call begun last, in one search. Those entered in error are left out.
func (c *Client) LastCalls(ctx context.Context, appointmentIDs []string) (map[string]careline.RecordedVersion, error) {
	last := map[string]careline.RecordedVersion{}
	found, err := c.communications(ctx, appointmentIDs)
	if err != nil {
		return nil, err
	}
	for _, m := range found {
		version, ok := recordedVersion(m)
		if !ok {
			continue
		}
		id := version.Call.Appointment
		if before, ok := last[id]; !ok || begun(version).After(begun(before)) {
			last[id] = version
		}
	}
	return last, nil
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
		"category": {systemCategory + "|" + codeVoice},
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

// begun is when the call began: by the carrier's time, else when the record took
// the version, which for a call that was never dialled is the moment it was
// refused.
func begun(v careline.RecordedVersion) time.Time {
	if v.Call.Sent.IsZero() {
		return v.At
	}
	return v.Call.Sent
}

func recordedCall(id string, versions []Resource) careline.RecordedCall {
	r := careline.RecordedCall{ID: id}
	for _, v := range versions {
		if version, ok := recordedVersion(v); ok {
			r.Versions = append(r.Versions, version)
		}
	}
	return r
}

func recordedVersion(r Resource) (careline.RecordedVersion, bool) {
	var m Communication
	if json.Unmarshal(r.JSON, &m) != nil {
		return careline.RecordedVersion{}, false
	}
	return careline.RecordedVersion{ID: r.Version, At: recordedTime(r.LastUpdated), Call: CallOf(m)}, true
}
