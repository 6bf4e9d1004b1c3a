package calls

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"

	"perci.health/careline"
)

func over() error {
	return careline.Because(careline.CodeConflict, careline.ReasonOver, nil)
}

func notInProgress() error {
	return careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "This is possible only while you are connected with the member. Please wait until they have answered, or call again.")
}

// Add brings somebody into an own call, of which kind and id are those of a candidate.
// It is kept, and carried out later; the party is who comes, as it stands then. The error
// has the reason why not.
func (r *Rooms) Add(ctx context.Context, clinician, key, kind, id string) (who careline.Party, err error) {
	events, call, err := r.own(ctx, clinician, key)
	if err != nil {
		return who, err
	}
	v := viewOf(call, events)
	if err := together(call, v); err != nil {
		return who, err
	}
	if call.Final() {
		return who, over() // the member is gone, whoever may still speak
	}
	chosen, err := r.whom(ctx, call, clinician, kind, id)
	if err != nil {
		return who, err
	}

	// A label is one ask's: of two who ask at once the second finds the first one's.
	for range maxLabels {
		switch {
		case isIn(call, chosen):
			return who, careline.Because(careline.CodeConflict, careline.ReasonAlreadyIn, nil)
		case r.full(call):
			return who, careline.NewReasoned(careline.CodeConflict, careline.ReasonRoomFull, fmt.Sprintf("At most %d people can be in a call at once. Somebody would have to leave first.", r.Most))
		}

		said := chosen.said
		said.Act, said.By, said.Label = careline.ActAdd, clinician, careline.NextLabel(events, chosen.role)
		kept, repeated, err := r.ask(ctx, key, v, said)
		if err != nil {
			return who, err
		}
		if !repeated {
			return careline.PartyAsked(&kept), nil
		}
		if events, call, err = r.own(ctx, clinician, key); err != nil {
			return who, err
		}
		v = viewOf(call, events)
	}
	return who, changedAtOnce()
}

func changedAtOnce() error {
	return careline.NewError(careline.CodeConflict, "Somebody else changed this call at the same time. Please try again.", nil)
}

// labelledID is the id of the event that gives a label, to whoever is brought in or comes
// back. It is the number's, so that of two who take the same one the log keeps the first.
func labelledID(key, label string) string {
	n, _, _ := careline.ReadLabel(label)
	return key + "/add/" + strconv.Itoa(n)
}

// maxLabels is how many others may ask at the same time.
const maxLabels = 10

// together reports why nobody can be brought in or put on hold: both have to speak with
// each other, or be in a room.
func together(call careline.Call, v roomView) error {
	switch {
	case v.isOpen() || v.moving() && !call.Final():
		return nil
	case v.over() || call.Final() || call.ClinicianLeft:
		return over()
	case call.Status != careline.StatusInProgress:
		return notInProgress()
	}
	return nil
}

// ask keeps what is asked of the carrier, and before it, that the call is to go on in a
// room where it is in none: both or neither. Repeated: somebody else has asked under the
// same id.
func (r *Rooms) ask(ctx context.Context, key string, v roomView, said careline.RoomSaid) (kept careline.CallEvent, repeated bool, err error) {
	e := careline.CallEvent{
		ID:   key + "/" + string(said.Act) + "/" + rand.Text(),
		Call: key,
		Kind: careline.KindPartyAsked,
		At:   r.Now(),
		Room: said,
	}
	if said.Act == careline.ActAdd {
		e.ID = labelledID(key, said.Label)
	}
	note(ctx, key, e)
	if said.Act == careline.ActEnd || v.asked {
		return r.Log.Append(ctx, e)
	}

	both, known, err := r.Log.AppendAll(ctx, r.roomFor(key, v, said.By), e)
	if err != nil {
		return kept, false, err
	}
	return both[1], known[1], nil
}

// roomFor is that a call of two is to go on in a room: the same event for all who ask.
func (r *Rooms) roomFor(key string, v roomView, by string) careline.CallEvent {
	return careline.CallEvent{
		ID:   key + "/room/" + strconv.Itoa(v.rooms+1),
		Call: key,
		Kind: careline.KindRoomAsked,
		At:   r.Now(),
		Room: careline.RoomSaid{Act: careline.ActStart, By: by},
	}
}

