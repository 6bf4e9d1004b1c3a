package fhir

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
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

// Appointment is one appointment with its people, in one request where the server
// includes them, which is let through before all others when the quota is low: a
// clinician waits for it with the telephone at the ear. One that is missing, deleted
// or entered in error is an error of code not-found.
//
// Of a person whom the record does not give, or not readably, the rest is told and
// that it is so (careline.Person).
func (c *Client) Appointment(ctx context.Context, id string) (careline.Appointment, error) {
	notFound := careline.Because(careline.CodeNotFound, careline.ReasonNoAppointment, nil)
	if !careline.ValidID(id) {
		return careline.Appointment{}, notFound
	}
	entries, err := c.searchAppointments(ctx, url.Values{"_id": {id}}, true)
	if err != nil {
		return careline.Appointment{}, denied(absent(err))
	}
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return e.Resource.Type == "Appointment" && e.Resource.ID != id })

	cast, err := c.gather(ctx, entries, readsOfOne, true)
	if err != nil {
		return careline.Appointment{}, err
	}
	for _, a := range cast.appointments(entries) {
		if a.ID == id {
			return a, nil
		}
	}
	return careline.Appointment{}, notFound
}

// AppointmentsOn is the appointments in which the practitioner takes part, as
// such or in a role, that start at or after start and before end, in the order
// of their start. One that the record holds but that cannot be read has no ID and
// nothing else, and stands at the end.
func (c *Client) AppointmentsOn(ctx context.Context, practitioner string, start, end time.Time) ([]careline.Appointment, error) {
	if !careline.ValidID(practitioner) {
		return nil, careline.NewError(careline.CodeInvalid, "This is not a practitioner's id.", nil)
	}
	booked, err := c.rolesOf(ctx, practitioner)
	if err != nil {
		return nil, err
	}
	entries, err := c.searchAppointments(ctx, url.Values{
		"actor":  {strings.Join(append([]string{"Practitioner/" + practitioner}, booked...), ",")},
		"date":   {"ge" + instant(start), "lt" + instant(end)},
		"_sort":  {"date"},
		"_count": {"100"},
	}, false)
	if err != nil {
		return nil, absent(err)
	}

	// What is passing about one person is no reason to show nobody: who could not be
	// read is marked, and read again with the next list.
	cast, _ := c.gather(ctx, entries, readsOfDay, false)
	if err := ctx.Err(); err != nil {
		return nil, unreachable(ctx, err)
	}
	all := slices.DeleteFunc(cast.appointments(entries), func(a careline.Appointment) bool {
		timely := a.Start.IsZero() || !a.Start.Before(start) && a.Start.Before(end) // a time that cannot be read is the server's word
		return a.ID != "" && (!a.TakesPart(practitioner) || !timely)
	})
	slices.SortFunc(all, func(a, b careline.Appointment) int {
		if (a.ID == "") != (b.ID == "") {
			return strings.Compare(b.ID, a.ID)
		}
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(all, func(a, b careline.Appointment) bool { return a.ID != "" && a.ID == b.ID }), nil
}

// searchAppointments also finds the people who take part. A server that refuses to
// include them, since it cannot resolve one of the references, is asked without.
func (c *Client) searchAppointments(ctx context.Context, query url.Values, urgent bool) ([]Entry, error) {
	including := maps.Clone(query)
	including["_include"] = []string{"Appointment:actor"}
	entries, err := c.search(ctx, "Appointment", including, urgent)
	if !refusesInclude(err) {
		return entries, err
	}

	alone, again := c.search(ctx, "Appointment", query, urgent)
	if again != nil {
		return nil, err // the query itself was refused
	}
	careline.Note(ctx, slog.Bool("include_refused", true))
	return alone, nil
}

// rolesOf is the references of the practitioner's roles that are in force.
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
	at := moment{now, c.cfg.Location}
	for _, e := range entries {
		var role practitionerRole
		known := e.Resource.Type == "PractitionerRole" && tolerant(e.Resource.JSON, &role)
		if known && at.holds(role.Active, role.Period) && careline.ValidID(e.Resource.ID) {
			refs = append(refs, "PractitionerRole/"+e.Resource.ID)
		}
	}

	c.roles.Add(practitioner, roles{refs: refs, at: now})
	return refs, nil
}

// appointments reads every appointment of a searchset. What should be one and cannot
// be read is the zero Appointment.
func (c cast) appointments(entries []Entry) []careline.Appointment {
	var all []careline.Appointment
	for _, e := range entries {
		if e.Mode == "include" || e.Resource.Type != "Appointment" && e.Resource.Type != "" {
			continue
		}
		a, ok := c.appointment(e.Resource)
		if ok || e.Resource.Type == "" || e.Resource.ID == "" {
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
