package calls

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"perci.health/careline"
)

// shareWithin is how long what is told of a room waits for more of it, so that all of it
// is one version: a room of three begins with a dozen reports in a few seconds, and a
// hosted record takes 500 writes a minute.
const shareWithin = 2 * time.Second

// room reports whether the event tells only who is, or is to be, in a call. What tells
// how the call went never waits.
func room(e careline.CallEvent) bool {
	switch e.Kind {
	case careline.KindRoomAsked, careline.KindMoved, careline.KindRoom, careline.KindPartyAsked, careline.KindPartyAnswered,
		careline.KindPartyLeft, careline.KindParty:
		return true
	}
	return false
}

// shares decides of an event of a room whether it is filed by itself. It is not when
// another delivery of the call waits behind it: that files what this one tells, for it
// tells the call as it stands then. Else it is put off until the first of a room that is
// not in the record yet has waited for shareWithin, unless it changes nothing there: what
// comes meanwhile waits behind it, and goes the same way. So a version holds at most what
// happened in shareWithin, and follows within that time; and nothing is remembered but in
// the log. An event that shares is done without a filing, as one is of which the record
// has nothing to say: of the deliveries of a call the last is never let go so.
func (p Projector) shares(ctx context.Context, d careline.Delivery, filing careline.Filing, events []careline.CallEvent) (done bool, err error) {
	if filing.ID == "" || !room(d.Event) {
		return false, nil
	}
	if d.Known != nil && !d.Known.Last {
		careline.Note(ctx, slog.Bool("shared", true))
		return true, nil
	}
	first := slices.IndexFunc(events, func(e careline.CallEvent) bool { return e.Seq > filing.Seq })
	if p.Now == nil || first < 0 {
		return false, nil
	}

	now := p.Now()
	due := events[first].Kept.Add(shareWithin)
	if wait := now.Add(shareWithin); due.After(wait) {
		due = wait // the clock of who kept it is ahead of ours
	}
	if !now.Before(due) || sameRoom(careline.Fold(until(events, filing.Seq)), careline.Fold(until(events, d.Event.Seq))) {
		return false, nil
	}
	return false, putOff{due}
}

// putOff is no failure: the delivery is to be made later.
type putOff struct{ until time.Time }

// Error is for the log.
func (p putOff) Error() string { return "it waits for what else is told of the room" }

// PutOff tells the relay until when.
func (p putOff) PutOff() time.Time { return p.until }

// sameRoom reports whether the record has nothing to say of what is between the two:
// that somebody is on hold, cannot be heard or rings, or that a room was asked for.
func sameRoom(before, after careline.Call) bool {
	for _, c := range []*careline.Call{&before, &after} {
		c.Legs, c.Room = nil, careline.RoomNone
		if c.Conference == "" {
			c.Parties = nil
		}
		c.Parties = slices.Clone(c.Parties)
		for i := range c.Parties {
			one := &c.Parties[i]
			one.Status, one.Together, one.Held, one.HeldAt, one.Muted = "", false, false, time.Time{}, false
		}
	}
	return reflect.DeepEqual(before, after)
}