func notThere() error {
	return careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "They are not in this call any more.")
}

// of is somebody in a call that is the clinician's, or that they have joined themselves.
func (r *Rooms) of(ctx context.Context, clinician, key, label string) (events []careline.CallEvent, call careline.Call, p careline.Party, err error) {
	if events, err = r.Log.Events(ctx, key); err != nil {
		return nil, call, p, err
	}

	call = careline.Fold(events)
	own := clinician != "" && call.Clinician == clinician
	if !own && (selfIn(call, clinician) == "" || selfIn(call, clinician) != label) {
		return nil, call, p, noSuchCall()
	}
	p, ok := call.Party(label)
	if !ok {
		return nil, call, p, careline.Because(careline.CodeNotFound, careline.ReasonNoParty, nil)
	}
	return events, call, p, nil
}

// Remove takes somebody out of an own call; who joined may take themselves out. The
// only one on the member's side is not removed: that would leave the others alone.
func (r *Rooms) Remove(ctx context.Context, clinician, key, label string) error {
	events, call, p, err := r.of(ctx, clinician, key, label)
	if err != nil {
		return err
	}
	if hasGone(p) {
		return nil
	}

	others := slices.ContainsFunc(call.Present(), func(o careline.Party) bool {
		return o.Label != label && !clinical(o.Role) && o.Together
	})
	if !clinical(p.Role) && !others {
		return careline.Because(careline.CodeConflict, careline.ReasonLastMember, nil)
	}
	v := viewOf(call, events)
	if !v.isOpen() && !v.moving() {
		return notInProgress()
	}

	kept, _, err := r.ask(ctx, key, v, careline.RoomSaid{Act: careline.ActRemove, Label: label, By: clinician})
	if err != nil {
		return err
	}
	_, err = r.carriedOut(ctx, key, []string{kept.ID})
	return err
}

// End ends an own call for all. It is kept, and carried out later.
func (r *Rooms) End(ctx context.Context, clinician, key string) error {
	events, call, err := r.own(ctx, clinician, key)
	if err != nil {
		return err
	}
	v := viewOf(call, events)
	if !v.isOpen() && (call.Final() || call.ClinicianLeft || v.over()) {
		return over()
	}

	_, _, err = r.ask(ctx, key, v, careline.RoomSaid{Act: careline.ActEnd, By: clinician})
	return err
}

// carriedOut waits until what was asked of a call is answered, or ctx ends, and is why
// something of it came to nothing.
func (r *Rooms) carriedOut(ctx context.Context, key string, ids []string) (done bool, err error) {
	asking := context.WithoutCancel(ctx)
	for {
		events, err := r.Log.Events(asking, key)
		if err != nil {
			return false, err
		}

		left, failed := answered(events, ids)
		if failed != "" {
			return true, came(failed)
		}
		if left == 0 {
			return true, nil
		}

		if r.Wait == nil || ctx.Err() != nil {
			return false, nil
		}
		r.Wait(ctx, key, events[len(events)-1].Seq)
	}
}

// answered is how much of what was asked is not answered, and why one of it came to
// nothing; not of what was taken back, which nobody wants any more.
func answered(events []careline.CallEvent, ids []string) (left int, failed careline.Reason) {
	left = len(ids)
	for _, e := range events {
		if e.Kind != careline.KindPartyAnswered || !slices.Contains(ids, e.Room.Answers) {
			continue
		}
		left--
		if e.Room.Failed != "" && e.Room.Failed != string(takenBack) {
			failed = careline.Reason(e.Room.Failed)
		}
	}
	return left, failed
}

// came is the error of what came to nothing.
func came(why careline.Reason) error {
	switch why {
	case careline.ReasonMoveFailed, careline.ReasonTooLate, refused:
		return careline.Because(careline.CodeConflict, careline.ReasonMoveFailed, nil)
	case careline.ReasonOver:
		return over()
	}
	return notThere()
}
