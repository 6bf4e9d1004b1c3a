package careline

import (
	"cmp"
	"slices"
)

// DirectionAPI is the carrier's word for a leg that its REST API dialled (Twilio,
// voice/api/call-resource, Direction).
const DirectionAPI = "outbound-api"

// direct reports whether the REST API dialled the member itself, and careline had
// no part in it: the call has one leg, which is the member's, and those that joined
// it. The leg of a person who is rung first and then connected has others beside
// it, and is a clinician's.
func direct(events []*CallEvent) bool {
	dialled := false
	for _, e := range events {
		switch {
		case e.Kind == KindRingLeg, e.Kind == KindParty, e.Kind == KindNoted, e.Kind.ofRoom(), e.Kind.ofRecording():
			// of others
		case e.Leg != e.Call:
			return false
		case e.Kind == KindProgress:
			if e.Direction == DirectionAPI {
				dialled = true
			}
		case e.Kind == KindMachineDetection, e.Kind == KindClinicianLeg && e.Reconciled():
			// of whoever's leg it is
		default:
			return false
		}
	}

	return dialled
}

// meet learns which legs there are, and whose, before any of them is told.
func (f *fold) meet(e *CallEvent) {
	switch e.Kind {
	case KindProgress, KindMachineDetection:
		f.meetMembers(e.Leg, e.Call)
	case KindDialEnded:
		f.meetMembers(e.MemberLeg, e.Call)
	case KindRingLeg:
		f.meetOther(e.Leg, RoleClinician)
	case KindParty:
		f.meetOther(e.Leg, e.Role)
	case KindMoved:
		f.meetMembers(e.MemberLeg, e.Call)
	case KindPartyAsked:
		if e.Room.Act == ActRejoin && e.Leg != "" && e.Leg != e.Call {
			f.meetOther(e.Leg, RoleClinician)
		}
	case KindRoomAsked, KindRoom, KindPartyLeft:
		f.rooms.meet(e)
	}
}

// meetMembers takes a leg for the member's, unless it is the one that the call is
// named for: that is the clinician's, whatever else was reported under its id.
func (f *fold) meetMembers(id, key string) {
	if id == "" || id == key && !f.direct || find(f.members, id) != nil {
		return
	}
	f.members = append(f.members, &legFold{Leg: Leg{ID: id, Role: RoleMember}})
}

// meetOther takes a leg for that of another than the member, whatever else was
// reported of it. Events of those come last, so the leg may have been taken for the
// member's before.
func (f *fold) meetOther(id string, role Role) {
	if role != RoleClinician && !role.Joins() {
		role = RoleOther
	}

	if known := find(f.others, id); known != nil {
		if known.Role == RoleOther {
			known.Role = role
		}
		return
	}
	f.members = slices.DeleteFunc(f.members, func(l *legFold) bool { return l.ID == id })
	f.others = append(f.others, &legFold{Leg: Leg{ID: id, Role: role}})
}

func find(legs []*legFold, id string) *legFold {
	for _, l := range legs {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// legOf is the leg of that id, whosever it is; nil: not known.
func (f *fold) legOf(id string) *legFold {
	switch {
	case id == "":
		return nil
	case id == f.call.ClinicianLeg:
		return &f.clinician
	}
	return cmp.Or(find(f.members, id), find(f.others, id))
}

// leg is the leg of that id. What names no leg, or the one that the call is named for,
// is told of the member's: of the only one, or else of none that has a name.
func (f *fold) leg(id string) *legFold {
	if other := find(f.others, id); other != nil {
		return other
	}
	if named := find(f.members, id); named != nil {
		return named
	}
	if len(f.members) == 1 {
		return f.members[0]
	}
	return &f.nameless
}

// legFold is a leg half told.
type legFold struct {
	Leg
	over    bool // Status is its outcome
	told    bool // Status was told, if only by a word that is new to us
	dialled bool // a report told of the dialling, so that Sent is its time
	rang    bool
	endedBy Side
	at      moments
}

// aside reports whether a report of a leg tells of something else that has to do
// with it, such as a recording, and nothing of how the leg gets on.
func aside(e *CallEvent) bool {
	return e.Word == "" && e.Direction == "" && e.Status == StatusUnknown
}

// progress believes the first outcome, and before one the furthest status.
func (l *legFold) progress(e *CallEvent) {
	if aside(e) {
		return
	}
	keep(&l.Direction, e.Direction)
	l.times(e)

	switch {
	case e.Status.Final():
		l.end(e)
	case l.over || e.Word == "":
	case l.Word == "" || e.Status.progress() > l.Status.progress():
		l.status(e)
	}
}

func (l *legFold) status(e *CallEvent) {
	l.told, l.Status, l.Word = true, e.Status, e.Word
	l.at.status = happened(e)
}

// end takes an outcome. A second outcome only adds what the first did not know.
func (l *legFold) end(e *CallEvent) {
	if !l.over {
		l.over = true
		l.status(e)
		l.Ended = e.At
	}

	if !l.Seconds.known && e.Seconds.known {
		l.Seconds, l.at.length = e.Seconds, e.At
	}
	if l.endedBy == "" && e.EndedBy != "" {
		l.endedBy, l.at.side = e.EndedBy, e.At
	}
	l.fail(e)
}

// fail keeps the reason of an outcome; each part is the first witness's who has it.
func (l *legFold) fail(e *CallEvent) {
	if e.Status == StatusCompleted {
		return // the carrier tells also how a good call was answered
	}
	if l.Failure.Code == 0 {
		l.Failure.Code = e.Failure.Code
	}
	if l.Failure.SIP == 0 {
		l.Failure.SIP = e.Failure.SIP
	}
}

// answeredBy believes a report of the leg before a detection, and anything
// before "unknown", which the carrier says when it could not tell.
func (l *legFold) answeredBy(e *CallEvent) {
	if e.AnsweredBy != "" && (l.AnsweredBy == "" || l.AnsweredBy == "unknown") {
		l.AnsweredBy, l.at.machine = e.AnsweredBy, e.At
	}
}
