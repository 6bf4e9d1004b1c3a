package calls

import (
	"context"

	"perci.health/careline"
)

// Wanted is what is to become of somebody in a call; nil: it stays.
type Wanted struct{ Hold, Muted *bool }

// Change puts somebody of an own call on hold, or mutes them, or the opposite; a second
// clinician may mute themselves. What is so already, or was asked for and is on its way,
// is not asked again. Done: it is so now; else it is kept, and not carried out by the time
// that ctx ended.
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
	if err := together(call, viewOf(events)); err != nil {
		return false, err
	}

	var ids []string
	for _, s := range []toggle{held(to, p), muted(to, p)} {
		act, asked := s.asks(viewOf(events).open, label)
		if asked != "" {
			ids = append(ids, asked)
		}
		if act == "" {
			continue
		}
		kept, _, err := r.ask(ctx, events, key, careline.RoomSaid{Act: act, Label: label, By: clinician})
		if err != nil {
			return false, err
		}
		ids = append(ids, kept.ID)
	}
	return r.carriedOut(ctx, key, ids)
}

// toggle is something of somebody in a call that is either so or not.
type toggle struct {
	to      *bool // as it is wanted; nil: it stays
	is      bool
	on, off careline.RoomAct
}

func held(to Wanted, p careline.Party) toggle {
	return toggle{
		to:  to.Hold,
		is:  p.Held,
		on:  careline.ActHold,
		off: careline.ActUnhold,
	}
}

func muted(to Wanted, p careline.Party) toggle {
	return toggle{
		to:  to.Muted,
		is:  p.Muted,
		on:  careline.ActMute,
		off: careline.ActUnmute,
	}
}

// asks is what has to be asked for; empty: nothing. Asked is the command that is on its
// way to the same, if one is.
func (s toggle) asks(open []careline.CallEvent, label string) (act careline.RoomAct, asked string) {
	if s.to == nil {
		return "", ""
	}
	for _, e := range open {
		if e.Room.Label == label && (e.Room.Act == s.on || e.Room.Act == s.off) {
			s.is, asked = e.Room.Act == s.on, e.ID
		}
	}

	switch {
	case *s.to == s.is:
		return "", asked
	case *s.to:
		return s.on, ""
	}
	return s.off, ""
}

// opposite is what takes back what was asked for; empty: nothing does.
func opposite(act careline.RoomAct) careline.RoomAct {
	switch act {
	case careline.ActHold:
		return careline.ActUnhold
	case careline.ActUnhold:
		return careline.ActHold
	case careline.ActMute:
		return careline.ActUnmute
	case careline.ActUnmute:
		return careline.ActMute
	}
	return ""
}
