package calls

import (
	"cmp"
	"context"
	"slices"
	"time"

	"perci.health/careline"
)

// Bounds of a page of an audit.
const (
	// AuditPage is how many calls a page has at most.
	AuditPage = 100
	// auditLooks is how many calls are told for one page at most: where few pass the
	// filters, a page ends early, and the next one goes on.
	auditLooks = 2000
)

// RangBack is the outcome of a call that a member began: it heard the clinic's message,
// and reached nobody.
const RangBack careline.Outcome = "called-back"

// Audit tells every call that the log holds, whoever placed it. It never asks the health
// record, so that it is whole while that is down.
type Audit struct {
	Log interface {
		// CallsAsked are calls by when they were asked for, the newest first.
		CallsAsked(ctx context.Context, q careline.AskedFor, limit int) ([]careline.Asked, error)
		// Callers are calls of a time: of each clinician who asked for any, one of the newest.
		Callers(ctx context.Context, from, to time.Time) ([]careline.Asked, error)
		// Events are all that the log holds for a call, in the log's order.
		Events(ctx context.Context, call string) ([]careline.CallEvent, error)
		// Filing is where the call's Communication stands in the record.
		Filing(ctx context.Context, call string) (careline.Filing, error)
	}
}

// AuditFilter says which calls are meant; what is zero lets every call pass.
type AuditFilter struct {
	careline.AskedFor
	Outcome careline.Outcome // or RangBack
	Refusal careline.Refusal
}

// Audited is a call as an auditor sees it.
type Audited struct {
	careline.Call
	Outcome careline.Outcome
	Summary string    // the outcome in words for a person
	Asked   time.Time // when it was asked for, by our clock
	Kept    time.Time // when the newest of it was kept here
	Record  string    // id of its Communication; empty while it is not in the record
}

// AuditedPage is a part of what passes a filter, the newest first.
type AuditedPage struct {
	Calls []Audited
	Next  careline.AskedPlace // where the next page begins (AskedFor.After); zero: there is none
}

// Page is the next calls that pass the filter, fewer than AuditPage where few of many do.
func (a Audit) Page(ctx context.Context, f AuditFilter) (AuditedPage, error) {
	page, asked := AuditedPage{}, f.AskedFor

	const atOnce = AuditPage + 1 // the one more tells whether there is a next page
	for looked := 0; looked < auditLooks; looked += atOnce {
		found, err := a.Log.CallsAsked(ctx, asked, atOnce)
		if err != nil {
			return AuditedPage{}, err
		}
		for _, one := range found {
			if len(page.Calls) == AuditPage {
				page.Next = asked.After
				return page, nil
			}
			asked.After = one.Place
			if call := audited(one); f.passes(call) {
				page.Calls = append(page.Calls, call)
			}
		}
		if len(found) < atOnce {
			return page, nil
		}
	}

	page.Next = asked.After
	return page, nil
}

func (f AuditFilter) passes(c Audited) bool {
	return (f.Outcome == "" || f.Outcome == c.Outcome) && (f.Refusal == "" || f.Refusal == c.Refusal)
}

// Caller is a clinician who asked for a call.
type Caller struct {
	ID   string // practitioner id
	Name string // as it was when a call was asked for; empty: not known
}

// Callers are all who asked for a call at from or later, and before to, by their names.
func (a Audit) Callers(ctx context.Context, from, to time.Time) ([]Caller, error) {
	found, err := a.Log.Callers(ctx, from, to)
	if err != nil {
		return nil, err
	}

	callers := make([]Caller, 0, len(found))
	for _, one := range found {
		call := careline.Fold(one.Events)
		if call.Clinician == "" {
			continue // it was forgotten while it was read
		}
		callers = append(callers, Caller{ID: call.Clinician, Name: call.Names.Sender})
	}
	slices.SortFunc(callers, func(a, b Caller) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return callers, nil
}

// One is a call with all its events, in the order in which they were kept. An error of
// code not-found says that the log holds no such call.
func (a Audit) One(ctx context.Context, key string) (Audited, []careline.CallEvent, error) {
	events, err := a.Log.Events(ctx, key)
	if err != nil {
		return Audited{}, nil, err
	}
	s := careline.Standing{}
	for _, e := range events {
		s = s.Told(e)
	}
	if !s.Listed {
		return Audited{}, nil, careline.Because(careline.CodeNotFound, careline.ReasonForgotten, nil)
	}

	filing, err := a.Log.Filing(ctx, key)
	if err != nil {
		return Audited{}, nil, err
	}
	call := audited(careline.Asked{
		Key:    key,
		Place:  careline.AskedPlace{At: s.AskedAt()},
		Events: events,
		Filing: filing,
	})
	return call, events, nil
}

func audited(one careline.Asked) Audited {
	call := careline.Fold(one.Events)
	a := Audited{
		Call:    call,
		Outcome: call.Outcome(),
		Summary: call.Summary(),
		Asked:   one.Place.At,
		Record:  one.Filing.ID,
	}

	a.Key = one.Key
	if a.Patient == "" {
		a.Patient = one.Patient
	}
	if n := len(one.Events); n > 0 {
		a.Kept = one.Events[n-1].Kept
	}
	if call.Status == careline.StatusUnknown {
		a.calledBack(one.Events)
	}
	return a
}

// calledBack tells of a call that a member began what its reports do: it has no clinician,
// and no leg but one.
func (a *Audited) calledBack(events []careline.CallEvent) {
	for _, e := range events {
		if e.Kind != careline.KindMemberCalled {
			continue
		}

		a.Outcome, a.Summary = RangBack, "Rang the clinic's number, and heard its message"
		a.MemberLeg, a.Direction = e.Leg, e.Direction
		if a.Sent.IsZero() || !e.At.IsZero() && e.At.Before(a.Sent) {
			a.Sent = e.At
		}
		if e.Status.Final() {
			a.Ended, a.Seconds, a.Status, a.Word = e.At, e.Seconds, e.Status, e.Word
		}
	}
}

// SummaryOf is how a call stands after these events, in words for a person.
func SummaryOf(events []careline.CallEvent) string {
	return audited(careline.Asked{Events: events}).Summary
}
