package main

import (
	"context"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/twilio"
)

// endsWithin is how far back calls are looked for at the start where there are no rooms:
// what was asked of them then is that they end.
const endsWithin = 5 * time.Minute

// newRooms makes what has to do with more than two in a call. Where that is off, it ends
// calls.
func newRooms(c config, p *parts, carrier *twilio.Client) {
	p.keeper = &calls.Keeper{
		Log: p.recorded(),
		Carrier: twilio.Conferences{
			Client:    carrier,
			PublicURL: c.public.String(),
			Overrides: twilio.DefaultOverrides,
			TimeLimit: c.calls.longest,
		},
		Alone: c.features.alone,
		Limit: c.calls.longest,
		Now:   time.Now,
		Only:  p.store.Exclusive(),

		Observe: p.metrics.Command,
	}
	if !c.features.conference {
		p.keeper.Ends, p.keeper.Since = true, endsWithin
	}

	presence := calls.Presence{Log: p.store, Now: time.Now}
	p.available = presence.Say
	p.rooms = &calls.Rooms{
		Log:          p.recorded(),
		Present:      calls.NewRingables(presence.Present, p.fhir.PractitionerName, time.Now).All,
		Appointments: p.directory.Appointment,
		Directory:    c.features.directory,
		Policy:       c.calls.policy,
		Most:         c.features.most,
		Alone:        c.features.alone,
		Now:          func() time.Time { return time.Now().In(c.location) },
		Knows:        p.keeper.Knows,
		Wait:         p.keeper.Wait,
	}
	p.roomsLive = calls.NewRoomsLive(p.rooms, p.keeper)
}

// roomHooks are asked by Twilio about rooms; nil where there are none.
func (p *parts) roomHooks(c config) twilio.Rooms {
	if !c.features.conference {
		return nil
	}
	return p.rooms
}

// rejoin answers who comes back to a room; nil where there are none.
func (p *parts) rejoin(c config) func(context.Context, calls.Ask) (calls.Answer, error) {
	if !c.features.conference {
		return nil
	}
	return p.rooms.Rejoin
}

// roomsTold is told what this instance kept.
func (p *parts) roomsTold(news []careline.News, keys []string) {
	p.keeper.Changed(news)
	p.roomsLive.Changed(keys)
}
