package store

import (
	"context"
	"time"

	"perci.health/careline"
)

// An engine is a database that keeps the rows of the log. It knows no rule of calls,
// of deliveries or of time: the one writer asks what it has to know (Find), decides
// (see plan.go), and has the engine write what was decided (Apply).

// Tx is a transaction of the one writer; over all programs only one is open at a
// time, from Find on.
type Tx interface {
	// Find answers what the rows say now. It may be asked again after Apply.
	Find(ctx context.Context, w Wanted) (Found, error)
	// Apply writes; an engine may put it off until Find or Commit.
	Apply(ctx context.Context, c Changes) error
	// Commit is durable when it returns. tell are the calls that other programs hear of.
	Commit(ctx context.Context, tell []string) error
	// Rollback takes everything back; after Commit it does nothing.
	Rollback(ctx context.Context) error
}

// Wanted is what has to be known before a batch is decided.
type Wanted struct {
	Keys    []string // of calls and legs
	Once    []Once   // is there an event of this id under the call of this key
	Loads   []LoadOf
	Ends    []Place // deliveries to be ended: whose call they are of by now, and how its cursor stands
	Session int64   // whose lock is to be looked at (see Found.Lost); 0: nobody's
}

// Once names an event by the key it would be kept under, and its id.
type Once struct{ Key, ID string }

// LoadOf asks for a clinician's load at a time, the call of a number left out.
type LoadOf struct {
	Clinician string
	At        time.Time
	ExceptKey string
}

// Place is an event's place in the log, as a consumer has it.
type Place struct {
	Consumer string
	Seq      int64
}

// Found is the answer.
type Found struct {
	End     int64           // the last place given out
	Numbers []int64         // for new calls: at least as many as Keys are unknown
	Rows    map[string]*Row // by key; of two keys of one call, the same row
	Kept    map[Once]careline.CallEvent
	Loads   []careline.Load // in the order asked
	Ends    []End           // in the order asked
	Lost    bool            // the session is over: nothing may be written for its claims
}

// End is how the call of a delivery stands; Row is nil when the event is no more.
type End struct {
	Row  *Row
	Next Waiting // the first event after the delivery's own that waits for the consumer; Seq 0: none
}

// Waiting is an event that waits for a consumer.
type Waiting struct {
	Seq  int64
	Kept time.Time
}

// Row is a call, or a leg whose call is not known yet.
type Row struct {
	careline.Standing
	Number  int64
	Joined  int64 // the call (Number) that this leg has joined; 0: it stands for itself
	Last    int64 // the place of its newest event; 0: none
	Cursors []Cursor
}

// Cursor is how far a consumer is with a call: it had every event up to Done that is
// meant for it, but for those in Again.
type Cursor struct {
	Consumer string
	Done     int64
	Due      time.Time // when the first that waits is due; zero: nothing waits
	Attempts int       // at the first that waits
	Cause    string    // why the last of them failed
	Again    []int64   // places at Done or before it that are to be delivered (again), in their order
}

// Changes are rows to be written, in the order of the fields.
type Changes struct {
	Moves       []Joining
	Calls       []*Row // new, or changed
	Keys        []KeyRow
	Events      []EventRow
	Cursors     []CursorRow
	Filings     []careline.Filing // by the Number in FilingCalls
	FilingCalls []int64
	Dead        []DeadRow
}

// Joining takes what was kept under a leg's own key to its call: its keys, its events
// with their places, its filings unless the call has such. What the call already has,
// by id, stays with the leg, and its dead letters are dropped.
type Joining struct{ Leg, Call int64 }

// KeyRow says what a key or a leg's id stands for.
type KeyRow struct {
	Key  string
	Call int64
}

// EventRow is an event. The engine asks nothing of what stands in the body.
type EventRow struct {
	Seq, Call int64
	ID        string
	Kept      time.Time
	Besides   string // a consumer of Config.Outbound that gets it too; empty: none
	Body      []byte // careline.CallEvent.Body
}

// CursorRow is a call's cursor.
type CursorRow struct {
	Call int64
	Cursor
}

// DeadRow is a delivery that was given up.
type DeadRow struct {
	Place
	Attempts int
	Buried   time.Time
	Cause    string
}
