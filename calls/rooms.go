package calls

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"perci.health/careline"
)

// Rooms let a clinician bring people into a call, put them on hold, mute and remove
// them, and end the call. What is asked is kept; Keeper carries it out.
type Rooms struct {
	Log RoomsLog
	// Appointments finds one appointment with its people.
	Appointments func(ctx context.Context, id string) (careline.Appointment, error)
	// Present are the clinicians whose app can be rung now; nil: nobody is.
	Present   func(ctx context.Context) ([]Ringable, error)
	Directory []Entry
	Policy    careline.Policy
	Most      int           // how many can be in a call at once
	Alone     time.Duration // how long a room waits for its clinician
	Now       func() time.Time

	// Asked are calls by when they were asked for, the newest first; nil: supervisors are
	// told only of what changes.
	Asked func(ctx context.Context, q careline.AskedFor, limit int) ([]careline.Asked, error)
	// Held are all events of a call in the log's order, perhaps without their reports, from
	// memory; false unless it is certain that the log holds no others. nil: nothing is held.
	Held func(ctx context.Context, call string) ([]careline.CallEvent, bool)
	// Knows reports whether it is certain that no room was asked for in a call, without
	// asking anybody; nil: it never is.
	Knows func(call string) bool
	// Wait returns when something of the call is new, or ctx ends; nil: it waits for
	// neither.
	Wait func(ctx context.Context, call string, seq int64)
}

// RoomsLog is the log as Rooms know it.
type RoomsLog interface {
	// Events are all that the log holds for a call, in the log's order.
	Events(ctx context.Context, call string) ([]careline.CallEvent, error)
	// Append keeps an event durably, once.
	Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
	// AppendAll is Append of several events, of which all are kept or none, in their order.
	AppendAll(ctx context.Context, all ...careline.CallEvent) (kept []careline.CallEvent, repeated []bool, err error)
}

// Asker is who asks about a call.
type Asker struct {
	Clinician  string // practitioner id; empty: not one
	Supervisor bool
}

// Seen is a call as who asks may see it.
type Seen struct {
	Call    careline.Call
	Own     bool      // they may change who is in it
	Self    string    // label of the party that they are; empty: none
	Most    int       // how many can be in it at once
	Waiting time.Time // until when the room waits for its clinician; zero: it does not

	goesOn bool // what supervisors may see
}

func noSuchCall() error {
	return careline.Because(careline.CodeNotFound, careline.ReasonNoCall, nil)
}

// Participants are who is in a call: for its clinician, for whoever is or was rung to
// join it, and of a call that goes on for supervisors. Of any other the error is of code
// not-found.
func (r *Rooms) Participants(ctx context.Context, who Asker, key string) (Seen, error) {
	events, err := r.Log.Events(ctx, key)
	if err != nil {
		return Seen{}, err
	}
	return r.See(who, events)
}

// See is Participants of a call that was read already.
func (r *Rooms) See(who Asker, events []careline.CallEvent) (Seen, error) {
	call := careline.Fold(events)
	s := r.seen(who, call, viewOf(call, events))
	if !s.may(who) {
		return Seen{}, noSuchCall()
	}
	return s, nil
}

// seen is a call as somebody sees it, who may have no right to.
func (r *Rooms) seen(who Asker, call careline.Call, view roomView) Seen {
	s := Seen{
		Call:    call,
		Own:     who.Clinician != "" && call.Clinician == who.Clinician,
		Self:    selfIn(call, who.Clinician),
		Most:    r.Most,
		Waiting: r.waiting(call, view),
	}

	s.goesOn = !call.Final() && call.Status != careline.StatusUnknown || view.isOpen()
	return s
}

// may reports whether who asked may see it.
func (s Seen) may(who Asker) bool {
	return s.Call.Clinician != "" && (s.Own || s.Self != "") || who.Supervisor && s.supervised()
}

// supervised reports whether it is a call that supervisors may see.
func (s Seen) supervised() bool { return s.Call.Clinician != "" && s.goesOn }

// selfIn is the label of the clinician in a call; of one who was brought in several
// times, the label by which they came last.
func selfIn(call careline.Call, clinician string) (label string) {
	if clinician == "" {
		return ""
	}
	for _, p := range call.Present() {
		own := p.Role == careline.RoleClinician && call.Clinician == clinician
		if own || p.Role == careline.RoleSecondClinician && p.Ref == practitioner(clinician) {
			label = p.Label
		}
	}
	return label
}

func practitioner(id string) careline.Reference { return careline.Reference("Practitioner/" + id) }

// waiting is until when an open room without a clinician goes on.
func (r *Rooms) waiting(call careline.Call, v roomView) time.Time {
	since, alone := clinicianAway(call, v)
	if !alone {
		return time.Time{}
	}
	return since.Add(r.Alone)
}

// clinicianAway is since when no clinician has been in an open room.
func clinicianAway(call careline.Call, v roomView) (since time.Time, away bool) {
	if !v.isOpen() || slices.ContainsFunc(v.legs(), func(leg string) bool { return clinical(roleOf(call, leg)) }) {
		return time.Time{}, false
	}
	since = v.lastLeft(call, true)
	return since, !since.IsZero()
}

// own is a call of the clinician's, with its events.
func (r *Rooms) own(ctx context.Context, clinician, key string) ([]careline.CallEvent, careline.Call, error) {
	events, err := r.events(ctx, key)
	if err != nil {
		return nil, careline.Call{}, err
	}
	call := careline.Fold(events)
	if clinician == "" || call.Clinician != clinician {
		return nil, careline.Call{}, noSuchCall()
	}
	return events, call, nil
}

// heldFor is how old the newest event of a call is at most that is told from memory: what
// is older may be forgotten in the log by now.
const heldFor = time.Hour

// events are those of a call: to read them is most of what it costs to ask for something.
func (r *Rooms) events(ctx context.Context, key string) ([]careline.CallEvent, error) {
	if r.Held != nil {
		events, ok := r.Held(ctx, key)
		if n := len(events); ok && n > 0 && r.Now().Sub(events[n-1].Kept) < heldFor {
			return events, nil
		}
	}
	return r.Log.Events(ctx, key)
}

func note(ctx context.Context, key string, e careline.CallEvent) {
	careline.Note(ctx, slog.String("call", key), slog.String("asked", string(e.Room.Act)), slog.String("party", e.Room.Label))
}
