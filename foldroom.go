package careline

import (
	"cmp"
	"slices"
	"time"
)

// roomFold is what has to do with a call's room, half told; each list is in canonical
// order.
type roomFold struct {
	asked    []*CallEvent // KindRoomAsked
	wanted   []*CallEvent // KindPartyAsked
	answered []*CallEvent // KindPartyAnswered
	told     []*CallEvent // KindRoom, KindPartyLeft; at last in the room's own order
	legs     []*CallEvent // KindParty

	any  bool // one was asked for, or told of
	seen bool // the carrier has told that somebody was in it
}

// meet learns that there is, or may be, a room.
func (r *roomFold) meet(e *CallEvent) {
	r.any = true
	r.seen = r.seen || e.Kind != KindRoomAsked && e.Room.Act != ActFail
}

func (r *roomFold) take(e *CallEvent) {
	switch e.Kind {
	case KindRoomAsked:
		r.asked = append(r.asked, e)
	case KindPartyAsked:
		r.wanted = append(r.wanted, e)
	case KindPartyAnswered:
		r.answered = append(r.answered, e)
	case KindRoom, KindPartyLeft:
		r.told = append(r.told, e)
	case KindParty:
		r.legs = append(r.legs, e)
	}
}

// clocksDiffer is how far the carrier's clock, which tells whole seconds, may be behind
// ours.
const clocksDiffer = 2 * time.Second

// moves reports whether the call is, was or is about to be in a room, so that the end of
// the clinician's leg is not its end. A move that failed, and after which nobody was seen
// in a room, is none; nor is one that was asked for when the clinician had left already.
func (r *roomFold) moves(clinician *legFold) bool {
	if r.seen {
		return true
	}
	return slices.ContainsFunc(r.asked, func(e *CallEvent) bool {
		late := clinician.over && !clinician.Ended.IsZero() && happened(e).After(clinician.Ended.Add(clocksDiffer))
		return !late && !r.failed(e)
	})
}

// failed reports whether what the event asked for came to nothing, as every answer to
// it says.
func (r *roomFold) failed(asked *CallEvent) bool {
	done, _ := r.done(asked)
	return !done && slices.ContainsFunc(r.answered, func(e *CallEvent) bool { return e.Room.Answers == asked.ID })
}

// done reports whether what the event asked for was carried out, as any answer to it
// says, and when it was.
func (r *roomFold) done(asked *CallEvent) (done bool, at time.Time) {
	for _, e := range r.answered {
		if e.Room.Answers == asked.ID && e.Room.Failed == "" {
			done, at = true, earlier(at, happened(e))
		}
	}
	return done, at
}

// inOrder puts what was told of rooms into the order in which it happened: rooms by
// their beginning, and of one room by the carrier's count, as far as it gave one. What
// has no count stands by its time.
func (r *roomFold) inOrder() {
	begun := map[string]time.Time{}
	for _, e := range r.told {
		begun[e.Room.Conference] = earlier(begun[e.Room.Conference], happened(e))
	}
	slices.SortStableFunc(r.told, func(a, b *CallEvent) int {
		return cmp.Or(
			compareTimes(begun[a.Room.Conference], begun[b.Room.Conference]),
			cmp.Compare(a.Room.Conference, b.Room.Conference),
			cmp.Compare(a.Order, b.Order),
		)
	})

	// By now those without a count are first in their room. Each of the others is as
	// late as the latest before it.
	at := map[*CallEvent]time.Time{}
	var latest time.Time
	for i, e := range r.told {
		if i == 0 || e.Room.Conference != r.told[i-1].Room.Conference {
			latest = time.Time{}
		}
		at[e] = happened(e)
		if e.Order > 0 {
			latest = later(latest, at[e])
			at[e] = latest
		}
	}
	slices.SortStableFunc(r.told, func(a, b *CallEvent) int {
		return cmp.Or(
			compareTimes(begun[a.Room.Conference], begun[b.Room.Conference]),
			cmp.Compare(a.Room.Conference, b.Room.Conference),
			at[a].Compare(at[b]),
			cmp.Compare(a.Order, b.Order),
		)
	})
}

// tellRoom tells how the call stands with its room, and who is in it. Of a call that
// has nothing to do with one it tells nothing.
func (f *fold) tellRoom(moved bool) {
	added := slices.ContainsFunc(f.rooms.wanted, func(e *CallEvent) bool {
		return e.Room.Act == ActAdd || e.Room.Act == ActRejoin
	})
	if !moved && !added {
		return
	}

	c := &f.call
	f.rooms.inOrder()
	p := newParties(f)
	p.hear()
	p.settle(f.gone)
	if moved {
		c.Room, c.Conference = p.state(), p.conference
	}

	c.Parties = p.list()
	for _, one := range c.Parties {
		f.at.parties = later(f.at.parties, later(one.Joined, one.Left))
		if moved && one.Role == RoleClinician {
			c.ClinicianLeft = one.Outcome != ""
		}
	}
}
