package careline

import "time"

// The kinds of event of a call that is, or is to be, in a room. None of them takes an
// outcome back. Their text is kept in the log: never change one.
const (
	KindRoomAsked     Kind = "room-asked"     // a clinician wants the call to go on in a room; kept before the carrier is asked
	KindMoved         Kind = "moved"          // the carrier on a Dial that ended because its call moves to a room: no outcome
	KindRoom          Kind = "room"           // the carrier on the room, or on who is in it
	KindPartyAsked    Kind = "party-asked"    // a clinician wants something of a party, or of the call; kept before the carrier is asked
	KindPartyAnswered Kind = "party-answered" // what became of a room-asked or a party-asked
	KindPartyLeft     Kind = "party-left"     // the carrier on a party who has left the room
)

// ofRoom reports whether the kind is one of those above.
func (k Kind) ofRoom() bool {
	switch k {
	case KindRoomAsked, KindMoved, KindRoom, KindPartyAsked, KindPartyAnswered, KindPartyLeft:
		return true
	}
	return false
}

// RoomAct is what a clinician asks for, or what the carrier says has happened. Its text
// is kept in the log: never change one.
type RoomAct string

// What can be asked for with KindPartyAsked, and what KindRoom and KindPartyLeft tell.
const (
	ActAdd    RoomAct = "add"    // dial somebody into the room
	ActHold   RoomAct = "hold"   // and told: somebody is on hold
	ActUnhold RoomAct = "unhold" // and told
	ActMute   RoomAct = "mute"   // and told
	ActUnmute RoomAct = "unmute" // and told
	ActRemove RoomAct = "remove" // end a party's leg
	ActRejoin RoomAct = "rejoin" // the clinician comes back, on a leg of their own
	ActTell   RoomAct = "tell"   // say to a party that the call is recorded
	ActEnd    RoomAct = "end"    // end the call: of the room, and told of it; else of the clinician's leg

	ActStart RoomAct = "start" // told: two are in the room; and asked for with KindRoomAsked
	ActJoin  RoomAct = "join"  // told
	ActLeave RoomAct = "leave" // told
	ActFail  RoomAct = "fail"  // told: somebody could not be brought in
)

// RoomSaid is what an event of a room says. A zero field was not said.
type RoomSaid struct {
	Conference string    // the carrier's id of the room (Twilio: ConferenceSid)
	Act        RoomAct   // what was asked for, or has happened; of an answer, what its command asked for
	Label      string    // of the party that it is about, such as "p3-interpreter"
	Ref        Reference // who that is, in the health record; empty of an entry of the directory
	Entry      string    // id of the entry of the directory that the party is
	Name       string    // of the party: a person's, never to be logged
	To         Phone     // that is dialled, of a party with a telephone
	Identity   string    // by which the carrier knows the app that is rung, of a clinician
	By         string    // practitioner id of who asked
	Answers    string    // ID of the event that this is the answer to
	Failed     string    // why it came to nothing, in the carrier's or our word; empty: it was done
	LegLives   bool      // of one who has left: their leg goes on somewhere else
	Reason     string    // the carrier's word for why somebody left or the room ended
}

// RoomState is how a call stands with its room.
type RoomState string

// How a call stands with its room.
const (
	RoomNone   RoomState = ""       // two legs that were dialled together, or none
	RoomMoving RoomState = "moving" // it was asked for, and not all are there
	RoomOpen   RoomState = "open"
	RoomOver   RoomState = "over"
)

// Party is somebody in a call, as a clinician sees them. Before there is a room the
// clinician is p1-clinician and the member p2-member.
type Party struct {
	Label    string // its place and role: "p1-clinician"; unique in the call, and never used again
	Role     Role
	Ref      Reference // who it is, in the health record; empty when it does not have them
	Name     string    // a person's: never to be logged
	Entry    string    // id of the entry of the directory
	Ending   string    // last four digits of the number that was dialled
	Leg      string    // the carrier's id of their leg; empty until it is known
	Earlier  []string  // ids of the legs on which they were before: of a clinician who came back
	Status   Status    // of the leg
	Asked    time.Time
	Joined   time.Time // first in the call
	Left     time.Time
	Outcome  string // of one who is not in the call any more, or never was: left, removed, no-answer, busy, failed, declined, canceled, collided
	Held     bool
	HeldAt   time.Time // since when
	Muted    bool
	Together bool // in the room now, or, without one, connected
}
