package fhir

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"perci.health/careline"
)

// rolesFor is how long a clinician's roles are remembered: a role given today
// shows in the day's list within this time.
const rolesFor = 2 * time.Minute

// roles is a practitioner's roles, as references, as they were at a time.
type roles struct {
	refs []string
	at   time.Time
}

// Appointment is one appointment with its people, in one request, which is let
// through before all others when the quota is low: a clinician waits for it with
// the telephone at the ear. One that is missing, deleted or entered in error is
// an error of code not-found.
func (c *Client) Appointment(ctx context.Context, id string) (careline.Appointment, error) {
	notFound := careline.NewError(careline.CodeNotFound, "There is no such appointment.", nil)
	if !careline.ValidID(id) {
		return careline.Appointment{}, notFound
	}
	entries, err := c.search(ctx, "Appointment", url.Values{"_id": {id}, "_include": {"Appointment:actor"}}, true)
	if err != nil {
		return careline.Appointment{}, denied(absent(err))
	}
	for _, a := range c.appointments(entries) {
		if a.ID == id {
			return a, nil
		}
	}
	return careline.Appointment{}, notFound
}

// AppointmentsOn is the appointments in which the practitioner takes part, as
// such or in a role, that start at or after start and before end, in the order
// of their start.
func (c *Client) AppointmentsOn(ctx context.Context, practitioner string, start, end time.Time) ([]careline.Appointment, error) {
	if !careline.ValidID(practitioner) {
		return nil, careline.NewError(careline.CodeInvalid, "This is not a practitioner's id.", nil)
	}
	booked, err := c.rolesOf(ctx, practitioner)
	if err != nil {
		return nil, err
	}
	entries, err := c.Search(ctx, "Appointment", url.Values{
		"actor":    {strings.Join(append([]string{"Practitioner/" + practitioner}, booked...), ",")},
		"date":     {"ge" + instant(start), "lt" + instant(end)},
		"_include": {"Appointment:actor"},
		"_sort":    {"date"},
		"_count":   {"100"},
	})
	if err != nil {
		return nil, absent(err)
	}
	all := slices.DeleteFunc(c.appointments(entries), func(a careline.Appointment) bool {
		return !a.TakesPart(practitioner) || a.Start.Before(start) || !a.Start.Before(end)
	})
	slices.SortFunc(all, func(a, b careline.Appointment) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(all, func(a, b careline.Appointment) bool { return a.ID == b.ID }), nil
}

// rolesOf is the references of the practitioner's active roles.
func (c *Client) rolesOf(ctx context.Context, practitioner string) ([]string, error) {
	now := c.cfg.Now()
	if known, ok := c.roles.Get(practitioner); ok && now.Sub(known.at) < rolesFor {
		return known.refs, nil
	}
	entries, err := c.Search(ctx, "PractitionerRole", url.Values{"practitioner": {"Practitioner/" + practitioner}, "_count": {"100"}})
	if err != nil {
		return nil, absent(err)
	}
	var refs []string
	for _, e := range entries {
		var role practitionerRole
		known := e.Resource.Type == "PractitionerRole" && json.Unmarshal(e.Resource.JSON, &role) == nil
		if known && !role.ended() && careline.ValidID(e.Resource.ID) {
			refs = append(refs, "PractitionerRole/"+e.Resource.ID)
		}
	}
	c.roles.Add(practitioner, roles{refs: refs, at: now})
	return refs, nil
}

// appointments reads every appointment of a searchset with the people in it.
func (c *Client) appointments(entries []Entry) []careline.Appointment {
	cast := cast{base: c.base.String(), region: c.cfg.Region, now: c.cfg.Now(), people: map[careline.Reference]json.RawMessage{}}
	for _, e := range entries {
		cast.people[careline.Reference(e.Resource.Type+"/"+e.Resource.ID)] = e.Resource.JSON
	}
	var all []careline.Appointment
	for _, e := range entries {
		if e.Resource.Type != "Appointment" || e.Mode == "include" {
			continue
		}
		if a, ok := cast.appointment(e.Resource); ok {
			all = append(all, a)
		}
	}
	return all
}

// absent makes of a search that the server has no place for what it is, a fault
// of settings: only an empty answer says that an appointment does not exist.
func absent(err error) error {
	if careline.CodeOf(err) == careline.CodeNotFound {
		return careline.NewError(careline.CodeUnavailable, "The health record cannot be searched at this address. Check FHIR_BASE_URL.", err)
	}
	return err
}

// denied makes of a search that is forbidden (403) what it is to whoever wants to
// call: an answer, for which nothing that was read earlier may stand.
func denied(err error) error {
	if p, ok := errors.AsType[*Problem](err); ok && p.Status == http.StatusForbidden {
		return careline.NewError(careline.CodeRejected, "The health record does not let careline read appointments. Check the client's access policy.", err)
	}
	return err
}
