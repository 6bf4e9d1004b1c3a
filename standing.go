package careline

import "time"

// What the log counts by. They are rules of calls, and stand nowhere else.
const (
	// RecentFor is the minute of Policy.PerMinute.
	RecentFor = time.Minute
	// LiveFor is how long a call can last: Twilio ends every call after four hours
	// (its timeLimit's maximum), so one that nothing was heard of for longer is over,
	// and a lost report does not keep a clinician from calling.
	LiveFor = 4 * time.Hour
	// SilentFor is how long a call may go on without any report: Twilio reports that it
	// dials, at once, and at the latest that the ringing has ended, here with a margin.
	// A call of whose answer Twilio never learnt is never reported, and must not keep
	// its clinician from calling again.
	SilentFor = 3 * time.Minute
	// LookAfter is how long after its first event a call without an outcome is looked
	// up at the carrier: when the longest ringing is over, and its reports have had
	// time to come by themselves.
	LookAfter = 3 * time.Minute
)

// Standing is what the log remembers of a call beside its events, so that it can say
// who is calling, and which calls to look up, without reading any.
type Standing struct {
	Key       string
	First     time.Time // when the first of its events was kept
	Listed    bool      // it is a call (see OfCall); false of a key under which something else is kept
	Requested bool      // a request of it was kept
	Clinician string    // of the request; may be empty though there was one
	Patient   Reference // of the request; else whose it was found to be when it was filed
	Begun     time.Time // when the request was kept

	Heard   bool      // the carrier has reported something of it
	Over    bool      // ended, or refused
	Room    bool      // it was to go on in a room, and that did not fail: it does not end with the clinician's leg
	Settled bool      // its outcome is known, or nobody needs to look for one
	Look    time.Time // when it is looked up at the carrier; zero: not, or not known to be a clinician's call yet
}

// Told is the standing after an event of the call, whose Call is still what the
// report said and whose Kept is set. The first request stands.
func (s Standing) Told(e CallEvent) Standing {
	if s.First.IsZero() {
		s.First = e.Kept
	}
	s.Listed = s.Listed || e.OfCall()

	if e.Asks() && !s.Requested {
		s.Requested, s.Begun = true, e.Kept
		s.Clinician = e.Request.Clinician
		if e.Request.Patient != "" {
			s.Patient = e.Request.Patient
		}
	}
	s.Heard = s.Heard || e.Heard()
	s.Room = (s.Room || e.Kind == KindRoomAsked) && !e.noRoom()
	s.Over = s.Over || e.Ends() && !(s.Room && e.Kind == KindClinicianLeg && !e.LookedUp)
	s.Settled = s.Settled || e.Settles()

	if s.Look.IsZero() && e.Call != "" && e.Kind != KindMemberCalled && e.Kind != KindLook && !e.Kind.ofRecording() && !e.Commands() {
		s.Look = s.First.Add(LookAfter)
	}
	if s.Settled {
		s.Look = time.Time{}
	}
	return s
}

// Joined is the standing of a call that a leg of it, known by its own key so far,
// has joined.
func (s Standing) Joined(leg Standing) Standing {
	if s.First.IsZero() || !leg.First.IsZero() && leg.First.Before(s.First) {
		s.First = leg.First
	}
	s.Listed = s.Listed || leg.Listed
	s.Heard = s.Heard || leg.Heard
	s.Over = s.Over || leg.Over
	s.Room = s.Room || leg.Room
	s.Settled = s.Settled || leg.Settled

	if s.Look.IsZero() || !leg.Look.IsZero() && leg.Look.Before(s.Look) {
		s.Look = leg.Look
	}
	if s.Settled {
		s.Look = time.Time{}
	}
	return s
}

// LiveAt reports whether the call counts as live at the time now: it is not known to
// be over (by the end of the member's leg, or of the clinician's when they are in no
// room; whoever dropped out of a room is counted until that or the call is told to be
// over, or was looked up), and either the carrier has reported something of it and it began in the
// last LiveFor, or it began in the last SilentFor.
func (s Standing) LiveAt(now time.Time) bool {
	if s.Over || !s.Begun.After(now.Add(-LiveFor)) {
		return false
	}
	return s.Heard || s.Begun.After(now.Add(-SilentFor))
}

// Heard reports whether the event is the carrier's word on the call: no request, and
// nothing else that careline or a clinician says of it.
func (e CallEvent) Heard() bool {
	switch e.Kind {
	case KindConsent, KindRecordingKept, KindRecordingGone:
		return false
	}
	return !e.Asks() && e.Kind != KindNoted && !e.Commands()
}

// Commands reports whether the event asks the carrier for something, or tells what
// became of that, which may be that the carrier did not answer.
func (e CallEvent) Commands() bool {
	switch e.Kind {
	case KindRoomAsked, KindPartyAsked, KindPartyAnswered, KindRecordingAsked:
		return true
	}
	return e.Kind == KindRecording && e.Sound.Answers != ""
}

// noRoom reports whether the event says that the call does not go on in a room: the
// room is over, or the move to it failed. The answer to a KindRoomAsked says the Act of
// that: ActStart, or none.
func (e CallEvent) noRoom() bool {
	switch e.Kind {
	case KindRoom:
		return e.Room.Act == ActEnd
	case KindPartyAnswered:
		return (e.Room.Act == "" || e.Room.Act == ActStart) && e.Room.Failed != ""
	}
	return false
}

// Asks reports whether the event is a clinician's request, not a carrier's report.
func (e CallEvent) Asks() bool { return e.Kind == KindRequested || e.Kind == KindRefused }

// Ends reports whether the event says that the call, or the clinician's part in it,
// is over, or that it was refused.
func (e CallEvent) Ends() bool {
	switch e.Kind {
	case KindProgress, KindDialEnded, KindClinicianLeg:
		return e.Status.Final()
	}
	return e.Kind == KindRefused
}

// Settles reports whether the event tells the call's outcome.
func (e CallEvent) Settles() bool {
	switch e.Kind {
	case KindProgress, KindDialEnded:
		return e.Status.Final()
	}
	return e.Kind == KindRefused
}

// OfCall reports whether the event alone says that there was a call: one that was asked
// for, that the carrier reports of, or that a member began. Who answered says no more
// than a leg's id until that leg's call is known.
func (e CallEvent) OfCall() bool {
	switch e.Kind {
	case KindRequested, KindRefused, KindProgress, KindDialEnded, KindClinicianLeg, KindMemberCalled, KindRingLeg, KindParty,
		KindMoved, KindRoom, KindPartyLeft:
		return true
	}
	return false
}

// AskedAt is when the call was asked for, by our clock: when its request was kept; of one
// without a request, when the first that was told of it was.
func (s Standing) AskedAt() time.Time {
	if s.Begun.IsZero() {
		return s.First
	}
	return s.Begun
}

// Key is the key under which an event is kept until more is known: the call that it
// names, else its leg.
func (e CallEvent) Key() string {
	if e.Call == "" {
		return e.Leg
	}
	return e.Call
}

// News is something new of a call, told to those who follow the log.
type News struct {
	// Event was just kept. With a Seq of 0 only its Call is known: something of it is
	// to be looked for in the log.
	Event CallEvent
	// Before is the place of the call's event before it: 0, it is the call's first;
	// negative, not known.
	Before int64
}
