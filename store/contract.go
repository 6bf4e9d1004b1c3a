package store

import (
	"context"
	"time"

	"perci.health/careline"
)

// Store is the log and its queue, whichever database keeps them; sqlite.Open and
// postgres.Open make one. It may be used by many goroutines. Its parts are told apart
// by who uses them.
//
// Wide: it is what an engine promises; no user asks for more than a part.
type Store interface {
	Log
	Reading
	Joined
	Auditing
	Following
	Filings
	Claims
	Outcomes
	Letters
	Unsettled
	Strays
	Retention
	Presence
	Condition
}

// Log takes what was reported.
type Log interface {
	// Append keeps an event and one delivery of it to each of Config.Consumers,
	// durably, before it returns. The event kept has its Seq, its Kept and the
	// Call it was kept for: the one it names, else the one its leg is known to
	// belong to, else the leg's own id until that is known. Times are kept to the
	// microsecond, in UTC.
	//
	// An event of the same call and ID is kept once: a repetition writes nothing
	// and is answered with what was kept first, and repeated set. What was kept
	// under a leg's own key belongs to the call once an event tells which call
	// that is.
	//
	// An error of code invalid says that the event names no ID, or neither call nor
	// leg, or one of more than a thousand bytes; one of code unavailable, that it is not known to be kept: the sender
	// should repeat it. A caller whose ctx ends while the event is being committed
	// still learns how that went.
	Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)

	// AppendFor is Append with one delivery more, to the consumer named, which
	// must be one of Config.Outbound. A repetition causes none.
	AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)

	// AppendAll is Append of several events in one transaction, in their order: what is
	// told of any of them holds for all. Those that are repetitions are answered as such,
	// and the others are kept. besides is the consumer of Config.Outbound that gets an event
	// too, and empty for none; nil: of all.
	AppendAll(ctx context.Context, besides func(careline.CallEvent) string, all ...careline.CallEvent) (kept []careline.CallEvent, repeated []bool, err error)

	// Admit is Append for a request (KindRequested) that the clinician's load may
	// still forbid. The load is counted where the event is kept, at its Kept time and
	// without the call itself, so that of requests that come at once, to whichever
	// instance, each counts those before it. If may returns a refusal, the event is
	// kept as KindRefused with that refusal and without a caller id. A repetition is
	// answered with what was kept first, whatever the load has become.
	//
	// Others who write may wait for may: it must be quick, and do nothing but
	// decide. It may be asked more than once; the last answer counts.
	Admit(ctx context.Context, e careline.CallEvent, may func(careline.Load) careline.Refusal) (kept careline.CallEvent, repeated bool, err error)
}

// Reading reads the log by call.
type Reading interface {
	// Events are all that the log holds for a call, in the log's order. The key
	// is the call's: what was kept under a leg's own key is found there only
	// until the leg's call is known.
	Events(ctx context.Context, call string) ([]careline.CallEvent, error)
	// Clinician is whose call it is; empty when no request of it was kept, or the
	// request named nobody.
	Clinician(ctx context.Context, call string) (string, error)
	// Load is how busy a clinician is at the time now: Recent, asked for in the
	// last minute, refused or not; Live, not refused and not known to be over, of
	// which the carrier has reported something and that began in the last four
	// hours, or has reported nothing and that began in the last three minutes.
	Load(ctx context.Context, clinician string, now time.Time) (careline.Load, error)
	// CallsOf are the keys of the calls whose request names this patient, and of those
	// without a request's word that were filed as this patient's (careline.Filing.Patient),
	// in the order of their beginning.
	CallsOf(ctx context.Context, patient careline.Reference) ([]string, error)
	// CallsKept are the keys of the calls whose newest event was kept at from or
	// later, and before to, in the order of those events; those of looks among them
	// (careline.LookKey). It may read the whole log: it is for an operator.
	CallsKept(ctx context.Context, from, to time.Time) ([]string, error)
}

// Joined reads which legs are of one call.
type Joined interface {
	// CallOf is the key of the call that a key stands for: its own, or that of the call
	// to which a leg belongs; empty when it is none's.
	CallOf(ctx context.Context, leg string) (string, error)
}

