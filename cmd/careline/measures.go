package main

import (
	"context"
	"time"

	"perci.health/careline/calls"
	"perci.health/careline/pubsub"
	"perci.health/careline/telemetry"
)

// sources are what is asked when somebody reads the metrics.
func (p *parts) sources() telemetry.Sources {
	return telemetry.Sources{Backlog: p.backlog, CallerIDs: p.pool.Size, Gauges: []telemetry.Gauge{
		{Name: "careline_strays", Help: "Messages that nobody here can read, until they are replayed or discarded.", Ask: p.strays},
		{Name: "careline_calls_live", Help: "Calls that were placed and whose end nobody has told yet, of all instances.", Ask: p.liveCalls},
		{Name: "careline_event_streams", Help: "Open streams of events to browsers and apps, of this instance.", Ask: p.openStreams},
		{Name: "careline_calls_unsettled", Help: "Calls whose outcome should be known by now, and is not.", Ask: p.unsettled},
		{Name: "careline_recordings_overdue", Help: "Recordings that go on an hour after their call ended, as the last sweep of this instance found them.", Ask: p.overdueRecordings},
		{Name: "careline_fhir_quota_left", Help: "Units that the health record's last answer said are left; absent when it says nothing.", Ask: p.quotaLeft},
		{Name: "careline_fhir_quota_waiting", Help: "Requests that wait for the health record's quota.", Ask: p.quotaWaiting},
	}}
}

func (p *parts) backlog(ctx context.Context) (all []telemetry.Backlog, err error) {
	for _, consumer := range []string{chart, pubsub.ForwardConsumer, calls.RecordingsConsumer} {
		pending, dead, oldest, err := p.store.Backlog(ctx, consumer)
		if err != nil {
			return nil, err
		}
		b := telemetry.Backlog{Consumer: consumer, Pending: pending, Dead: dead}
		if !oldest.IsZero() {
			b.Oldest = time.Since(oldest)
		}
		all = append(all, b)
	}
	return all, nil
}

func (p *parts) strays(ctx context.Context) (float64, error) {
	n, err := p.store.CountStrays(ctx) // a message may have 10 MB, and this is asked every few seconds
	return float64(n), err
}

func (p *parts) unsettled(ctx context.Context) (float64, error) {
	_, all, err := p.store.Unsettled(ctx, time.Now(), 1)
	return float64(all), err
}

// lookedAtWithin is longer than any call waits to be looked up (calls.Reconciler): by
// then each that has no outcome yet is due.
const lookedAtWithin = 366 * 24 * time.Hour

func (p *parts) liveCalls(ctx context.Context) (float64, error) {
	_, all, err := p.store.Unsettled(ctx, time.Now().Add(lookedAtWithin), 1)
	return float64(all), err
}

func (p *parts) openStreams(context.Context) (float64, error) { return float64(p.streams.Load()), nil }

func (p *parts) overdueRecordings(context.Context) (float64, error) {
	return float64(p.recordings.overdue.Load()), nil
}

func (p *parts) quotaLeft(context.Context) (float64, error) {
	q := p.fhir.Quota()
	if !q.Known {
		return 0, telemetry.ErrNothingToTell
	}
	return float64(q.Left), nil
}

func (p *parts) quotaWaiting(context.Context) (float64, error) {
	return float64(p.fhir.Quota().Waiting), nil
}
