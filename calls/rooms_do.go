package calls

import (
	"context"
	"slices"

	"perci.health/careline"
)

// refused is why something came to nothing that the carrier will not do.
const refused careline.Reason = "refused"

// do does one thing. Its error is the log's: what the carrier says is kept, or looked
// for again.
func (k *Keeper) do(ctx context.Context, s scene, events []careline.CallEvent, d duty) error {
	key := s.call.Key
	switch d.what {
	case dutyCarry:
		return k.carry(ctx, s, events, d)
	case dutySettle:
		return k.answer(ctx, key, d, d.leg, "")
	case dutyFail:
		return k.fail(ctx, s, d)
	case dutyEnd:
		return k.end(ctx, s, d)
	case dutyFetch:
		k.mark(key, d.what, d.leg)
		return k.fetch(ctx, s, d.leg, d.label)
	case dutyLook:
		k.mark(key, d.what, s.view.conference)
		return k.look(ctx, s)
	}

	// What is left concerns nobody's record, and may fail.
	k.mark(key, d.what, d.leg)
	switch d.what {
	case dutyHangUp:
		_ = k.Carrier.HangUp(ctx, d.leg)
	case dutyTell:
		_ = k.Carrier.Tell(ctx, s.view.conference, d.leg, SaidStay)
	case dutyWarn:
		_ = k.Carrier.Tell(ctx, s.view.conference, d.leg, SaidRecorded)
	}
	return nil
}

// answer keeps what became of a command. It is the same event whoever keeps it.
func (k *Keeper) answer(ctx context.Context, key string, d duty, leg string, why careline.Reason) error {
	_, _, err := k.Log.Append(ctx, careline.CallEvent{
		ID:   d.command.ID + "/answered",
		Call: key,
		Leg:  leg,
		Kind: careline.KindPartyAnswered,
		At:   k.Now(),
		Room: careline.RoomSaid{
			Act:     d.command.Room.Act,
			Label:   d.command.Room.Label,
			Answers: d.command.ID,
			Failed:  string(why),
		},
	})
	return err
}

// carry asks the carrier for what a command asks for. Wherever somebody may have done so
// before, it looks first; what has no answer is looked for later.
func (k *Keeper) carry(ctx context.Context, s scene, events []careline.CallEvent, d duty) error {
	key := s.call.Key
	k.mark(key, dutyCarry, d.command.ID)
	first, tries := k.try(key, d.command.ID)

	leg, done, err := k.ask(ctx, s, events, d, first, tries)
	switch code := careline.CodeOf(err); {
	case err == nil && done:
		return k.answer(ctx, key, d, leg, "")
	case err == nil, code == careline.CodeUnavailable, code == careline.CodeConflict:
		return nil // the plan looks again
	case code == careline.CodeNotFound:
		return k.answer(ctx, key, d, "", careline.ReasonNotInProgress)
	case d.command.Kind == careline.KindRoomAsked:
		return k.answer(ctx, key, d, "", careline.ReasonMoveFailed)
	}
	return k.answer(ctx, key, d, "", refused)
}

// ask asks once. Done: it is so now; else it is seen by what follows.
func (k *Keeper) ask(ctx context.Context, s scene, events []careline.CallEvent, d duty, first bool, tries int) (leg string, done bool, err error) {
	key, room := s.call.Key, s.view.roomName(s.call.Key)
	if d.command.Kind == careline.KindRoomAsked {
		return "", false, k.move(ctx, key, d, first)
	}

	switch act := d.command.Room.Act; act {
	case careline.ActAdd:
		return k.add(ctx, s, events, d, first, tries)
	case careline.ActHold, careline.ActUnhold:
		return "", true, k.Carrier.Hold(ctx, room, d.leg, act == careline.ActHold)
	case careline.ActMute, careline.ActUnmute:
		return "", true, k.Carrier.Mute(ctx, room, d.leg, act == careline.ActMute)
	case careline.ActRemove:
		if _, in := s.view.in[d.leg]; in {
			return "", true, k.Carrier.Remove(ctx, room, d.leg)
		}
		return "", true, ended(k.Carrier.HangUp(ctx, d.leg))
	case careline.ActEnd:
		return "", true, k.endAll(ctx, s)
	}
	return "", false, careline.NewError(careline.CodeRejected, "This cannot be asked of a room.", nil)
}

// ended is the error of an end: what is over already is over.
func ended(err error) error {
	if err != nil && careline.CodeOf(err) == careline.CodeNotFound {
		return nil
	}
	return err
}