// Auditing reads the log by time.
type Auditing interface {
	// CallsAsked are calls by when they were asked for (careline.Standing.AskedAt), the
	// newest first, at most limit: refused ones, those that the REST API placed and those
	// that a member began too. A leg that has joined its call is none, nor is a key under
	// which nothing tells of a call (careline.CallEvent.OfCall). Calls that begin while
	// somebody goes on from page to page come before all that they have yet to see.
	CallsAsked(ctx context.Context, q careline.AskedFor, limit int) ([]careline.Asked, error)
	// Callers are calls that were asked for at from or later, and before to: of each
	// clinician who asked for any, refused or not, one of the newest, in no order.
	Callers(ctx context.Context, from, to time.Time) ([]careline.Asked, error)
}

// Following reads the log from a place on, for whoever looks at it live. An event
// is seen only when all those before it in the log are.
type Following interface {
	// CallsSince are the keys of a clinician's calls, refused ones too, that have
	// an event after seq, in the order of their newest events.
	CallsSince(ctx context.Context, clinician string, seq int64) ([]string, error)
	// LiveSince is the place in the log after which everything stands that a
	// clinician who begins to look at the time now has to hear: before the first of
	// those calls that may still be live, else the log's end.
	LiveSince(ctx context.Context, clinician string, now time.Time) (int64, error)
	// Newest is the last place in the log; 0 while it is empty.
	Newest(ctx context.Context) (int64, error)
	// Rings are the events after seq, and kept at from or later, that tell of one
	// party ringing the other: clinicians' requests (KindRequested, KindRefused) and
	// calls that a member began (KindMemberCalled); at most limit, in the log's order.
	Rings(ctx context.Context, seq int64, from time.Time, limit int) ([]careline.CallEvent, error)
}

// Filings tell where calls stand in the health record.
type Filings interface {
	// Filing is where the call itself stands, its Communication; the zero filing with
	// its Call set when it was never filed.
	Filing(ctx context.Context, call string) (careline.Filing, error)
	// SaveFiling replaces the call's filing of the same resource (Of), durably, before
	// it returns; one that is further along (Seq) is left as it is. An error of code conflict says that
	// the key turned out to be a leg of another call.
	SaveFiling(ctx context.Context, f careline.Filing) error
	// Doubted are the filings in doubt (careline.Filing.Doubted) whose last event
	// was kept after since.
	Doubted(ctx context.Context, since time.Time) ([]careline.Filing, error)
	// Refile has a consumer given a call again. Whole: every event of the call is
	// a delivery again, never tried, and its filings are forgotten but for Tried,
	// which is set, so that the record is searched before anything is made anew.
	// Not whole: the call's last event alone, and the filings' Seq goes back before
	// it. The first delivery is due at once; what is pending stays in its place,
	// and dead letters of the call that became deliveries are dead no more. An
	// error of code not-found says that the log has no such call.
	Refile(ctx context.Context, consumer, call string, whole bool) error
}

// Claims give out the work, one call at a time.
type Claims interface {
	// Due are calls whose first pending delivery is due and that nobody has
	// claimed, at most limit, the longest due first; and next, when the earliest
	// delivery that is not due yet will be (zero: none waits).
	Due(ctx context.Context, consumer string, now time.Time, limit int) (calls []string, next time.Time, err error)
	// Claim takes a call for whoever asks, until Release or the end of the process;
	// ok is false when somebody has it, in this instance or another. Consumer and
	// call may be any words: a task that one instance does at a time is claimed in
	// the same way.
	//
	// A claim may be lost: then somebody else may have it before this instance
	// knows. So what is done under a claim is done with held, which is ctx until the
	// claim is given back or lost, and then ends. Whatever is asked with it, or with
	// a context made of it, belongs to this one epoch of the claim: once that is
	// over, Next, SaveFiling and all Outcomes change nothing and say so with an error
	// of code unavailable, and Release leaves the claim of whoever has it now.
	Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error)
	// Release gives a claimed call back.
	Release(ctx context.Context, consumer, call string) error
	// Next is the first pending delivery of a call that the caller has claimed; ok
	// is false when there is none, or it is not due at the time now. What is Known
	// of the call comes with it if the store has read it anyway. An error of code
	// unavailable also says that the claim was lost.
	Next(ctx context.Context, consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error)
}

