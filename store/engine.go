package store

import (
	"context"
	"time"

	"perci.health/careline"
)

// Engine is a database that keeps the rows of the log. It knows no rule of calls, of
// deliveries or of time: the one writer asks what it has to know (Find), decides, and
// has the engine write what was decided (Apply). What only reads, and the few things
// of an operator's day that are plain SQL, the engine's own Store does (Writer.Do).
type Engine interface {
	// Begin begins a transaction of the one writer. It connects first if need be.
	Begin(ctx context.Context) (Tx, error)
	// Fate is what an error of Begin, or of a transaction, means for those who wait.
	Fate(err error) Fate
	// Idle is told when nobody has written for a second.
	Idle()
}

// Fate is what becomes of a batch whose transaction failed.
type Fate int

// The fates.
const (
	// Alone: one request may have spoiled it for all, so that each gets its own.
	Alone Fate = iota
	// Everybody: it concerns every write, and nothing more of the batch is tried.
	Everybody
	// Again: the connection broke, so that nobody knows whether it was committed. It is
	// tried once more, on a new one: every request is the same when it is done twice.
	Again
)

// Tx is a transaction of the one writer; over all programs only one is open at a
// time, from Find on.
type Tx interface {
	// Find answers what the rows say now. It may be asked again after Apply. The answer
	// is good until the next Find or the end of the transaction, and its rows are the
	// plan's to change: an engine that remembers rows forgets them on Rollback.
	Find(ctx context.Context, w *Wanted) (*Found, error)
	// Apply writes; an engine may put it off until Find or Commit.
	Apply(ctx context.Context, c *Changes) error
	// Commit is durable when it returns. tell are the calls that other programs hear of.
	Commit(ctx context.Context, tell []string) error
	// Rollback takes everything back; after Commit it does nothing.
	Rollback(ctx context.Context) error
}

// Wanted is what has to be known before a batch is decided.
type Wanted struct {
	Keys    []string // of calls and legs; a key may be named twice
	Once    []Once   // is there an event of this id under the call of this key
	Loads   []LoadOf
	Ends    []Place // deliveries to be ended: whose call they are of by now, and how its cursor stands
	Letters []Place // is there such a dead letter
	Whole   []int64 // rows (Number) of which all events are wanted
	Session int64   // whose lock is to be looked at (see Found.Lost); 0: nobody's
}

// Once names an event by the key it would be kept under, and its id.
type Once struct{ Key, ID string }

// LoadOf asks for a clinician's load at a time, the call of a key left out.
type LoadOf struct {
	Clinician string
	At        time.Time
	ExceptKey string
}

// Place is an event's place in the log, as a consumer has it.
type Place struct {
	Consumer string
	Seq      int64
	Key      string // of the call when it was given out, if that is known: where to look first
}

// Found is the answer.
type Found struct {
	End     int64                // the last place given out
	Numbers []int64              // for new calls: at least as many as Keys are unknown
	Rows    map[string]*Row      // by key, those that are known; of two keys of one call, the same row
	Kept    map[Once]EventRow    // those of Once that are kept
	Loads   []careline.Load      // in the order asked (see Tally)
	Ends    []End                // in the order asked
	Letters []bool               // in the order asked
	Whole   map[int64][]EventRow // by number, in the log's order; bodies too
	Lost    bool                 // the session is over: nothing may be written for its claims
}

// End is how the call of a delivery stands.
type End struct {
	Row *Row // nil: the event is no more. Where Rows has the call too, the same row
	// First and Next are events of the call that are meant for the consumer (see
	// EventRow.For): the first after the cursor's Done, and the first after the
	// delivery's own. Places in the cursor's Again are not looked at.
	First, Next Waiting
}

// Waiting is an event that waits for a consumer. Seq 0: none.
type Waiting struct {
	Seq  int64
	Kept time.Time
}

// Row is a call, or a leg whose call is not known yet.
type Row struct {
	careline.Standing
	Number  int64
	Joined  int64 // the call (Number) that this leg has joined; 0: it stands for itself
	Last    int64 // the place of its newest event; 0: none. No column
	Cursors []Cursor

	planned bool // it is among the Calls to be written
	touched bool // something of it is to be written
}

// Cursor is how far a consumer is with a call: it had every event up to Done that is
// meant for it, but for those in Again. A consumer without one had all that there is,
// so an engine may drop a cursor for which nothing waits (Due is zero).
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
	Joins   []Joining
	Calls   []*Row   // new, or with another Standing or Joined
	Keys    []KeyRow // new ones
	Events  []EventRow
	Cursors []CursorRow // new, or in place of the one that there is; of two of one consumer and call the later counts
	Filings []FilingRow // new, or in place of what there is, unless that is further along (Seq)
	Refiled []Refiling
	Dead    []DeadRow // unless there is one already
	Alive   []Place   // dead letters that are none any more
	End     int64     // the last place given out, these events with it; 0: as it was
}

// Joining takes what was kept under a leg's own key to its call: Keys that stand for
// the leg (not those that stand for another), the events of the places Moved, and its
// filings unless the call has such. The leg keeps no filing and no cursor; legs that
// have joined it (Row.Joined) have joined the call. Dead letters of the places Twins,
// which stay with the leg, are dropped.
type Joining struct {
	Leg, Call    int64
	Keys         []string
	Moved, Twins []int64
}

// KeyRow says what a key or a leg's id stands for.
type KeyRow struct {
	Key  string
	Call int64
}

// EventRow is an event. An engine asks nothing of what stands in the body.
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

// FilingRow is a filing of the call of a number.
type FilingRow struct {
	Call int64
	careline.Filing
}

// Refiling has a call filed again. Whole: all its filings, and a new one of its
// Communication if there is none, become the zero filing with Tried set. Not whole:
// those at Seq or beyond go back to before it.
type Refiling struct {
	Call  int64
	Whole bool
	Seq   int64
}

// DeadRow is a delivery that was given up.
type DeadRow struct {
	Place
	Attempts int
	Buried   time.Time
	Cause    string
}
