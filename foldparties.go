package careline

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// partiesFold are the parties of a call, half told: one for each label. A clinician who
// came back has several, which are one party in the end.
type partiesFold struct {
	fold   *fold
	labels []*partyFold
	byLeg  map[string]string // labels

	conference string
	begun      bool // two were in the room
	over       bool
	overAt     time.Time
}

// newParties are those whom the commands and reports of the call name, before the room
// is heard.
func newParties(f *fold) *partiesFold {
	p := &partiesFold{fold: f, byLeg: map[string]string{}}
	if !f.direct {
		p.begin(f.call.clinician())
	}
	p.begin(f.call.member())

	for _, e := range f.rooms.wanted {
		p.wanted(e)
	}
	for _, e := range f.rooms.legs {
		p.know(e.Leg, e.Room.Label)
	}
	for _, e := range f.rooms.told {
		p.know(e.Leg, e.Room.Label)
	}
	return p
}

// begin takes one of the two with whom the call began.
func (p *partiesFold) begin(with Party) {
	one := p.party(with.Label)
	one.Party = with
	one.Asked = p.fold.asked
	p.know(with.Leg, with.Label)
}

// party is that of the label.
func (p *partiesFold) party(label string) *partyFold {
	for _, one := range p.labels {
		if one.Label == label {
			return one
		}
	}

	one := &partyFold{}
	one.Label, one.Role = label, RoleOther
	if n, role, ok := ReadLabel(label); ok {
		one.number, one.Role = n, role
	}
	p.labels = append(p.labels, one)
	return one
}

// know takes the leg for that of the label.
func (p *partiesFold) know(leg, label string) {
	if leg == "" || label == "" || p.byLeg[leg] != "" {
		return
	}
	p.byLeg[leg] = label
	keep(&p.party(label).Leg, leg)
}

// wanted is what a clinician asked for of a party, and what became of it.
func (p *partiesFold) wanted(e *CallEvent) {
	if e.Room.Label == "" {
		return
	}
	failed := p.fold.rooms.failed(e)

	switch e.Room.Act {
	case ActAdd, ActRejoin:
		one := p.party(e.Room.Label)
		asked := PartyAsked(e)
		one.Ref, one.Name, one.Entry, one.Ending = asked.Ref, asked.Name, asked.Entry, asked.Ending
		one.Asked, one.failed = asked.Asked, failed
		if e.Leg != e.Call {
			p.know(e.Leg, e.Room.Label)
		}
		for _, answer := range p.fold.rooms.answered {
			if answer.Room.Answers == e.ID && answer.Leg != e.Call {
				p.know(answer.Leg, e.Room.Label)
			}
		}
	case ActRemove:
		if !failed {
			p.party(e.Room.Label).removed = true
		}
	case ActHold, ActUnhold, ActMute, ActUnmute:
		one := p.party(e.Room.Label)
		one.switches = append(one.switches, e)
	}
}

// hear takes what was told of rooms, in its order.
func (p *partiesFold) hear() {
	for _, e := range p.fold.rooms.told {
		if e.Room.Conference != "" {
			p.conference = e.Room.Conference
		}

		switch {
		case e.Kind == KindRoom && e.Room.Act == ActEnd:
			p.end(e)
		case e.Kind == KindRoom && e.Room.Act == ActStart:
			p.begun, p.over = true, false
		default:
			label := e.Room.Label
			if label == "" {
				label = p.byLeg[e.Leg]
			}
			if label != "" {
				p.over = !p.party(label).hear(e) && p.over
			}
		}
	}
}

func (p *partiesFold) end(e *CallEvent) {
	p.over, p.overAt = true, happened(e)
	for _, one := range p.labels {
		if one.in {
			one.goes(e, false)
		}
	}
}

// settle tells of each who is in the room, and what became of those who are not. A room
// in which nobody is left is over, whether or not its end was told.
func (p *partiesFold) settle(gone bool) {
	p.over = p.over || gone
	nobody := true
	for _, one := range p.labels {
		one.tell(p.fold, p.over)
		nobody = nobody && !one.Together
	}

	p.over = p.over || nobody
	for _, one := range p.labels {
		one.end(p.over, p.overAt)
	}
}

// state is how the call stands with its room, of which there is one.
func (p *partiesFold) state() RoomState {
	told := map[string]bool{}
	for _, one := range p.labels {
		if one.told {
			told[one.whose()] = true
		}
	}

	switch {
	case p.over:
		return RoomOver
	case p.begun || len(told) > 1:
		return RoomOpen
	}
	return RoomMoving
}

// list are the parties in the order of their labels, in which they were asked for.
func (p *partiesFold) list() []Party {
	slices.SortFunc(p.labels, func(a, b *partyFold) int {
		return cmp.Or(
			compareFlags(a.number == 0, b.number == 0),
			cmp.Compare(a.number, b.number),
			strings.Compare(a.Label, b.Label),
		)
	})

	var list []Party
	for i, one := range p.labels {
		switch {
		case one.Role != RoleClinician:
			list = append(list, one.Party)
		case !slices.ContainsFunc(p.labels[:i], func(o *partyFold) bool { return o.Role == RoleClinician }):
			list = append(list, p.clinician())
		}
	}
	return list
}

// clinician is the one clinician of the call, by the label that tells most: of one who
// is in the room, else of one who is on the way there, else of one who was, else the
// newest.
func (p *partiesFold) clinician() Party {
	var all []*partyFold
	for _, one := range p.labels {
		if one.Role == RoleClinician {
			all = append(all, one)
		}
	}
	now := slices.MaxFunc(all, func(a, b *partyFold) int {
		return cmp.Or(
			compareFlags(a.Together, b.Together),
			compareFlags(a.Outcome == "", b.Outcome == ""),
			compareFlags(a.been, b.been),
			cmp.Compare(a.number, b.number),
			strings.Compare(a.Label, b.Label),
		)
	})

	told := now.Party
	told.Ref, told.Name, told.Asked, told.Joined = all[0].Ref, all[0].Name, all[0].Asked, all[0].Joined
	for _, one := range all {
		told.Joined = earlier(told.Joined, one.Joined)
		if one != now && one.Leg != "" {
			told.Earlier = append(told.Earlier, one.Leg)
		}
	}
	return told
}
