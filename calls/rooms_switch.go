package calls

import (
	"context"

	"perci.health/careline"
)

// Wanted is what is to become of somebody in a call; nil: it stays.
type Wanted struct{ Hold, Muted *bool }

// Change puts somebody of an own call on hold, or mutes them, or the opposite; a second
// clinician may mute themselves. What is wanted so already is not asked for again,
// whether or not it is reported yet. Done: it is so now; else it is kept, and not carried
// out by the time that ctx ended.
func (r *Rooms) Change(ctx context.Context, clinician, key, label string, to Wanted) (done bool, err error) {
	events, call, p, err := r.of(ctx, clinician, key, label)
	if err != nil {
		return false, err
	}
	if call.Clinician != clinician && to.Hold != nil {
		return false, careline.Because(careline.CodeForbidden, careline.ReasonNotHolder, nil)
	}
	if hasGone(p) {
		return false, notThere()
	}
	v := viewOf(call, events)
	if err := together(call, v); err != nil {
		return false, err
	}

	var ids []string
	for _, s := range changes(to, p) {
		act, asked := s.asks(v.wanted[s.of(label)])
		if asked != "" {
			ids = append(ids, asked)
		}
		if act == "" {
			continue
		}
		kept, _, err := r.ask(ctx, key, v, careline.RoomSaid{Act: act, Label: label, By: clinician})
		if err != nil {
			return false, err
		}
		ids = append(ids, kept.ID)
	}
	return r.carriedOut(ctx, key, ids)
}

// change is a toggle of somebody that is to be so, or not.
type change struct {
	toggle
	to *bool // nil: it stays
	is bool  // as it is told
}

func changes(to Wanted, p careline.Party) []change {
	var all []change
	for _, t := range toggles {
		switch t.on {
		case careline.ActHold:
			all = append(all, change{toggle: t, to: to.Hold, is: p.Held})
		case careline.ActMute:
			all = append(all, change{toggle: t, to: to.Muted, is: p.Muted})
		}
	}
	return all
}

// asks is what has to be asked for; empty: nothing. Asked is the command that is on its
// way to the same, if one is. How it is told counts only of somebody of whom nothing was
// asked for that came to something.
func (s change) asks(now wanting) (act careline.RoomAct, asked string) {
	if s.to == nil {
		return "", ""
	}
	if now.command != "" {
		s.is = now.is
	}

	switch {
	case *s.to == s.is && now.open:
		return "", now.command
	case *s.to == s.is:
		return "", ""
	case *s.to:
		return s.on, ""
	}
	return s.off, ""
}
