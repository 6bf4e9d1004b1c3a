package calls

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"perci.health/careline"
)

// attempt is one try to file a call: where it stands, and what else the first one
// has to know.
type attempt struct {
	filing careline.Filing
	look   bool // a first one looks before it makes
	mark   bool // a first one is marked in the log before it begins
}

// first reports whether it is to make the call's resource.
func (a attempt) first() bool { return a.filing.ID == "" && !a.filing.Tried }

// mark decides how a first filing begins. It is marked before, so that after a crash
// in between the next try looks for the resource instead of making a second one.
//
// Spared is the mark of a call of which nobody else can have tried to file anything,
// the first time that this process does. What a process that died so has left behind
// is found by the next one: a delivery from a log that is this process's alone, of
// which no try was noted and no filing saved, may be one. So it looks, once. Where
// several write the log, none spares the mark; and a try that failed was noted,
// and its mark saved unless nothing can have been made: after an outage the backlog
// that was tried is not looked for call by call.
//
// A call that was not asked for here is looked for, too: another system may have
// filed it, one that was replaced while the call went on, or this one before its log
// was lost. The request may come before the next try, so that is marked as well.
func (p Projector) mark(d careline.Delivery, filing careline.Filing, events []careline.CallEvent) attempt {
	untried := d.Attempts == 0
	unfiled := d.Known != nil && d.Known.Unfiled && untried
	return attempt{
		filing: filing,
		look:   !asked(events) || p.Exclusive && untried && !unfiled,
		mark:   !unfiled,
	}
}

// file has the chart write the call, and says where it then stands.
func (p Projector) file(ctx context.Context, d careline.Delivery, call careline.Call, a attempt) (careline.Filing, error) {
	if a.first() && a.mark {
		if err := p.Log.SaveFiling(ctx, tried(a.filing)); err != nil {
			return careline.Filing{}, err
		}
	}

	given := a.filing
	given.Tried = given.Tried || a.look
	again := func(ctx context.Context) (careline.Call, error) { return p.again(ctx, d.Event) }

	answered := false
	defer func() {
		if !answered { // it panics, which counts as a try
			_, _ = p.failed(ctx, a, true) // there is nobody to tell beside the panic
		}
	}()
	filed, err := p.Chart.File(ctx, call, given, again)
	answered = true
	if err != nil {
		mark, markErr := p.failed(ctx, a, filed.Tried)
		return mark, errors.Join(err, markErr)
	}

	filed.Call, filed.Seq, filed.Tried = call.Key, d.Event.Seq, true
	careline.Note(ctx, slog.String("communication", filed.ID), slog.String("version", filed.Version), slog.String("call_status", call.Word))
	return filed, nil
}

func tried(f careline.Filing) careline.Filing {
	f.Tried = true
	return f
}

// markWithin bounds the saving of a mark that comes after a try: the time for that
// may be over.
const markWithin = 5 * time.Second

// failed leaves the log knowing whether a first filing that failed may have made
// something all the same: it takes the mark back, or makes up for it. The filing is
// zero unless it may.
func (p Projector) failed(ctx context.Context, a attempt, maybe bool) (careline.Filing, error) {
	if !a.first() {
		return careline.Filing{}, nil
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markWithin)
	defer cancel()
	switch {
	case maybe && a.mark:
		return tried(a.filing), nil
	case maybe:
		if err := p.Log.SaveFiling(ctx, tried(a.filing)); err != nil {
			return tried(a.filing), unmarked{err}
		}
		return tried(a.filing), nil
	case a.mark:
		return careline.Filing{}, p.Log.SaveFiling(ctx, a.filing)
	}
	return careline.Filing{}, nil
}

// unmarked is why the log does not know of a first filing that may have made something.
// Were the try noted all the same, the next one would not look for what it made.
type unmarked struct{ error }

func (u unmarked) Unwrap() error { return u.error }

// Unnoted tells the relay that the try must not be noted.
func (u unmarked) Unnoted() error { return u.error }
