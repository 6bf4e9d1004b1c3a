package calls

import (
	"context"

	"perci.health/careline"
)

// endAll ends the room, and every leg that is not in it: of a call of two the
// clinician's alone, which ends the member's.
func (k *Keeper) endAll(ctx context.Context, s scene) error {
	v := s.view
	if !v.asked {
		return ended(k.Carrier.HangUp(ctx, s.call.Key))
	}

	if v.isOpen() {
		if err := ended(k.Carrier.End(ctx, v.Conference)); err != nil {
			return err
		}
	}
	for _, p := range s.call.Present() {
		if _, in := v.In[p.Leg]; in || p.Leg == "" || hasGone(p) {
			continue
		}
		if err := ended(k.Carrier.HangUp(ctx, p.Leg)); err != nil {
			return err
		}
	}
	return nil
}

// fail keeps that a command came to nothing. What the carrier may have done all the same
// is given up only after a look: a move, and that somebody is on hold or muted.
func (k *Keeper) fail(ctx context.Context, s scene, d duty) error {
	_, switches := toggleOf(d.command.Room.Act)
	switch {
	case d.leg == "":
		return k.answer(ctx, s.call.Key, d, "", d.why)
	case switches:
		return k.failSwitch(ctx, s, d)
	case d.command.Kind != careline.KindRoomAsked:
		return k.answer(ctx, s.call.Key, d, "", d.why)
	}

	in, err := k.isIn(ctx, s.call.Key, d.leg)
	if err != nil || in {
		return err
	}
	over, err := k.fetched(ctx, s, d.leg, careline.LabelMember)
	if err != nil {
		return err
	}
	if over {
		d.why = careline.ReasonNotInProgress
	}
	return k.answer(ctx, s.call.Key, d, "", d.why)
}

// end asks for the end of a room, once for each reason, under the room's name. One that
// is open all the same is ended again, or was ended without a report. Nobody's
// conversation ends because the report of a join was lost: who is missing is looked for
// first.
func (k *Keeper) end(ctx context.Context, s scene, d duty) error {
	key := s.call.Key
	k.mark(key, d.what, string(d.why))
	if d.why != endsLimit {
		there, known, err := k.appeared(ctx, s)
		if err != nil || there || !known {
			return err
		}
	}

	_, repeated, err := k.Log.Append(ctx, careline.CallEvent{
		ID:   key + "/end/" + s.view.Conference + "/" + string(d.why),
		Call: key,
		Kind: careline.KindPartyAsked,
		At:   k.Now(),
		Room: careline.RoomSaid{Act: careline.ActEnd, Reason: string(d.why)},
	})
	if err != nil || !repeated {
		return err
	}

	if err := k.look(ctx, s); err != nil {
		return err
	}
	_ = k.Carrier.End(ctx, s.view.Conference) // looked for again if it did not
	return nil
}

// appeared looks whether one of the two with whom the call began is in the room though no
// report told it, and keeps that. Not known: the carrier did not answer.
func (k *Keeper) appeared(ctx context.Context, s scene) (there, known bool, err error) {
	room, all, err := k.Carrier.In(ctx, s.call.Key)
	if err != nil {
		return false, false, nil // looked for again
	}

	for _, who := range all {
		role := roleOf(s.call, who.Leg)
		_, in := s.view.In[who.Leg]
		_, out := s.view.Out[who.Leg]
		if in || out || role != careline.RoleClinician && role != careline.RoleMember {
			continue // whoever else is listed may be ringing
		}
		repeated, err := k.joined(ctx, s.call.Key, room, who)
		if err != nil {
			return false, true, err
		}
		there = there || !repeated
	}
	return there, true, nil
}

// look has the carrier's room be as it is wanted, and keeps that one has ended of which the
// carrier knows nothing any more.
func (k *Keeper) look(ctx context.Context, s scene) error {
	room, all, err := k.Carrier.In(ctx, s.call.Key)
	if err != nil {
		return nil // nobody knows: looked for again
	}
	if room != "" {
		k.putRight(ctx, s, room, all)
		return nil
	}

	_, _, err = k.Log.Append(ctx, careline.CallEvent{
		ID:       s.view.Conference + "/end/reconciled",
		Call:     s.call.Key,
		Kind:     careline.KindRoom,
		At:       k.Now(),
		LookedUp: true,
		Room:     careline.RoomSaid{Act: careline.ActEnd, Conference: s.view.Conference},
	})
	return err
}

func (k *Keeper) fetch(ctx context.Context, s scene, leg, label string) error {
	_, err := k.fetched(ctx, s, leg, label)
	if careline.CodeOf(err) == careline.CodeUnavailable {
		return nil // looked up again
	}
	return err
}

// fetched looks a leg up and keeps its end.
func (k *Keeper) fetched(ctx context.Context, s scene, leg, label string) (over bool, err error) {
	told, over, err := k.Carrier.Leg(ctx, leg)
	if err != nil && careline.CodeOf(err) == careline.CodeNotFound {
		told, over, err = []careline.CallEvent{lost(leg)}, true, nil
	}
	if err != nil || !over {
		return false, err
	}

	role := roleOf(s.call, leg)
	for _, e := range told {
		e.Call = s.call.Key
		if role.Joins() {
			e.Kind, e.Role, e.Room.Label = careline.KindParty, role, label
		}
		if _, _, err := k.Log.Append(ctx, e); err != nil {
			return false, err
		}
	}
	return true, nil
}

// lost is the end of a leg that the carrier does not know.
func lost(leg string) careline.CallEvent {
	return careline.CallEvent{
		ID:       careline.ReconciledID(leg, careline.StatusFailed),
		Leg:      leg,
		Kind:     careline.KindProgress,
		Status:   careline.StatusFailed,
		Word:     string(careline.StatusFailed),
		LookedUp: true,
	}
}
