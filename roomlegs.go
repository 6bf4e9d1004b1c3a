package careline

import (
	"slices"
	"time"
)

// RoomLegs is which legs are in the room of a call now, as whoever keeps the room counts
// seconds of it.
//
// Fold tells the same of the call's Parties, by the same reports in the same order, and
// differs in two things, which people are not to wait for and the carrier is not to be
// guessed about. Times here are when reports were kept, for the carrier's clock is in
// whole seconds and not ours: what is due so long after somebody left would be due early,
// or of a late report at once. And only those are in the room of whom it was told, while
// of Parties one whose leg goes on is in the call also on the way to the room.
type RoomLegs struct {
	Conference string               // the carrier's id of the newest room; empty until it is known
	In         map[string]time.Time // legs in the room → since when
	Out        map[string]time.Time // legs that have left it for good, or could not be brought in → when
	Since      time.Time            // when the first came; zero: none has
	Ended      time.Time            // when the room did; zero: it goes on, or has not begun

	Held, Muted map[string]RoomSwitch // of a leg of which anything was told
}

// RoomSwitch is what the newest report says of something of a leg in a room that is
// either so or not.
type RoomSwitch struct {
	Is bool
	At time.Time // when that report was kept
}

// LegsInRoom tells, of all events of a call and the call that they fold to, which legs
// are in its room. Like Fold it does not depend on the order of the events; of an event
// that is given twice the newest Kept counts.
func LegsInRoom(call Call, events []CallEvent) RoomLegs {
	legs := newRoomLegs("")
	for _, e := range reportsOfRooms(events) {
		if e.Room.Conference != legs.Conference {
			legs = newRoomLegs(e.Room.Conference) // a later room of the same name is another one
		}
		legs.hear(e)
	}

	for leg := range legs.In {
		if call.legIsOver(leg) {
			legs.leaves(leg, later(legs.In[leg], endKept(events, leg))) // the report that it left is lost, or late
		}
	}
	if !legs.Ended.IsZero() {
		legs.end(legs.Ended)
	}
	return legs
}

func newRoomLegs(conference string) RoomLegs {
	return RoomLegs{
		Conference: conference,
		In:         map[string]time.Time{},
		Out:        map[string]time.Time{},
		Held:       map[string]RoomSwitch{},
		Muted:      map[string]RoomSwitch{},
	}
}

// reportsOfRooms are those that the carrier made of a call's rooms, in the order in which
// what they tell happened.
func reportsOfRooms(events []CallEvent) []*CallEvent {
	var r roomFold
	for i := range events {
		if events[i].Kind == KindRoom || events[i].Kind == KindPartyLeft {
			r.take(&events[i])
		}
	}
	slices.SortFunc(r.told, canonical)
	r.inOrder()
	return r.told
}

// hear takes a report, the earlier first.
func (l *RoomLegs) hear(e *CallEvent) {
	l.hearSwitch(e)

	switch act := e.roomAct(); act {
	case ActStart:
		l.Ended = time.Time{}
	case ActEnd:
		l.end(e.Kept)
	case ActLeave:
		l.leaves(e.Leg, e.Kept)
		if e.Room.LegLives {
			delete(l.Out, e.Leg)
		}
	case ActFail:
		if _, in := l.In[e.Leg]; !in {
			l.leaves(e.Leg, e.Kept)
		}
	case ActJoin:
		l.Ended = time.Time{}
		l.comes(e.Leg, e.Kept)
	case ActHold, ActUnhold, ActMute, ActUnmute:
		if _, in := l.In[e.Leg]; !in {
			l.comes(e.Leg, e.Kept) // the report that it joined is lost
		}
	}
}

// hearSwitch takes who is on hold and muted. Whoever joins, or leaves, is neither.
func (l *RoomLegs) hearSwitch(e *CallEvent) {
	switch act := e.roomAct(); act {
	case ActJoin, ActLeave:
		l.Held[e.Leg], l.Muted[e.Leg] = RoomSwitch{At: e.Kept}, RoomSwitch{At: e.Kept}
	case ActHold, ActUnhold:
		l.Held[e.Leg] = RoomSwitch{Is: act == ActHold, At: e.Kept}
	case ActMute, ActUnmute:
		l.Muted[e.Leg] = RoomSwitch{Is: act == ActMute, At: e.Kept}
	}
}

func (l *RoomLegs) end(at time.Time) {
	l.Ended = at
	for leg := range l.In {
		l.leaves(leg, at)
	}
}

func (l *RoomLegs) comes(leg string, at time.Time) {
	if leg == "" {
		return
	}
	l.In[leg] = at
	delete(l.Out, leg)
	l.Since = earlier(l.Since, at)
}

func (l *RoomLegs) leaves(leg string, at time.Time) {
	if leg == "" {
		return
	}
	delete(l.In, leg)
	l.Out[leg] = at
}

// roomAct is what a report of a room tells; empty: a word that is new to us.
func (e *CallEvent) roomAct() RoomAct {
	if e.Kind == KindPartyLeft && e.Room.Act != ActFail {
		return ActLeave
	}
	return e.Room.Act
}

// legIsOver reports whether the end of a leg of the call is known.
func (c Call) legIsOver(leg string) bool {
	for _, p := range c.Present() {
		if p.Leg == leg {
			return p.Status.Final()
		}
	}
	return slices.ContainsFunc(c.Legs, func(l Leg) bool { return l.ID == leg && l.Status.Final() })
}

// endKept is when the first report was kept that a leg is over; zero: none was.
func endKept(events []CallEvent, leg string) (at time.Time) {
	for _, e := range events {
		of := e.Leg
		if e.Kind == KindDialEnded {
			of = e.MemberLeg
		}
		if of == leg && e.Kind != KindMoved && e.Status.Final() {
			at = earlier(at, e.Kept)
		}
	}
	return at
}
