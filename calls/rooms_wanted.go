package calls

import (
	"time"

	"perci.health/careline"
)

// toggle is something of somebody in a call that is either so or not, by what is asked
// for.
type toggle struct{ on, off careline.RoomAct }

// toggles are all that there are.
var toggles = [...]toggle{
	{on: careline.ActHold, off: careline.ActUnhold},
	{on: careline.ActMute, off: careline.ActUnmute},
}

// toggleOf is the toggle that the act belongs to.
func toggleOf(act careline.RoomAct) (t toggle, ok bool) {
	for _, t := range toggles {
		if act == t.on || act == t.off {
			return t, true
		}
	}
	return toggle{}, false
}

// opposite is what takes back what was asked for.
func (t toggle) opposite(act careline.RoomAct) careline.RoomAct {
	if act == t.on {
		return t.off
	}
	return t.on
}

// of is the toggle of somebody, by their label.
func (t toggle) of(label string) toggled { return toggled{on: t.on, label: label} }

type toggled struct {
	on    careline.RoomAct
	label string
}

// wanting is how a toggle of somebody is wanted. careline alone holds and mutes, so that
// its newest command says it that did not come to nothing, whatever is reported meanwhile.
type wanting struct {
	command string    // its id; empty: all came to nothing, and it is not to be so
	is      bool      // as it is wanted
	open    bool      // it is not known yet whether it was carried out
	since   time.Time // when the newest of what was asked, or of the answers, was kept
}

// wants takes a command, in the log's order; no answer is the zero event.
func (c *roomCommands) wants(e, answer *careline.CallEvent) {
	t, ok := toggleOf(e.Room.Act)
	if !ok {
		return
	}

	w := c.wanted[t.of(e.Room.Label)]
	w.since = later(w.since, later(e.Kept, answer.Kept))
	if answer.Room.Failed == "" {
		w.command, w.is, w.open = e.ID, e.Room.Act == t.on, answer.ID == ""
	}
	c.wanted[t.of(e.Room.Label)] = w
}

// reported is how a toggle of a leg is by the room's reports.
func (v *roomView) reported(t toggled, leg string) careline.RoomSwitch {
	if t.on == careline.ActHold {
		return v.Held[leg]
	}
	return v.Muted[leg]
}

// unsure reports whether it is to be looked for who is on hold, and muted: the reports say
// something else than what is wanted and was carried out. One that came after that may
// say what is so now: who has left the room and come again is on hold no more. Else one is
// on its way, or was lost.
func (p *planning) unsure() (unsure bool) {
	v := p.view
	for of, w := range v.wanted {
		party, _ := p.call.Party(of.label)
		_, in := v.In[party.Leg]
		if !in || w.open {
			continue
		}

		told := v.reported(of, party.Leg)
		if told.Is != w.is && (told.At.After(w.since) || p.due(w.since, againAfter)) {
			unsure = true
		}
	}
	return unsure
}
