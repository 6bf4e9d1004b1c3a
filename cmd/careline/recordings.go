package main

import (
	"context"
	"sync/atomic"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/fhir"
	"perci.health/careline/relay"
	"perci.health/careline/twilio"
)

// recordingParts are what has to do with recordings. They run also where calls are not
// recorded any more: what was is still told of, heard and deleted.
type recordingParts struct {
	on       bool // calls are recorded
	consents calls.Consents
	asked    calls.Recordings
	sweep    *calls.RecordingSweep
	relay    *relay.Relay
	overdue  atomic.Int64 // recordings that go on an hour after their calls, by the last sweep here
}

// newRecordings makes them, once the log is open.
func newRecordings(c config, p *parts, carrier *twilio.Client, chart *fhir.Chart) {
	r := &p.recordings
	r.on = c.features.recording != ""
	r.consents = calls.Consents{
		Log:       p.counted(),
		Refuses:   p.fhir.RefusesRecording,
		Announced: c.features.recording == "announced",
		Now:       time.Now,
	}
	r.asked = calls.Recordings{
		Log:      p.counted(),
		Consents: r.consents,
		Heard:    p.heard(),
		Sound:    carrier.Sound,
		LegOf: func(ctx context.Context, sid string) (string, error) {
			is, err := carrier.FetchRecording(ctx, sid)
			return is.Leg, err
		},
		Mode: c.features.recording,
		Now:  time.Now,
	}
	r.sweep = &calls.RecordingSweep{
		Log:     p.counted(),
		Listed:  carrier.Recordings,
		Held:    chart.Held,
		Keep:    c.features.keep,
		Now:     time.Now,
		Observe: p.metrics.Recording,
		Overdue: func(n int) { r.overdue.Store(int64(n)) },
	}

	keeper := calls.RecordingKeeper{
		Log:       p.counted(),
		Carrier:   carrier,
		Callback:  func(call string) string { return twilio.RecordingCallback(c.public.String(), call) },
		Announced: c.features.recording == "announced",
		Off:       !r.on,
		Now:       time.Now,
		Observe:   p.metrics.Recording,
	}
	r.relay = &relay.Relay{
		Queue:    p.store,
		Consumer: calls.RecordingsConsumer,
		Handle:   keeper.Handle,
		Log:      p.log,
		Span:     p.traces.Delivery,
		Backoff:  recordingBackoff(),
		Observe: func(outcome string, d careline.Delivery, took time.Duration) {
			p.metrics.Delivery(d.Consumer, outcome, took)
		},
	}
}

// recordingBackoff asks again soon: somebody may be speaking.
func recordingBackoff() relay.Backoff {
	b := relay.DefaultBackoff()
	b.Cap = 15 * time.Second
	return b
}

// heard keeps who listens to recordings, whether or not it is kept who looks at
// appointments.
func (p *parts) heard() func(context.Context, careline.Look) error {
	looks := calls.NewLooks(p.counted(), time.Now)
	return func(ctx context.Context, l careline.Look) error {
		p.metrics.Look(l.What, l.Outcome)
		return looks.Seen(ctx, l)
	}
}

// concerns reports whether an event is kept for whoever has recordings made, too. What
// runs is still paused and stopped where calls are not recorded any more; only who answers
// a call matters no more, for nothing is begun.
func (r *recordingParts) concerns(e careline.CallEvent) bool {
	return calls.ForRecordings(e) && (r.on || e.Kind != careline.KindMachineDetection)
}

// heeding is the log of parts of whose events some concern what is recorded: those are
// kept for whoever has recordings made, too.
type heeding struct {
	counted
	concerns func(careline.CallEvent) bool
}

func (p *parts) heeding() heeding { return heeding{p.counted(), p.recordings.concerns} }

func (h heeding) Append(ctx context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	if consumer := h.besides(e); consumer != "" {
		return h.AppendFor(ctx, consumer, e)
	}
	return h.counted.Append(ctx, e)
}

func (h heeding) AppendAll(ctx context.Context, all ...careline.CallEvent) ([]careline.CallEvent, []bool, error) {
	return h.counted.AppendAll(ctx, h.besides, all...)
}

func (h heeding) besides(e careline.CallEvent) string {
	if h.concerns(e) {
		return calls.RecordingsConsumer
	}
	return ""
}

// take wakes the relay of recordings for the calls that have something for it.
func (r *recordingParts) take(news []careline.News) {
	var some []careline.News
	for _, n := range news {
		if n.Event.Seq == 0 || r.concerns(n.Event) {
			some = append(some, n)
		}
	}
	if len(some) > 0 {
		r.relay.Take(some)
	}
}

// recordedChart is the chart, which says in the log what it holds of recordings.
type recordedChart struct {
	*fhir.Chart
	log counted
}

func (r recordedChart) Append(ctx context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	return r.log.Append(ctx, e)
}

// announcement is what members are told; nil: nothing.
func (p *parts) announcement(c config) *twilio.Announcement {
	if !p.recordings.consents.Announced {
		return nil
	}
	return &twilio.Announcement{Words: c.features.announcement, May: p.recordings.consents.May}
}
