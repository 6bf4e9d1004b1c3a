package calls

import (
	"slices"
	"time"

	"perci.health/careline"
)

// roomView is what the events of a call say of its room, as the keeper and whoever asks
// it for something need it: who is in it now, and what was asked and not answered yet.
// Times are those of the log: the carrier's clock is in whole seconds.
type roomView struct {
	asked      bool   // a room was asked for, and that did not come to nothing
	conference string // the carrier's id of the newest room; empty until it is known
	ended      time.Time
	in         map[string]time.Time // legs in the room → since when
	out        map[string]time.Time // legs that have left it for good → when
	since      time.Time            // when the first leg joined; zero: none has
	open       []careline.CallEvent // commands without an answer, in the log's order
	failed     careline.Reason      // why the last room that was asked for came to nothing
	failedAt   time.Time            // when that was kept
	last       time.Time            // when the newest event was kept

	wanted   map[toggled]wanting   // of labels of whom something was asked for
	reported map[toggled]reporting // of legs
}

// viewOf reads the events of a call.
func viewOf(events []careline.CallEvent) roomView {
	v := roomView{
		in:       map[string]time.Time{},
		out:      map[string]time.Time{},
		wanted:   map[toggled]wanting{},
		reported: map[toggled]reporting{},
	}
	answers := map[string]careline.CallEvent{}
	for _, e := range events {
		if e.Kept.After(v.last) {
			v.last = e.Kept
		}
		if e.Kind == careline.KindPartyAnswered {
			answers[e.Room.Answers] = e
		}
	}

	for _, e := range events {
		if !commands(e) {
			continue
		}
		answer, answered := answers[e.ID]
		if !answered {
			v.open = append(v.open, e)
		}
		v.wants(e, answer)
		if e.Kind == careline.KindRoomAsked {
			v.asked = answer.Room.Failed == ""
			v.failed, v.failedAt = careline.Reason(answer.Room.Failed), answer.Kept
		}
	}

	v.told(events)
	return v
}

// commands reports whether the event asks the carrier for something, by way of the
// keeper. Whoever comes back to a room is asked nothing more.
func commands(e careline.CallEvent) bool {
	return e.Kind == careline.KindRoomAsked || e.Kind == careline.KindPartyAsked && e.Room.Act != careline.ActRejoin
}

// told takes what the carrier reports of the room, in the order of its own count: the
// last word of each leg says whether it is in the room. A later room of the same name
// is another one.
func (v *roomView) told(events []careline.CallEvent) {
	var reports []careline.CallEvent
	for _, e := range events {
		if e.Kind != careline.KindRoom && e.Kind != careline.KindPartyLeft {
			continue
		}
		reports = append(reports, e)
		v.conference = e.Room.Conference
	}
	slices.SortStableFunc(reports, func(a, b careline.CallEvent) int { return a.Order - b.Order })

	for _, e := range reports {
		if e.Room.Conference != v.conference {
			continue
		}
		v.reports(e)
		switch e.Room.Act {
		case careline.ActJoin:
			v.in[e.Leg] = e.Kept
			delete(v.out, e.Leg)
			if v.since.IsZero() || e.Kept.Before(v.since) {
				v.since = e.Kept
			}
		case careline.ActLeave, careline.ActFail:
			delete(v.in, e.Leg)
			if !e.Room.LegLives {
				v.out[e.Leg] = e.Kept
			}
		case careline.ActEnd:
			v.ended = e.Kept
		}
	}
	if !v.ended.IsZero() {
		for leg := range v.in {
			v.out[leg] = v.ended
		}
		clear(v.in)
	}
}

// concerns reports whether there may be something to do for the call's room.
func (v roomView) concerns() bool { return v.asked || v.failed != "" || len(v.open) > 0 }

// isOpen reports whether there is a room that one can be in.
func (v roomView) isOpen() bool {
	return v.asked && v.conference != "" && v.ended.IsZero() && len(v.in) > 0
}

// moving reports whether a room was asked for that nobody has come to yet.
func (v roomView) moving() bool { return v.asked && v.since.IsZero() && v.ended.IsZero() }

// over reports whether there was a room, and is none any more: the carrier ends one in
// which nobody is left.
func (v roomView) over() bool {
	return v.asked && (!v.ended.IsZero() || !v.since.IsZero() && len(v.in) == 0)
}

// roomName is what the carrier knows the room by.
func (v roomView) roomName(call string) string {
	if v.conference == "" {
		return call
	}
	return v.conference
}

// clinical reports whether somebody is on the clinician's side of a call. Everybody else
// is on the member's: an interpreter who stays to speak with the clinician ends nothing.
func clinical(r careline.Role) bool {
	return r == careline.RoleClinician || r == careline.RoleSecondClinician
}

// roleOf is whose leg it is.
func roleOf(call careline.Call, leg string) careline.Role {
	for _, p := range call.Present() {
		if p.Leg == leg || slices.Contains(p.Earlier, leg) {
			return p.Role
		}
	}
	switch leg {
	case call.Key:
		return careline.RoleClinician
	case call.MemberLeg:
		return careline.RoleMember
	}
	return careline.RoleOther
}

// hasGone reports whether somebody is not in the call any more, or never was.
func hasGone(p careline.Party) bool { return p.State() == careline.PartyHasLeft }

// nextLabel is the label of who comes next. Those of all who were asked for, also of a
// clinician who came back and is shown once, are never used again.
func nextLabel(events []careline.CallEvent, role careline.Role) string {
	most := 2
	for _, e := range events {
		if n, _, ok := careline.ReadLabel(e.Room.Label); ok {
			most = max(most, n)
		}
	}
	return careline.LabelOf(most+1, role)
}
