package calls

import (
	"context"
	"slices"

	"perci.health/careline"
)

// Why something came to nothing, beside the reasons that are told to a clinician. Their
// text is kept in the log: never change one.
const (
	refused     careline.Reason = "refused"      // the carrier will not do it
	takenBack   careline.Reason = "taken-back"   // the opposite was asked for before it was done
	notRecorded careline.Reason = "not-recorded" // there was nothing to tell by then
)

// do does one thing. Its error is the log's: what the carrier says is kept, or looked
// for again.
func (k *Keeper) do(ctx context.Context, s scene, d duty) error {
	key := s.call.Key
	switch d.what {
	case dutyCarry:
		return k.carry(ctx, errand{scene: s, duty: d})
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
		k.mark(key, d.what, s.view.Conference)
		return k.look(ctx, s)
	case dutyWarn:
		k.mark(key, d.what, d.leg)
		return k.warn(ctx, key, d)
	case dutyStop:
		return k.stopRecording(ctx, key, d.command.ID)
	}

	// What is left concerns nobody's record, and may fail.
	k.mark(key, d.what, d.leg)
	switch d.what {
	case dutyHangUp:
		_ = k.Carrier.HangUp(ctx, d.leg)
	case dutyTell:
		if k.Carrier.Tell(ctx, s.view.Conference, d.leg, SaidStay) == nil {
			k.mark(key, dutyTold, d.leg)
		}
	}
	return nil
}

// warn has it asked for that somebody is told that the call is recorded: a command like a
// clinician's, so that it is neither lost nor said twice, whatever happens on the way.
func (k *Keeper) warn(ctx context.Context, key string, d duty) error {
	_, _, err := k.Log.Append(ctx, careline.CallEvent{
		ID:   d.command.ID,
		Call: key,
		Kind: careline.KindPartyAsked,
		At:   k.Now(),
		Room: careline.RoomSaid{Act: careline.ActTell, Label: d.label},
	})
	return err
}

// untold is the id of the stop because somebody could not be told.
func untold(tell string) string { return tell + "/stop" }

// stopRecording has it asked for that the call is not recorded any more, by nobody: id is
// the same whoever finds that it is to be.
func (k *Keeper) stopRecording(ctx context.Context, key, id string) error {
	_, _, err := k.Log.Append(ctx, careline.CallEvent{
		ID:    id,
		Call:  key,
		Kind:  careline.KindRecordingAsked,
		At:    k.Now(),
		Sound: careline.RecordingSaid{Act: careline.RecordStop},
	})
	return err
}

