package calls

import (
	"context"

	"perci.health/careline"
)

// RoomCarrier is the carrier as the keeper of rooms knows it. A room is named by the
// carrier's id of it, or, until that is known, by the key of its call. An error of code
// unavailable says that nobody knows whether it was done; one of code not-found, that the
// leg or the room is not there any more; any other, that it was refused.
//
// Wide: it is what a room can be asked for, one method a verb.
type RoomCarrier interface {
	// Move takes a leg out of what it does into the room of a call, as that party.
	Move(ctx context.Context, call, leg, label string) error
	// Add dials somebody into a room, and returns their leg.
	Add(ctx context.Context, room string, who Invitation) (leg string, err error)
	// In are those who are in the room of a call now, or dialled into it; no room of a
	// call that has none.
	In(ctx context.Context, call string) (room string, all []InRoom, err error)
	// Hold, Mute and Tell are of one who is in the room.
	Hold(ctx context.Context, room, leg string, on bool) error
	Mute(ctx context.Context, room, leg string, on bool) error
	// Tell says one of the sentences, SaidStay or SaidRecorded.
	Tell(ctx context.Context, room, leg, what string) error
	// Remove ends somebody's part in a room, and their leg; one who is not there is out.
	Remove(ctx context.Context, room, leg string) error
	// End ends a room for all.
	End(ctx context.Context, room string) error
	// HangUp ends a leg, whatever it is doing.
	HangUp(ctx context.Context, leg string) error
	// Leg is how a leg stands, as the events that its reports would have told; over:
	// nothing follows.
	Leg(ctx context.Context, leg string) (events []careline.CallEvent, over bool, err error)
}

// Invitation is that somebody is brought into a call.
type Invitation struct {
	Who  careline.RoomSaid // their number (To), or the identity of their app, and their label
	Call string            // its key
	From careline.Phone    // that their telephone shows
}

// InRoom is somebody in a room.
type InRoom struct {
	Leg, Label  string
	Held, Muted bool
}

// What can be said to somebody in a room, by a word for the carrier's place.
const (
	SaidStay     = "stay"     // the clinician's connection was lost, and may come back
	SaidRecorded = "recorded" // the call is recorded
)
