package calls

import "perci.health/careline"

// Answer is what the carrier shall do with a call now. It is one of Refuse, Say, Dial,
// Join, Wait and TakeMessage, and says nothing of how the carrier is told: that is the
// place's that speaks with it. Start answers with Refuse or Dial; the others are for
// verbs that are to come.
type Answer interface{ answer() }

// Refuse ends the call with the reason, spoken.
type Refuse struct {
	Why careline.Refusal
	To  careline.Phone // that was asked for; the sentence may name its country
}

// Say ends the call with a sentence, spoken.
type Say struct {
	Text string
}

// Dial connects the call with the first of the callees who answers: they ring at
// once. There are one to ten of them, as many as the carrier rings (Twilio,
// voice/twiml/dial).
type Dial struct {
	Callees     []Callee
	CallerID    careline.Phone // that a callee's telephone shows
	Appointment string         // for which it is; empty when there is none
	// Announce is the key of a call that is recorded: whoever answers a telephone is told
	// so before they are connected, and can decline. Empty: nobody is told.
	Announce string
}

// Callee is a telephone or a clinician's app: one of the two fields is set.
type Callee struct {
	Phone    careline.Phone
	Identity string // by which the carrier knows the app: careline.WebIdentity, careline.MobileIdentity
}

// Join takes the call into a room, in which all who join it speak with each other,
// until the last has left or the carrier's limit is reached.
type Join struct {
	Room  string // its name, the same for all who join; nothing of a person
	Label string // of the one who joins, in this room and no other's: "p2-member"
}

// Wait holds the call in a queue, with the carrier's music, until somebody takes it
// from there.
type Wait struct {
	Queue string // its name; nothing of a person
}

// TakeMessage records what the caller says after a greeting, until they hang up, say
// nothing for a while, or have spoken for as long as a message may be.
type TakeMessage struct {
	Greeting string // spoken before; empty: none
	Seconds  int    // the longest message: 1 to 600, the most that the carrier records of a call from an app
}

func (Refuse) answer()      {}
func (Say) answer()         {}
func (Dial) answer()        {}
func (Join) answer()        {}
func (Wait) answer()        {}
func (TakeMessage) answer() {}

// RoomOver is what somebody hears who comes to a room that is over, or is not theirs.
const RoomOver = "This conversation has ended, so you cannot join it any more."