// move takes the member's leg into the room, unless it is there.
func (k *Keeper) move(ctx context.Context, key string, d duty, first bool) error {
	if !first {
		in, err := k.isIn(ctx, key, d.leg)
		if err != nil || in {
			return err
		}
	}
	return k.Carrier.Move(ctx, key, d.leg, d.label)
}

// isIn looks whether a leg is in the room. That it is there, though no report told it, is
// kept as the report would have been.
func (k *Keeper) isIn(ctx context.Context, key, leg string) (bool, error) {
	room, all, err := k.Carrier.In(ctx, key)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(all, func(p InRoom) bool { return p.Leg == leg })
	if i < 0 {
		return false, nil
	}

	_, _, err = k.Log.Append(ctx, careline.CallEvent{
		ID:       room + "/join/" + leg + "/reconciled",
		Call:     key,
		Leg:      leg,
		Kind:     careline.KindRoom,
		At:       k.Now(),
		LookedUp: true,
		Room:     careline.RoomSaid{Act: careline.ActJoin, Conference: room, Label: all[i].Label},
	})
	return true, err
}

// triesAtMost is how often somebody is dialled for one command whose answers are lost.
const triesAtMost = 2

// add dials somebody into the room, unless they are there, or on the way.
func (k *Keeper) add(ctx context.Context, s scene, events []careline.CallEvent, d duty, first bool, tries int) (leg string, done bool, err error) {
	if !first {
		_, all, err := k.Carrier.In(ctx, s.call.Key)
		if err != nil {
			return "", false, err
		}
		for _, p := range all {
			if p.Label == d.label {
				return p.Leg, true, nil
			}
		}
		if tries > triesAtMost {
			return "", false, nil
		}
	}

	leg, err = k.Carrier.Add(ctx, s.view.roomName(s.call.Key), d.command.Room, s.call.Key, callerID(events))
	return leg, true, err
}

// callerID is the number that the member saw.
func callerID(events []careline.CallEvent) careline.Phone {
	for _, e := range events {
		if e.Kind == careline.KindRequested {
			return e.Request.CallerID
		}
	}
	return careline.Phone{}
}

// endAll ends the room, and every leg that is not in it: of a call of two the
// clinician's alone, which ends the member's.
func (k *Keeper) endAll(ctx context.Context, s scene) error {
	v := s.view
	if !v.asked {
		return ended(k.Carrier.HangUp(ctx, s.call.Key))
	}

	if v.isOpen() {
		if err := ended(k.Carrier.End(ctx, v.conference)); err != nil {
			return err
		}
	}
	for _, p := range s.call.Present() {
		if _, in := v.in[p.Leg]; in || p.Leg == "" || gone(p) {
			continue
		}
		if err := ended(k.Carrier.HangUp(ctx, p.Leg)); err != nil {
			return err
		}
	}
	return nil
}

// fail keeps that a command came to nothing. A move is given up only after a look.
func (k *Keeper) fail(ctx context.Context, s scene, d duty) error {
	if d.command.Kind == careline.KindRoomAsked && d.leg != "" {
		in, err := k.isIn(ctx, s.call.Key, d.leg)
		if err != nil {
			return err
		}
		if in {
			return nil
		}
		over, err := k.fetched(ctx, s, d.leg, careline.LabelMember)
		if err != nil {
			return err
		}
		if over {
			d.why = careline.ReasonNotInProgress
		}
	}
	return k.answer(ctx, s.call.Key, d, "", d.why)
}

// end asks for the end of a room, once for each reason, under the room's name. One that
// is open all the same is ended again, or was ended without a report.
func (k *Keeper) end(ctx context.Context, s scene, d duty) error {
	key := s.call.Key
	k.mark(key, d.what, string(d.why))
	_, repeated, err := k.Log.Append(ctx, careline.CallEvent{
		ID:   key + "/end/" + s.view.conference + "/" + string(d.why),
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
	_ = k.Carrier.End(ctx, s.view.conference) // looked for again if it did not
	return nil
}

// look keeps that a room has ended of which the carrier knows nothing any more.
func (k *Keeper) look(ctx context.Context, s scene) error {
	room, _, err := k.Carrier.In(ctx, s.call.Key)
	if err != nil || room != "" {
		return nil // it is there, or nobody knows: looked for again
	}
	_, _, err = k.Log.Append(ctx, careline.CallEvent{
		ID:       s.view.conference + "/end/reconciled",
		Call:     s.call.Key,
		Kind:     careline.KindRoom,
		At:       k.Now(),
		LookedUp: true,
		Room:     careline.RoomSaid{Act: careline.ActEnd, Conference: s.view.conference},
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
