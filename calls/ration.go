package calls

import (
	"context"
	"log/slog"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
)

// rationFor is how long one record of a refusal by rate speaks for those after it.
const rationFor = time.Minute

// Rations bounds what refusals by rate leave behind: one event, and so one record, a
// minute and person. Whoever has a session that leaked asks hundreds of times a
// second, and each record takes a hundred units of everybody's quota. The others are
// spoken and logged.
//
// It is this process's own, as Attempts is: to ask the log at every refusal would
// cost what it saves, and several instances are few.
type Rations struct {
	log interface {
		// Clinician is whose call it is; empty when no request of it was kept.
		Clinician(ctx context.Context, call string) (string, error)
		// Load is how busy a clinician is.
		Load(ctx context.Context, clinician string, now time.Time) (careline.Load, error)
	}
	now func() time.Time
	of  *lru.Cache[string, *ration]
}

// ration is one person's. Who holds the turn decides, and may read and set the rest.
type ration struct {
	turn  chan struct{}
	taken time.Time
}

// NewRations reads what is known of a call from the log.
func NewRations(log interface {
	Clinician(ctx context.Context, call string) (string, error)
	Load(ctx context.Context, clinician string, now time.Time) (careline.Load, error)
}, now func() time.Time) *Rations {
	of, err := lru.New[string, *ration](directorySize)
	if err != nil {
		panic("calls: " + err.Error()) // the size is a constant above zero
	}
	return &Rations{log: log, now: now, of: of}
}

// person is a ration whose turn is held until it is ended. One person's requests are
// decided one after the other: of many at once each must see what the others left.
func (r *Rations) person(ctx context.Context, clinician string) (*ration, error) {
	p, ok := r.of.Get(clinician)
	if !ok {
		p = &ration{turn: make(chan struct{}, 1)}
		if earlier, found, _ := r.of.PeekOrAdd(clinician, p); found {
			p = earlier
		}
	}

	select {
	case p.turn <- struct{}{}:
		return p, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *ration) end() { <-p.turn }

// rationed is keep, but for refusals by rate beyond the person's ration, which are
// answered and not kept.
func (s Starter) rationed(ctx context.Context, e careline.CallEvent) (careline.CallEvent, error) {
	if s.Rations == nil || e.Request.Refusal != "" && e.Request.Refusal != careline.RefusedRate {
		return s.keep(ctx, e)
	}

	p, err := s.Rations.person(ctx, e.Request.Clinician)
	if err != nil {
		return careline.CallEvent{}, err
	}
	defer p.end()

	now := s.Rations.now()
	if now.Sub(p.taken) < rationFor && s.overRate(ctx, e, now) {
		e.Kind, e.Request.Refusal, e.Request.CallerID = careline.KindRefused, careline.RefusedRate, careline.Phone{}
		careline.Note(ctx, slog.Bool("recorded", false))
		return e, nil
	}

	kept, err := s.keep(ctx, e)
	if err == nil && kept.Request.Refusal == careline.RefusedRate {
		p.taken = now
	}

	return kept, err
}

// overRate reports whether a request would be refused by rate. A call that the log
// knows gets the answer that it got first, and what cannot be told is for the log.
func (s Starter) overRate(ctx context.Context, e careline.CallEvent, now time.Time) bool {
	if owner, err := s.Rations.log.Clinician(ctx, e.Call); err != nil || owner != "" {
		return false
	}
	if e.Request.Refusal == careline.RefusedRate {
		return true
	}
	load, err := s.Rations.log.Load(ctx, e.Request.Clinician, now)
	return err == nil && s.Policy.MayBegin(load) == careline.RefusedRate
}

// counted is a refusal that was decided before the person's attempts were looked at,
// as one of them: these too can be had by the hundred.
func (s Starter) counted(r careline.Request) careline.Request {
	switch r.Refusal {
	case careline.RefusedAccount, careline.RefusedCaller, careline.RefusedAppointmentID:
		if s.Rations != nil && !s.Attempts.Another(r.Clinician) {
			r.Refusal = careline.RefusedRate
		}
	}
	return r
}
