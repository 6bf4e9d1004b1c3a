package store

import (
	"context"

	"perci.health/careline"
)

// Admit is Append for a request (KindRequested) that the clinician's load may
// still forbid. The load is counted where the event is kept, at its Kept time and
// without the call itself, so that of requests that come at once each counts
// those before it. If may returns a refusal, the event is kept as KindRefused
// with that refusal and without a caller id. A repetition is answered with what
// was kept first, whatever the load has become.
//
// Everybody who writes waits for may: it must be quick, and do nothing but
// decide. It may be asked more than once; the last answer counts.
func (s *sqliteStore) Admit(ctx context.Context, e careline.CallEvent, may func(careline.Load) careline.Refusal) (kept careline.CallEvent, repeated bool, err error) {
	if e.Kind != careline.KindRequested {
		return careline.CallEvent{}, false, invalid("an event of kind %q cannot be admitted, only a request", e.Kind)
	}
	return s.keep(ctx, e, keeping{decide: func(t *tx, call ref, e *careline.CallEvent) error {
		load, err := t.load(e.Request.Clinician, e.Kept, call.number)
		if err != nil {
			return err
		}
		if why := may(load); why != "" {
			e.Kind, e.Request.Refusal, e.Request.CallerID = careline.KindRefused, why, careline.Phone{}
		}
		return nil
	}})
}