// answer keeps what became of a command. It is the same event whoever keeps it.
func (k *Keeper) answer(ctx context.Context, key string, d duty, leg string, why careline.Reason) error {
	if d.command.Room.Act == careline.ActTell && (why == refused || why == careline.ReasonTooLate) {
		if err := k.stopRecording(ctx, key, untold(d.command.ID)); err != nil { // nobody is recorded unseen
			return err
		}
	}

	_, repeated, err := k.Log.Append(ctx, careline.CallEvent{
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

	if err == nil && !repeated && k.Observe != nil {
		k.Observe(actOf(d.command), outcomeOf(why))
	}
	return err
}

// actOf and outcomeOf are the words of a command's metric.
func actOf(command careline.CallEvent) string {
	if command.Kind == careline.KindRoomAsked {
		return "move"
	}
	return string(command.Room.Act)
}

func outcomeOf(why careline.Reason) string {
	if why == "" {
		return "done"
	}
	return string(why)
}

// errand is a duty that is on its way to the carrier.
type errand struct {
	scene
	duty
	first bool // nobody can have carried it out before
	tries int  // of this process, with this one
}

// carry asks the carrier for what a command asks for. Wherever somebody may have done so
// before, it looks first; what has no answer is looked for later.
func (k *Keeper) carry(ctx context.Context, e errand) error {
	key := e.call.Key
	k.mark(key, dutyCarry, e.command.ID)
	e.first, e.tries = k.try(key, e.command.ID)

	leg, done, err := k.ask(ctx, e)
	switch code := careline.CodeOf(err); {
	case err == nil && done:
		return k.answer(ctx, key, e.duty, leg, "")
	case err == nil, code == careline.CodeUnavailable, code == careline.CodeConflict:
		return nil // the plan looks again
	case code == careline.CodeNotFound:
		return k.answer(ctx, key, e.duty, "", careline.ReasonNotInProgress)
	case e.command.Kind == careline.KindRoomAsked:
		return k.answer(ctx, key, e.duty, "", careline.ReasonMoveFailed)
	}
	return k.answer(ctx, key, e.duty, "", refused)
}

// ask asks once. Done: it is so now; else it is seen by what follows.
func (k *Keeper) ask(ctx context.Context, e errand) (leg string, done bool, err error) {
	room := e.view.roomName(e.call.Key)
	if e.command.Kind == careline.KindRoomAsked {
		return "", false, k.move(ctx, e)
	}

	act := e.command.Room.Act
	if t, ok := toggleOf(act); ok {
		return "", true, k.switches(ctx, room, e.leg, t, act == t.on)
	}
	switch act {
	case careline.ActAdd:
		return k.add(ctx, e)
	case careline.ActTell:
		return "", true, k.Carrier.Tell(ctx, room, e.leg, SaidRecorded)
	case careline.ActRemove:
		return "", true, k.remove(ctx, e)
	case careline.ActEnd:
		return "", true, k.endAll(ctx, e.scene)
	}
	return "", false, careline.NewError(careline.CodeRejected, "This cannot be asked of a room.", nil)
}

// remove ends somebody's leg, in the room or on the way there.
func (k *Keeper) remove(ctx context.Context, e errand) error {
	if _, in := e.view.In[e.leg]; in {
		return k.Carrier.Remove(ctx, e.view.Conference, e.leg)
	}
	return ended(k.Carrier.HangUp(ctx, e.leg))
}

// ended is the error of an end: what is over already is over.
func ended(err error) error {
	if err != nil && careline.CodeOf(err) == careline.CodeNotFound {
		return nil
	}
	return err
}

// move takes the member's leg into the room, unless it is there, or another process may
// have it on its way there.
func (k *Keeper) move(ctx context.Context, e errand) error {
	if !e.first {
		in, err := k.isIn(ctx, e.call.Key, e.leg)
		if err != nil || in {
			return err
		}
	}
	if !e.told(e.command.ID) && e.now.Before(e.command.Kept.Add(othersMoveWithin)) {
		return nil
	}
	return k.Carrier.Move(ctx, e.call.Key, e.leg, e.label)
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
	_, err = k.joined(ctx, key, room, all[i])
	return true, err
}

// joined keeps that somebody is in the room of whose join there is no report.
func (k *Keeper) joined(ctx context.Context, key, room string, who InRoom) (repeated bool, err error) {
	_, repeated, err = k.Log.Append(ctx, careline.CallEvent{
		ID:       room + "/join/" + who.Leg + "/reconciled",
		Call:     key,
		Leg:      who.Leg,
		Kind:     careline.KindRoom,
		At:       k.Now(),
		LookedUp: true,
		Room:     careline.RoomSaid{Act: careline.ActJoin, Conference: room, Label: who.Label},
	})
	return repeated, err
}

// triesAtMost is how often somebody is dialled for one command whose answers are lost.
const triesAtMost = 2

// add dials somebody into the room, unless they are there, or on the way.
func (k *Keeper) add(ctx context.Context, e errand) (leg string, done bool, err error) {
	if !e.first {
		_, all, err := k.Carrier.In(ctx, e.call.Key)
		if err != nil {
			return "", false, err
		}
		for _, p := range all {
			if p.Label == e.label {
				return p.Leg, true, nil
			}
		}
		if e.tries > triesAtMost {
			return "", false, nil
		}
	}

	leg, err = k.Carrier.Add(ctx, e.view.Conference, Invitation{Who: e.command.Room, Call: e.call.Key, From: e.from})
	return leg, true, err
}