// Outcomes take the work back.
type Outcomes interface {
	// Done ends a delivery: the consumer has its event. A delivery that is ended
	// already is left so. Unless filed is the zero Filing it is saved with it, in one
	// transaction, as SaveFiling would; then an error of code conflict says that its
	// key turned out to be a leg of another call, and the delivery has not ended.
	Done(ctx context.Context, d careline.Delivery, filed careline.Filing) error
	// Retry counts a failed attempt and makes the delivery due again at the time
	// at; those behind it wait.
	Retry(ctx context.Context, d careline.Delivery, at time.Time, cause string) error
	// Bury gives a delivery up, after one more failed attempt: it is kept among the
	// dead letters, and the delivery behind it is due at once.
	Bury(ctx context.Context, d careline.Delivery, cause string) error
}

// Dead is a delivery that was given up, kept until somebody revives or discards it.
type Dead struct {
	Delivery careline.Delivery // its Attempts are all that were made
	Cause    string            // why it was given up
	Buried   time.Time
}

// Letters are the deliveries that were given up.
type Letters interface {
	// Dead are a consumer's dead letters, in the log's order.
	Dead(ctx context.Context, consumer string) ([]Dead, error)
	// DeadOne is one of them, by its event's Seq. An error of code not-found says
	// that there is no such dead letter.
	DeadOne(ctx context.Context, consumer string, seq int64) (Dead, error)
	// Revive makes a dead letter a delivery again, never tried and due at once, in
	// its place before what is pending for its call. An error of code not-found
	// says that there is no such dead letter.
	Revive(ctx context.Context, consumer string, seq int64) error
	// Discard drops a dead letter; its event stays in the log. An error of code
	// not-found says that there is no such dead letter.
	Discard(ctx context.Context, consumer string, seq int64) error
	// Backlog counts a consumer's deliveries: those still to be made, those given
	// up, and when the event of the oldest still to be made was kept (zero: none
	// waits).
	Backlog(ctx context.Context, consumer string) (pending, dead int, oldest time.Time, err error)
}

// Unsettled are the calls whose end nobody has reported yet, and when to look them up
// at the carrier. A call is looked at first LookAfter after its first event was
// kept, unless its outcome is known by then: a final report of the member's leg,
// the outcome of the Dial, or a refusal. What a member began, and a leg whose call
// is not known, is not looked at.
type Unsettled interface {
	// Unsettled are calls that are to be looked at by the time now, at most limit,
	// the longest waiting first; and how many there are in all.
	Unsettled(ctx context.Context, now time.Time, limit int) (calls []string, all int, err error)
	// LookAgain sets when the call is looked at next; zero: not again. A call whose
	// outcome is known meanwhile stays so.
	LookAgain(ctx context.Context, call string, at time.Time) error
}

// Strays are messages that nobody here could read.
type Strays interface {
	// KeepStray keeps a message, durably, before it returns; one of the same ID is
	// kept once.
	KeepStray(ctx context.Context, m careline.Stray) error
	// Strays are those kept, in the order of their coming.
	Strays(ctx context.Context) ([]careline.Stray, error)
	// Stray is one of them, by its Seq. An error of code not-found says that there
	// is none.
	Stray(ctx context.Context, seq int64) (careline.Stray, error)
	// CountStrays is how many those are; it reads none of them.
	CountStrays(ctx context.Context) (int, error)
	// DropStray forgets one, by its Seq. An error of code not-found says that there
	// is none.
	DropStray(ctx context.Context, seq int64) error
}

// Retention forgets.
type Retention interface {
	// Purge forgets every trace of up to limit calls, or looks, whose newest event was kept
	// before the time given, pending deliveries and dead letters too, and of strays
	// as old. It returns what it forgot: fewer keys than limit, and it is done.
	// A call of which a recording is in the record (a filing with an ID, Of "Media/…")
	// stays, for the log says who may hear it; and one of which the carrier may have sound
	// (an event "<recording>/…", and none "<recording>/gone", "…/absent…" or "…/failed…"),
	// for nothing else says that it is to be deleted. Places in the log are never given
	// out twice.
	Purge(ctx context.Context, before time.Time, limit int) (careline.LogCount, error)
	// Old is what Purge would forget now, without a limit, by the same rule. It may read
	// the whole log: it is for an operator.
	Old(ctx context.Context, before time.Time) (careline.LogCount, error)
	// Erase forgets every trace of a call. An error of code not-found says that
	// there is none.
	Erase(ctx context.Context, call string) error
}
