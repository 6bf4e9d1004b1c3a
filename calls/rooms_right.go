package calls

import (
	"context"
	"slices"

	"perci.health/careline"
)

// is is how a toggle of somebody in a room is at the carrier.
func (who InRoom) is(t toggle) bool {
	if t.on == careline.ActHold {
		return who.Held
	}
	return who.Muted
}

// switches asks the carrier for a toggle of somebody who is in the room.
func (k *Keeper) switches(ctx context.Context, room, leg string, t toggle, on bool) error {
	if t.on == careline.ActHold {
		return k.Carrier.Hold(ctx, room, leg, on)
	}
	return k.Carrier.Mute(ctx, room, leg, on)
}

// putRight asks once more for what was carried out and is not so at the carrier. It is no
// new command: the one that is asked for again is the newest, and one that comes meanwhile
// is carried out after it.
func (k *Keeper) putRight(ctx context.Context, s scene, room string, all []InRoom) {
	for _, who := range all {
		if _, in := s.view.In[who.Leg]; !in {
			continue // whoever else is listed may be ringing
		}
		for _, t := range toggles {
			w, asked := s.view.wanted[t.of(who.Label)]
			if !asked || w.open || who.is(t) == w.is {
				continue
			}
			err := k.switches(ctx, room, who.Leg, t, w.is) // looked for again if it failed
			if err == nil && k.Observe != nil {
				k.Observe(string(t.on), outcomeAgain)
			}
		}
	}
}

// outcomeAgain is the metric's word for what was carried out, and had to be again.
const outcomeAgain = "again"

// failSwitch keeps that somebody could not be put on hold or muted in time, or taken off
// it, unless they were though the answer was lost. What nobody knows stays open.
func (k *Keeper) failSwitch(ctx context.Context, s scene, d duty) error {
	k.mark(s.call.Key, d.what, d.command.ID)
	_, all, err := k.Carrier.In(ctx, s.call.Key)
	if err != nil {
		return nil // looked for again
	}

	t, _ := toggleOf(d.command.Room.Act)
	i := slices.IndexFunc(all, func(who InRoom) bool { return who.Leg == d.leg })
	if i >= 0 && all[i].is(t) == (d.command.Room.Act == t.on) {
		d.why = ""
	}
	return k.answer(ctx, s.call.Key, d, "", d.why)
}
