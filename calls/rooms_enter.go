package calls

import (
	"context"
	"log/slog"

	"perci.health/careline"
)

// Enter is what a leg of a call does that comes to the call's room as the party of that
// label: it joins. One that is not of the call, and any that comes when there is no room,
// hears RoomOver.
func (r *Rooms) Enter(ctx context.Context, key, leg, label string) (Answer, error) {
	events, err := r.Log.Events(ctx, key)
	if err != nil {
		return nil, err
	}
	call := careline.Fold(events)
	v := viewOf(call, events)
	if !v.asked || v.over() || !ofCall(call, leg, label) {
		return Say{Text: RoomOver}, nil
	}
	return Join{Room: key, Label: label}, nil
}

// ofCall reports whether the leg is that of the party.
func ofCall(call careline.Call, leg, label string) bool {
	switch label {
	case careline.LabelClinician:
		return leg == call.Key
	case careline.LabelMember:
		return leg == call.MemberLeg && leg != call.Key
	}
	p, ok := call.Party(label)
	return ok && p.Leg == leg
}

// Moved reports whether the Dial of a call's own leg has ended because the call goes to
// a room, and takes the leg there. It goes nowhere, a nil answer, when that is over.
func (r *Rooms) Moved(ctx context.Context, key string) (answer Answer, moved bool, err error) {
	if r.Knows != nil && r.Knows(key) {
		return nil, false, nil
	}

	events, err := r.Log.Events(ctx, key)
	if err != nil {
		return nil, false, err
	}
	v := viewOf(careline.Fold(events), events)
	switch {
	case !v.asked:
		return nil, false, nil
	case v.over():
		return nil, true, nil
	}
	return Join{Room: key, Label: careline.LabelClinician}, true, nil
}

// Rejoin takes a clinician back into the room of a call of theirs, on a leg of its own:
// no new call begins. That the leg is the call's is kept before it joins; the same leg
// asked for again gets the same answer. Whoever may not, or comes too late, hears
// RoomOver. An error means that it could not be kept.
func (r *Rooms) Rejoin(ctx context.Context, ask Ask) (Answer, error) {
	if ask.Refusal != "" || ask.Clinician == "" {
		return Refuse{Why: refusalOf(ask)}, nil
	}

	careline.Note(ctx, slog.String("rejoins", ask.Join), slog.String("clinician", ask.Clinician))
	events, err := r.Log.Events(ctx, ask.Join)
	if err != nil {
		return nil, err
	}
	call := careline.Fold(events)
	v := viewOf(call, events)
	if call.Key != ask.Join || call.Clinician != ask.Clinician || !v.isOpen() {
		return Say{Text: RoomOver}, nil
	}

	label, err := r.comesBack(ctx, ask, events, call)
	if err != nil {
		return nil, err
	}
	return Join{Room: ask.Join, Label: label}, nil
}

// comesBack keeps on which leg the clinician comes back, and is the label by which they
// do: one for each leg, however many come at once.
func (r *Rooms) comesBack(ctx context.Context, ask Ask, events []careline.CallEvent, call careline.Call) (label string, err error) {
	for range maxLabels {
		for _, e := range events {
			if e.Room.Act == careline.ActRejoin && e.Leg == ask.Call {
				return e.Room.Label, nil
			}
		}

		label := careline.NextLabel(events, careline.RoleClinician)
		_, repeated, err := r.Log.Append(ctx, careline.CallEvent{
			ID:   labelledID(ask.Join, label),
			Call: ask.Join,
			Leg:  ask.Call,
			Kind: careline.KindPartyAsked,
			At:   r.Now(),
			Room: careline.RoomSaid{
				Act:   careline.ActRejoin,
				Label: label,
				Ref:   call.Sender,
				Name:  call.Names.Sender,
				By:    ask.Clinician,
			},
			Report: ask.Report,
			Trace:  ask.Trace,
		})
		if err != nil || !repeated {
			return label, err
		}
		if events, err = r.Log.Events(ctx, ask.Join); err != nil {
			return "", err
		}
	}
	return "", changedAtOnce()
}

func refusalOf(ask Ask) careline.Refusal {
	if ask.Refusal != "" {
		return ask.Refusal
	}
	return careline.RefusedCaller
}
